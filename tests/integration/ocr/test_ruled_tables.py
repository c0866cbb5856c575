"""A ruled table of amounts: every amount is read as it stands, and no rule as a figure."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.tesseract.in_process import TesserocrEngine

DPI = 250
LEFT, TOP, ROW, WIDE, AMOUNTS_AT = 130, 120, 72, 1000, 640
ROWS = (
    ("Facciata nord", "7.936,34"),
    ("Camera da letto", "1.520,46"),
    ("Solaio", "5.905,85"),
    ("Scala esterna", "4.754,08"),
    ("Bagno", "8.207,28"),
    ("Muro di cinta", "9.780,82"),
)


def table(rule):
    """Return a sheet with a table of ROWS, whose rules are so many dots thick."""
    sheet = Image.new("L", (1300, 760), 255)
    font = ImageFont.truetype("DejaVuSerif.ttf", 38)
    pen = ImageDraw.Draw(sheet)
    for number, (place, amount) in enumerate(ROWS):
        pen.text((LEFT + 20, TOP + 12 + ROW * number), place, font=font, fill=0)
        pen.text((LEFT + AMOUNTS_AT + 16, TOP + 12 + ROW * number), amount, font=font, fill=0)
    bottom = TOP + ROW * len(ROWS)
    for at in range(TOP, bottom + 1, ROW):
        pen.line((LEFT, at, LEFT + WIDE, at), fill=0, width=rule)
    for at in (LEFT, LEFT + AMOUNTS_AT, LEFT + WIDE):
        pen.line((at, TOP, at, bottom), fill=0, width=rule)
    return sheet


def file_of(sheet, *, as_fax):
    out = BytesIO()
    if as_fax:
        fine = sheet.resize((round(sheet.width * 204 / DPI), round(sheet.height * 196 / DPI)))
        fine.point(lambda level: 255 * (level > 127), "1").save(out, "TIFF", dpi=(204, 196))
    else:
        sheet.save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


@pytest.mark.parametrize("as_fax", [False, True])
@pytest.mark.parametrize("rule", [2, 4, 10])
def test_every_amount_of_a_ruled_table_is_read_exactly(rule, as_fax):
    document = recognise(
        file_of(table(rule), as_fax=as_fax),
        None,
        engine=TesserocrEngine(),
        languages=("ita",),
        limits=PageLimits(),
    )
    assert re.findall(r"\d[\d.,]*", document.text) == [amount for _, amount in ROWS]
