"""Large type is read as if it were scanned finer: a cutting that tells no resolution."""

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import even
from intake.ocr.preparing.type_size import at_usual_size
from intake.ocr.read_sheet import read_sheet
from intake.ocr.sheets import PageImage
from intake.ocr.tesseract.in_process import TesserocrEngine

DPI = 100
NOTICE = ("Avviso ai residenti", "La strada provinciale", "resta chiusa al transito",
          "fino al 12 marzo 2026", "per lavori sul ponte")  # fmt: skip


def _page(points, *, lines=NOTICE, **more):
    """Return a page of A4 at ``DPI`` with lines of so many points."""
    pixels = round(points * DPI / 72)
    sheet = Image.new("L", (827, 1169), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(pixels)
    for number, line in enumerate(lines):
        pen.text((30, 40 + round(1.5 * pixels) * number), line, font=font, fill=0)
    return PageImage(1, sheet, DPI, DPI, **{"size_is_guessed": True, **more})


def _usual(page):
    return at_usual_size(page, even(page, dpi=250))


@pytest.mark.parametrize("points", [8, 10, 12, 14])
def test_the_type_of_letters_is_let_be(points):
    page = _page(points)
    assert _usual(page) is page


@pytest.mark.parametrize("points", [28, 40, 50])
def test_large_type_is_read_as_if_it_had_that_of_a_letter(points):
    usual = _usual(_page(points))
    assert 8 < points * DPI / usual.dpi_x < 15
    assert usual.dpi_x == usual.dpi_y


def test_the_shape_of_pixels_is_kept():
    page = _page(40)
    flat = replace(page, image=page.image.resize((827, 585)), dpi_y=DPI / 2)
    usual = _usual(flat)
    assert usual.dpi_x == pytest.approx(2 * usual.dpi_y)


def test_large_type_of_a_sheet_whose_size_is_known_is_large():
    page = _page(40, size_is_guessed=False)
    assert _usual(page) is page


def test_small_print_under_large_type_is_not_made_smaller():
    page = _page(40)
    pen = ImageDraw.Draw(page.image)
    for top in (900, 930):
        pen.text(
            (30, top), "dal lunedì al venerdì dalle 9 alle 12", font=ImageFont.load_default(15)
        )
    assert _usual(page) is page


def test_boxes_for_single_letters_are_no_large_type():
    page = _page(10, lines=NOTICE * 2)
    pen = ImageDraw.Draw(page.image)
    for number in range(200):
        left, top = 30 + 38 * (number % 20), 500 + 40 * (number // 20)
        pen.rectangle((left, top, left + 25, top + 25), outline=0)
    assert _usual(page) is page


@pytest.mark.parametrize("lines", [(), ("Sì",)], ids=["blank", "two letters"])
def test_a_few_large_letters_are_no_measure(lines):
    page = _page(50, lines=lines)
    assert _usual(page) is page


def test_a_cutting_in_large_type_is_read_and_tells_its_own_resolution():
    page = _page(44)
    reading = read_sheet(
        page, engine=TesserocrEngine(), languages=("ita", "eng"), limits=PageLimits()
    )
    assert reading.page.text.split() == " ".join(NOTICE).split()
    assert (reading.page.kind, reading.page.dpi_x) == ("print", DPI)
