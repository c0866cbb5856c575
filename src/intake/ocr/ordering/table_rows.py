"""Tables without rules whose columns an engine took for paragraphs: read row by row.

Rows of a table stand at one height in all columns, and one column at least holds nothing but
figures or single words. Addresses side by side may stand at one height too, but have more words in
a line; running text beside a column of notes seldom does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from intake.ocr.ordering.paragraphs import Line, Paragraph, is_text_column, paragraph_of

_LEAST_ROWS = 3
"""Two lines side by side may be anything: a place and a day, two signatures. Where a column is
numbers alone, as the sums of a bill are, two are enough."""
_LEAST_NAMES = 6
"""The same of two columns of which one has several words in a line, and the other words that are no
values: an address has up to five lines, beside a reference or `Raccomandata AR`."""
_ANSWER = 3
"""Letters of a word that is a value, such as `no` or `X`."""
_UNIT = 2
"""Letters beside the figures of a cell, as in `12 kg`; a telephone number has more before it."""
_SAME_ROW = 0.5
"""Share of the lower line's height by which two lines of one row overlap."""
_CELLS = 0.75
"""Share of a column's lines that are figures or single words; its head may be neither."""
_IN_ROWS = 0.8
"""Share of a column's lines that have a line beside them in another column."""
_LONGEST_IN_ROWS = 0.5
"""The same of the column with most lines: what does not fit into a cell goes on below it."""
_CELL_GAP = 1.0
"""Cells of a row stand so many heights of a word apart; words are half as far."""
_TEXT_WORDS = 4
"""A usual line of running text; where all of them have figures beside them they are a table's."""


@dataclass(slots=True, eq=False)
class _Row:
    """What stands at one height, and in which columns."""

    top: float
    bottom: float
    lines: list[Line]
    columns: set[int]


def is_table(columns: Sequence[Sequence[Paragraph]], height: float) -> bool:
    """Say whether columns side by side are those of a table; ``height`` is that of a word."""
    if len(columns) < 2 or not any(_is_of_cells(column) for column in columns):
        return False
    if sum(_is_of_rows(column, height) for column in columns) > 1:
        return False
    values = [_is_of_values(column) for column in columns]
    if any(_is_text(column, height) for column in columns) and not any(values):
        return False  # a list of words, such as a menu, beside running text
    rows = _rows(columns)
    is_plain = any(values) or all(_is_of_cells(column) for column in columns)
    if len(columns) == 2 and not is_plain and len(rows) < _LEAST_NAMES:
        return False
    least = 2 if any(map(_is_of_figures, columns)) else _LEAST_ROWS
    if sum(len(row.columns) > 1 for row in rows) < least:
        return False
    counts = [sum(at in row.columns for row in rows) for at in range(len(columns))]
    shares = [
        sum(at in row.columns and len(row.columns) > 1 for row in rows) / counts[at]
        for at in range(len(columns))
    ]
    longest = counts.index(max(counts))
    return all(
        share >= (_LONGEST_IN_ROWS if at == longest and not _is_text(column, height) else _IN_ROWS)
        for at, (column, share) in enumerate(zip(columns, shares, strict=True))
    )


def as_rows(columns: Sequence[Sequence[Paragraph]], height: float) -> Paragraph:
    """Return the columns of a table as one paragraph, whose lines are the rows."""
    return paragraph_of(
        [
            tuple(sorted((word for line in row.lines for word in line), key=lambda each: each.left))
            for row in _rows(columns)
        ],
        height,
    )


def _rows(columns: Sequence[Sequence[Paragraph]]) -> list[_Row]:
    lines = [
        (min(word.top for word in line), max(word.bottom for word in line), at, line)
        for at, column in enumerate(columns)
        for paragraph in column
        for line in paragraph.lines
    ]
    rows: list[_Row] = []
    for top, bottom, at, line in sorted(lines, key=lambda each: each[0] + each[1]):
        shared = min(bottom, rows[-1].bottom) - max(top, rows[-1].top) if rows else -1.0
        lower = min(bottom - top, rows[-1].bottom - rows[-1].top) if rows else 1.0
        if shared < _SAME_ROW * lower:
            rows.append(_Row(top, bottom, [], set()))
        rows[-1].lines.append(line)
        rows[-1].columns.add(at)
    return rows


def _is_of_rows(column: Sequence[Paragraph], height: float) -> bool:
    """Say whether most lines are rows of several cells: two such columns are two tables."""
    lines = [line for paragraph in column for line in paragraph.lines]
    is_row = [
        any(after.left - before.right >= _CELL_GAP * height for before, after in pairwise(line))
        for line in lines
    ]
    return 2 * sum(is_row) > len(lines)


def _is_of_cells(column: Sequence[Paragraph]) -> bool:
    lines = [line for paragraph in column for line in paragraph.lines]
    return sum(map(_is_cell, lines)) >= _CELLS * len(lines)


def _is_cell(line: Line) -> bool:
    """Say whether a line is a single word, or figures with no more than a unit."""
    return len(line) == 1 or sum(map(str.isalpha, _spelt(line))) <= _UNIT


def _is_of_values(column: Sequence[Paragraph]) -> bool:
    """Say whether a column holds figures, or short answers; its head may be a word.

    A reference with a slash, as `1234/2026`, is none of the figures: the date of a letter stands
    below it.
    """
    lines = [line for paragraph in column for line in paragraph.lines]
    values = list(map(_is_value, lines))
    if sum(values) >= _CELLS * len(lines):
        return True
    below = [("/" not in word.text) for line in lines[1:] for word in line]
    return len(lines) > 2 and all(values[1:]) and all(below)


def _is_value(line: Line) -> bool:
    spelt = _spelt(line)
    return _is_cell(line) and (len(spelt) <= _ANSWER or any(map(str.isdigit, spelt)))


def _is_of_figures(column: Sequence[Paragraph]) -> bool:
    """Say whether each line of a column is one number."""
    return all(
        len(line) == 1 and 2 * sum(map(str.isdigit, _spelt(line))) > len(_spelt(line))
        for paragraph in column
        for line in paragraph.lines
    )


def _spelt(line: Line) -> str:
    return "".join(each for word in line for each in word.text if each.isalnum())


def _is_text(column: Sequence[Paragraph], height: float) -> bool:
    words = median(len(line) for paragraph in column for line in paragraph.lines)
    return words >= _TEXT_WORDS and is_text_column(column, height)
