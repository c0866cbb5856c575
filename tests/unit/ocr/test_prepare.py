from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from intake.ocr.preparing.prepare import (
    WORK_PIXELS,
    even,
    flatten,
    measure_ink,
    prepare,
    smooth,
    square,
)
from intake.ocr.preparing.slopes import Slopes
from intake.ocr.preparing.straighten import straighten
from intake.ocr.sheets import PageImage


def _ruled_page(width=1654, height=2339):
    page = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(page)
    for top in range(200, height - 200, 50):
        for left in range(150, width - 150, 40):
            pen.rectangle((left, top, left + 24, top + 18), fill=0)
    return page


def test_the_ground_of_a_large_page_is_evened_without_large_copies():
    page = _ruled_page(5000, 5000)

    tracemalloc.start()
    flatten(page)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000  # numpy's; with three copies of two bytes a pixel it was 150 million


def test_a_standard_fax_becomes_an_a4_sheet_with_square_pixels():
    squared, dpi = square(Image.new("L", (1728, 1146), 255), dpi_x=204, dpi_y=98, dpi=250)
    assert dpi == 250
    assert squared.size == (round(1728 * 250 / 204), round(1146 * 250 / 98))


def test_an_oversize_sheet_is_prepared_at_less_resolution():
    squared, dpi = square(Image.new("L", (4000, 4000), 255), dpi_x=100, dpi_y=100, dpi=250)
    assert squared.width * squared.height <= WORK_PIXELS * 1.001
    assert dpi == pytest.approx(125)


@pytest.mark.parametrize("place", [(0, 0), (300, 200), (590, 300), (597, 397)])
@pytest.mark.parametrize("dpi_y", [98, None])
def test_what_is_smoothed_is_the_same_as_where_the_white_is_smoothed_too(place, dpi_y):
    page = Image.new("L", (600, 400), 255)
    page.paste(0, (*place, place[0] + 20, place[1] + 9))
    page.putpixel((5, 150), 254)
    whole = page.filter(ImageFilter.GaussianBlur(1.3 if dpi_y else 0.9))
    assert smooth(page, dpi_y=dpi_y).tobytes() == whole.tobytes()


def test_coarse_scans_are_smoothed_more_than_fine_ones():
    page = _ruled_page(400, 600)
    coarse, fine = (np.asarray(smooth(page, dpi_y=dpi)).std() for dpi in (98, 196))
    assert coarse < fine < np.asarray(page).std()


@pytest.mark.parametrize("degrees", [-3.2, -0.6, 0.5, 1.2, 4.0])
def test_a_crooked_page_is_levelled(degrees):
    crooked = _ruled_page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    assert Slopes(crooked).skew() == pytest.approx(-degrees, abs=0.15)


def test_a_level_page_is_left_as_it_is():
    page = _ruled_page()
    skew = Slopes(page).skew()
    assert skew == 0.0
    assert straighten(page, skew) is page


@pytest.mark.parametrize("degrees", [-12.5, -0.37, 0.3, 5.81])
@pytest.mark.parametrize("size", [(640, 512), (333, 700), (30, 20)])
def test_what_is_turned_is_the_same_as_where_the_white_is_turned_too(degrees, size):
    page = Image.new("L", size, 255)
    for place in [(0, 0), (size[0] - 9, size[1] - 4), (size[0] // 2, 63), (128, 256), (310, 400)]:
        page.paste(90, (*place, place[0] + 9, place[1] + 4))
    page = page.filter(ImageFilter.GaussianBlur(0.9))
    whole = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    assert straighten(page, degrees).tobytes() == whole.tobytes()


def test_the_grain_of_paper_is_neither_blurred_nor_turned_and_pale_ink_is():
    levels = np.tile(np.array([[240, 255], [255, 240]], dtype=np.uint8), (300, 300))
    levels[290:310, 200:400] = 225
    page = Image.fromarray(levels)

    soft, turned = np.asarray(smooth(page, dpi_y=None)), np.asarray(straighten(page, 2.0))

    assert np.array_equal(soft[:200], levels[:200])
    assert soft[295:305, 250:350].max() == 225
    assert turned[295:305, 250:350].max() == 225
    assert turned[:128].min() == 255


@pytest.mark.parametrize("size", [(640, 512), (333, 703), (30, 20)])
def test_print_as_pale_as_is_looked_for_among_the_unread_is_turned_too(size):
    page = Image.new("L", size, 255)
    for place in [(0, 0), (size[0] - 9, size[1] - 8), (310, 400)]:
        page.paste(236, (*place, place[0] + 9, place[1] + 8))
    whole = page.rotate(2.5, Image.Resampling.BICUBIC, fillcolor=255)
    assert straighten(page, 2.5).tobytes() == whole.tobytes()


def test_a_page_with_hardly_any_ink_is_not_turned():
    page = Image.new("L", (1654, 2339), 255)
    ImageDraw.Draw(page).line((100, 100, 160, 130), fill=0)
    assert Slopes(page).skew() == 0.0


def test_a_shadow_is_taken_off_the_paper_and_the_ink_stays():
    ramp = np.tile(np.linspace(250, 120, 1200), (800, 1)).astype(np.uint8)
    ramp[300:310, 100:1100] = 20
    even = np.asarray(flatten(Image.fromarray(ramp)))
    assert even[600:700, :].min() > 235
    assert even[303:307, 150:1050].max() < 60


def test_ink_is_measured_in_square_inches():
    page = Image.new("L", (500, 500), 255)
    page.paste(0, (0, 0, 250, 125))
    assert measure_ink(page, 250) == pytest.approx(0.5)


def test_thin_print_is_as_much_ink_after_its_edges_were_softened():
    page = Image.new("L", (1728, 1146), 255)
    for left in range(200, 1500, 12):
        page.paste(0, (left, 300, left + 1, 312))
    sheet = PageImage(number=1, image=page, dpi_x=204, dpi_y=98, bilevel=True)
    ink_in2 = 109 * 12 / (204 * 98)
    assert prepare(sheet, dpi=250).ink_in2 == pytest.approx(ink_in2, rel=0.15)


def test_shades_of_grey_are_softened_less_than_the_steps_of_a_coarse_fax():
    page = _ruled_page(400, 600)
    stepped, shaded = (
        np.asarray(
            even(PageImage(number=1, image=page, dpi_x=90, dpi_y=90, bilevel=kind), dpi=250).image
        )
        for kind in (True, False)
    )
    assert stepped.std() < shaded.std()


def test_preparing_changes_no_argument():
    page = PageImage(1, _ruled_page(400, 600), dpi_x=100, dpi_y=100)
    before = page.image.tobytes()
    prepared = prepare(page, dpi=250)
    assert page.image.tobytes() == before
    assert prepared.image.size == (1000, 1500)
    assert prepared.dpi == 250
