from __future__ import annotations

from datetime import date

import pytest

from intake.letters.letter_dates import read_date_line


def read(text: str, *, is_english: bool = False, not_after: date | None = None) -> date | None:
    return read_date_line(text, is_english=is_english, not_after=not_after)


@pytest.mark.parametrize(
    "line",
    [
        "Roma, 12 marzo 2026",
        "Roma, lì 12/03/2026",
        "lì 12.3.2026",
        "Roma li' 12-03-2026",
        "ROMA, 12 MARZO 2026",
        "L'Aquila, addì 12 marzo 2026",
        "San Donà di Piave (VE), 12 marzo 2026",
        "Forlì, giovedì 12 marzo 2026",
        "Luogo e data: Roma, 12/03/2026",
        "Data 12/03/26",
        "Data Roma, 12 marzo 2026",
        "Data San Donà di Piave 12/03/2026",
        "12 marzo 2026.",
        "2026-03-12",
    ],
)
def test_the_forms_of_italian_letters_are_read(line: str) -> None:
    assert read(line) == date(2026, 3, 12)


@pytest.mark.parametrize(
    "line",
    [
        "12 March 2026",
        "London, 12th March 2026",
        "Date London, 12 March 2026",
        "March 12, 2026",
        "Date: 12 Mar 2026",
    ],
)
def test_the_forms_of_english_letters_are_read(line: str) -> None:
    assert read(line, is_english=True) == date(2026, 3, 12)


@pytest.mark.parametrize(
    "line",
    [
        "nato a Roma il 12 marzo 1960",
        "Nata il 12/03/1960",
        "Ricevuto il 12/03/2026",
        "Prot. 1234 del 12/03/2026",
        "Data Nascita 12/03/1960",
        "Data Scadenza: 12/03/2026",
        "Data Stipula 12/03/2026",
        "Data Fine Lavori 12/03/2026",
        "Vostra lettera del 12 marzo 2026",
        "il terremoto del 12 marzo 2026 ha danneggiato la casa",
        "31 febbraio 2026",
        "Roma, lunedì 12 marzo 2026",
        "Roma, 12 marzo",
        "12/13/2026",
    ],
)
def test_a_line_that_is_not_the_date_of_a_letter_gives_none(line: str) -> None:
    assert read(line) is None


def test_an_english_date_in_figures_is_only_read_where_it_can_be_one_day_only() -> None:
    assert read("Date: 03/04/2026", is_english=True) is None
    assert read("Date: 13/04/2026", is_english=True) == date(2026, 4, 13)
    assert read("Date: 04/04/2026", is_english=True) == date(2026, 4, 4)


def test_a_letter_is_not_written_after_it_was_received() -> None:
    assert read("Roma, 12 marzo 2026", not_after=date(2026, 3, 11)) is None
    assert read("Roma, 12 marzo 2026", not_after=date(2026, 3, 12)) == date(2026, 3, 12)
