"""What machines leave on a page is taken away; a page without it is not touched."""

from __future__ import annotations

import tracemalloc
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.borders import without_borders
from intake.ocr.preparing.dust import without_dust
from intake.ocr.preparing.prepare import Evened, even
from intake.ocr.preparing.sheet_edges import cut_out_sheet, find_sheet, onto, turned
from intake.ocr.preparing.streaks import without_streaks
from intake.ocr.read_sheet import read_sheet
from intake.ocr.sheets import PageImage
from intake.testing.fakes import FakeOcrEngine

DPI = 250
CORNERS = ((0.1, 0.12), (0.88, 0.08), (0.93, 0.9), (0.06, 0.94))


@cache
def _letter():
    """Return an A4 sheet of 250 dpi with lines of type on it."""
    sheet = Image.new("L", (2067, 2923), 255)
    font = ImageFont.load_default(42)
    pen = ImageDraw.Draw(sheet)
    for line in range(30):
        words = "Il muro di sostegno ha ceduto: quale ufficio se ne occupa?" * 2
        pen.text((250, 300 + 70 * line), words[line : line + 60], font=font, fill=0)
    return sheet


def written_sheet():
    return _letter().copy()


def _evened(page):
    return Evened(page, DPI)


def _fax(page):
    return PageImage(1, page.point(lambda level: 255 if level > 127 else 0), 204, 196, bilevel=True)


def _levels(image):
    return np.asarray(image, dtype=np.int16)


def _letters_survive(before, after, *, but=0.01):
    return np.mean((_levels(before) < 128) & (_levels(after) >= 128)) < but * np.mean(
        _levels(before) < 128
    )


def test_a_page_as_a_clean_scanner_gives_it_is_not_touched():
    page = _evened(written_sheet())
    assert without_borders(page) is page
    assert without_streaks(page) is page
    fax = _fax(written_sheet())
    assert without_dust(fax) is fax
    scan = PageImage(1, written_sheet(), 250, 250)
    assert cut_out_sheet(scan) is scan


@pytest.mark.parametrize("strip", [0, 50])
def test_the_black_edges_of_a_copy_become_white_and_the_letters_stay(strip):
    written = written_sheet()
    width, height = written.size
    copied = written.copy()
    pen = ImageDraw.Draw(copied)
    pen.rectangle((width - strip - 80, 0, width - strip - 1, height), fill=0)
    pen.polygon([(0, 0), (width - strip, 0), (width - strip, 90), (0, 40)], fill=0)

    cleaned = without_borders(_evened(copied)).image

    assert _levels(cleaned)[:, -strip - 70 :].min() > 200
    assert _levels(cleaned)[:30].min() > 200
    assert _letters_survive(written, cleaned)


def test_a_page_cut_out_along_a_rule_keeps_the_letters_that_stand_close_to_it():
    cutting = written_sheet().crop((238, 280, 1500, 2000))  # the letters begin 12 dots in
    ruled = cutting.copy()
    ImageDraw.Draw(ruled).rectangle((0, 0, 2, ruled.height), fill=0)

    cleaned = without_borders(_evened(ruled)).image

    assert _levels(cleaned)[:, :3].min() > 200
    assert _letters_survive(cutting, cleaned, but=0.0001)


@pytest.mark.parametrize("thickness", [4, 9, 12])
def test_the_frame_of_a_form_near_the_edges_is_no_edge(thickness):
    form = written_sheet()
    pen = ImageDraw.Draw(form)
    pen.rectangle((80, 90, form.width - 80, form.height - 90), outline=0, width=thickness)
    pen.text((90 + thickness, 100 + thickness), "Modulo A", font=ImageFont.load_default(42), fill=0)
    page = _evened(form)
    assert without_borders(page) is page


def test_a_dark_picture_that_reaches_far_into_the_page_is_no_edge():
    written = written_sheet()
    ImageDraw.Draw(written).rectangle((0, 0, 900, 1400), fill=60)
    cleaned = without_borders(_evened(written)).image
    assert _levels(cleaned)[700:900, 300:600].max() < 128


def test_light_writing_on_a_dark_band_is_no_edge():
    headed = written_sheet()
    pen = ImageDraw.Draw(headed)
    pen.rectangle((0, 0, headed.width, 200), fill=0)
    pen.text((250, 70), "Comune di Vallerosa", font=ImageFont.load_default(60), fill=255)
    page = _evened(headed)
    assert without_borders(page) is page


def test_a_page_in_white_on_black_has_no_edges():
    page = _evened(ImageChops.invert(written_sheet()))
    assert without_borders(page) is page


