"""Files that lie in a PDF are files of the message, and the PDF is read as well."""

from __future__ import annotations

import zlib
from email.message import EmailMessage
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

from intake.parsing.containers import pdf_files
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
    assert len(_files(parsed)) == 101
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
    parsed = _parse(out.getvalue())
    assert list(_files(parsed)) == ["portfolio.pdf"]
    assert _codes(parsed) == ["damaged_file"]


def _attach(pdf: pikepdf.Pdf, page: int, specification: object) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=specification)
    _note(pdf, page, pdf.make_indirect(note))


def _note(pdf: pikepdf.Pdf, page: int, note: object) -> None:
    if "/Annots" not in pdf.pages[page].obj:
        pdf.pages[page].Annots = Array()
    pdf.pages[page].Annots.append(note)


def _packed(pdf: pikepdf.Pdf, name: str, content: bytes, **facts: object) -> Dictionary:
    facts = {"Filter": Name.FlateDecode, **facts}
    stream = pikepdf.Stream(pdf, content, Type=Name.EmbeddedFile, **facts)
    return Dictionary(
        Type=Name.Filespec, F=String(name), EF=Dictionary(F=pdf.make_indirect(stream))
    )


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    level = pikepdf.StreamDecodeLevel.none
    pdf.save(out, stream_decode_level=level, compress_streams=False)
    return out.getvalue()


def _new(pages: int = 1) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return pdf


def test_damage_before_a_file_does_not_hide_it() -> None:
    pdf = _new(3)
    _note(pdf, 0, None)
    _note(pdf, 0, Array([]))
    pdf.pages[1].Annots = Name.Lost
    _attach(pdf, 2, String("altrove.pdf"))
    _attach(pdf, 2, Dictionary(F=String("perso.txt"), EF=Dictionary()))
    _attach(pdf, 2, _packed(pdf, "lettera.txt", zlib.compress(LETTER)))
    parsed = _parse(_saved(pdf))
    assert _files(parsed)["portfolio.pdf/lettera.txt"] == (LETTER, "stored")
    assert [each.detail for each in parsed.message.defects] == ["portfolio.pdf: perso.txt"]
    assert _codes(parsed) == ["damaged_file"]


def test_a_null_among_annotations_is_no_damage() -> None:
    pdf = _new()
    _note(pdf, 0, None)
    _attach(pdf, 0, _packed(pdf, "lettera.txt", zlib.compress(LETTER)))
    parsed = _parse(_saved(pdf))
    assert len(_files(parsed)) == 2
    assert not _codes(parsed)


def test_a_file_after_many_links_and_after_many_namings_of_another_is_found() -> None:
    pdf = _new()
    for _ in range(600):
        _note(pdf, 0, Dictionary(Type=Name.Annot, Subtype=Name.Link))
    first = pdf.make_indirect(_packed(pdf, "uno.txt", zlib.compress(b"uno")))
    for _ in range(600):
        _attach(pdf, 0, first)
    _attach(pdf, 0, _packed(pdf, "lettera.txt", zlib.compress(LETTER)))
    parsed = _parse(_saved(pdf))
    assert len(_files(parsed)) == 3
    assert not _codes(parsed)


@pytest.mark.parametrize("limit", ["_MAX_PAGES", "_MAX_NOTES"])
def test_what_lies_beyond_a_limit_is_told(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(pdf_files, limit, 1)
    pdf = _new(2)
    _attach(pdf, 0, _packed(pdf, "uno.txt", zlib.compress(b"uno")))
    _attach(pdf, 1, _packed(pdf, "due.txt", zlib.compress(b"due")))
    parsed = _parse(_saved(pdf))
    assert len(_files(parsed)) == 2
    assert _codes(parsed) == ["damaged_file"]


def test_a_file_cut_off_is_kept_and_told() -> None:
    pdf = _new()
    content = bytes(range(256)) * 10
    _attach(pdf, 0, _packed(pdf, "lettera.txt", zlib.compress(content)[:-20]))
    parsed = _parse(_saved(pdf))
    kept, _ = _files(parsed)["portfolio.pdf/lettera.txt"]
    assert content.startswith(kept[:200])
    assert _codes(parsed) == ["damaged_file"]


@pytest.mark.parametrize(
    ("packed", "facts"),
    [
        (zlib.compress(LETTER), {"DecodeParms": Array([None])}),
        (zlib.compress(LETTER), {"DecodeParms": Dictionary(Predictor=1)}),
        (zlib.compress(LETTER), {"Filter": Array([Name.FlateDecode]), "DecodeParms": Array([])}),
        (LETTER, {"Filter": Array([])}),
    ],
)
def test_parameters_that_change_nothing_do_no_harm(packed: bytes, facts: dict[str, object]) -> None:
    pdf = _new()
    _attach(pdf, 0, _packed(pdf, "lettera.txt", packed, **facts))
    parsed = _parse(_saved(pdf))
    assert _files(parsed)["portfolio.pdf/lettera.txt"] == (LETTER, "stored")
    assert not _codes(parsed)


def test_a_bomb_after_a_file_leaves_that_file() -> None:
    pdf = _new()
    _attach(pdf, 0, _packed(pdf, "lettera.txt", zlib.compress(LETTER)))
    _attach(pdf, 0, _packed(pdf, "b.txt", zlib.compress(bytes(60_000_000), 9)))
    parsed = _parse(_saved(pdf))
    assert list(_files(parsed)) == ["portfolio.pdf", "portfolio.pdf/lettera.txt"]
    assert _codes(parsed) == ["archive_bomb"]
