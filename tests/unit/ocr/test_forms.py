"""Ruled lines and leaders of forms are taken away, and the type beside and under them stays."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from intake.ocr.preparing.blobs import find_blobs
from intake.ocr.preparing.leaders import without_leaders
from intake.ocr.preparing.prepare import Evened
from intake.ocr.preparing.rulings import without_rulings

DPI = 250
WIDE, HIGH = 1800, 700


def written(*lines, size=42):
    """Return a strip of a page with lines of type, 120 pixels apart."""
    strip = Image.new("L", (WIDE, HIGH), 255)
    font = ImageFont.load_default(size)
    for number, line in enumerate(lines):
        ImageDraw.Draw(strip).text((100, 60 + 120 * number), line, font=font, fill=0)
    return strip


TYPE = written("Il muro di sostegno ha ceduto: quale", "ufficio se ne occupa?", "Rieti, 14 marzo")


def ruled(sheet, *lines, width, fill=0):
    drawn = sheet.copy()
    for line in lines:
        ImageDraw.Draw(drawn).line(line, fill=fill, width=width)
    return drawn


def ink(image):
    return np.asarray(image) < 128


def share_left(cleaned, before):
    """Return how much of the ink of ``before`` is still there."""
    return np.mean(ink(cleaned)[ink(before)])


def test_blobs_are_what_hangs_together_corner_to_corner():
    mask = np.zeros((6, 9), dtype=bool)
    mask[0:2, 0:2] = mask[2, 2] = True  # touches by a corner
    mask[4, 4:8] = mask[3, 4] = mask[3, 7] = True  # a cup: two arms joined below
    blobs = find_blobs(mask)
    boxes = sorted(zip(blobs.left, blobs.top, blobs.right, blobs.bottom, blobs.area, strict=True))
    assert boxes == [(0, 0, 3, 3, 5), (4, 3, 8, 5, 6)]


def test_a_mask_without_anything_has_no_blobs():
    assert len(find_blobs(np.zeros((5, 5), dtype=bool))) == 0


def test_type_without_lines_is_not_touched():
    page = Evened(TYPE, DPI)
    assert without_rulings(page) is page
    assert without_leaders(page) is page


@pytest.mark.parametrize("width", [12, 24, 36])
def test_thick_rules_of_a_table_go_however_thick_and_the_cells_stay(width):
    table = ruled(
        TYPE, [(40, 150), (1750, 150)], [(40, 270), (1750, 270)], [(60, 0), (60, 699)], width=width
    )
    cleaned = without_rulings(Evened(table, DPI)).image
    only_rules = ImageChops.lighter(table, ImageChops.invert(TYPE))
    assert share_left(cleaned, only_rules) < 0.02
    assert share_left(cleaned, TYPE) > 0.97


def test_letters_that_a_line_crosses_go_on_through_it():
    crossed = ruled(TYPE, [(0, 84), (WIDE, 84)], width=5)
    cleaned = without_rulings(Evened(crossed, DPI)).image
    assert not ink(cleaned)[78:90, :90].any()  # beside the type
    through = ink(TYPE)[87] & ink(TYPE)[81]
    assert np.mean(ink(cleaned)[84][through]) > 0.9


def test_a_line_of_pale_grey_goes_and_black_letters_over_it_stay():
    crossed = ImageChops.darker(ruled(TYPE, [(0, 84), (WIDE, 84)], width=3, fill=150), TYPE)
    cleaned = without_rulings(Evened(crossed, DPI)).image
    assert np.asarray(cleaned)[80:89, :90].min() > 240
    assert share_left(cleaned, TYPE) > 0.98


def test_the_edge_of_a_black_bar_with_white_writing_is_no_line():
    bar = Image.new("L", (WIDE, HIGH), 255)
    bar.paste(ImageChops.invert(TYPE.crop((0, 40, WIDE, 130))), (0, 200))
    page = Evened(bar, DPI)
    assert np.mean(np.asarray(without_rulings(page).image) == np.asarray(bar)) > 0.999


def test_the_stems_of_a_poster_are_no_lines():
    poster = written("HELLE", size=280)
    page = Evened(poster, DPI)
    assert share_left(without_rulings(page).image, poster) == 1.0


@pytest.mark.parametrize("mark", [".", "_", "-", ". "])
def test_leaders_go_and_the_words_on_both_sides_stay(mark):
    label, price = written("Oneri di urbanizzazione"), Image.new("L", (WIDE, HIGH), 255)
    font = ImageFont.load_default(42)
    ImageDraw.Draw(price).text((1500, 60), "€ 120,00", font=font, fill=0)
    start = 110 + ImageDraw.Draw(label).textlength("Oneri di urbanizzazione", font=font)
    leaders = Image.new("L", (WIDE, HIGH), 255)
    pen = ImageDraw.Draw(leaders)
    count = int((1480 - start) / (pen.textlength(mark * 20, font=font) / 20))
    pen.text((start, 60), mark * count, font=font, fill=0)
    page = Evened(ImageChops.darker(ImageChops.darker(label, price), leaders), DPI)

    cleaned = without_leaders(without_rulings(page)).image

    assert share_left(cleaned, leaders) < 0.05
    assert share_left(cleaned, label) > 0.99
    assert share_left(cleaned, price) > 0.99


def test_an_ellipsis_a_dash_and_small_print_are_no_leaders():
    text = written("E poi... non so - forse", "n. 4, i.e. uno; l'altro, no.")
    small = written("nel corso di una riunione sono emersi ammassi, ovvero suoi averi", size=18)
    for page in (Evened(text, DPI), Evened(small, DPI)):
        assert without_leaders(page) is page


def test_thin_rules_of_a_table_stay_whole_also_where_they_are_worn():
    table = ruled(TYPE, [(60, 30), (60, 660)], [(1700, 30), (1700, 660)], width=4)
    table = ruled(table, *[((60, at), (1700, at)) for at in (150, 270, 390, 660)], width=4)
    pen = ImageDraw.Draw(table)
    for gap in range(500, 800, 50):
        pen.rectangle((gap, 655, gap + 8, 665), fill=255)
    page = Evened(table, DPI)
    cleaned = without_leaders(without_rulings(page))
    assert share_left(cleaned.image, table) == 1.0


def test_dotted_leaders_in_a_frame_go_and_the_frame_stays():
    frame = ruled(TYPE, [(60, 30), (1700, 30), (1700, 660), (60, 660), (60, 30)], width=4)
    dotted = frame.copy()
    for at in range(700, 1600, 14):
        ImageDraw.Draw(dotted).ellipse((at, 340, at + 5, 345), fill=0)
    cleaned = without_leaders(without_rulings(Evened(dotted, DPI))).image
    leaders = ImageChops.lighter(dotted, ImageChops.invert(frame))
    assert share_left(cleaned, leaders) < 0.05
    assert share_left(cleaned, frame) > 0.99


def test_the_squares_of_paper_go_both_ways():
    down = [((at, 20), (at, 680)) for at in range(50, 1780, 80)]
    across = [((50, at), (1730, at)) for at in range(20, 690, 80)]
    squared = ruled(Image.new("L", (WIDE, HIGH), 255), *down, *across, width=4)
    cleaned = without_rulings(Evened(squared, DPI)).image
    assert share_left(cleaned, squared) < 0.02
