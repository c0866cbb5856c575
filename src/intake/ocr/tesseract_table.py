"""Words out of Tesseract's table (TSV), the same from the program and from the library."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

from PIL import Image

from intake.errors import ToolMissing
from intake.ocr.page_words import page_of
from intake.schemas.documents import Page, Word

_COLUMNS = 12
_WORD_LEVEL = "5"
_LEAST_DPI, _MOST_DPI = 70, 2400  # what Tesseract takes for a possible resolution


def page_of_table(table: str, image: Image.Image, *, number: int) -> Page:
    """Return the page that ``table`` describes; its boxes count in pixels of ``image``."""
    return page_of(tuple(_words(table)), number=number, size=image.size)


def stated_dpi(image: Image.Image) -> int:
    """Return the dots per inch that the picture's note says, within what Tesseract accepts."""
    noted: float = image.info.get("dpi", (0, 0))[1]
    return min(max(round(noted), _LEAST_DPI), _MOST_DPI)


def require_languages(languages: Sequence[str], installed: frozenset[str]) -> None:
    """Raise ToolMissing, with the packages to install, when a language has no data."""
    missing = [language for language in languages if language not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
        raise ToolMissing(
            f"Tesseract has no data for the language {', '.join(missing)}.",
            remedy=f"Run `apt-get install {packages}` or change the configured languages.",
        )


def _words(table: str) -> Iterator[Word]:
    numbers: dict[tuple[str, str], int] = defaultdict(count().__next__)
    for row in table.split("\n"):
        fields = row.split("\t")
        if len(fields) != _COLUMNS or fields[0] != _WORD_LEVEL or not fields[11].strip():
            continue
        block, paragraph, line = fields[2:5]
        left, top, width, height = (int(field) for field in fields[6:10])
        yield Word(
            text=unicodedata.normalize("NFC", fields[11].strip()),
            confidence=min(max(float(fields[10]) / 100, 0.0), 1.0),
            left=left,
            top=top,
            right=left + width,
            bottom=top + height,
            paragraph=numbers[block, paragraph],
            line=int(line),
        )