@pytest.mark.parametrize("width", [2, 4])
def test_a_streak_down_the_page_goes_and_what_it_crosses_stays(width):
    written = written_sheet()
    streaked = written.copy()
    pen = ImageDraw.Draw(streaked)
    for at in (333, 1001, 1777):
        pen.line([(at, 0), (at, streaked.height)], fill=0, width=width)

    cleaned = _levels(without_streaks(_evened(streaked)).image)

    blank = (_levels(written)[:, 1001 - 12 : 1001 + 12] == 255).all(axis=1)
    assert np.percentile(cleaned[blank, 1001], 5) > 200
    assert _letters_survive(written, cleaned, but=0.02)


def test_text_between_the_rulings_of_two_tables_keeps_its_strokes():
    written = written_sheet()
    ruled = written.copy()
    pen = ImageDraw.Draw(ruled)
    for at in range(260, 1900, 7):
        pen.line([(at, 0), (at, 280)], fill=0 if at % 70 < 7 else 255, width=3)
        pen.line([(at, 2450), (at, 2900)], fill=0 if at % 70 < 7 else 255, width=3)

    cleaned = without_streaks(_evened(ruled)).image

    between = (0, 290, written.width, 2440)
    assert _levels(cleaned)[:250, 200:1950].mean() > _levels(ruled)[:250, 200:1950].mean()
    assert _letters_survive(written.crop(between), cleaned.crop(between), but=0.005)


def test_stems_of_large_thin_type_one_below_the_other_are_no_streak():
    titled = Image.new("L", (2067, 2923), 255)
    pen = ImageDraw.Draw(titled)
    for line in range(12):  # the letter L, 36 points high, its strokes 1.2 points thick
        top = 300 + 190 * line
        pen.line([(300, top), (300, top + 90)], fill=0, width=4)
        pen.line([(300, top + 90), (345, top + 90)], fill=0, width=4)
    page = _evened(titled)
    assert without_streaks(page) is page


def test_a_ruling_across_the_page_goes_even_where_it_slopes():
    written = written_sheet()
    ruled = written.copy()
    ImageDraw.Draw(ruled).line([(200, 2500), (1900, 2508)], fill=0, width=4)

    cleaned = _levels(without_streaks(_evened(ruled)).image)

    assert np.mean(cleaned[2480:2530, 250:1850] < 128) < 0.002


def _dusty(written):
    pixels = np.array(written.image)
    pixels[np.random.default_rng(3).random(pixels.shape) < 0.004] = 0
    return PageImage(1, Image.fromarray(pixels), 204, 196, bilevel=True)


def test_dust_goes_where_blank_places_hold_it_too():
    written = _fax(written_sheet())

    cleaned = without_dust(_dusty(written))

    blank = _levels(written.image)[-200:] == 255
    assert np.mean(_levels(cleaned.image)[-200:][blank] == 0) < 0.0004
    assert _letters_survive(written.image, cleaned.image)


def test_whatever_is_cleaned_away_takes_a_few_bytes_for_each_dot_of_the_page():
    sheet = written_sheet()
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((200, 250, 1800, 258), fill=0)
    pen.ellipse((900, 600, 1400, 1100), outline=0, width=8)
    page = _dusty(_fax(sheet))
    read_sheet(page, engine=FakeOcrEngine(), languages=("ita",), limits=PageLimits())  # loads data

    tracemalloc.start()
    read_sheet(page, engine=FakeOcrEngine(), languages=("ita",), limits=PageLimits())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak <= 12 * page.image.width * page.image.height


def test_thin_type_that_fell_apart_into_dots_is_no_dust():
    sheet = Image.new("L", (1728, 2292), 255)
    pixels = np.array(sheet)
    for top in range(200, 1800, 40):  # lines of single dots, as of pale strokes
        pixels[top : top + 18 : 5, 150:1550:6] = 0
    fax = PageImage(1, Image.fromarray(pixels), 204, 196, bilevel=True)
    assert without_dust(fax) is fax


