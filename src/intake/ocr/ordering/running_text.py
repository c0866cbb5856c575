"""What tells running text from the cells of a table: many lines, of several words, that are full.

Scans and typed text ask alike, of the lines of what may be a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

COLUMN_LINES = 4
"""A column of running text has so many lines in all,"""
COLUMN_WORDS = 3
"""so many words in its usual line,"""
FILLED = 0.6
"""and its usual line fills this share of its width. Anything else side by side is cells of a
table or a form, which is read row by row."""
PARAGRAPH_GAP = 1.6
"""Paragraphs of a column stand so many heights of a word apart at most; rows of a form further."""
SLACK = 0.3
"""Share of a word's height by which the boxes of neighbouring lines may overlap."""

_FLUSH_WORDS = 2.5
"""A narrow justified column has two words in one line and three in the next; amounts, which may
end flush as well, have one, or two with their currency."""
_FLUSH = 0.6
"""Share of the lines of justified text that begin and end at its edges: indents and last lines do
not, and there is one of each in five lines or so."""
_AT_EDGE = 0.5
"""Share of a line's height that its ends may lie from the edges: round letters, a comma, skew."""


def is_running_text(lines: Sequence[tuple[int, float]], width: float) -> bool:
    """Say whether the lines are many, long, and mostly as long as their column is wide.

    ``lines`` are the words and the width of each.
    """
    return (
        len(lines) >= COLUMN_LINES
        and median(words for words, _ in lines) >= COLUMN_WORDS
        and median(wide for _, wide in lines) >= FILLED * width
    )


def is_justified(lines: Sequence[tuple[int, float, float]], height: float) -> bool:
    """Say whether the lines are many and most begin and end at one edge: a narrow column.

    ``lines`` are the words, the left and the right end of each; ``height`` is that of a word.
    Cells of several words seldom end where those above them do.
    """
    if len(lines) < COLUMN_LINES or median(words for words, _, _ in lines) < _FLUSH_WORDS:
        return False
    start, end = median(left for _, left, _ in lines), median(right for _, _, right in lines)
    near = _AT_EDGE * height
    flush = [abs(left - start) <= near and abs(right - end) <= near for _, left, right in lines]
    return sum(flush) >= _FLUSH * len(lines)
