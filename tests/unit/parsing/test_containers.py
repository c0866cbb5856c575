from __future__ import annotations

import base64
import gzip
import importlib.util
import io
import subprocess
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

import pytest

from intake.parsing.mail import MailParser
from intake.schemas.documents import Attachment, Parsed
from intake.schemas.parsers import ParserOptions

Parse = Callable[..., Parsed]
PDF = b"%PDF-1.4 una pagina\n"
EML = b"From: a@b.it\r\nSubject: dentro\r\n\r\nC'\xc3\xa8 una frana\r\n"


@pytest.fixture(scope="module")
def outlook() -> ModuleType:
    """The writers of Outlook's formats beside this file."""
    path = Path(__file__).with_name("outlook_files.py")
    spec = importlib.util.spec_from_file_location("outlook_writers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _mail(content: bytes, name: str, media_type: str = "application/octet-stream") -> bytes:
    mail = EmailMessage()
    mail["From"] = "anna@example.it"
    mail["Subject"] = "allegato"
    mail.set_content("vedi allegato")
    kind, _, subtype = media_type.partition("/")
    mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return mail.as_bytes()


def _files(parsed: Parsed) -> dict[str, bytes]:
    return {leaf.path: leaf.content for leaf in parsed.leaves}


def _record(parsed: Parsed, path: str) -> Attachment:
    return next(each for each in parsed.message.attachments if each.path == path)


def _codes(parsed: Parsed) -> list[str]:
    return [defect.code for defect in parsed.message.defects]


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_files_and_text_of_winmail_dat_are_taken_out(parse: Parse, outlook: ModuleType) -> None:
    data = outlook.tnef(
        body="Perché c'è una frana?",
        files=[
            {"title": "PIANTA~1.PDF", "data": PDF, "properties": {0x3707: "pianta è.pdf"}},
            {"title": "nota.txt", "data": b"ciao"},
        ],
    )
    raw = b"From: a@b.it\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    raw += b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)
    parsed = parse(raw)
    assert parsed.message.text == "Perché c'è una frana?"
    assert _files(parsed) == {
        "winmail.dat": data,
        "winmail.dat/pianta è.pdf": PDF,
        "winmail.dat/nota.txt": b"ciao",
    }
    assert _record(parsed, "winmail.dat").disposition == "expanded"


def test_the_text_of_winmail_dat_stays_apart_from_the_mails_own(
    parse: Parse, outlook: ModuleType
) -> None:
    data = outlook.tnef(body="il testo di Outlook", files=[{"title": "a.pdf", "data": PDF}])
    message = parse(_mail(data, "winmail.dat", "application/ms-tnef")).message
    assert message.text == "vedi allegato"
    assert [(e.path, e.text) for e in message.enclosed] == [("winmail.dat", "il testo di Outlook")]


def test_a_message_attached_in_winmail_dat_is_opened_too(parse: Parse, outlook: ModuleType) -> None:
    inner = outlook.tnef(files=[{"title": "dentro.pdf", "data": PDF}])
    attached = {"properties": {0x3001: "Messaggio", 0x3701: outlook.IID_MESSAGE + inner}}
    parsed = parse(_mail(outlook.tnef(files=[attached]), "winmail.dat", "application/ms-tnef"))
    assert _files(parsed)["winmail.dat/Messaggio/dentro.pdf"] == PDF


def test_rich_text_becomes_the_text_where_there_is_no_other(
    parse: Parse, outlook: ModuleType
) -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator X;}\f0 Perch\'e9 "
        rb"\u8364?5?\par {\b C'\'e8} una frana\par}"
    )
    data = outlook.tnef(properties={0x1009: outlook.rtf_stored(rtf)})
    raw = b"From: a@b.it\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
    text = parse(raw + base64.encodebytes(data)).message.text
    assert text == "Perché €5?\nC'è una frana"


def test_a_cut_winmail_dat_gives_what_is_there(parse: Parse, outlook: ModuleType) -> None:
    data = outlook.tnef(
        files=[{"title": "uno.pdf", "data": PDF}, {"title": "due.pdf", "data": PDF * 100}]
    )[:-500]
    files = _files(parse(_mail(data, "winmail.dat", "application/ms-tnef")))
    assert files["winmail.dat/uno.pdf"] == PDF
    assert files["winmail.dat/due.pdf"] == (PDF * 100)[: len(files["winmail.dat/due.pdf"])]


