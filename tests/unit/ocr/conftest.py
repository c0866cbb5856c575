"""Pages of type, with the words on them, for tests of what an engine passes over."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.schemas.documents import Word


def _page_of_lines(*lines, read, step=80, size=42):
    """Return a page of lines, and the words of those whose numbers are ``read``.

    The tops of two lines are ``step`` dots apart; the type is ``size`` dots high.
    """
    font = ImageFont.load_default(size)
    sheet = Image.new("L", (1500, 1200), 255)
    pen = ImageDraw.Draw(sheet)
    words = []
    for number, line in enumerate(lines):
        left, top = 120, 100 + step * number
        for text in line.split():
            pen.text((left, top), text, font=font, fill=0)
            box = pen.textbbox((left, top), text, font=font)
            if number in read:
                words.append(
                    Word(text=text, confidence=0.95, left=round(box[0]), top=round(box[1]),
                         right=round(box[2]), bottom=round(box[3]), paragraph=0, line=number)
                )  # fmt: skip
            left = round(box[2]) + size // 3
    return sheet, words


@pytest.fixture
def page_of_lines():
    return _page_of_lines
