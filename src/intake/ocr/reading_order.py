"""The order in which a person reads the paragraphs of a page: from the top, columns one by one.

Tesseract takes a sender's address and the date below it for a column, and reads both before the
recipient's address that stands between them on the right. Here the page is cut as in the XY-cut
of Nagy and Seth (1984), with the engine's paragraphs as what must not be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median

from intake.ocr.page_words import lines_of
from intake.schemas.documents import Word

COLUMN_LINES = 3
"""Paragraphs of fewer lines side by side are cells of a table, which is read row by row."""
SLACK = 0.3
"""Share of a word's height by which the boxes of neighbouring lines may overlap."""

Interval = Callable[["_Paragraph"], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    words: tuple[Word, ...]
    lines: int
    left: float
    top: float
    right: float
    bottom: float


def in_reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words paragraph by paragraph, from the top to the bottom of the page.

    Columns of running text are read one after the other. Where paragraphs cannot be parted by a
    straight cut, the engine's own order is kept.
    """
    if not words:
        return ()
    slack = SLACK * median(word.bottom - word.top for word in words)
    paragraphs = [
        _paragraph(tuple(members), slack)
        for _, members in groupby(words, key=lambda word: word.paragraph)
    ]
    return tuple(word for paragraph in _ordered(paragraphs) for word in paragraph.words)


def _paragraph(words: tuple[Word, ...], slack: float) -> _Paragraph:
    return _Paragraph(
        words=words,
        lines=len(lines_of(words)),
        left=min(word.left for word in words),
        top=min(word.top for word in words) + slack,
        right=max(word.right for word in words),
        bottom=max(word.bottom for word in words) - slack,
    )


def _ordered(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Return the paragraphs of a stretch of the page in reading order."""
    if len(paragraphs) < 2:
        return paragraphs
    regions: list[list[_Paragraph]] = []
    for band in _parts(paragraphs, _down):
        if regions and _is_columns(regions[-1], band):
            regions[-1] += band
        else:
            regions.append(band)
    parts = regions if len(regions) > 1 else _parts(paragraphs, _across)
    if len(parts) == 1:
        return paragraphs
    return [paragraph for part in parts for paragraph in _ordered(part)]


def _is_columns(above: Sequence[_Paragraph], below: Sequence[_Paragraph]) -> bool:
    """Say whether two bands are one stretch of columns, whose paragraphs end at one height."""
    columns = _parts([*above, *below], _across)
    return len(columns) > 1 and all(
        any(paragraph in band for paragraph in column)
        and mean(paragraph.lines for paragraph in column) >= COLUMN_LINES
        for column in columns
        for band in (above, below)
    )


def _parts(paragraphs: Sequence[_Paragraph], interval: Interval) -> list[list[_Paragraph]]:
    """Return the paragraphs in groups that no straight cut crosses, in order along the axis."""
    parts: list[list[_Paragraph]] = []
    end = float("-inf")
    for paragraph in sorted(paragraphs, key=lambda each: interval(each)[0]):
        start, stop = interval(paragraph)
        if start >= end or not parts:
            parts.append([])
        parts[-1].append(paragraph)
        end = max(end, stop)
    return parts


def _across(paragraph: _Paragraph) -> tuple[float, float]:
    return paragraph.left, paragraph.right


def _down(paragraph: _Paragraph) -> tuple[float, float]:
    return paragraph.top, max(paragraph.bottom, paragraph.top + 1)