def _photographed(sheet, size=(1500, 2000), table=50, light=0.4):
    """Return the sheet as it lies between CORNERS on a table of that grey, in falling light."""
    quad = np.array(CORNERS) * np.array(size)
    rows, places = [], []
    outline = ((0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height))
    for (x, y), (u, v) in zip(quad, outline, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        places += [u, v]
    how = [float(each) for each in np.linalg.solve(np.array(rows), np.array(places))]
    seen = sheet.point(lambda level: 30 + level * 190 // 255)
    laid = seen.transform(
        size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC, fillcolor=table
    )
    falling = 1 - light * np.linspace(0, 1, size[0])[None, :]
    return Image.fromarray((_levels(laid) * falling).astype(np.uint8))


def test_a_sheet_on_a_dark_table_is_found_whatever_the_light():
    found = find_sheet(_photographed(written_sheet()))
    assert found is not None
    assert np.abs(np.array(found) - np.array(CORNERS)).max() < 0.012


def test_the_sheet_is_cut_out_upright_and_its_size_is_that_of_paper():
    photo = PageImage(1, _photographed(written_sheet()), 72, 72)
    sheet = cut_out_sheet(photo)
    assert sheet.corners is not None
    assert sheet.image.height / sheet.image.width == pytest.approx(2**0.5, rel=0.01)
    assert sheet.image.height / sheet.dpi_y == pytest.approx(11.69, rel=0.01)
    rims = _levels(sheet.image.reduce(4))
    assert np.mean(rims[3:-3, 3] < 70) < 0.05  # no table left at the side


def _grained(photo, shadow=1.0):
    """Return the photo with the grain of wood where it is table, and a shadow on the right."""
    rng = np.random.default_rng(7)
    grain = np.repeat(rng.normal(0, 12, (photo.height, photo.width // 50)), 50, axis=1)
    levels = _levels(photo) + np.where(_levels(photo) < 75, grain, 0)
    shade = Image.new("L", photo.size, 255)
    ImageDraw.Draw(shade).polygon(
        [(700, 700), (1500, 500), (1500, 2000), (450, 2000)], round(255 * shadow)
    )
    soft = _levels(shade.filter(ImageFilter.GaussianBlur(40))) / 255
    return Image.fromarray(np.clip(levels * soft, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shadow", [0.45, 0.6])
def test_a_sheet_is_found_on_wood_under_the_shadow_of_a_phone(shadow):
    found = find_sheet(_grained(_photographed(written_sheet(), light=0.1), shadow))
    assert found is not None
    assert np.abs(np.array(found) - np.array(CORNERS)).max() < 0.015


def test_dark_bars_and_photos_are_parts_of_the_sheet():
    sheet = written_sheet()
    pen = ImageDraw.Draw(sheet)
    for share in (0.1, 0.3, 0.6):
        top = round(share * sheet.height)
        pen.rectangle(
            (sheet.width // 12, top, sheet.width * 11 // 12, top + sheet.height // 14), fill=0
        )
    found = find_sheet(_photographed(sheet, light=0.1))
    assert found is not None
    assert np.abs(np.array(found) - np.array(CORNERS)).max() < 0.012


def test_of_two_sheets_under_a_shadow_none_is_cut_out_alone():
    photo = Image.new("L", (1500, 2000), 60)
    pen = ImageDraw.Draw(photo)
    pen.rectangle((100, 150, 1400, 1000), fill=220)
    pen.rectangle((100, 1150, 1400, 1850), fill=220)
    assert find_sheet(_grained(photo, 0.5)) is None


@pytest.mark.parametrize("picture", ["table", "round", "half"])
def test_where_no_sheet_lies_on_the_table_the_whole_picture_is_the_page(picture):
    photo = Image.new("L", (1500, 2000), 50)
    pen = ImageDraw.Draw(photo)
    if picture == "round":
        pen.ellipse((200, 300, 1300, 1700), fill=220)
    elif picture == "half":
        pen.polygon([(100, 100), (1400, 300), (300, 1900)], fill=220)
    assert find_sheet(photo) is None


def test_a_bright_window_beside_which_something_is_written_is_no_sheet_on_a_table():
    screen = Image.new("L", (1280, 900), 34)
    pen = ImageDraw.Draw(screen)
    pen.rectangle((300, 80, 1250, 860), fill=255)
    assert find_sheet(screen) is not None
    for line, name in enumerate(("Posta in arrivo", "Inviati", "Bozze", "Cestino")):
        pen.text((40, 100 + 50 * line), name, font=ImageFont.load_default(20), fill=230)
    assert find_sheet(screen) is None


def test_places_on_the_sheet_are_found_again_in_the_picture():
    for share, corner in zip(((0, 0), (1, 0), (1, 1), (0, 1)), CORNERS, strict=True):
        assert onto(CORNERS, *share) == pytest.approx(corner)


def test_the_corners_turn_with_the_picture():
    assert turned(CORNERS, 0) == CORNERS
    quarter = turned(CORNERS, 90)
    assert quarter[1] == pytest.approx((1 - 0.12, 0.1))  # the upper left is now the upper right
    assert np.array(turned(quarter, 270)) == pytest.approx(np.array(CORNERS))


def test_cleaning_a_tiny_picture_harms_nobody():
    out = BytesIO()
    Image.new("1", (3, 2)).save(out, "TIFF")
    [sheet] = read_pictures(out.getvalue(), PageLimits())
    assert isinstance(sheet, PageImage)
    evened = even(without_dust(cut_out_sheet(sheet)), dpi=DPI)
    assert without_streaks(without_borders(evened)).image.size == evened.image.size
