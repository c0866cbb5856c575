"""Pale print is made as black as black print; paper stays paper."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from intake.ocr.judging.unread_ink import has_unread_ink
from intake.ocr.preparing.pale_ink import even_ink
from intake.ocr.preparing.prepare import Prepared

DPI = 250


def sheet_with_strokes(*greys):
    """Return a sheet with rows of strokes, each row in one grey."""
    sheet = Image.new("L", (803, 97 * len(greys)), 255)
    pen = ImageDraw.Draw(sheet)
    for row, grey in enumerate(greys):
        for left in range(40, 760, 24):
            pen.line([(left, 97 * row + 30), (left, 97 * row + 62)], fill=grey, width=5)
    return sheet


@pytest.mark.parametrize("pale", [120, 170, 191])
def test_strokes_are_black_however_pale_they_were(pale):
    evened = np.asarray(even_ink(sheet_with_strokes(0, pale), DPI))

    assert evened[45, 40] == 0
    assert evened[97 + 45, 40] <= 1
    assert evened[45, 52] == evened[97 + 45, 52] == 255


def test_what_may_be_the_paper_is_made_no_black():
    evened = np.asarray(even_ink(sheet_with_strokes(245), DPI))

    assert evened[45, 40] >= 200


def test_a_picture_of_any_size_keeps_it():
    for size in ((1, 1), (3, 500), (799, 2)):
        assert even_ink(Image.new("L", size, 255), DPI).size == size


def test_pale_lines_that_were_passed_over_are_unread_print_where_there_are_greys(page_of_lines):
    lines = ("Il muro di sostegno", "ha ceduto nella notte", "quale ufficio se ne occupa?")
    sheet, words = page_of_lines(*lines, read={0, 2})
    pale, _ = page_of_lines(*lines, read=())
    band = (0, 160, sheet.width, 240)
    sheet.paste(pale.crop(band).point(lambda grey: 205 if grey < 128 else 255), band)
    page = Prepared(image=sheet, dpi=DPI, skew=0.0, ink_in2=0.5)

    assert has_unread_ink(page, words, bilevel=False)
    assert not has_unread_ink(page, words, bilevel=True)
