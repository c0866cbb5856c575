"""Columns of typed text that a file stores row by row: told by their gutter, read one by one.

They are running text, as in scans (``reading_order.is_running_text``), of no few words in a line:
cells of a table stay in their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from intake.ocr.pdf_text import Letter
from intake.ocr.reading_order import PARAGRAPH_GAP, SLACK, is_running_text
from intake.ocr.scans import Box

TypedLine = list[Letter]
GUTTER = 1.5
"""Heights of a letter: spaces in justified text are narrower, gutters seldom."""
_LEAST_GUTTER = 1.0
"""What is white in all rows of a stretch; a row that ends early looks wider than it is."""
_WORDS = 4
"""The usual line of a column has so many words: dates and names in a table have three."""
_SAME_ROW = 0.5
"""Share of its height by which a line overlaps the row that it goes on with."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands side by side: the file's lines, and their pieces as gutters part them."""

    lines: list[TypedLine]
    pieces: list[TypedLine]

    @property
    def box(self) -> Box:
        return _box([letter for piece in self.pieces for letter in piece])


def by_columns(lines: Sequence[TypedLine]) -> list[TypedLine]:
    """Return the lines, columns of running text one after the other; all else stays as it is."""
    heights = [letter.box.height for line in lines for letter in line if letter.is_drawn]
    height = median(heights) if heights else 0.0
    rows = _rows(lines, height)
    ordered: list[TypedLine] = []
    first = 0
    while first < len(rows):
        run, gutter = _run(rows[first:], height)
        stretch = rows[first : first + run]
        columns = _columns(stretch, gutter, height)
        if len(columns) > 1 and all(map(_is_running_text, columns)):
            ordered += [piece for column in columns for piece in column]
        else:
            ordered += [line for row in stretch for line in row.lines]
        first += run
    return ordered


def _rows(lines: Sequence[TypedLine], height: float) -> list[_Row]:
    """Return the lines in rows; one that goes on to the right of the one before is of its row."""
    rows: list[_Row] = []
    for line in lines:
        pieces = list(_pieces(line, GUTTER * height))
        if rows and pieces and rows[-1].pieces and _goes_on(rows[-1].box, _box(line)):
            rows[-1].lines.append(line)
            rows[-1].pieces.extend(pieces)
        else:
            rows.append(_Row([line], pieces))
    return rows


def _goes_on(row: Box, line: Box) -> bool:
    shared = row.within(line)
    return line.left >= row.right and shared.top - shared.bottom >= _SAME_ROW * line.height


def _pieces(line: TypedLine, gutter: float) -> Iterator[TypedLine]:
    """Yield the parts of a line between which the white is as wide as a gutter, if it has any."""
    piece: TypedLine = []
    end = float("inf")
    for letter in line:
        if letter.is_drawn:
            if letter.box.left - end >= gutter:
                yield piece
                piece = []
            end = letter.box.right
        if letter.is_drawn or piece:
            piece.append(letter)
    if end != float("inf"):
        yield piece


def _run(rows: Sequence[_Row], height: float) -> tuple[int, tuple[float, float]]:
    """Return how many rows from the first on one gutter parts, and where it begins and ends."""
    if len(rows[0].pieces) < 2:
        return 1, (0.0, 0.0)
    gutter = _box(rows[0].pieces[0]).right, _box(rows[0].pieces[1]).left
    above = rows[0].box
    for count, row in enumerate(rows[1:], start=1):
        if not row.pieces:
            return count, gutter
        gap = above.bottom - row.box.top
        narrowed = _narrowed(gutter, row)
        is_near = -SLACK * height <= gap <= (PARAGRAPH_GAP + 2 * SLACK) * height
        if not is_near or narrowed[1] - narrowed[0] < _LEAST_GUTTER * height:
            return count, gutter
        above, gutter = row.box, narrowed
    return len(rows), gutter


def _narrowed(gutter: tuple[float, float], row: _Row) -> tuple[float, float]:
    """Return what a row leaves of a gutter; the second figure is the lower one if it crosses it."""
    start, end = gutter
    for piece in map(_box, row.pieces):
        if piece.left < start:
            start = max(start, piece.right)
        else:
            end = min(end, piece.left)
    return start, end


def _columns(
    rows: Sequence[_Row], gutter: tuple[float, float], height: float
) -> list[list[TypedLine]]:
    """Return the pieces left of the gutter, then those of each column right of it."""
    pieces = [[(piece, _box(piece).left < gutter[0]) for piece in row.pieces] for row in rows]
    left = [piece for row in pieces for piece, is_left in row if is_left]
    right = [_Row([], [piece for piece, is_left in row if not is_left]) for row in pieces]
    right = [row for row in right if row.pieces]
    if not left or not right:
        return [[piece for row in rows for piece in row.pieces]]
    run, next_gutter = _run(right, height)
    if run == len(right) > 1:
        return [left, *_columns(right, next_gutter, height)]
    return [left, [piece for row in right for piece in row.pieces]]


def _is_running_text(column: Sequence[TypedLine]) -> bool:
    boxes = [_box(piece) for piece in column]
    words = [len("".join(letter.text for letter in piece).split()) for piece in column]
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    return median(words) >= _WORDS and is_running_text(
        [(count, box.width) for count, box in zip(words, boxes, strict=True)], width
    )


def _box(letters: Sequence[Letter]) -> Box:
    drawn = [letter.box for letter in letters if letter.is_drawn]
    return Box(
        min(box.left for box in drawn),
        min(box.bottom for box in drawn),
        max(box.right for box in drawn),
        max(box.top for box in drawn),
    )
