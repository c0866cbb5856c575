"""Sample messages made by program: small, deterministic, no real person's mail.

``ordinary()`` are messages as citizens send them; ``hostile()`` are messages as they also come:
broken, lying, enormous. All are bytes as a server would deliver them, lines ended by CRLF unless
the sample is about line ends.
"""

from __future__ import annotations

import base64
import textwrap

_TIFF_WITHOUT_PAGES = b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"
_PNG_1X1 = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAGbiqYAAAAABJRU5ErkJggg=="
)


def text_mail(
    subject: str = "Richiesta di informazioni",
    text: str = "Buongiorno,\r\nvorrei sapere dove si trova l'area di attesa.\r\n\r\nMaria Bianchi",
    *,
    sender: str = "Maria Bianchi <maria.bianchi@example.org>",
    message_id: str = "testo-1@example.org",
) -> bytes:
    """Return a plain text message in UTF-8 (RFC 5322, RFC 2045)."""
    head = _head(
        subject, sender, message_id, "text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"
    )
    return head + text.encode("utf-8") + b"\r\n"


def mail_with_attachment(
    filename: str = "foto.png", content: bytes = _PNG_1X1, media_type: str = "image/png"
) -> bytes:
    """Return a message with a text and one attachment (RFC 2046 §5.1, RFC 2183)."""
    return _multipart(
        "Segnalazione con allegato",
        "allegato-1@example.org",
        _text_part("In allegato la foto della strada."),
        _file_part(filename, content, media_type),
    )


def html_mail() -> bytes:
    """Return the same text as plain text and as HTML (RFC 2046 §5.1.4)."""
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Il <b>fiume</b> sale.</p>"
    return _multipart(
        "Il fiume sale",
        "html-1@example.org",
        _text_part("Il fiume sale."),
        html,
        subtype="alternative",
    )


def forwarded_mail() -> bytes:
    """Return a message that carries another as message/rfc822 (RFC 2046 §5.2.1)."""
    inner = b"Content-Type: message/rfc822\r\n\r\n" + text_mail(message_id="interno-1@example.org")
    return _multipart("I: Richiesta", "inoltro-1@example.org", _text_part("Inoltro."), inner)


def eight_bit_headers() -> bytes:
    """Return a message whose headers are raw Latin-1, which RFC 5322 §2.2 forbids."""
    return text_mail().replace(
        b"Richiesta di informazioni", "Perché non c'è più?".encode("latin-1")
    )


def nested_messages(depth: int = 60) -> bytes:
    """Return a message within a message, ``depth`` times."""
    head = b"From: a@example.org\r\nSubject: n\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * depth + text_mail()


def nested_parts(depth: int = 2000) -> bytes:
    """Return a multipart within a multipart, ``depth`` times, none of them closed."""
    parts = [
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    ]
    head = b"From: a@example.org\r\nSubject: matrioska\r\nMIME-Version: 1.0\r\n"
    return head + "".join(parts).encode("ascii") + _text_part("In fondo.")


def many_parts(count: int = 2000) -> bytes:
    """Return a message with ``count`` empty parts side by side."""
    return _multipart("Tante parti", "parti-1@example.org", *([_text_part("")] * count))


def empty_pdf() -> bytes:
    """Return a message whose PDF has not one byte."""
    return mail_with_attachment("vuoto.pdf", b"", "application/pdf")


def pageless_tiff() -> bytes:
    """Return a message whose TIFF has a directory and no page."""
    return mail_with_attachment("fax.tif", _TIFF_WITHOUT_PAGES, "image/tiff")


def winmail() -> bytes:
    """Return a message with a winmail.dat that ends after the TNEF signature (MS-OXTNEF §2.1.3)."""
    return mail_with_attachment("winmail.dat", b"\x78\x9f\x3e\x22\x01\x00", "application/ms-tnef")


def huge_header(size_bytes: int = 1_000_000) -> bytes:
    """Return a message with one header line of ``size_bytes``; RFC 5322 §2.1.1 allows 998."""
    return b"X-Filler: " + b"x" * size_bytes + b"\r\n" + text_mail()


def many_headers(count: int = 20_000) -> bytes:
    """Return a message with ``count`` headers."""
    return b"X-Filler: x\r\n" * count + text_mail()


def headerless() -> bytes:
    """Return a body without a header."""
    return b"\r\nSolo testo, nessuna intestazione.\r\n"


def bare_line_feeds() -> bytes:
    """Return a message whose lines end in LF alone, as files on disk do."""
    return text_mail().replace(b"\r\n", b"\n")


