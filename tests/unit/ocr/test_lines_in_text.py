"""A page from which lines were taken out goes to a person where the engine is not quite sure."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.testing.fakes import FakeOcrEngine

TEXT = "Il muro di sostegno ha ceduto questa notte: quale ufficio se ne occupa?"


def letter(*, ruled):
    sheet = Image.new("L", (1800, 700), 255)
    pen = ImageDraw.Draw(sheet)
    for top in (100, 220, 340):
        pen.text((120, top), TEXT[:50], font=ImageFont.load_default(42), fill=0)
        if ruled:
            pen.line((60, top + 60, 1700, top + 60), fill=0, width=4)
    out = BytesIO()
    sheet.save(out, "PNG", dpi=(250, 250))
    return out.getvalue()


def read(data, confidence):
    engine = FakeOcrEngine(TEXT * 3, confidence=confidence)
    return recognise(data, None, engine=engine, languages=("ita",), limits=PageLimits())


@pytest.mark.parametrize(
    ("ruled", "confidence", "told"), [(True, 0.97, True), (True, 0.99, False), (False, 0.97, False)]
)
def test_of_ruled_paper_a_person_is_told_unless_the_engine_is_sure(ruled, confidence, told):
    document = read(letter(ruled=ruled), confidence)
    assert [each.code for each in document.defects] == ["page_lines_in_text"] * told
    assert document.needs_review is told
