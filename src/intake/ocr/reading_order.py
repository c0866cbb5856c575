"""The order in which a person reads the paragraphs of a page: from the top, columns one by one.

Tesseract takes a sender's address and the date below it for a column, and reads both before the
recipient's address that stands between them on the right. Here the page is cut as in the XY-cut
of Nagy and Seth (1984), with the engine's paragraphs as what must not be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from intake.ocr.page_words import lines_of
from intake.schemas.documents import Word

COLUMN_LINES = 4
"""A column of running text has so many lines in all,"""
COLUMN_WORDS = 3
"""so many words in its usual line,"""
FILLED = 0.6
"""and its usual line fills this share of its width. Anything else side by side is cells of a
table or a form, which is read row by row."""
LINE_GAP = 0.8
"""Lines of a text stand so many heights of a word apart at most."""
PARAGRAPH_GAP = 1.6
"""Paragraphs of a column stand so many heights of a word apart at most; rows of a form further."""
COLUMN_GAP = 3.0
"""Where all columns go on, all may have a larger gap."""
SLACK = 0.3
"""Share of a word's height by which the boxes of neighbouring lines may overlap."""

Interval = Callable[["_Paragraph"], tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)  # two paragraphs are never the same one
class _Paragraph:
    words: tuple[Word, ...]
    lines: tuple[tuple[int, int], ...]
    """Words and width of each line."""
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
    height = median(word.bottom - word.top for word in words)
    paragraphs = [
        _paragraph(piece, SLACK * height)
        for _, members in groupby(words, key=lambda word: word.paragraph)
        for piece in _pieces(lines_of(tuple(members)), PARAGRAPH_GAP * height)
    ]
    return tuple(word for paragraph in _ordered(paragraphs, height) for word in paragraph.words)


def _pieces(lines: Sequence[tuple[Word, ...]], most: float) -> list[list[tuple[Word, ...]]]:
    """Return a paragraph cut where lines are further apart: an engine joins rows of a form."""
    pieces = [[lines[0]]]
    for above, line in pairwise(lines):
        gap = min(word.top for word in line) - max(word.bottom for word in above)
        if gap > most:
            pieces.append([])
        pieces[-1].append(line)
    return pieces


def _paragraph(lines: Sequence[tuple[Word, ...]], slack: float) -> _Paragraph:
    words = tuple(word for line in lines for word in line)
    return _Paragraph(
        words=words,
        lines=tuple((len(line), line[-1].right - line[0].left) for line in lines),
        left=min(word.left for word in words),
        top=min(word.top for word in words) + slack,
        right=max(word.right for word in words),
        bottom=max(word.bottom for word in words) - slack,
    )


def _ordered(paragraphs: list[_Paragraph], height: float) -> list[_Paragraph]:
    """Return the paragraphs of a stretch of the page in reading order."""
    if len(paragraphs) < 2:
        return paragraphs
    regions = _regions(_parts(paragraphs, _down), height)
    parts = regions if len(regions) > 1 else _parts(paragraphs, _across)
    if len(parts) == 1:
        return paragraphs
    return [paragraph for part in parts for paragraph in _ordered(part, height)]


def _regions(bands: Sequence[list[_Paragraph]], height: float) -> list[list[_Paragraph]]:
    """Return the bands, those made one that are a stretch of columns.

    Paragraphs that end at one height in all columns part a stretch into bands by chance.
    """
    regions: list[list[_Paragraph]] = []
    first = 0
    while first < len(bands):
        after = first + 1
        for last in range(first + 1, len(bands)):
            stretch = bands[first : last + 1]
            columns = _parts([each for band in stretch for each in band], _across)
            if len(columns) < 2 or not _goes_on(columns, stretch[-2], stretch[-1], height):
                break
            if _are_columns(columns, stretch, height):
                after = last + 1
        regions.append([each for band in bands[first:after] for each in band])
        first = after
    return regions


def _goes_on(
    columns: Sequence[list[_Paragraph]],
    above: Sequence[_Paragraph],
    below: Sequence[_Paragraph],
    height: float,
) -> bool:
    """Say whether two bands are near enough to be of one stretch."""
    gap = min(each.top for each in below) - max(each.bottom for each in above)
    is_whole = all(any(each in band for each in column) for column in columns
                   for band in (above, below))  # fmt: skip
    return gap <= (COLUMN_GAP if is_whole else PARAGRAPH_GAP + 2 * SLACK) * height


def _are_columns(
    columns: Sequence[list[_Paragraph]], bands: Sequence[list[_Paragraph]], height: float
) -> bool:
    """Say whether all is running text, or all but boxes beside it that it goes on below."""
    text = [each for column in columns if _is_running_text(column) for each in column]
    boxes = [column for column in columns if column[0] not in text]
    return bool(text) and all(
        _is_one_block(box, height)
        and not any(each in bands[-1] for each in box)
        and all(
            any(each in text for each in band) for band in bands if any(one in band for one in box)
        )
        for box in boxes
    )


def _is_one_block(column: Sequence[_Paragraph], height: float) -> bool:
    """Say whether the lines of a box stand as close as those of a text; cells do not."""
    return all(
        below.top - above.bottom <= (LINE_GAP + 2 * SLACK) * height
        for above, below in pairwise(sorted(column, key=lambda each: each.top))
    )


def _is_running_text(column: Sequence[_Paragraph]) -> bool:
    lines = [line for paragraph in column for line in paragraph.lines]
    width = max(each.right for each in column) - min(each.left for each in column)
    return is_running_text(lines, width)


def is_running_text(lines: Sequence[tuple[int, float]], width: float) -> bool:
    """Say whether the lines are many, long, and mostly as long as their column is wide.

    ``lines`` are the words and the width of each.
    """
    return (
        len(lines) >= COLUMN_LINES
        and median(words for words, _ in lines) >= COLUMN_WORDS
        and median(wide for _, wide in lines) >= FILLED * width
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
