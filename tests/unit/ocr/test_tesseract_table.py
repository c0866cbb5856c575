"""Columns of figures that Tesseract reads downwards are read once more, line by line across."""

from __future__ import annotations

import pytest
from PIL import Image

from intake.ocr.tesseract.table import BLOCKS, ONE_BLOCK, ONE_COLUMN, read_across

SHEET = Image.new("L", (1200, 1600), 255)
LABELS = [("Alabama", 80, 90, 60 * row, 130, 26) for row in range(1, 11)]
DOWNWARDS = [("bessesgese", 30, 400 + 200 * column, 60, 60, 560) for column in range(4)]
ACROSS = [
    (str(311 + 7 * row + column), 90, 400 + 200 * column, 60 * row, 60, 26)
    for row in range(1, 11)
    for column in range(4)
]
AXIS = [("kg/m", 80, 40, 300, 26, 90)]


def table_of(words):
    """Return Tesseract's table of (text, confidence, left, top, width, height)."""
    rows = [
        f"5\t1\t{number}\t1\t1\t1\t{left}\t{top}\t{width}\t{height}\t{confidence}\t{text}"
        for number, (text, confidence, left, top, width, height) in enumerate(words)
    ]
    return "\n".join(rows)


class Reader:
    """Tesseract, which sees other words in each segmentation mode."""

    def __init__(self, *, blocks, one_column=(), one_block=()):
        self.modes = []
        self._tables = {
            BLOCKS: table_of(blocks),
            ONE_COLUMN: table_of(one_column),
            ONE_BLOCK: table_of(one_block),
        }

    def table_of(self, mode):
        self.modes.append(mode)
        return self._tables[mode]

    def read(self):
        return read_across(self.table_of, SHEET, number=1)


def test_figures_read_downwards_are_read_again_across():
    page = Reader(blocks=LABELS + DOWNWARDS, one_column=LABELS + ACROSS).read()
    assert {text for text, *_ in ACROSS} <= set(page.text.split())
    assert "bessesgese" not in page.text


@pytest.mark.parametrize("whole", ["one_column", "one_block"])
def test_the_way_across_counts_in_which_no_figure_is_left_out(whole):
    without_first = [(text[1:], *rest) for text, *rest in ACROSS]
    ways = {"one_column": LABELS + without_first, "one_block": LABELS + without_first}
    page = Reader(blocks=LABELS + DOWNWARDS, **{**ways, whole: LABELS + ACROSS}).read()
    assert {text for text, *_ in ACROSS} <= set(page.text.split())


def test_the_first_reading_stays_where_the_second_makes_out_less():
    page = Reader(blocks=LABELS + DOWNWARDS, one_column=LABELS[:3]).read()
    assert len(page.words) == len(LABELS + DOWNWARDS)


def test_a_page_of_level_lines_is_read_once():
    reader = Reader(blocks=LABELS + ACROSS)
    reader.read()
    assert reader.modes == [BLOCKS]


def test_a_word_up_the_axis_of_a_chart_costs_no_second_reading():
    reader = Reader(blocks=LABELS + ACROSS + AXIS)
    reader.read()
    assert reader.modes == [BLOCKS]


def test_a_page_without_words_is_read_once():
    reader = Reader(blocks=[])
    assert reader.read().words == ()
    assert reader.modes == [BLOCKS]
