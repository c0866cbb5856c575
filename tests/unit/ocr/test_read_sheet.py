"""A sheet that is read no better turned is read as it lay."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.read_sheet import read_sheet
from intake.ocr.sheets import PageImage
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Word


class SidewaysEngine:
    """Is sure of strips and of a page as high as it lay, of no other page."""

    name = "sideways"

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        is_strip, is_turned = image.height < 500, image.width > image.height
        sure = 0.95 if is_strip or not is_turned else 0.4
        words = [
            Word(text="casa" if sure > 0.5 else "xqzw", confidence=sure, left=60 * at, top=100,
                 right=60 * at + 50, bottom=130)
            for at in range(30)
        ]  # fmt: skip
        return page_of(words, number=number, size=image.size)


def test_a_page_that_was_turned_and_is_no_print_so_is_read_as_it_lay():
    page = Image.new("L", (2800, 2000), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    choose = Random(1)
    for line in range(22):
        text = " ".join(choose.choices(("la", "casa", "vicino", "ponte", "era", "chiusa"), k=9))
        pen.text((250, 200 + 70 * line), text[: choose.randint(20, 50)], 0, font)
    page = page.transpose(Image.Transpose.ROTATE_90)
    sheet = PageImage(number=1, image=page, dpi_x=250, dpi_y=250)
    limits = PageLimits()

    reading = read_sheet(sheet, engine=SidewaysEngine(), languages=("ita",), limits=limits)

    assert (reading.page.kind, reading.page.rotation) == ("print", 0)
