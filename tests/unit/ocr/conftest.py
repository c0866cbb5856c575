"""Pages of type, with the words on them, for tests of what an engine passes over."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.schemas.documents import Word

FONT = ImageFont.load_default(42)


def _page_of_lines(*lines, read):
    """Return a page of lines, and the words of those whose numbers are ``read``."""
    sheet = Image.new("L", (1500, 1200), 255)
    pen = ImageDraw.Draw(sheet)
    words = []
    for number, line in enumerate(lines):
        left, top = 120, 100 + 80 * number
        for text in line.split():
            pen.text((left, top), text, font=FONT, fill=0)
            box = pen.textbbox((left, top), text, font=FONT)
            if number in read:
                words.append(
                    Word(text=text, confidence=0.95, left=round(box[0]), top=round(box[1]),
                         right=round(box[2]), bottom=round(box[3]), paragraph=0, line=number)
                )  # fmt: skip
            left = round(box[2]) + 14
    return sheet, words


@pytest.fixture
def page_of_lines():
    return _page_of_lines
