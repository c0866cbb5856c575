"""Words out of Tesseract's table (TSV), the same from the program and from the library.

Columns of figures that stand as close as the lines below each other are taken by Tesseract for
lines that run down the page, and read as nonsense. Such a page is read again as one column, in
which every line runs across, and as one block of text, in which nothing is left out either: as a
column, a page of numbers lost the first figure of each line.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from PIL import Image

from intake.errors import ToolMissing
from intake.ocr.words.page_words import letters_right, page_of
from intake.schemas.documents import Page, Word

_COLUMNS = 12
_WORD_LEVEL = "5"
_LEAST_DPI, _MOST_DPI = 70, 2400  # what Tesseract takes for a possible resolution

BLOCKS, ONE_COLUMN, ONE_BLOCK = 3, 4, 6
"""Page segmentation modes of Tesseract: it looks for blocks, or takes all for one column of text
in any sizes, or for one block of it in one size."""
_LETTERS, _HIGH = 3, 2.0
"""A word of so many letters that is so many times as high as wide was read downwards."""
_SHARE = 0.05
"""Share of a page's letters read downwards that is more than a title beside a chart's axis."""
_BLOCK_WORDS = 8
"""Fewer words are no block: a word alone was read as rubbish in one."""


def read_across(table_of: Callable[[int], str], image: Image.Image, *, number: int) -> Page:
    """Return the page of ``image``; ``table_of`` has Tesseract read it in a segmentation mode."""
    page = page_of_table(table_of(BLOCKS), image, number=number)
    if not _runs_down(page.words):
        return page
    modes = (ONE_COLUMN, ONE_BLOCK) if len(page.words) >= _BLOCK_WORDS else (ONE_COLUMN,)
    again = [page_of_table(table_of(mode), image, number=number) for mode in modes]
    return max(page, *again, key=lambda each: letters_right(each.words))


def _runs_down(words: Sequence[Word]) -> bool:
    letters = sum(len(word.text) for word in words)
    downwards = sum(
        len(word.text)
        for word in words
        if len(word.text) >= _LETTERS and word.bottom - word.top > _HIGH * (word.right - word.left)
    )
    return downwards > _SHARE * letters


def page_of_table(table: str, image: Image.Image, *, number: int) -> Page:
    """Return the page that ``table`` describes; its boxes count in pixels of ``image``."""
    return page_of(tuple(_words(table)), number=number, size=image.size)


def stated_dpi(image: Image.Image) -> int:
    """Return the dots per inch that the picture's note says, within what Tesseract accepts."""
    noted: float = (image.info.get("dpi") or (0, 0))[1]
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
