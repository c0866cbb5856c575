from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from intake.ocr.ticks.boxes import TickBox, find_tick_boxes
from intake.ocr.ticks.words import with_boxes, without_boxes
from intake.schemas.documents import Word

DPI = 250


def draw(sheet, left=100, top=100, side=30, thick=2):
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((left, top, left + side, top + side), outline=0, width=thick)
    return pen


def paper():
    return Image.new("L", (900, 400), 255)


def found(sheet):
    soft = sheet.filter(ImageFilter.GaussianBlur(0.9))
    return [box.tick for box in find_tick_boxes(np.asarray(soft), DPI)]


@pytest.mark.parametrize("side", [20, 25, 32, 40, 60])
@pytest.mark.parametrize("thick", [2, 3, 4])
def test_an_empty_box_is_found(side, thick):
    sheet = paper()
    draw(sheet, side=side, thick=thick)
    assert found(sheet) == ["empty"]


@pytest.mark.parametrize(
    "strokes",
    [
        [(106, 106, 124, 124), (106, 124, 124, 106)],
        [(94, 92, 137, 138), (95, 137, 136, 93)],
        [(104, 116, 112, 126), (112, 126, 142, 88)],
        [(92, 138, 138, 92)],
        [(104, row, 127, row) for row in range(104, 128, 3)],
    ],
    ids=["printed cross", "cross", "check", "stroke", "filled"],
)
def test_a_ticked_box_is_told(strokes):
    sheet = paper()
    pen = draw(sheet)
    for stroke in strokes:
        pen.line(stroke, fill=0, width=4)
    assert found(sheet) == ["ticked"]


@pytest.mark.parametrize("at", [(100, 160), (400, 100)], ids=["in their column", "in a row"])
def test_a_box_with_worn_corners_is_found_in_line_with_others_of_its_size(at):
    sheet = paper()
    left, top = at
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((left, top, left + 36, top + 36), 5, outline=0, width=2)
    pen.line((left + 6, top + 6, left + 30, top + 30), fill=0, width=4)
    pen.line((left + 6, top + 30, left + 30, top + 6), fill=0, width=4)
    assert found(sheet) == []
    draw(sheet, side=36)
    draw(sheet, top=280, side=36)
    assert sorted(found(sheet)) == ["empty", "empty", "ticked"]


@pytest.mark.parametrize("letter", "DOBQE08H")
def test_a_letter_of_the_size_of_the_boxes_beside_it_is_none(letter):
    sheet = paper()
    for top in (60, 160, 260):
        draw(sheet, top=top, thick=3).text(
            (150, top + 31), letter, font=ImageFont.load_default(42), fill=0, anchor="ls"
        )
    assert found(sheet) == ["empty"] * 3


def test_of_a_speck_in_a_box_nothing_is_told_for_sure():
    sheet = paper()
    draw(sheet, side=40).ellipse((116, 118, 123, 125), fill=0)
    assert found(sheet) == ["doubtful"]


def test_a_solid_square_is_ticked_only_beside_boxes_of_its_size():
    sheet = paper()
    ImageDraw.Draw(sheet).rectangle((100, 100, 130, 130), fill=0)
    assert found(sheet) == []
    draw(sheet, left=300)
    assert found(sheet) == ["ticked", "empty"]


def icons(side):
    """Return the black squares with light letters of a letterhead."""
    sheet = paper()
    pen = ImageDraw.Draw(sheet)
    for place, sign in enumerate(("f", "in", "@", "t", "X")):
        left = 60 + 140 * place
        pen.rectangle((left, 100, left + side, 100 + side), fill=0)
        font = ImageFont.load_default(round(0.7 * side))
        pen.text((left + side / 2, 100 + side / 2), sign, font=font, fill=255, anchor="mm")
    return sheet


@pytest.mark.parametrize("side", [34, 42, 54])
def test_a_black_square_with_a_light_sign_is_no_tick(side):
    assert found(icons(side)) == []


