"""A stamp over a letter: the words that it does not touch are read, and a person is told."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.tesseract.in_process import TesserocrEngine

LINES = (
    "Chiedo un sopralluogo nella mia casa",
    "perché dopo la scossa di ieri notte",
    "ci sono crepe nei muri della cucina",
    "e il solaio della camera si abbassa.",
    "Abito al secondo piano con i figli.",
)


def test_words_beside_a_stamp_are_read_and_a_person_is_told():
    sheet = Image.new("L", (1400, 800), 255)
    font = ImageFont.truetype("DejaVuSerif.ttf", 44)
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(LINES):
        pen.text((120, 120 + 90 * number), line, font=font, fill=0)
    pen.ellipse((500, 170, 860, 530), outline=0, width=9)
    out = BytesIO()
    sheet.save(out, "PNG", dpi=(250, 250))

    document = recognise(
        out.getvalue(), None, engine=TesserocrEngine(), languages=("ita",), limits=PageLimits()
    )

    beside = "Chiedo un perché dopo casa ieri ci sono crepe cucina solaio abbassa. figli."
    assert set(beside.split()) <= set(document.text.split())
    assert [defect.code for defect in document.defects] == ["page_stamp_over_text"]
    assert document.needs_review
