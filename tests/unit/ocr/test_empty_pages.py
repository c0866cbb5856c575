"""Pages with nothing on them but what scanners and folders leave."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.batches.empty_pages import is_empty
from intake.ocr.sheets import PageImage

DPI = 200
SIZE = (1654, 2339)


def page(*, holes_in: float = 0.0, streak: int = 0, text: str = "") -> PageImage:
    """Return a page with two holes so far from its left edge, a streak so wide, and a text."""
    image = Image.new("L", SIZE, 250)
    pen = ImageDraw.Draw(image)
    if holes_in:
        for down in (840, 1480):
            across, radius = holes_in * DPI, 0.118 * DPI
            pen.ellipse((across - radius, down - radius, across + radius, down + radius), fill=30)
    if streak:
        pen.line((1000, 0, 1000, SIZE[1]), fill=140, width=streak)
    pen.text((600, 900), text, font=ImageFont.load_default(34), fill=0)
    return PageImage(number=1, image=image, dpi_x=DPI, dpi_y=DPI)


@pytest.mark.parametrize("away", [0.3, 0.47, 0.6, 0.85])
def test_punched_holes_are_nothing_on_a_page(away: float) -> None:
    assert is_empty(page(holes_in=away))
    assert not is_empty(page(holes_in=away, text="Aiuto!"))


@pytest.mark.parametrize("width", [1, 3])
def test_a_streak_of_the_scanner_is_nothing_on_a_page(width: int) -> None:
    assert is_empty(page(streak=width))
    assert not is_empty(page(streak=width, text="Aiuto!"))


def test_a_single_line_of_dense_type_is_a_letter_and_no_streak() -> None:
    image = Image.new("L", (1240, 1754), 255)
    font = ImageFont.load_default(17)
    pen = ImageDraw.Draw(image)
    line = "IBAN IT60X0542811101000000123456 INTESTATO A MARIO BIANCHI, CODICE FISCALE BNCMRA"
    pen.text((100, 800), line, font=font, fill=0, stroke_width=1)
    assert not is_empty(PageImage(number=1, image=image, dpi_x=150, dpi_y=150))


def test_a_round_patch_in_the_middle_and_a_broad_bar_are_something() -> None:
    assert not is_empty(page(holes_in=4.0))
    assert not is_empty(page(streak=60))
