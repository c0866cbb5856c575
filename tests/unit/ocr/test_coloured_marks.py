"""Ink in colour is taken out where it lies over black print, and only there."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.preparing import coloured_marks
from intake.ocr.preparing.coloured_marks import find_print
from intake.ocr.sheets import PageImage

SIZE = (1240, 1754)  # A4 at 150 dots to the inch
FONT = ImageFont.load_default(28)
LINE = "Vorrei sapere dove si trovano le aree di attesa del mio comune"
BLUE, RED, NAVY, YELLOW = (40, 60, 170), (210, 40, 50), (20, 30, 90), (255, 240, 60)
Colour = tuple[int, int, int]
OVER_THE_TEXT = (400, 250, 750, 600)


@cache
def letter(colours: tuple[Colour, ...] = ((0, 0, 0),)) -> Image.Image:
    """Return a page of lines, in these colours by turns."""
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    for number in range(25):
        pen.text((120, 150 + 50 * number), LINE, font=FONT, fill=colours[number % len(colours)])
    return page.filter(ImageFilter.GaussianBlur(0.6))


def under(page: Image.Image, colour: Colour, draw: Callable[[ImageDraw.ImageDraw], None]):
    """Return the page with ink over it, as light sees both."""
    layer = Image.new("L", SIZE, 0)
    draw(ImageDraw.Draw(layer))
    inked = Image.composite(
        Image.new("RGB", SIZE, colour),
        Image.new("RGB", SIZE, "white"),
        layer.filter(ImageFilter.GaussianBlur(0.6)),
    )
    return ImageChops.multiply(page, inked)


def ring(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse(OVER_THE_TEXT, outline=255, width=6)
    pen.line((420, 430, 730, 440), fill=255, width=4)


def ring_below(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((400, 1480, 700, 1700), outline=255, width=6)


def broad_stroke(pen: ImageDraw.ImageDraw) -> None:
    pen.line((150, 320, 700, 320), fill=255, width=30)


def table() -> Image.Image:
    """Return rows, tinted by turns, of black labels and red figures."""
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    for top in range(200, 1400, 45):
        tint = (200, 225, 255) if top % 2 else (255, 255, 255)
        pen.rectangle((120, top, 1120, top + 34), fill=tint, outline="black")
        pen.text((130, top), "Totale dovuto per giugno", font=FONT, fill="black")
        pen.text((700, top), "-1.234,56 EUR", font=FONT, fill=(200, 0, 0))
    return page.filter(ImageFilter.GaussianBlur(0.6))


def ruled(pen: ImageDraw.ImageDraw) -> None:
    for number in range(25):
        pen.line((100, 179 + 50 * number, 1140, 179 + 50 * number), fill=255, width=2)


def hatched(pen: ImageDraw.ImageDraw) -> None:
    for left in range(-800, 1000, 150):
        pen.line((left, 1700, left + 1000, 100), fill=255, width=5)


def moved_apart(page: Image.Image) -> Image.Image:
    """Return the page with its red a dot to the right and its blue a dot to the left."""
    moves = zip(page.split(), (1, 0, -1), strict=True)
    return Image.merge("RGB", [ImageChops.offset(band, by, 0) for band, by in moves])


def scanned(page: Image.Image, **options: object) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=80, dpi=(150, 150), **options)
    return out.getvalue()


def decoded(page: Image.Image) -> Image.Image:
    return Image.open(BytesIO(scanned(page)))


def off(one: Image.Image, other: Image.Image) -> float:
    """Return the share of dots by which two pictures clearly differ."""
    difference = np.abs(np.asarray(one, dtype=int) - np.asarray(other.convert("L"), dtype=int))
    return float((difference > 80).mean())


@pytest.mark.parametrize("colour", [BLUE, RED, NAVY])
def test_a_stamp_over_the_text_goes_and_the_letters_under_it_stay(colour: Colour) -> None:
    page = decoded(under(letter(), colour, ring))

    found = find_print(page)

    assert found is not None
    assert found.is_written_over
    assert off(page.convert("L"), letter()) > 0.003
    assert off(found.image, letter()) < 0.0006


@pytest.mark.parametrize("mode", ["RGBA", "CMYK", "YCbCr"])
def test_in_whatever_way_the_colours_are_kept(mode: str) -> None:
    found = find_print(under(letter(), BLUE, ring).convert(mode))

    assert found is not None
    assert off(found.image, letter()) < 0.0006


def test_highlighter_goes_and_says_nothing() -> None:
    page = decoded(under(letter(), YELLOW, broad_stroke))

    found = find_print(page)

    assert found is not None
    assert not found.is_written_over
    assert np.asarray(found.image)[305:340, 160:690].max() > 235
    assert off(found.image, letter()) < 0.0006


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(letter, id="black print"),
        pytest.param(lambda: letter((BLUE,)), id="print in colour"),
        pytest.param(
            lambda: letter(((0, 0, 0), NAVY, (0, 0, 0), RED)), id="print in three colours"
        ),
        pytest.param(lambda: under(letter(), BLUE, ring_below), id="a stamp below the text"),
        pytest.param(
            lambda: letter().transform(SIZE, Image.Transform.AFFINE, (1, 0, 0.4, 0, 1, 0)),
            id="moved by less than a dot",
        ),
        pytest.param(
            lambda: moved_apart(letter()), id="a scanner whose channels lie beside each other"
        ),
        pytest.param(
            lambda: Image.effect_noise((800, 600), 90).convert("RGB").quantize(16).convert("RGB"),
            id="noise",
        ),
        pytest.param(lambda: Image.new("RGB", (1, 1), "red"), id="one dot"),
        pytest.param(lambda: Image.new("RGB", (3000, 2), BLUE), id="a strip"),
        pytest.param(lambda: Image.new("RGB", (1, 4000), "white"), id="a line down"),
        pytest.param(lambda: Image.new("RGB", (10000, 1), "white"), id="a line across"),
        pytest.param(
            lambda: under(letter(), (255, 255, 238), broad_stroke), id="a tint hardly seen"
        ),
        pytest.param(table, id="figures in red in a tinted row"),
        pytest.param(lambda: under(letter(), (60, 150, 90), ruled), id="rules in colour"),
        pytest.param(lambda: letter().convert("L"), id="a grey page"),
        pytest.param(lambda: letter().convert("1"), id="a fax"),
    ],
)
def test_all_else_stays_as_it_is(draw: Callable[[], Image.Image]) -> None:
    assert find_print(draw()) is None


def test_a_page_that_was_struck_out_costs_no_more_than_a_stamp() -> None:
    page, plain = (each.resize((2480, 3508)) for each in (under(letter(), BLUE, hatched), letter()))
    began = time.process_time()

    found = find_print(page)

    assert time.process_time() - began < 2
    assert found is not None
    assert found.is_written_over
    assert off(found.image, plain) < off(page.convert("L"), plain) / 3


def test_a_photo_in_colour_is_no_page_with_marks() -> None:
    across, down = np.meshgrid(np.linspace(0, 6, 1200), np.linspace(0, 6, 900))
    waves = [np.sin(across + shift) * np.cos(down * (1 + shift)) for shift in (0, 1, 2)]
    pixels = np.stack([(wave + 1) * 127 for wave in waves], axis=2).astype(np.uint8)

    assert find_print(Image.fromarray(pixels)) is None


def test_of_a_very_large_picture_the_colour_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = under(letter(), BLUE, ring)
    monkeypatch.setattr(coloured_marks, "MOST_PIXELS", SIZE[0] * SIZE[1] - 1)

    assert find_print(page) is None


def test_pictures_that_are_turned_by_their_note_are_turned_with_their_print() -> None:
    page = under(letter(), RED, ring)
    exif = Image.Exif()
    exif[274] = 6  # the row 0 is on the right
    data = scanned(page.transpose(Image.Transpose.ROTATE_90), exif=exif)

    (sheet,) = read_pictures(data, PageLimits())

    assert isinstance(sheet, PageImage)
    assert sheet.print_only is not None
    assert sheet.image.size == sheet.print_only.image.size == SIZE
    assert off(sheet.image, page) < 0.0006
    assert off(sheet.print_only.image, letter()) < 0.0006


def as_pdf(page: Image.Image) -> bytes:
    out = BytesIO()
    page.save(out, "PDF", resolution=150)
    return out.getvalue()


def test_scans_in_pdfs_are_looked_at_in_colour() -> None:
    (sheet,) = read_pdf(as_pdf(under(letter(), BLUE, ring)), PageLimits())
    (plain,) = read_pdf(as_pdf(letter()), PageLimits())

    assert isinstance(sheet, PageImage)
    assert isinstance(plain, PageImage)
    assert sheet.image.mode == "L"
    assert sheet.print_only is not None
    assert off(sheet.print_only.image, letter()) < 0.0006
    assert plain.print_only is None
