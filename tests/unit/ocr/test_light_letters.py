"""Light letters on a dark ground come out dark on light; pages without them stay as they are."""

from __future__ import annotations

from io import BytesIO
from time import process_time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from intake.ocr.preparing.light_letters import as_positive, with_dark_letters
from intake.ocr.sheets import PageImage, Print

SIZE = (720, 1400)
FONT = ImageFont.load_default(30)
LINES = ("Si sente odore di gas", "sulle scale da stamattina", "Ha chiamato il 112?")
LINE = 44
BUBBLE = (40, 300, 600, 300 + LINE * 3 + 20)


def _page(picture: Image.Image, **facts: object) -> PageImage:
    return PageImage(number=1, image=picture.convert("L"), dpi_x=120, dpi_y=120, **facts)


def _screen(ground: object, letters: object, bubble: object = None) -> Image.Image:
    """Draw a screen with a head line and three lines, in a box if that has a colour."""
    screen = Image.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(screen)
    draw.text((60, 60), "Giulia Vicini", letters, FONT)
    if bubble is not None:
        draw.rounded_rectangle(BUBBLE, 18, bubble)
    for place, line in enumerate(LINES):
        draw.text((60, 310 + LINE * place), line, letters, FONT)
    return screen


def _written(picture: Image.Image) -> np.ndarray:
    """Return the grey levels of the inside of the box."""
    return np.asarray(picture)[BUBBLE[1] + 12 : BUBBLE[3] - 12, BUBBLE[0] + 12 : BUBBLE[2] - 12]


@pytest.mark.parametrize(
    ("ground", "bubble", "quality"),
    [
        ("black", "#0a84ff", None),
        ("black", None, 40),
        ("#0b141a", "#005c4b", 40),
        ("#0b141a", "#202c33", None),
        ("#17406d", None, None),
        ("#5a1020", None, 40),
    ],
)
def test_a_dark_screen_becomes_its_negative(ground, bubble, quality):
    screen = _screen(ground, "white", bubble)
    if quality is not None:
        coded = BytesIO()
        screen.save(coded, "JPEG", quality=quality)
        screen = Image.open(coded)
    page = _page(screen)

    positive = as_positive(page)

    assert positive is not None
    assert np.array_equal(np.asarray(positive.image), 255 - np.asarray(page.image))


def test_nothing_is_taken_out_of_a_negative_for_its_colour():
    page = _page(_screen("black", "white", "#0a84ff"))
    page = PageImage(1, page.image, 120, 120, print_only=Print(page.image, is_written_over=True))
    positive = as_positive(page)
    assert positive is not None
    assert positive.print_only is None


@pytest.mark.parametrize("table", [20, 60, 100])
def test_a_sheet_on_a_dark_table_is_no_negative(table):
    photo = Image.new("L", SIZE, table)
    grain = np.random.default_rng(1).normal(0, 12, SIZE[::-1])
    photo = Image.fromarray(np.clip(np.asarray(photo) + grain, 0, 255).astype(np.uint8))
    sheet = _screen("white", "black").crop((0, 0, 620, 600))
    photo.paste(sheet.convert("L"), (60, 400))
    assert as_positive(_page(photo)) is None


def test_a_dark_picture_without_writing_is_no_negative():
    night = Image.fromarray(np.random.default_rng(2).integers(0, 90, SIZE[::-1], dtype=np.uint8))
    assert as_positive(_page(night.filter(ImageFilter.GaussianBlur(4)))) is None


def test_an_inverted_fax_becomes_its_negative():
    screen = _screen("black", "white").convert("1", dither=Image.Dither.NONE)
    page = _page(screen, bilevel=True)
    positive = as_positive(page)
    assert positive is not None
    assert positive.bilevel
    assert np.array_equal(np.asarray(positive.image), 255 - np.asarray(page.image))


def test_boxes_of_a_fax_are_left_as_they_are():
    page = _page(_screen("white", "white", "black"), bilevel=True)
    assert as_positive(page) is None
    assert with_dark_letters(page) is page


@pytest.mark.parametrize("colour", ["#0a84ff", "#005c4b", "#b71c1c", "black", "#2e7d32"])
@pytest.mark.parametrize("ground", ["white", "#e8e8e8"])
def test_what_is_written_in_a_dark_box_becomes_black(colour, ground):
    screen = _screen(ground, "black")
    box = _screen(ground, "white", colour)
    screen.paste(box.crop((0, 250, *SIZE)), (0, 250))

    cleared = with_dark_letters(_page(screen)).image

    paper = screen.convert("L").getpixel((700, 1000))
    inside = _written(cleared)
    assert np.median(inside) == pytest.approx(paper, abs=3)
    assert inside.min() < 30
    edge = np.asarray(cleared)[BUBBLE[1] - 6 : BUBBLE[1] + 8, 100:500]
    assert edge.min() > paper - 12  # no rim is left for the engine to read
    assert np.array_equal(np.asarray(cleared)[:250], np.asarray(screen.convert("L"))[:250])


