from __future__ import annotations

from itertools import count

from intake.ocr.reading_order import in_reading_order
from intake.schemas.documents import Word


def page(*paragraphs):
    """Make words of (name, left, top, right, lines); a line is 40 pixels high."""
    numbers = count()
    return [
        Word(
            text=f"{name}{line}",
            confidence=0.9,
            left=left,
            top=top + 40 * line,
            right=right,
            bottom=top + 40 * line + 36,
            paragraph=number,
            line=line,
        )
        for (name, left, top, right, lines), number in zip(paragraphs, numbers, strict=False)
        for line in range(lines)
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
