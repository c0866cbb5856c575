"""Columns of typed text that a file stores row by row: told by their gutter, read one by one.

They are running text, as in scans (``running_text.is_running_text``), of no few words in a line:
cells of a table stay in their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from intake.ocr.ordering.running_text import COLUMN_LINES, PARAGRAPH_GAP, SLACK, is_running_text
from intake.ocr.pdf.scans import Box
from intake.ocr.pdf.text import Letter

TypedLine = list[Letter]
GUTTER = 1.5
"""Heights of a letter: spaces in justified text are narrower, gutters seldom."""
_LEAST_GUTTER = 1.0
"""What is white in all rows of a stretch; a row that ends early looks wider than it is."""
_WORDS = 4
"""The usual line of a column has so many words: dates and names in a table have three."""
_MOST_COLUMNS = 8
"""A newspaper has six; what has more is a table."""
_SAME_ROW = 0.5
"""Share of its height by which a line overlaps the row that it goes on with."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a line between gutters."""

    letters: TypedLine
    box: Box

    @property
    def words(self) -> int:
        return len("".join(letter.text for letter in self.letters).split())


@dataclass(slots=True)
class _Row:
    """What stands side by side: the file's lines, and their pieces as gutters part them."""

    lines: list[TypedLine]
    pieces: list[_Piece]
    box: Box
    """Around the pieces; a row without any has none."""


def by_columns(lines: Sequence[TypedLine]) -> list[TypedLine]:
    """Return the lines, columns of running text one after the other; all else stays as it is."""
    heights = [letter.box.height for line in lines for letter in line if letter.is_drawn]
    height = median(heights) if heights else 0.0
    rows = _rows(lines, height)
    ordered: list[TypedLine] = []
    first = 0
    while first < len(rows):
        run, gutter = _run(rows, first, height)
        stretch = rows[first : first + run]
        columns = _columns(stretch, gutter, height) if _may_be_text(stretch) else []
        if len(columns) > 1 and all(map(_is_running_text, columns)):
            ordered += [piece.letters for column in columns for piece in column]
        else:
            ordered += [line for row in stretch for line in row.lines]
        first += run
    return ordered


def _rows(lines: Sequence[TypedLine], height: float) -> list[_Row]:
    """Return the lines in rows; one that goes on to the right of the one before is of its row."""
    rows: list[_Row] = []
    for line in lines:
        pieces = list(_pieces(line, GUTTER * height))
        box = _around([piece.box for piece in pieces])
        if rows and pieces and rows[-1].pieces and _goes_on(rows[-1].box, box):
            rows[-1].lines.append(line)
            rows[-1].pieces.extend(pieces)
            rows[-1].box = _around([rows[-1].box, box])
        else:
            rows.append(_Row([line], pieces, box))
    return rows


def _goes_on(row: Box, line: Box) -> bool:
    shared = row.within(line)
    return line.left >= row.right and shared.top - shared.bottom >= _SAME_ROW * line.height


def _pieces(line: TypedLine, gutter: float) -> Iterator[_Piece]:
    """Yield the parts of a line between which the white is as wide as a gutter, if it has any."""
    piece: TypedLine = []
    boxes: list[Box] = []
    for letter in line:
        is_drawn = letter.is_drawn
        if is_drawn:
            if boxes and letter.box.left - boxes[-1].right >= gutter:
                yield _Piece(piece, _around(boxes))
                piece, boxes = [], []
            boxes.append(letter.box)
        if is_drawn or piece:
            piece.append(letter)
    if boxes:
        yield _Piece(piece, _around(boxes))


def _run(rows: Sequence[_Row], first: int, height: float) -> tuple[int, tuple[float, float]]:
    """Return how many rows from the first on one gutter parts, and where it begins and ends."""
    above = rows[first]
    if len(above.pieces) < 2:
        return 1, (0.0, 0.0)
    gutter = above.pieces[0].box.right, above.pieces[1].box.left
    for number in range(first + 1, len(rows)):
        row = rows[number]
        if not row.pieces:
            return number - first, gutter
        gap = above.box.bottom - row.box.top
        narrowed = _narrowed(gutter, row)
        is_near = -SLACK * height <= gap <= (PARAGRAPH_GAP + 2 * SLACK) * height
        if not is_near or narrowed[1] - narrowed[0] < _LEAST_GUTTER * height:
            return number - first, gutter
        above, gutter = row, narrowed
    return len(rows) - first, gutter


def _narrowed(gutter: tuple[float, float], row: _Row) -> tuple[float, float]:
    """Return what a row leaves of a gutter; the second figure is the lower one if it crosses it."""
    start, end = gutter
    for piece in row.pieces:
        if piece.box.left < start:
            start = max(start, piece.box.right)
        else:
            end = min(end, piece.box.left)
    return start, end


def _may_be_text(rows: Sequence[_Row]) -> bool:
    """Say whether the rows are many and half of their pieces long, as in columns of text."""
    if len(rows) < COLUMN_LINES:
        return False
    is_long = [piece.words >= _WORDS for row in rows for piece in row.pieces]
    return sum(is_long) >= len(is_long) / 2


def _columns(
    rows: Sequence[_Row], gutter: tuple[float, float], height: float
) -> list[list[_Piece]]:
    """Return the pieces left of the gutter, then those of each column right of it.

    Where there are more columns than a page of text has, there is none.
    """
    columns: list[list[_Piece]] = []
    while len(columns) < _MOST_COLUMNS:
        left = [each for row in rows for each in row.pieces if each.box.left < gutter[0]]
        right = list(_right_of(gutter[0], rows))
        if not left or not right:
            return [*columns, [piece for row in rows for piece in row.pieces]]
        columns.append(left)
        run, gutter = _run(right, 0, height)
        if not run == len(right) > 1:
            return [*columns, [piece for row in right for piece in row.pieces]]
        rows = right
    return []


def _right_of(end: float, rows: Sequence[_Row]) -> Iterator[_Row]:
    """Yield what the rows have right of a column, if anything."""
    for row in rows:
        pieces = [piece for piece in row.pieces if piece.box.left >= end]
        if pieces:
            yield _Row([], pieces, _around([piece.box for piece in pieces]))


def _is_running_text(column: Sequence[_Piece]) -> bool:
    words = [piece.words for piece in column]
    return median(words) >= _WORDS and is_running_text(
        [(count, piece.box.width) for count, piece in zip(words, column, strict=True)],
        _around([piece.box for piece in column]).width,
    )


def _around(boxes: Sequence[Box]) -> Box:
    """Return the rectangle around the boxes; an empty one around none."""
    if len(boxes) < 2:
        return boxes[0] if boxes else Box(0.0, 0.0, 0.0, 0.0)
    return Box(
        min([box.left for box in boxes]),
        min([box.bottom for box in boxes]),
        max([box.right for box in boxes]),
        max([box.top for box in boxes]),
    )
