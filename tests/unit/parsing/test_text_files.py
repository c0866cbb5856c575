from __future__ import annotations

import pytest

from intake.parsing.media_types import holds_text
from intake.parsing.text_files import MAX_CHARACTERS, read_text


@pytest.mark.parametrize(
    ("content", "media_type", "text"),
    [
        ("perché".encode(), "text/plain", "perché"),
        ("perché".encode("cp1252"), "application/msword", "perché"),
        ("perché №".encode("utf-16"), "application/octet-stream", "perché №"),
        (b"\xfe\xff" + "perché №".encode("utf-16-be"), "text/plain", "perché №"),
        (b"<p>Il <b>fiume</b></p><script>x()</script>", "text/html", "Il fiume"),
        (b"<!DOCTYPE html><title>t</title><p>Il fiume</p>", "text/plain", "Il fiume"),
        (b"<a><b>Il fiume</b></a>", "text/xml", "Il fiume"),
        (b"a;b\r\n1;Il fiume", "text/csv", "a;b\n1;Il fiume"),
        (
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b:AA\r\n BB\r\nitem1.NOTE:Il fi\r\n ume"
            b"\\, sale\r\nEND:VCARD\r\n",
            "text/vcard",
            "Il fiume, sale",
        ),
        (
            b"BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:perch=C3=A9 =\nsale\nEND:VCARD",
            "text/x-vcard",
            "perché sale",
        ),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261124\nSUMMARY:Il fiume\nEND:VEVENT",
            "text/calendar",
            "Il fiume",
        ),
    ],
)
def test_a_text_file_is_read_as_what_it_is(content: bytes, media_type: str, text: str) -> None:
    assert read_text(content, media_type) == (text, True)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le"])
def test_of_a_long_file_the_beginning_and_the_end_are_read(charset: str) -> None:
    mark = b"" if charset == "utf-8" else b"\xff\xfe"
    long = f"primo {'perché ' * 200_000}ultimo"
    text, is_whole = read_text(mark + long.encode(charset), "text/plain")
    assert not is_whole
    assert len(text) <= MAX_CHARACTERS + 1
    assert text.startswith("primo perché")
    assert text.endswith("perché ultimo")
    assert "\ufffd" not in text


@pytest.mark.parametrize(
    ("media_type", "head", "is_one"),
    [
        ("text/plain", b"ciao", True),
        ("application/pdf", b"ciao", True),
        ("application/octet-stream", "ciao".encode("utf-16"), True),
        ("text/csv", b"a\0b", True),
        ("application/pdf", b"%PDF-1.4 ciao", False),
        ("application/rtf", b"{\\rtf1 ciao}", False),
        ("application/zip", b"PK\x03\x04", False),
        ("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----", False),
        ("message/delivery-status", b"Action: failed", False),
        ("text/rfc822-headers", b"Subject: aiuto", False),
        ("text/plain", b"", False),
    ],
)
def test_the_bytes_tell_a_text_file(media_type: str, head: bytes, is_one: bool) -> None:
    assert holds_text(media_type, head) is is_one
