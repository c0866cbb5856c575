"""What is ticked, chosen and written in the form fields of documents of an office."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.ocr.limits import PageLimits
from intake.parsing import rtf
from intake.pipeline.office_file import read_office

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
