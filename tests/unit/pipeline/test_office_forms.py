"""What is ticked, chosen and written in the form fields of documents of an office."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.ocr.limits import PageLimits
from intake.parsing.office import rtf, tick_boxes
from intake.parsing.office.word_files import read_part
from intake.pipeline.pages.office_file import read_office

OFFICE = Path(__file__).resolve().parents[3] / "fixtures" / "office"


def _lines(name: str) -> list[str]:
    (page,) = read_office((OFFICE / name).read_bytes(), PageLimits())
    return page.text.strip().split("\n")


def test_a_word_form_says_what_is_ticked_chosen_and_written() -> None:
    assert _lines("modulo.docx")[1:] == [
        "[X] proprietario",
        "[ ] inquilino",
        "[X] residente",
        "Evento: alluvione",
        "Comune: Isernia",
        "[X] danni alle cose [ ] danni alle persone [X] danni agli animali",
        "[ ] bosco [X] prato",
    ]


def test_an_open_document_form_says_what_is_ticked_chosen_and_written() -> None:
    assert _lines("modulo.odt")[1:] == [
        "[X] proprietario",
        "[ ] inquilino",
        "[X] residente",
        "Comune: Isernia",
        "Evento: alluvione",
        "[X] danni",
        "prato",
    ]


def test_a_form_in_rich_text_says_what_is_ticked_chosen_and_written() -> None:
    assert _lines("modulo.rtf") == [
        "[X] proprietario",
        "[ ] inquilino",
        "[X] residente",
        "Comune: Isernia",
        "Evento: allagà",
        "[X] danni [ ] furto [ ] incendio",
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        rb"{\rtf1{\*\formfield{\fftype1\ffres1",
        rb"{\rtf1{\*\formfield{\fftype9\ffres1}}}",
        rb"{\rtf1{\*\formfield{\fftype2\ffres99999999{\*\ffl a}}}}",
        rb"{\rtf1{\*\formfield{\fftype2\ffres-7{\*\ffl a}}}}",
        rb"{\rtf1{\*\ffl a}\fftype1\ffres1}",
    ],
)
def test_a_damaged_field_of_rich_text_says_nothing(damaged: bytes) -> None:
    assert rtf.to_text(damaged).strip() == ""


def _part(body: str) -> str:
    return read_part(f'<w:document xmlns:w="x"><w:p>{body}</w:p></w:document>'.encode())


TICK = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'


def test_a_tick_that_was_taken_out_under_tracked_changes_is_not_shown() -> None:
    box = "<w:r><w:fldChar><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>"
    gone = f"<w:del>{TICK}{box}</w:r></w:del>"
    mark = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    assert _part(f"{mark}{gone}<w:r><w:t>prato</w:t></w:r>{TICK}") == "prato[X]"


def test_a_list_with_a_monstrous_number_costs_no_document() -> None:
    entries = '<w:listEntry w:val="a"/><w:listEntry w:val="b"/>'
    chosen = f'<w:ddList><w:result w:val="{"9" * 5000}"/>{entries}</w:ddList>'
    assert _part(f"{chosen}<w:r><w:t>prato</w:t></w:r>") == "prato"


@pytest.mark.parametrize(
    ("font", "shown"),
    [("Symbol", "\uf0fe"), ("Wingdings 3", "\uf0fe"), ("", "[X]"), ("Arial", "[X]")],
)
def test_signs_of_another_font_of_signs_are_no_boxes(font: str, shown: str) -> None:
    assert tick_boxes.with_signs("\uf0fe", font) == shown
