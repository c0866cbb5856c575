"""Large type is read as if it were scanned finer: a cutting that tells no resolution."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.prepare import even
from intake.ocr.read_sheet import read_sheet
from intake.ocr.sheets import PageImage
from intake.ocr.tesseract_library import TesserocrEngine
from intake.ocr.type_size import at_usual_size

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
    return PageImage(1, sheet, DPI, DPI, **more)


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


def test_the_shape_of_pixels_and_the_lines_it_was_scanned_with_are_kept():
    page = _page(40, source_dpi_y=98.0)
    usual = _usual(page)
    assert usual.source_dpi_y == pytest.approx(98 * usual.dpi_x / DPI)


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
