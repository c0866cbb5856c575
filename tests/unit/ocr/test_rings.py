"""A stamp's ring is taken away from over the type; what no ring is stays."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from intake.ocr.preparing.prepare import Evened
from intake.ocr.preparing.rings import without_rings

DPI = 250


def written_sheet():
    sheet = Image.new("L", (1500, 1000), 255)
    font = ImageFont.load_default(42)
    for line in range(10):
        words = "Il muro di sostegno ha ceduto: quale ufficio se ne occupa?"
        ImageDraw.Draw(sheet).text((120, 100 + 70 * line), words, font=font, fill=0)
    return sheet


TYPE = written_sheet()


def stamp(across, down, width, *, turned=0):
    """Return a sheet with nothing but a ring in its middle, ``turned`` by some degrees."""
    sheet = Image.new("L", TYPE.size, 255)
    box = (750 - across, 500 - down, 750 + across, 500 + down)
    ImageDraw.Draw(sheet).ellipse(box, outline=0, width=width)
    return sheet.rotate(turned, Image.Resampling.BICUBIC, fillcolor=255)


def ink(image):
    return np.asarray(image) < 128


@pytest.mark.parametrize(
    "ring",
    [stamp(180, 180, 6), stamp(150, 150, 14), stamp(230, 140, 8), stamp(230, 150, 8, turned=12)],
)
def test_a_round_or_oval_ring_goes_and_the_type_that_it_does_not_touch_stays(ring):
    page, is_over_print = without_rings(Evened(ImageChops.darker(TYPE, ring), DPI))
    assert is_over_print
    cleaned = page.image
    alone = ink(ring) & ~ink(TYPE)
    assert np.mean(ink(cleaned)[alone]) < 0.25  # what letters reach through it is left
    away = ink(TYPE) & (
        np.asarray(ring.reduce(20).resize(TYPE.size, Image.Resampling.NEAREST)) == 255
    )
    assert np.mean(ink(cleaned)[away]) > 0.99


def test_two_rings_one_in_the_other_both_go():
    rings = ImageChops.darker(stamp(190, 190, 8), stamp(130, 130, 5))
    cleaned = without_rings(Evened(ImageChops.darker(TYPE, rings), DPI))[0].image
    assert np.mean(ink(cleaned)[ink(rings) & ~ink(TYPE)]) < 0.2


def test_type_a_frame_and_a_scrawl_are_no_rings():
    framed = TYPE.copy()
    ImageDraw.Draw(framed).rectangle((500, 300, 1000, 700), outline=0, width=8)
    scrawl = TYPE.copy()
    path = [(600 + 4 * at, 800 + 90 * np.sin(at / 7) * np.cos(at / 23)) for at in range(120)]
    ImageDraw.Draw(scrawl).line(path, fill=0, width=7)
    for sheet in (TYPE, framed, scrawl):
        page = Evened(sheet, DPI)
        assert without_rings(page) == (page, False)


def test_letters_of_a_poster_are_no_rings():
    sheet = Image.new("L", TYPE.size, 255)
    font = ImageFont.load_default(220)
    ImageDraw.Draw(sheet).text((60, 300), "POCO OBOE", font=font, fill=0)
    page = Evened(sheet, DPI)
    assert without_rings(page) == (page, False)


def test_a_ring_on_an_empty_place_goes_and_hid_nothing():
    page, is_over_print = without_rings(Evened(stamp(150, 150, 8), DPI))
    assert not ink(page.image).any()
    assert not is_over_print
