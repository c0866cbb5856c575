"""What people wrote on a page of a PDF without it being drawn there is read as its text."""

from __future__ import annotations

import runpy
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.recognise import read_document
from intake.ocr.sheets import PageImage, PageText
from intake.testing.fakes import FakeOcrEngine

MADE = runpy.run_path(str(Path(__file__).with_name("typed_pdfs.py")))
MAKE, LETTER, picture_of, pdf_with = (
    MADE["MAKE"], MADE["LETTER"], MADE["picture_of"], MADE["pdf_with"],
)  # fmt: skip
WORDS = "Aggiungo: la cantina è allagata"


def _note(kind: str, words: str = WORDS, **more: object) -> Dictionary:
    rect = Array([100, 20, 480, 60])
    return Dictionary(
        Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=rect, Contents=String(words), F=4, **more
    )


def _sheet(data: bytes, *notes: Dictionary) -> PageText | PageImage:
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.pages[0].Annots = Array([pdf.make_indirect(note) for note in notes])
        pdf.save(out)
    (sheet,) = read_pdf(out.getvalue(), PageLimits())
    assert isinstance(sheet, PageText | PageImage)
    return sheet


TYPED = MAKE["pdf_of"](MAKE["text_stream"](LETTER))
SCANNED = pdf_with((picture_of(size=(595, 842)), 0, 0, 595, 842), text="")


@pytest.mark.parametrize("kind", ["Text", "FreeText", "Highlight", "Ink", "Caret"])
def test_a_note_on_typed_text_follows_it(kind: str) -> None:
    sheet = _sheet(TYPED, _note(kind))
    assert isinstance(sheet, PageText)
    assert sheet.text.endswith(f"\n\n{WORDS}")
    assert sheet.defects == ()


def test_notes_on_a_scan_follow_what_is_read_there() -> None:
    sheet = _sheet(SCANNED, _note("FreeText"), _note("Text", "rispondete entro lunedì"))
    assert isinstance(sheet, PageImage)
    engine = FakeOcrEngine("LETTA SULLA PAGINA")
    document = read_document(
        "application/pdf", [sheet], engine=engine, languages=("ita",), limits=PageLimits()
    )
    assert document.pages[0].text.endswith(f"\n\n{WORDS}\nrispondete entro lunedì")


def test_a_comment_that_repeats_what_it_marks_adds_nothing() -> None:
    line = next(line for line in LETTER.split("\n") if len(line) > 30)
    sheet = _sheet(TYPED, _note("Highlight", line))
    assert isinstance(sheet, PageText)
    assert sheet.text.count(line) == 1


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(_note("Link"), id="a link"),
        pytest.param(_note("Popup"), id="the window of a note"),
        pytest.param(_note("Text", StateModel=String("Review")), id="a program's mark"),
    ],
)
def test_what_no_person_wrote_is_no_note(note: Dictionary) -> None:
    sheet = _sheet(TYPED, note)
    assert isinstance(sheet, PageText)
    assert WORDS not in sheet.text


def test_a_note_that_was_hidden_is_left_out() -> None:
    note = _note("Text")
    note.F = 2
    sheet = _sheet(TYPED, note)
    assert isinstance(sheet, PageText)
    assert WORDS not in sheet.text


def test_more_notes_than_are_read_are_told() -> None:
    many = _sheet(TYPED, *(_note("Text", f"nota {number}") for number in range(501)))
    assert [defect.code for defect in many.defects] == ["page_notes_unread"]
    long = _sheet(SCANNED, _note("Text", "a" * 60_000))
    assert isinstance(long, PageImage)
    assert [defect.code for defect in long.defects] == ["page_notes_unread"]
    assert long.is_incomplete


def test_links_and_repeated_notes_do_not_count() -> None:
    links = [_note("Link") for _ in range(600)]
    long = [_note("Text", "a" * 30_000) for _ in range(3)]
    sheet = _sheet(TYPED, *links, *long, _note("Text"))
    assert isinstance(sheet, PageText)
    assert sheet.text.endswith(WORDS)
    assert sheet.defects == ()


def test_a_short_note_after_one_that_is_too_long_is_read() -> None:
    sheet = _sheet(TYPED, _note("Text", "a" * 60_000), _note("Text"))
    assert isinstance(sheet, PageText)
    assert sheet.text.endswith(WORDS)
    assert [defect.code for defect in sheet.defects] == ["page_notes_unread"]


def _with_file(place: str) -> PageText | PageImage:
    out = BytesIO()
    with pikepdf.open(BytesIO(TYPED)) as pdf:
        if place == "document":
            pdf.attachments["lettera.txt"] = AttachedFileSpec(pdf, b"ciao")
        else:
            file = AttachedFileSpec(pdf, b"ciao", filename="lettera.txt")
            note = _note("FileAttachment", "in allegato", FS=file.obj)
            pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
        pdf.save(out)
    (sheet,) = read_pdf(out.getvalue(), PageLimits())
    assert isinstance(sheet, PageText | PageImage)
    return sheet


@pytest.mark.parametrize("place", ["document", "page"])
def test_files_in_a_pdf_are_told_and_are_no_fault_of_the_page(place: str) -> None:
    sheet = _with_file(place)
    assert [defect.code for defect in sheet.defects] == ["files_inside"]
    engine = FakeOcrEngine()
    document = read_document(
        "application/pdf", [sheet], engine=engine, languages=("ita",), limits=PageLimits()
    )
    assert not document.needs_review
