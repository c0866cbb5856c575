"""Pages that lie on their side or upside down are turned; upright ones cost no second reading."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.judging.orientation import read_upright, turn
from intake.ocr.preparing.prepare import Evened
from intake.ocr.preparing.slopes import Slopes
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Page, Word

DPI = 250


def draw_lines() -> Image.Image:
    """Return an upright page: lines of print, and a black square near its top left corner."""
    page = Image.new("L", (2000, 2800), 255)
    font = ImageFont.load_default(size=36)
    pen = ImageDraw.Draw(page)
    words = ["la", "casa", "vicino", "ponte", "era", "chiusa", "dopo", "piena", "del", "fiume"]
    choose = random.Random(1)
    for number in range(22):
        text = " ".join(choose.choices(words, k=choose.randint(4, 11)))
        pen.text((250, 500 + 70 * number), text, font=font, fill=0)
    pen.rectangle((250, 300, 330, 340), fill=0)
    return page


class Engine:
    """Is sure of a picture only if it is upright: its ink starts at the left."""

    def __init__(self, *, sure: float = 0.95, unsure: float = 0.4) -> None:
        self.sizes: list[tuple[int, int]] = []
        self._sure, self._unsure = sure, unsure

    def read(self, image: Image.Image, dpi: float) -> Page:
        self.sizes.append(image.size)
        ink = image.point(lambda value: 255 - value)
        half = image.width // 2
        left = sum(n * v for v, n in enumerate(ink.crop((0, 0, half, image.height)).histogram()))
        right = sum(n * v for v, n in enumerate(ink.crop((half, 0, *image.size)).histogram()))
        return Page(number=1, confidence=self._sure if left > right else self._unsure)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_turned_back_as_it_was_laid(turned: int) -> None:
    page = Evened(draw_lines(), DPI)
    laid = turn(page, turned) if turned else page

    upright = read_upright(laid, Engine().read)

    assert (upright.rotation + turned) % 360 == 0
    assert upright.page.confidence == 0.95
    assert upright.prepared.image == page.image


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_of_which_it_is_known_how_it_lies_is_read_once(turned: int) -> None:
    page, engine = Evened(draw_lines(), DPI), Engine()
    laid = turn(page, turned) if turned else page

    upright = read_upright(laid, engine.read, known=-turned % 360)

    assert upright.prepared.image == page.image
    assert engine.sizes == [page.image.size]


def test_an_upright_page_is_read_once() -> None:
    engine = Engine()

    read_upright(Evened(draw_lines(), DPI), engine.read)

    assert engine.sizes == [(2000, 2800)]


def test_a_page_nobody_can_read_either_way_costs_one_strip_and_stays() -> None:
    engine = Engine(sure=0.4, unsure=0.4)

    upright = read_upright(Evened(draw_lines(), DPI), engine.read)

    assert upright.rotation == 0
    assert len(engine.sizes) == 2
    assert engine.sizes[1][1] < 400


@pytest.mark.parametrize("askew", [0, 3, -4, 8, -12])
def test_lines_are_told_from_columns_on_a_page_askew(askew: int) -> None:
    upright = draw_lines().rotate(askew, fillcolor=255)
    sideways = turn(Evened(upright, DPI), 90).image

    assert not Slopes(upright).lies_sideways()
    assert Slopes(sideways).lies_sideways()


def test_bars_that_stand_upright_do_not_turn_a_page_that_is_read_no_better_turned() -> None:
    bars = Image.new("L", (2000, 640), 255)
    for left in range(250, 900, 30):
        bars.paste(0, (left, 200, left + 14, 330))

    assert Slopes(bars).lies_sideways()
    assert read_upright(Evened(bars, DPI), Engine(sure=0.4, unsure=0.3).read).rotation == 0


def test_a_photo_does_not_turn_an_upright_page() -> None:
    """Tesseract reads lines that run up a turned page as well, and is sure of them."""
    page = draw_lines()
    page.paste(0, (1500, 300, 1600, 2700))

    upright = read_upright(Evened(page, DPI), _read_any_way)

    assert Slopes(page).lies_sideways()
    assert upright.rotation == 0


def _read_any_way(image: Image.Image, dpi: float) -> Page:
    """Return words on level lines of an upright page, on lines that run up one that is turned."""
    wide, high = (30, 120) if image.width == 2800 else (120, 30)
    words = [
        Word(text="vicino", confidence=0.95, left=0, top=top, right=wide, bottom=top + high)
        for top in range(0, 600, 150)
    ]
    return page_of(words, number=1, size=image.size)


def test_an_empty_page_lies_on_no_side() -> None:
    assert not Slopes(Image.new("L", (2000, 2800), 255)).lies_sideways()
    assert not Slopes(Image.new("L", (1, 1), 0)).lies_sideways()


def test_a_page_of_a_single_row_is_read_as_it_lies() -> None:
    page = Evened(Image.new("L", (3000, 1), 0), DPI)
    assert read_upright(page, Engine(sure=0.3, unsure=0.3).read).rotation == 0
