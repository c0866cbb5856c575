"""Columns that a PDF stores row by row are read one by one; tables and letters keep their rows."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest

from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.pdf.scans import Box
from intake.ocr.pdf.text import Letter
from intake.ocr.pdf.typed_columns import by_columns

MADE = runpy.run_path(str(Path(__file__).with_name("typed_pdfs.py")))
MAKE = MADE["MAKE"]
LEFT = [f"nella colonna di sinistra la riga {number}" for number in range(10, 30)]
RIGHT = [f"nella colonna di destra questa riga {number}" for number in range(10, 30)]
THIRD = [f"la terza delle colonne, alla riga {number}" for number in range(10, 30)]


def _read(*placed):
    """Return the lines of a page; ``placed`` are (left, bottom, text) in the order of the file."""
    drawn = [f"BT /F1 9 Tf {left} {bottom} Td ({text}) Tj ET" for left, bottom, text in placed]
    (sheet,) = read_pdf(MAKE["pdf_of"]("\n".join(drawn).encode("cp1252")), PageLimits())
    return [" ".join(line.split()) for line in sheet.text.split("\n")]


def _row_by_row(*columns, lefts, top=740, step=13):
    return [
        (left, top - step * number, column[number])
        for number in range(max(map(len, columns)))
        for left, column in zip(lefts, columns, strict=True)
        if number < len(column)
    ]


def test_columns_stored_row_by_row_are_read_one_by_one():
    assert _read(*_row_by_row(LEFT, RIGHT, lefts=(60, 320))) == LEFT + RIGHT


def test_columns_a_few_letters_apart_are_read_one_by_one():
    assert _read(*_row_by_row(LEFT, RIGHT, lefts=(60, 234))) == LEFT + RIGHT


def test_three_columns_are_read_one_by_one():
    assert _read(*_row_by_row(LEFT, RIGHT, THIRD, lefts=(30, 215, 405))) == LEFT + RIGHT + THIRD


def test_columns_of_unequal_length_between_a_title_and_a_foot_are_read_one_by_one():
    title, foot = (
        "Il notiziario del quartiere " * 3,
        "Pubblicato dalla associazione dei cittadini " * 2,
    )
    lines = _read(
        (60, 770, title), *_row_by_row(LEFT, RIGHT[:12], lefts=(60, 320)), (60, 440, foot)
    )
    assert lines == [title.strip(), *LEFT, *RIGHT[:12], foot.strip()]


def test_columns_stored_one_by_one_stay_so():
    placed = [(60, 740 - 13 * at, text) for at, text in enumerate(LEFT)]
    placed += [(320, 740 - 13 * at, text) for at, text in enumerate(RIGHT)]
    assert _read(*placed) == LEFT + RIGHT


@pytest.mark.parametrize(
    "rows",
    [
        [("Garze sterili", "12", "3,40"), ("Siringhe monouso", "100", "0,15")] * 6,
        [("22 agosto 2012", "Assemblea generale dei soci", "Firenze")] * 12,
        [("Nome e cognome del richiedente", "Giulia Ferri", "")] * 12,
    ],
)
def test_a_table_is_read_by_its_rows(rows):
    columns = list(zip(*rows, strict=True))
    lines = _read(*_row_by_row(*columns, lefts=(60, 240, 420)))
    assert lines == [" ".join(row).strip() for row in rows]


def test_a_letter_between_two_addresses_keeps_its_order():
    sender = ["Anna Bellini", "Via dei Tigli 14", "67039 Sulmona", "Tel. 0864 210215"]
    body = [
        "Gentile Ufficio, vorrei sapere in quale zona sismica ricade il mio comune e perche."
    ] * 9
    recipient = ["Spett.le Contact Center", "Via Ulpiano 11", "00193 Roma", "Italia"]
    placed = _row_by_row(sender, recipient, lefts=(60, 360))
    placed += [(60, 640 - 13 * at, text) for at, text in enumerate(body)]
    lines = _read(*placed)
    assert lines[:4] == [" ".join(row) for row in zip(sender, recipient, strict=True)]
    assert lines[4:] == body


def _letters(text, left, bottom, size):
    """Return the letters of a text, each half as wide as it is high, and the space after it."""
    boxes = (
        Box(left + at * size / 2, bottom, left + (at + 1) * size / 2, bottom + size)
        for at in range(len(text) + 1)
    )
    return [Letter(each, box, 1) for each, box in zip(f"{text} ", boxes, strict=True)]


@pytest.mark.parametrize(
    ("rows", "columns", "cell"),
    [
        (200, 40, "1234,50"),
        (2, 1400, "aaa bbb"),
        (250, 60, "12,5"),
        (60, 40, "una due tre e quattro"),
    ],
)
@pytest.mark.parametrize("is_line_a_cell", [True, False])
def test_a_dense_table_keeps_its_rows_and_costs_next_to_nothing(
    rows, columns, cell, is_line_a_cell
):
    wide = len(cell) * 2 + 6
    table = [
        [_letters(cell, column * wide, 5000 - row * 5, 4) for column in range(columns)]
        for row in range(rows)
    ]
    lines = [
        line
        for row in table
        for line in (row if is_line_a_cell else [[each for one in row for each in one]])
    ]
    start = time.process_time()
    assert by_columns(lines) == lines
    assert time.process_time() - start < 1.0