def _outlook_message(outlook: ModuleType) -> bytes:
    content: bytes = outlook.msg(
        {
            0x37: "Frana in via Roma",
            0x0C1A: "Anna Bianchi",
            0x5D01: "anna@example.it",
            0x1000: "C'è una frana.\r\nPerché?",
            0x1035: "<1@example.it>",
            0x39: 133_500_000_000_000_000,
        },
        [
            {"properties": {0x3707: "foto è.pdf", 0x370E: "application/pdf", 0x3701: PDF * 300}},
            {
                "properties": {0x3001: "Inoltro"},
                "message": {0x37: "Prima", 0x1000: "testo di prima"},
                "files": [{"properties": {0x3707: "x.txt", 0x3701: b"ciao"}}],
            },
        ],
    )
    return content


def test_an_attached_outlook_message_is_expanded(parse: Parse, outlook: ModuleType) -> None:
    parsed = parse(_mail(_outlook_message(outlook), "segnalazione.msg"))
    files = _files(parsed)
    assert files["segnalazione.msg/foto è.pdf"] == PDF * 300
    assert files["segnalazione.msg/Inoltro/x.txt"] == b"ciao"
    outer, inner = parsed.message.enclosed
    assert (outer.subject, outer.text) == ("Frana in via Roma", "C'è una frana.\nPerché?")
    assert outer.sender is not None
    assert (outer.sender.name, outer.sender.address) == ("Anna Bianchi", "anna@example.it")
    assert outer.date is not None
    assert outer.date.isoformat() == "2024-01-17T21:20:00+00:00"
    assert (inner.subject, inner.text) == ("Prima", "testo di prima")
    assert parsed.message.text == "vedi allegato"


def test_a_saved_outlook_message_is_read_as_a_message(parse: Parse, outlook: ModuleType) -> None:
    message = parse(_outlook_message(outlook)).message
    assert message.subject == "Frana in via Roma"
    assert message.message_id == "1@example.it"
    assert message.text == "C'è una frana.\nPerché?"


def test_an_attached_mail_is_expanded_whatever_its_declared_type(parse: Parse) -> None:
    for media_type in ("application/octet-stream", "text/plain", "message/rfc822"):
        raw = _mail(EML, "x.eml", media_type) if media_type[0] != "m" else (
            b"From: a@b.it\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nvedi allegato\n"
            b"--b\nContent-Type: message/rfc822; name=x.eml\n\n" + EML + b"\n--b--\n"
        )  # fmt: skip
        message = parse(raw).message
        assert message.text.strip() == "vedi allegato"
        assert [(e.subject, e.text) for e in message.enclosed] == [("dentro", "C'è una frana")]


def test_a_zip_is_opened_one_level_deep(parse: Parse) -> None:
    inner = _zip({"profondo.txt": b"x"})
    data = _zip({"foto/a.pdf": PDF, "dentro.zip": inner, "lettera.eml": EML})
    parsed = parse(_mail(data, "documenti.zip", "application/zip"))
    files = _files(parsed)
    assert files["documenti.zip/a.pdf"] == PDF
    assert files["documenti.zip/dentro.zip"] == inner
    assert "documenti.zip/dentro.zip/profondo.txt" not in files
    assert parsed.message.enclosed[0].text == "C'è una frana"


def test_names_in_an_italian_windows_zip_are_read(parse: Parse) -> None:
    data = _zip({"perch_.txt": b"x"}).replace(b"perch_.txt", b"perch\x82.txt")
    assert "a.zip/perché.txt" in _files(parse(_mail(data, "a.zip", "application/zip")))


def test_an_office_document_is_not_taken_apart(parse: Parse) -> None:
    data = _zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    parsed = parse(_mail(data, "lettera", "application/zip"))
    assert list(_files(parsed)) == ["lettera"]


def test_a_gzip_is_opened(parse: Parse) -> None:
    data = gzip.compress(PDF, mtime=0)
    assert _files(parse(_mail(data, "a.pdf.gz", "application/x-gzip")))["a.pdf.gz/a.pdf"] == PDF


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomba.zip", _zip({"zeri": bytes(30_000_000)})),
        ("bomba.gz", gzip.compress(bytes(30_000_000), mtime=0)),
        ("molti.zip", _zip({f"{n}.txt": b"x" for n in range(501)})),
        ("rotto.zip", b"PK\x03\x04" + bytes(200)),
        ("rotto.gz", b"\x1f\x8b\x08" + bytes(200)),
    ],
)
def test_a_bomb_stays_shut_and_says_so(parse: Parse, name: str, data: bytes) -> None:
    parsed = parse(_mail(data, name))
    record = _record(parsed, name)
    assert record.disposition == "stored"
    assert record.reason in ("archive_bomb", "too_many_files", "damaged_archive")
    assert record.reason in _codes(parsed)
    assert len(parsed.leaves) == 1


