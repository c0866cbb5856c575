from __future__ import annotations

from itertools import groupby
from random import Random

import pytest

from intake.ocr.reading_order import in_reading_order
from intake.schemas.documents import Word


def page(*paragraphs):
    """Make words of (name, left, top, right, lines), a word about every 180 pixels.

    A line is 40 pixels high; with a sixth value so many pixels lie between two tops.
    """
    return [
        Word(
            text=f"{name}{line}",
            confidence=0.9,
            left=left + word * (right - left) // words,
            top=top + step * line,
            right=left + (word + 1) * (right - left) // words - 10,
            bottom=top + step * line + 36,
            paragraph=number,
            line=line,
        )
        for number, (name, left, top, right, lines, *rest) in enumerate(paragraphs)
        for step, words in [(rest[0] if rest else 40, max(1, (right - left) // 180))]
        for line in range(lines)
        for word in range(words)
    ]


def order(words):
    return list(dict.fromkeys(word.text.rstrip("0123456789") for word in in_reading_order(words)))


def test_an_address_on_the_right_is_read_where_it_stands():
    letter = page(
        ("sender", 250, 250, 700, 4),
        ("date", 250, 610, 550, 1),
        ("recipient", 1250, 450, 1890, 3),
        ("body", 250, 700, 1880, 9),
    )
    assert order(letter) == ["sender", "recipient", "date", "body"]


def test_columns_are_read_one_by_one():
    sheet = page(
        ("title", 250, 100, 1880, 1),
        ("left", 250, 200, 1000, 20),
        ("right", 1100, 200, 1880, 20),
        ("foot", 250, 1100, 1880, 1),
    )
    assert order(sheet) == ["title", "left", "right", "foot"]


def test_columns_whose_paragraphs_end_at_one_height_stay_whole():
    sheet = page(
        ("one", 250, 200, 1000, 6),
        ("two", 250, 500, 1000, 6),
        ("three", 1100, 200, 1880, 6),
        ("four", 1100, 500, 1880, 6),
    )
    assert order(sheet) == ["one", "two", "three", "four"]


def test_columns_stay_whole_however_the_engine_cuts_their_paragraphs():
    sheet = page(
        ("one", 250, 200, 1000, 5),
        ("two", 250, 400, 700, 1),
        ("three", 250, 490, 1000, 4),
        ("four", 1100, 200, 1880, 4),
        ("five", 1100, 360, 1500, 1),
        ("six", 1100, 490, 1880, 4),
        ("end", 250, 800, 600, 1),
    )
    assert order(sheet) == ["one", "two", "three", "four", "five", "six", "end"]


def joined(*columns, rows=8, step=42, count=4):
    """Make lines of (name, left, right), words across, that an engine read over the gutters.

    Each column has ``count`` words in its lines, which begin and end at its sides; a count of 0
    stands for 2 and 3 in turn, and a name of figures for a single word.
    """
    return [
        Word(
            text=name if name.isdigit() else f"{name}{row}",
            confidence=0.9,
            left=left + word * (right - left + 10) // words,
            top=100 + step * row,
            right=left + (word + 1) * (right - left + 10) // words - 10,
            bottom=136 + step * row,
            paragraph=row // 5,
            line=row % 5,
        )
        for row in range(rows)
        for name, left, right in columns
        for words in [1 if name.isdigit() else count or 2 + row % 2]
        for word in range(words)
    ]


@pytest.mark.parametrize("count", [0, 3, 5])
@pytest.mark.parametrize("gutter", [40, 60])
def test_lines_that_were_read_across_the_gutters_of_columns_are_parted(count, gutter):
    columns = [(name, 100 + 480 * at, 580 + 480 * at - gutter) for at, name in enumerate("abcd")]
    page = joined(*columns, count=count)
    assert order(page) == ["a", "b", "c", "d"]
    paragraphs = [
        number for number, _ in groupby(word.paragraph for word in in_reading_order(page))
    ]
    assert len(paragraphs) == len({*paragraphs}) == 8


def test_columns_are_parted_around_a_line_over_all_of_them():
    head = Word(text="head", confidence=0.9, left=100, top=40, right=1300, bottom=76)
    sheet = [head, *(word.model_copy(update={"paragraph": word.paragraph + 1})
                     for word in joined(("a", 100, 700), ("b", 760, 1360)))]  # fmt: skip
    assert order(sheet) == ["head", "a", "b"]


@pytest.mark.parametrize(
    "table",
    [
        joined(("place", 100, 400), ("1250", 460, 560), ("30", 640, 700), count=2),
        joined(("a", 100, 400), ("b", 430, 730)),
        joined(("a", 100, 400), ("b", 460, 760), rows=3),
        joined(*[(f"c{at}_", 100 + 160 * at, 200 + 160 * at) for at in range(10)], count=3),
    ],
    ids=["figures", "no wider than a space", "few rows", "many columns"],
)
def test_rows_that_are_no_columns_of_text_stay_whole(table):
    assert in_reading_order(table) == tuple(table)


def test_cells_of_several_words_that_end_anywhere_stay_in_their_rows():
    chance = Random(5)
    table = [
        word.model_copy(update={"text": f"r{row}"})
        for row in range(10)
        for left in (100, 800)
        for word in [Word(text="", confidence=0.9, left=left, top=100 + 42 * row,
                          right=left + chance.randint(150, 600), bottom=136 + 42 * row,
                          paragraph=0, line=row)]
    ]  # fmt: skip
    cells = [part for cell in table for part in split_in(cell, 3)]
    assert in_reading_order(cells) == tuple(cells)


def split_in(cell, count):
    """Return a cell as so many words of one width."""
    wide = (cell.right - cell.left) // count
    return [
        cell.model_copy(update={"left": cell.left + at * wide,
                                "right": cell.left + (at + 1) * wide - 10})
        for at in range(count)
    ]  # fmt: skip


def test_a_box_beside_a_letter_is_read_after_the_text_that_goes_on_below_it():
    letter = page(
        ("head", 250, 100, 1880, 1),
        ("one", 250, 200, 1200, 4),
        ("two", 250, 385, 1200, 4),
        ("box", 1400, 200, 1700, 4),
        ("end", 250, 700, 600, 1),
    )
    assert order(letter) == ["head", "one", "two", "box", "end"]


def test_rows_of_a_form_that_the_engine_took_for_a_paragraph_are_rows_again():
    form = page(("label", 250, 200, 600, 3, 120), ("value", 1000, 200, 1300, 3, 120))
    assert [word.text for word in in_reading_order(form)] == [
        "label0", "value0", "label1", "value1", "label2", "value2",
    ]  # fmt: skip


def test_the_cells_of_a_table_are_read_row_by_row():
    table = page(
        ("kitchen", 250, 200, 600, 1),
        ("bath", 250, 300, 600, 1),
        ("crack", 900, 200, 1300, 1),
        ("leak", 900, 300, 1300, 1),
    )
    assert order(table) == ["kitchen", "crack", "bath", "leak"]


def test_boxes_that_touch_do_not_hide_the_order():
    letter = page(("second", 250, 232, 1880, 1), ("first", 250, 200, 1880, 1))
    assert order(letter) == ["first", "second"]


def test_where_no_cut_parts_them_the_order_of_the_engine_stays():
    pinwheel = page(
        ("a", 0, 0, 200, 1), ("c", 100, 50, 400, 4), ("b", 250, 0, 400, 2), ("d", 0, 30, 90, 6)
    )
    assert set(order(pinwheel)) == {"a", "b", "c", "d"}
    assert len(in_reading_order(pinwheel)) == len(pinwheel)


def test_a_page_without_words_has_no_order():
    assert in_reading_order([]) == ()
