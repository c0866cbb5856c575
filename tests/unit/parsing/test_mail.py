from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from intake.errors import UnreadableItem
from intake.parsing.mail import MailParser
from intake.parsing.pec import PecParser
from intake.schemas.documents import Address, Parsed

Parse = Callable[..., Parsed]
HEAD = "From: Anna <a@b.it>\nTo: c@d.it\nSubject: prova\nMIME-Version: 1.0\n"
PDF = b"%PDF-1.4\n\0\1\2\xff\xfe\n%%EOF"


def _mixed(*parts: str) -> str:
    return (
        HEAD
        + 'Content-Type: multipart/mixed; boundary="b"\n\n'
        + "".join(f"--b\n{part}\n" for part in parts)
        + "--b--\n"
    )


def _pdf(*headers: str) -> str:
    lines = ["Content-Type: application/pdf", "Content-Transfer-Encoding: base64", *headers]
    return "\n".join(lines) + "\n\n" + base64.encodebytes(PDF).decode()


def _codes(parsed: Parsed) -> list[str]:
    return [defect.code for defect in parsed.message.defects]


def test_the_facts_of_an_ordinary_mail(parse: Parse) -> None:
    message = parse(
        "From: Anna <a@b.it>\nTo: c@d.it; e@f.it\nCc: g@h.it\nReply-To: r@b.it\n"
        "Date: lun, 5 feb 2024 10:12:33 +0100\nMessage-ID: <1@b>\nIn-Reply-To: <0@d>\n"
        "References: <x@d> <0@d>\nSubject: =?utf-8?Q?Perch=C3=A9?=\n\nciao\n"
    ).message
    assert message.profile == "mail"
    assert message.sender == Address(name="Anna", address="a@b.it")
    assert [a.address for a in message.to] == ["c@d.it", "e@f.it"]
    assert [a.address for a in message.cc] == ["g@h.it"]
    assert [a.address for a in message.reply_to] == ["r@b.it"]
    assert message.date is not None
    assert message.date.isoformat() == "2024-02-05T09:12:33+00:00"
    assert (message.message_id, message.in_reply_to) == ("1@b", "0@d")
    assert message.references == ("x@d", "0@d")
    assert (message.subject, message.text) == ("Perché", "ciao")


def test_of_alternatives_the_plain_one_is_the_text_and_both_are_told(parse: Parse) -> None:
    parsed = parse(
        HEAD + "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nin chiaro\n"
        "--b\nContent-Type: text/html\n\n<p>in <b>pagina</b></p>\n--b--\n"
    )
    assert parsed.message.text == "in chiaro"
    assert parsed.message.html == "<p>in <b>pagina</b></p>"
    assert parsed.message.attachments == ()


@pytest.mark.parametrize(
    ("page", "other"),
    [
        ("<p>Dove sono le <a href='http://x.it'>aree</a></p><table><tr><td>di attesa?</table>", ""),
        ("<p>Dove sono le aree di attesa? Siamo tutti bloccati.</p>", "Siamo tutti bloccati."),
        ("<p>Dove sono le aree di attesa?</p><p>Brucia tutto</p>", "Brucia tutto"),
    ],
)
def test_what_only_the_html_says_is_told_apart(parse: Parse, page: str, other: str) -> None:
    message = parse(
        HEAD + "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nDove sono le aree\ndi attesa?\n"
        f"--b\nContent-Type: text/html\n\n{page}\n--b--\n"
    ).message
    assert (message.text, message.alternative) == ("Dove sono le aree\ndi attesa?", other)


def test_a_plain_text_that_only_points_to_the_html_is_not_the_text(parse: Parse) -> None:
    parsed = parse(
        HEAD + 'Content-Type: multipart/alternative; boundary="b"\n\n--b\n\n'
        "Your program cannot show HTML\n--b\nContent-Type: text/html\n\n"
        "<p>C'è una frana in via Roma, siamo in quattro, aiutateci</p>\n--b--\n"
    )
    assert parsed.message.text == "C'è una frana in via Roma, siamo in quattro, aiutateci"
    assert [leaf.content for leaf in parsed.leaves] == [b"Your program cannot show HTML"]