def test_a_zip_with_a_lying_table_takes_no_more_than_it_says(parse: Parse) -> None:
    data = _zip({"zeri": bytes(900_000)})
    size = (900_000).to_bytes(4, "little")
    parsed = parse(_mail(data.replace(size, (10).to_bytes(4, "little")), "a.zip"))
    assert all(len(leaf.content) <= 10 or leaf.path == "a.zip" for leaf in parsed.leaves)


@pytest.mark.parametrize("method", ["ZipCrypto", "AES256"])
def test_a_locked_zip_is_opened_with_a_known_password(
    parse: Parse, fixtures: Path, tmp_path: Path, method: str
) -> None:
    data = (fixtures / "mail" / f"locked_{method.lower()}.zip").read_bytes()
    shut = parse(_mail(data, "a.zip", "application/zip"))
    assert _record(shut, "a.zip").reason == "locked_archive"
    assert "locked_archive" in _codes(shut)
    (tmp_path / "passwords.txt").write_text("sbagliata\n\nperché\n", encoding="utf-8")
    parser = MailParser.configured(ParserOptions(passwords_file=tmp_path / "passwords.txt"))
    open_ = parse(_mail(data, "a.zip", "application/zip"), parser)
    assert _files(open_)["a.zip/segreto.txt"] == b"C'\xc3\xa8 una frana.\n" * 50


def _openssl(*arguments: str, content: bytes, folder: Path) -> bytes:
    """Sign ``content`` with a new key."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    request = ["openssl", "req", "-x509", *made, "-subj", "/CN=VERDI ANNA"]
    subprocess.run(request, check=True, capture_output=True)
    sign = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-signer", certificate]
    done = subprocess.run(
        [*sign, "-inkey", key, *arguments], input=content, check=True, capture_output=True
    )
    return done.stdout


@pytest.mark.parametrize(
    "form", [("-outform", "DER"), ("-outform", "PEM"), ("-outform", "DER", "-stream")]
)
def test_a_signed_file_is_taken_out_of_its_wrapping(
    parse: Parse, tmp_path: Path, form: tuple[str, ...]
) -> None:
    signed = _openssl(*form, content=PDF * 5000, folder=tmp_path)
    parsed = parse(_mail(signed, "istanza.pdf.p7m"))
    assert _files(parsed)["istanza.pdf.p7m/istanza.pdf"] == PDF * 5000
    unwrapped = _record(parsed, "istanza.pdf.p7m").unwrapped
    assert unwrapped is not None
    assert unwrapped["signer_cn"] == "VERDI ANNA"
    assert unwrapped["validated"] is False


def test_an_opaque_signed_mail_says_its_own_text(parse: Parse, tmp_path: Path) -> None:
    entity = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nC'\xc3\xa8 una frana\r\n--x\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n" + PDF + b"\r\n--x--\r\n"
    )
    der = _openssl("-outform", "DER", content=entity, folder=tmp_path)
    raw = (
        b"From: a@b.it\nContent-Type: application/x-pkcs7-mime; smime-type=signed-data;"
        b" name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(der)
    )
    parsed = parse(raw)
    assert parsed.message.text == "C'è una frana"
    assert _files(parsed)["smime.p7m/a.pdf"] == PDF
    assert parsed.message.enclosed == ()


UU = "begin 644 nota.txt\n#8VEA\n`\nend\n"


def test_files_in_the_text_are_taken_out(parse: Parse) -> None:
    parsed = parse(f"From: a@b.it\n\nEcco il file.\n\n{UU}\nSaluti\n")
    assert parsed.message.text == "Ecco il file.\n\n\nSaluti"
    assert _files(parsed) == {"nota.txt": b"cia"}


@pytest.mark.parametrize(
    "text", ["begin 644 nota.txt\nnon è un file\nend", "begin 644 the day with a smile\n", "begin"]
)
def test_words_that_look_like_a_file_stay_text(parse: Parse, text: str) -> None:
    parsed = parse(f"From: a@b.it\n\n{text}")
    assert parsed.message.text == text.strip()
    assert not parsed.leaves
