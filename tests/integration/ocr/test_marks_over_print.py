"""What lies over print in colour costs no words, and a person hears of what was not read."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

import intake

FONT = ImageFont.load_default(42)
LINE = "Vorrei sapere dove si trovano le aree di attesa"
SIZE = (1500, 1000)
COLOURED_MARKS = "page_coloured_marks"


def letter_under(layer: Image.Image, colour: tuple[int, int, int]) -> bytes:
    """Return a letter of eight lines under ink in colour, as a scanner's JPEG."""
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    for number in range(8):
        pen.text((150, 80 + 100 * number), LINE, font=FONT, fill="black")
    white, inked = (Image.new("RGB", SIZE, each) for each in ("white", colour))
    ink = Image.composite(inked, white, layer.filter(ImageFilter.GaussianBlur(1)))
    out = BytesIO()
    ImageChops.multiply(page, ink).save(out, "JPEG", quality=80, dpi=(250, 250))
    return out.getvalue()


def test_words_under_a_stamp_are_read_and_a_person_is_told_of_the_stamp() -> None:
    layer = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(layer)
    pen.ellipse((400, 200, 900, 700), outline=255, width=14)
    pen.text((480, 420), "PROTOCOLLO", font=FONT.font_variant(size=60), fill=255)

    document = intake.recognise(letter_under(layer, (40, 60, 170)))

    assert document.text.split() == LINE.split() * 8
    assert [defect.code for defect in document.defects] == [COLOURED_MARKS]
    assert document.needs_review


def test_highlighted_words_are_read_and_nobody_is_troubled() -> None:
    layer = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(layer)
    pen.line((150, 200, 800, 206), fill=255, width=46)
    pen.line((300, 500, 1000, 498), fill=255, width=46)

    document = intake.recognise(letter_under(layer, (255, 130, 190)))

    assert document.text.split() == LINE.split() * 8
    assert document.defects == ()
    assert not document.needs_review
