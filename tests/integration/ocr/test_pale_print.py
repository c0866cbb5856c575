"""Grey print beside black print is read, and what shines through is not taken for it."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

import intake

FONT = ImageFont.load_default(42)
BLACK, PALE = "Riga nera del modulo da compilare", "Quota annuale di iscrizione"


def lines(text: str, grey: int, *, first: int) -> Image.Image:
    sheet = Image.new("L", (1500, 1000), 255)
    pen = ImageDraw.Draw(sheet)
    for top in range(first, 900, 160):
        pen.text((150, top), text, font=FONT, fill=grey)
    return sheet


def read(sheet: Image.Image) -> intake.RecognisedDocument:
    out = BytesIO()
    sheet.save(out, "PNG", dpi=(250, 250))
    return intake.recognise(out.getvalue())


def test_pale_lines_between_black_ones_are_read() -> None:
    document = read(ImageChops.darker(lines(BLACK, 0, first=80), lines(PALE, 205, first=160)))

    assert (document.text.count(BLACK), document.text.count(PALE)) == (6, 5)
    assert document.defects == ()


def test_what_shines_through_from_the_back_adds_no_nonsense_and_a_person_looks() -> None:
    back = ImageOps.mirror(lines(PALE, 205, first=160)).filter(ImageFilter.GaussianBlur(2))
    document = read(ImageChops.darker(lines(BLACK, 0, first=80), back))

    assert document.text.split() == BLACK.split() * 6
    assert [defect.code for defect in document.defects] == ["page_unread_ink"]
    assert document.needs_review