def bare_carriage_returns() -> bytes:
    """Return a message whose lines end in CR alone."""
    return text_mail().replace(b"\r\n", b"\r")


def nul_bytes() -> bytes:
    """Return a message with NUL in header and body (RFC 5322 §4 calls it obsolete)."""
    return text_mail(subject="nul\x00lo", text="prima\x00dopo")


def unknown_charset() -> bytes:
    """Return a message in a character set that does not exist."""
    return text_mail().replace(b"charset=utf-8", b"charset=x-marziano")


def lying_charset() -> bytes:
    """Return a message that says UTF-8 and is Latin-1."""
    return text_mail().replace(b"l'area", "perché l'area".encode("latin-1"))


def broken_encoded_words() -> bytes:
    """Return a subject of encoded words that break off (RFC 2047 §2)."""
    return text_mail(subject="=?utf-8?B?w6g?= =?utf-8?Q?=C3?= =?x?y?z?= =?")


def broken_base64() -> bytes:
    """Return a message whose attachment breaks off within its base64 (RFC 2045 §6.8)."""
    whole = mail_with_attachment()
    return whole[: whole.rindex(b"==") - 5]


def endless_boundary() -> bytes:
    """Return a multipart whose boundary is never found (RFC 2046 §5.1.1)."""
    return (
        _head("Confine", "a@example.org", "confine-1@example.org", "multipart/mixed; boundary=mai")
        + b"Nessun confine qui.\r\n"
    )


def hostile_filename() -> bytes:
    """Return an attachment whose name wants out of its folder."""
    return mail_with_attachment("../../../../etc/passwd\x00.pdf", b"x", "application/pdf")


def doubled_headers() -> bytes:
    """Return a message with two of each header that RFC 5322 §3.6 allows once."""
    extra = b"From: altro@example.org\r\nSubject: Un altro\r\nDate: ieri\r\nMessage-ID: <>\r\n"
    return extra + text_mail()


def hostile_addresses() -> bytes:
    """Return a From that no grammar allows (RFC 5322 §3.4)."""
    return text_mail(sender='"Rossi, Mario <<@>,;:()(" <a@b@c>, undisclosed:;')


def binary_noise() -> bytes:
    """Return every byte value in turn, which is no message at all."""
    return bytes(range(256)) * 16


def fake_separator() -> bytes:
    """Return a message with a body line that looks like the mbox separator (RFC 4155)."""
    return text_mail(text="Saluti\r\n\r\nFrom a@example.org Mon Jan  5 10:00:00 2026\r\nFine")


def ordinary() -> dict[str, bytes]:
    """Return messages as citizens send them, by name."""
    makers = (text_mail, mail_with_attachment, html_mail, forwarded_mail)
    return {maker.__name__: maker() for maker in makers}


def hostile() -> dict[str, bytes]:
    """Return messages that break careless programs, by name. None is empty."""
    makers = (
        eight_bit_headers,
        nested_messages,
        nested_parts,
        many_parts,
        empty_pdf,
        pageless_tiff,
        winmail,
        huge_header,
        many_headers,
        headerless,
        bare_line_feeds,
        bare_carriage_returns,
        nul_bytes,
        unknown_charset,
        lying_charset,
        broken_encoded_words,
        broken_base64,
        endless_boundary,
        hostile_filename,
        doubled_headers,
        hostile_addresses,
        binary_noise,
        fake_separator,
    )
    return {maker.__name__: maker() for maker in makers}


def _head(subject: str, sender: str, message_id: str, content_type: str, *more: str) -> bytes:
    lines = (
        f"From: {sender}",
        "To: contatti@example.gov.it",
        f"Subject: {subject}",
        "Date: Mon, 5 Jan 2026 10:00:00 +0100",
        f"Message-ID: <{message_id}>",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}",
        *more,
    )
    return "\r\n".join((*lines, "", "")).encode("utf-8")


def _multipart(subject: str, message_id: str, *parts: bytes, subtype: str = "mixed") -> bytes:
    content_type = f'multipart/{subtype}; boundary="=-confine"'
    head = _head(subject, "Luca Verdi <luca.verdi@example.org>", message_id, content_type)
    body = b"".join(b"--=-confine\r\n" + part + b"\r\n" for part in parts)
    return head + body + b"--=-confine--\r\n"


def _text_part(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode("utf-8")


def _file_part(filename: str, content: bytes, media_type: str) -> bytes:
    encoded = "\r\n".join(textwrap.wrap(base64.b64encode(content).decode("ascii"), 76))
    return (
        f"Content-Type: {media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{filename}"\r\n\r\n{encoded}'
    ).encode()