@pytest.mark.parametrize("thick", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("side", [25, 32, 42])
def test_a_filled_or_crossed_box_of_any_frame_is_ticked(side, thick):
    sheet = paper()
    for left, step in ((100, 4), (300, 5), (500, 0)):
        pen = draw(sheet, left=left, side=side, thick=thick)
        end = 100 + side
        if step:
            for row in range(102, end, step):
                pen.line((left + 2, row, left + side - 2, row + 2), fill=0, width=3)
        else:
            pen.line((left - 4, 96, left + side + 4, end + 4), fill=0, width=4)
            pen.line((left - 4, end + 4, left + side + 4, 96), fill=0, width=4)
    draw(sheet, left=700, side=side, thick=thick)
    assert found(sheet) == ["ticked"] * 3 + ["empty"]


@pytest.mark.parametrize("letter", "ODQ0BE8UCGS3")
def test_a_letter_in_a_box_is_no_tick(letter):
    sheet = paper()
    pen = draw(sheet, side=44)
    pen.text((122, 122), letter, font=ImageFont.load_default(30), fill=0, anchor="mm")
    assert "ticked" not in found(sheet)


def test_cells_and_fields_of_single_letters_are_no_boxes():
    cells = paper()
    pen = ImageDraw.Draw(cells)
    for step in range(6):
        pen.rectangle((100 + 40 * step, 100, 140 + 40 * step, 140), outline=0, width=2)
    apart = paper()
    for step in range(6):
        draw(apart, left=100 + 42 * step)
    assert found(cells) == found(apart) == []


@pytest.mark.parametrize("gap", [5, 7])
def test_a_box_close_to_the_lines_of_its_tables_cell_is_found(gap):
    sheet = paper()
    pen = draw(sheet, side=40)
    pen.line((20, 100 - gap, 600, 100 - gap), fill=0, width=2)
    pen.line((100 - gap, 20, 100 - gap, 380), fill=0, width=2)
    assert found(sheet) == ["empty"]


def test_a_cell_between_thick_or_double_lines_is_no_box():
    sheet = paper()
    pen = ImageDraw.Draw(sheet)
    for step in range(8):
        for at in (60 + 44 * step, 66 + 44 * step):
            pen.line((at, 20, at, 380), fill=0, width=2)
            pen.line((20, at, 600, at), fill=0, width=2)
    assert found(sheet) == []


@pytest.mark.parametrize("size", [22, 26, 30, 36, 44, 60])
def test_letters_are_no_boxes(size):
    sheet = paper()
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size)
    pen.text((60, 60), "ODQ0BDPRaeo dbqp 8 H II", font=font, fill=0)
    pen.text((60, 200), "O D Q 0 o 8 B G C U", font=font, fill=0)
    assert found(sheet) == []


def test_the_squares_of_a_qr_code_are_no_boxes():
    sheet = paper()
    pen = ImageDraw.Draw(sheet)
    rows = np.random.default_rng(1).random((25, 25)) < 0.5
    for row, column in zip(*np.nonzero(rows), strict=True):
        pen.rectangle((100 + 6 * column, 100 + 6 * row, 105 + 6 * column, 105 + 6 * row), fill=0)
    for left, top in ((100, 100), (208, 100), (100, 208)):
        pen.rectangle((left - 6, top - 6, left + 47, top + 47), fill=255)
        pen.rectangle((left, top, left + 41, top + 41), fill=0)
        pen.rectangle((left + 6, top + 6, left + 35, top + 35), fill=255)
        pen.rectangle((left + 12, top + 12, left + 29, top + 29), fill=0)
    assert found(sheet) == []


def test_a_picture_without_boxes_is_the_same_picture():
    sheet = paper()
    assert without_boxes(sheet, DPI) == (sheet, ())


def test_a_box_is_taken_out_with_the_strokes_that_leave_it_and_what_stands_beside_it_stays():
    sheet = paper()
    pen = draw(sheet)
    pen.line((90, 140, 140, 90), fill=0, width=4)
    pen.rectangle((160, 100, 164, 130), fill=0)
    before = np.asarray(sheet)
    cleared, boxes = without_boxes(sheet, DPI)
    after = np.asarray(cleared)
    assert len(boxes) == 1
    assert (after[:, :155] == 255).all()
    assert (after[:, 155:] == before[:, 155:]).all()


def word(text, left, *, line=0):
    top = 100 + 60 * line
    return Word(text=text, confidence=0.9, left=left, top=top, right=left + 60, bottom=top + 30,
                paragraph=0, line=line)  # fmt: skip


def box(left, tick, *, line=0):
    top = 98 + 60 * line
    return TickBox(left, top, left + 32, top + 32, tick)


def test_boxes_stand_in_their_lines():
    words = [word("Gas:", 100), word("SI", 300), word("NO", 500), word("fine", 100, line=1)]
    boxes = [box(250, "ticked"), box(450, "empty"), box(50, "doubtful", line=1)]
    read = with_boxes(words, boxes)
    assert [each.text for each in read] == ["Gas:", "[X]", "SI", "[ ]", "NO", "[?]", "fine"]
    assert [each.line for each in read] == [0, 0, 0, 0, 0, 1, 1]


def test_a_box_beside_no_line_is_a_paragraph_of_its_own():
    read = with_boxes([word("Gas:", 100)], [box(50, "ticked", line=3)])
    assert [(each.text, each.paragraph) for each in read] == [("Gas:", 0), ("[X]", 1)]


def test_many_boxes_beside_many_words_cost_no_time():
    words = [word(f"{place}", 100 + 65 * place, line=row)
             for row in range(100) for place in range(40)]  # fmt: skip
    boxes = [box(60, "empty", line=row) for row in range(100)] * 5
    started = time.process_time()
    read = with_boxes(words, boxes)
    assert time.process_time() - started < 1
    assert [each.text for each in read][:7] == ["[ ]"] * 5 + ["0", "1"]