@pytest.mark.parametrize(
    ("media_type", "source", "text"),
    [
        ("text/enriched", "<bold>Ciao</bold>\nAnna\n\n<param>x</param>1 << 2", "Ciao Anna\n1 < 2"),
        ("text/richtext", "<bold>Ciao</bold>\nAnna<nl>1 <lt> 2 <x", "Ciao Anna\n1 < 2 <x"),
    ],
)
def test_enriched_text_is_read(parse: Parse, media_type: str, source: str, text: str) -> None:
    assert parse(f"{HEAD}Content-Type: {media_type}\n\n{source}").message.text == text


@pytest.mark.parametrize("before", [b"\n\r\n", b"\xef\xbb\xbf", b" \n"])
def test_blank_lines_before_the_headers_are_passed_over(parse: Parse, before: bytes) -> None:
    parsed = parse(before + HEAD.encode() + b"\nciao")
    assert (parsed.message.subject, parsed.message.text) == ("prova", "ciao")
    assert _codes(parsed) == ["damaged_header"]


def test_html_alone_gives_the_text(parse: Parse) -> None:
    parsed = parse(HEAD + "Content-Type: text/html\n\n<p>ciao</p><p style='display:none'>no</p>")
    assert parsed.message.text == "ciao"
    assert _codes(parsed) == ["hidden_text"]


def test_a_text_around_an_attachment_is_read_whole(parse: Parse) -> None:
    parsed = parse(_mixed("\nprima", _pdf(), "\ndopo"))
    assert parsed.message.text == "prima\n\ndopo"


@pytest.mark.parametrize(
    "headers", [(), ("Content-Disposition: inline",), ("Content-Disposition: attachment",)]
)
def test_an_unnamed_pdf_keeps_its_bytes(parse: Parse, headers: tuple[str, ...]) -> None:
    parsed = parse(_mixed("\nciao", _pdf(*headers)))
    (attachment,) = parsed.message.attachments
    (leaf,) = parsed.leaves
    assert leaf.content == PDF
    assert attachment.filename is None
    assert attachment.path == leaf.path == "part-1.pdf"
    assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
    assert attachment.size_bytes == len(PDF)


def test_a_mail_that_is_a_pdf_keeps_its_bytes(parse: Parse) -> None:
    parsed = parse(HEAD + _pdf())
    assert [leaf.content for leaf in parsed.leaves] == [PDF]
    assert parsed.message.text == ""


def test_eight_bit_and_binary_parts_are_byte_identical(parse: Parse) -> None:
    content = bytes(range(256)) * 3 + b"\r\n\r\n--c\r\n\n\r."
    raw = (
        HEAD.encode()
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/x\n"
        + b"Content-Transfer-Encoding: binary\n\n"
        + content
        + b"\n--b--\n"
    )
    assert parse(raw).leaves[0].content == content


def test_a_forwarded_message_is_kept_whole_and_opened(parse: Parse) -> None:
    inner = "From: x@y.it\nSubject: dentro\n\ntesto di dentro\n"
    parsed = parse(_mixed("\nfuori", f"Content-Type: message/rfc822\n\n{inner}"))
    (attachment,) = parsed.message.attachments
    assert attachment.disposition == "expanded"
    assert parsed.leaves[0].content == inner.replace("\n", "\r\n").encode()
    assert parsed.message.text == "fuori"
    assert parsed.message.subject == "prova"


def test_files_of_a_forwarded_message_have_its_path(parse: Parse) -> None:
    inner = _mixed("\ndentro", _pdf('Content-Disposition: attachment; filename="x.pdf"'))
    inner = inner.replace("--b", "--i").replace('"b"', '"i"')
    named = 'Content-Disposition: attachment; filename="m.eml"'
    parsed = parse(_mixed("\nfuori", f"Content-Type: message/rfc822\n{named}\n\n{inner}"))
    assert [a.path for a in parsed.message.attachments] == ["m.eml", "m.eml/x.pdf"]
    assert parsed.leaves[1].content == PDF


def test_a_forwarded_message_in_base64_is_opened(parse: Parse) -> None:
    inner = base64.encodebytes(_mixed("\ndentro", _pdf()).encode()).decode()
    part = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}"
    assert [a.path for a in parse(_mixed(part)).message.attachments] == [
        "part-1.eml",
        "part-1.eml/part-1.pdf",
    ]


def test_two_files_of_one_name_have_two_paths(parse: Parse) -> None:
    named = 'Content-Disposition: attachment; filename="foto.jpg"'
    parsed = parse(_mixed(_pdf(named), _pdf(named)))
    paths = [a.path for a in parsed.message.attachments]
    assert paths == ["foto.jpg", "2/foto.jpg"]
    assert [a.filename for a in parsed.message.attachments] == ["foto.jpg", "foto.jpg"]


