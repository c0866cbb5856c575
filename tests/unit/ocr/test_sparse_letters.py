"""A word alone on a page is no dust, and dust is no word."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.judging.page_kind import is_blank
from intake.ocr.judging.sparse_letters import has_letters, look_at

A4_IN = (8.27, 11.69)
GRIDS = [(204, 98), (204, 196), (300, 300)]


def empty(dpi):
    return Image.new(
        "L", tuple(round(side * each) for side, each in zip(A4_IN, dpi, strict=True)), 255
    )


def written(text, points, dpi):
    """Return a page with ``text`` in so many points, in black and white."""
    square = Image.new("L", [round(side * 300) for side in A4_IN], 255)
    font = ImageFont.load_default(round(points / 72 * 300))
    ImageDraw.Draw(square).text((700, 900), text, font=font, fill=0)
    return square.resize(empty(dpi).size, Image.Resampling.BOX).convert("1").convert("L")


def letters_on(page, dpi):
    ink, across, down = look_at(page, dpi_x=dpi[0], dpi_y=dpi[1])
    return has_letters(ink, dpi_x=across, dpi_y=down)


@pytest.mark.parametrize("dpi", GRIDS)
@pytest.mark.parametrize(
    ("text", "points"),
    [("Sì", 12), ("No.", 9), ("TRE", 8), ("Aiuto!", 12), ("vedi retro", 8), ("€ 450", 10),
     ("- 2 -", 11), ("055", 8), ("DISDETTA", 40)],
)  # fmt: skip
def test_a_word_or_a_figure_alone_is_seen(text, points, dpi):
    assert letters_on(written(text, points, dpi), dpi)


def test_letters_that_touch_are_seen():
    page = empty((300, 300))
    pen = ImageDraw.Draw(page)
    pen.line([(700 + 12 * step, 900 + 30 * (step % 2)) for step in range(12)], fill=0, width=4)
    pen.line((700, 915, 832, 915), fill=0, width=3)
    assert letters_on(page, (300, 300))


def hair(pen, draw, dpi):
    x, y = 3 * dpi[0], 4 * dpi[1]
    for _ in range(40):
        end = x + draw.uniform(-0.03, 0.06) * dpi[0], y + draw.uniform(-0.03, 0.05) * dpi[1]
        pen.line((x, y, *end), fill=0)
        x, y = end


def holes(pen, _draw, dpi):
    for top in (4.2, 7.4):
        pen.ellipse((0.3 * dpi[0], top * dpi[1], 0.42 * dpi[0], (top + 0.12) * dpi[1]), fill=0)


def staple(pen, _draw, dpi):
    pen.line((0.6 * dpi[0], 0.7 * dpi[1], 0.95 * dpi[0], 0.6 * dpi[1]), fill=0, width=3)


def specks(pen, draw, dpi):
    for _ in range(30):
        x, y = (draw.random() * side * each for side, each in zip(A4_IN, dpi, strict=True))
        pen.rectangle((x, y, x + draw.randint(0, 2), y + draw.randint(0, 1)), fill=0)


@pytest.mark.parametrize("dpi", GRIDS)
@pytest.mark.parametrize("mark", [hair, holes, staple, specks])
def test_what_lies_on_an_empty_page_is_no_letter(mark, dpi):
    for seed in range(5):
        page = empty(dpi)
        mark(ImageDraw.Draw(page), random.Random(seed), dpi)
        assert not letters_on(page, dpi)


def test_a_page_is_blank_with_dust_on_it_and_not_with_a_word():
    word = written("Aiuto!", 12, (250, 250))
    assert is_blank(empty((250, 250)), 250, ink_in2=0.01)
    assert not is_blank(word, 250, ink_in2=0.01)
    assert not is_blank(empty((250, 250)), 250, ink_in2=0.03), "so much ink is no dust"