@pytest.mark.parametrize("colour", ["#0a84ff", "#2e7d32"])
def test_dark_letters_beside_light_ones_in_a_box_stay(colour):
    screen = _screen("white", "white", colour)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((BUBBLE[0], BUBBLE[3] - 30, BUBBLE[2], BUBBLE[3] + 70), fill=colour)
    draw.text((60, BUBBLE[3]), "Numero da chiamare", "black", FONT)
    dark = np.s_[BUBBLE[3] : BUBBLE[3] + 40, 60:400]
    cleared = np.asarray(with_dark_letters(_page(screen)).image)
    black = np.asarray(screen.convert("L"))[dark] < 30
    assert np.median(cleared[dark]) > 250
    assert np.median(cleared[dark][black]) < 130


def test_many_boxes_cost_little():
    """A sheet of cells in grey, none of which holds a letter."""
    sheet = Image.new("L", (1200, 1200), 255)
    draw = ImageDraw.Draw(sheet)
    for top in range(0, 1170, 30):
        for left in range(0, 1150, 48):
            draw.rectangle((left, top, left + 43, top + 17), fill=60)
    page = _page(sheet)
    began = process_time()
    assert with_dark_letters(page) is page
    assert process_time() - began < 4.5


def test_a_slanted_bar_takes_nothing_of_the_line_below_it():
    screen = _screen("white", "white", "#1c4f9c")
    ImageDraw.Draw(screen).text((60, BUBBLE[3] + 14), "Scadenza 15 dicembre", "black", FONT)
    tilted = screen.rotate(-2, Image.Resampling.BICUBIC, fillcolor="white").convert("L")
    cleared = np.asarray(with_dark_letters(_page(tilted)).image)
    below = np.s_[BUBBLE[3] + 24 : BUBBLE[3] + 46, 60:400]
    assert (cleared[below] < 60).sum() > 0.9 * (np.asarray(tilted)[below] < 60).sum()


@pytest.mark.parametrize("shade", [0.4, 0.55, 0.7])
def test_letters_in_a_shadow_stay(shade):
    light = np.asarray(_screen("white", "black").convert("L")).astype(float)
    shadow = Image.new("L", SIZE, 255)
    ImageDraw.Draw(shadow).rectangle((200, 200, *SIZE), fill=round(255 * shade))
    shadow = np.asarray(shadow.filter(ImageFilter.GaussianBlur(25))) / 255
    page = _page(Image.fromarray((light * shadow).astype(np.uint8)))
    assert with_dark_letters(page) is page


@pytest.mark.parametrize("over", [-4, 4])
def test_a_black_bar_over_words_stays(over):
    """What is left between the letters that touch it is no writing."""
    letter = Image.new("L", (900, 1300), 255)
    draw = ImageDraw.Draw(letter)
    for line in range(12):
        draw.text((60, 100 + 34 * line), "la frana sopra il paese gia segnalata " * 2, 0, FONT)
    for line in range(1, 12, 3):
        top = 100 + 34 * line + over
        draw.rectangle((200 + 17 * line, top, 500 + 17 * line, top + 34), fill=0)
    page = _page(letter)
    assert with_dark_letters(page) is page


@pytest.mark.parametrize("kind", ["photo", "bars", "heavy letters", "black box"])
def test_what_holds_no_light_letters_stays(kind):
    screen = _screen("white", "black").convert("L")
    draw = ImageDraw.Draw(screen)
    if kind == "photo":
        grain = np.random.default_rng(3).integers(0, 256, (40, 60), dtype=np.uint8)
        screen.paste(Image.fromarray(grain).resize((600, 400), Image.Resampling.BICUBIC), (60, 600))
    elif kind == "bars":
        for across in range(60, 600, 9):
            draw.rectangle((across, 600, across + across % 5, 700), fill=0)
    elif kind == "heavy letters":
        draw.text((60, 600), "B 8 0", 0, ImageFont.load_default(220), stroke_width=6)
    else:
        draw.rectangle((60, 600, 600, 800), fill=0)
    page = _page(screen)
    assert with_dark_letters(page) is page


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (2000, 1), (1, 2000), (4, 9), (9, 4)])
@pytest.mark.parametrize("tone", [0, 90, 255])
def test_a_picture_smaller_than_any_letter_stays_as_it_is(size, tone):
    page = _page(Image.new("L", size, tone))
    assert with_dark_letters(page) is page