def test_an_inline_picture_has_its_content_id(parse: Parse) -> None:
    part = "Content-Type: image/png\nContent-ID: <p1@x>\nContent-Disposition: inline\n\nx"
    (attachment,) = parse(_mixed("\nciao", part)).message.attachments
    assert attachment.inline
    assert attachment.content_id == "p1@x"


def test_names_leave_no_folders_and_no_line_ends(parse: Parse) -> None:
    part = "Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fa%0D%0Ab%00.pdf\n\nx"
    (attachment,) = parse(_mixed(part)).message.attachments
    assert attachment.filename == "a b.pdf"


def test_an_octet_stream_that_is_a_pdf_is_a_pdf(parse: Parse) -> None:
    part = _pdf().replace("application/pdf", "application/octet-stream")
    assert parse(_mixed(part)).message.attachments[0].media_type == "application/pdf"


@pytest.mark.parametrize("declared", ['boundary="wrong"', "charset=x", ""])
def test_a_wrong_or_missing_boundary_is_guessed(parse: Parse, declared: str) -> None:
    parsed = parse(
        HEAD + f"Content-Type: multipart/mixed; {declared}\n\n"
        "--real\nContent-Type: text/plain\n\nciao\n--real\n" + _pdf() + "--real--\n"
    )
    assert parsed.message.text == "ciao"
    assert [leaf.content for leaf in parsed.leaves] == [PDF]
    assert "wrong_boundary" in _codes(parsed)


def test_a_multipart_without_any_boundary_keeps_its_text(parse: Parse) -> None:
    parsed = parse(HEAD + "Content-Type: multipart/mixed; boundary=b\n\nsolo testo\n")
    assert parsed.message.text == "solo testo"
    assert _codes(parsed) == ["multipart_without_parts"]


def test_a_boundary_that_begins_like_another_does_no_harm(parse: Parse) -> None:
    parsed = parse(
        HEAD + "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nuno\n--b--\n--bb\n\ndue\n--bb--\n"
    )
    assert parsed.message.text == "uno\n\ndue"


def test_a_message_with_bare_cr_is_read(parse: Parse) -> None:
    parsed = parse(b"From: a@b.it\rSubject: s\r\rciao\ra tutti\r")
    assert (parsed.message.subject, parsed.message.text) == ("s", "ciao\na tutti")


def test_a_text_with_a_name_alone_is_text_and_file(parse: Parse) -> None:
    parsed = parse(_mixed('Content-Type: text/plain; name="nota.txt"\n\nciao'))
    assert parsed.message.text == "ciao"
    assert [a.path for a in parsed.message.attachments] == ["nota.txt"]


def test_broken_base64_keeps_what_can_be_decoded(parse: Parse) -> None:
    part = (
        "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
        + (base64.b64encode(PDF).decode().rstrip("=")[:-1])
    )
    parsed = parse(_mixed(part))
    assert PDF.startswith(parsed.leaves[0].content[:-2])
    assert "broken_base64" in _codes(parsed)


def test_a_pec_envelope_in_an_ordinary_mailbox_is_opened(parse: Parse, fixtures: object) -> None:
    raw = (fixtures / "pec" / "pec01_busta_trasporto.eml").read_bytes()  # type: ignore[operator]
    message = parse(raw).message
    assert message.profile == "mail"
    assert message.pec is not None
    assert message.sender == Address(name="Mario Rossi", address="mario.rossi@pec.example.it")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "not_a_message"),
        (bytes(range(256)), "not_a_message"),
        (b"x: y\n\n\0\1\2", "not_a_message"),
        (PDF, "not_a_message"),
    ],
)
@pytest.mark.parametrize("parser", [MailParser(), PecParser()], ids=["mail", "pec"])
def test_what_is_no_message_is_refused(parse: Parse, raw: bytes, code: str, parser: object) -> None:
    with pytest.raises(UnreadableItem) as raised:
        parse(raw, parser)
    assert raised.value.code == code


@pytest.mark.parametrize("raw", [b"Subject: solo oggetto\n", b"ciao, vorrei sapere", b"From: a@b"])
def test_the_poorest_message_is_a_message(parse: Parse, raw: bytes) -> None:
    parse(raw)
