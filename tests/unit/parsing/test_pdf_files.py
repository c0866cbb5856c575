"""Files that lie in a PDF are files of the message, and the PDF is read as well."""

from __future__ import annotations

import zlib
from email.message import EmailMessage
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

from intake.parsing.mail import MailParser
from intake.schemas.documents import Parsed
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts

LETTER = b"La cantina e' allagata da lunedi'.\n"


def _pdf(files: dict[str, bytes], **saved: object) -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, content in files.items():
            pdf.attachments[name] = AttachedFileSpec(pdf, content)
        pdf.save(out, **saved)
    return out.getvalue()


def _parse(pdf: bytes) -> Parsed:
    mail = EmailMessage()
    mail["From"] = "anna@example.it"
    mail.set_content("vedi allegato")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="portfolio.pdf")
    raw = mail.as_bytes()
    item = ItemFacts(profile="mail", file_name=None, size_bytes=len(raw))
    return MailParser(ParserOptions()).parse(BytesIO(raw), item)


def _files(parsed: Parsed) -> dict[str, tuple[bytes, str]]:
    contents = {leaf.path: leaf.content for leaf in parsed.leaves}
    return {
        each.path: (contents[each.path], each.disposition) for each in parsed.message.attachments
    }


def _codes(parsed: Parsed) -> list[str]:
    return [defect.code for defect in parsed.message.defects]


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"encryption": pikepdf.Encryption(owner="x", user="")},
    ],
    ids=["plain", "object streams", "locked for changes"],
)
def test_a_file_in_a_pdf_is_a_file_of_the_message(saved: dict[str, object]) -> None:
    pdf = _pdf({"lettera.txt": LETTER, "città.txt": b"due"}, **saved)
    found = _files(_parse(pdf))
    assert found["portfolio.pdf"] == (pdf, "stored")
    assert found["portfolio.pdf/città.txt"] == (b"due", "stored")
    assert found["portfolio.pdf/lettera.txt"] == (LETTER, "stored")


def test_a_file_attached_to_a_page_is_found_once() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(_pdf({"a.txt": b"uno"}))) as pdf:
        both = AttachedFileSpec(pdf, LETTER, filename="lettera.txt")
        notes = [
            pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot, Subtype=Name.FileAttachment, FS=both.obj,
                    Rect=Array([0, 0, 20, 20]),
                )
            )
            for _ in range(2)
        ]  # fmt: skip
        pdf.pages[0].Annots = Array(notes)
        pdf.save(out)
    assert list(_files(_parse(out.getvalue()))) == [
        "portfolio.pdf", "portfolio.pdf/a.txt", "portfolio.pdf/lettera.txt",
    ]  # fmt: skip


def test_portfolios_within_each_other_are_opened_as_deep_as_messages_are() -> None:
    pdf = _pdf({"lettera.txt": LETTER})
    for _ in range(12):
        pdf = _pdf({"dentro.pdf": pdf})
    parsed = _parse(pdf)
    assert len(parsed.message.attachments) == 11
    assert _codes(parsed) == ["too_deep"]


def test_a_bomb_in_a_pdf_is_told_and_the_pdf_kept() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(_pdf({"a.txt": b"uno"}))) as pdf:
        packed = zlib.compress(bytes(60_000_000), 9)
        stream = pikepdf.Stream(pdf, packed, Type=Name.EmbeddedFile, Filter=Name.FlateDecode)
        specification = pdf.attachments["a.txt"].obj
        specification.EF = Dictionary(F=pdf.make_indirect(stream))
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    parsed = _parse(out.getvalue())
    assert list(_files(parsed)) == ["portfolio.pdf"]
    assert _codes(parsed) == ["archive_bomb"]


def test_too_many_files_are_told() -> None:
    parsed = _parse(_pdf({f"{number}.txt": b"%d" % number for number in range(101)}))
    assert list(_files(parsed)) == ["portfolio.pdf"]
    assert _codes(parsed) == ["too_many_files"]


def test_a_file_that_cannot_be_unpacked_is_told() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(_pdf({"a.txt": b"uno"}))) as pdf:
        stream = pikepdf.Stream(pdf, b"\x80\x0b", Type=Name.EmbeddedFile, Filter=Name.LZWDecode)
        pdf.attachments["a.txt"].obj.EF = Dictionary(F=pdf.make_indirect(stream))
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    assert _codes(_parse(out.getvalue())) == ["damaged_file"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_pdf_cut_off_is_kept(share: float) -> None:
    pdf = _pdf({"lettera.txt": LETTER * 100, "altro.txt": LETTER})
    cut = pdf[: int(len(pdf) * share)]
    assert _files(_parse(cut))["portfolio.pdf"] == (cut, "stored")


def test_a_damaged_tree_of_names_does_no_harm() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(_pdf({"a.txt": b"uno"}))) as pdf:
        names = pdf.make_indirect(Dictionary(Names=Array([String("x"), 7, String("y")])))
        names.Kids = Array([names])
        pdf.Root.Names.EmbeddedFiles = names
        pdf.Root.Kept = pdf.make_indirect(pikepdf.Stream(pdf, b"a", Type=Name.EmbeddedFile))
        pdf.save(out)
    assert list(_files(_parse(out.getvalue()))) == ["portfolio.pdf"]
