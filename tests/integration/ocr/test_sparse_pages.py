"""Pages with next to nothing on them: what there is is read."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake import recognise


@pytest.mark.parametrize(("text", "dpi_y"), [("Aiuto!", 98), ("TRE", 196), ("€ 450", 98)])
def test_a_word_alone_on_the_last_page_of_a_fax_is_read(text, dpi_y):
    square = Image.new("L", (1728, 2290), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 36)
    ImageDraw.Draw(square).text((300, 400), text, font=font, fill=0)
    page = square.resize((1728, 2290 * dpi_y // 204), Image.Resampling.BOX).convert("1")
    fax = BytesIO()
    page.save(fax, "TIFF", compression="group4", dpi=(204, dpi_y))
    (read,) = recognise(fax.getvalue()).pages
    assert (read.kind, read.text) == ("print", text)


def test_an_empty_page_stays_blank():
    page = Image.new("1", (1728, 1100), 1)
    ImageDraw.Draw(page).rectangle((500, 600, 502, 601), fill=0)
    fax = BytesIO()
    page.save(fax, "TIFF", compression="group4", dpi=(204, 98))
    (read,) = recognise(fax.getvalue()).pages
    assert (read.kind, read.text) == ("blank", "")
