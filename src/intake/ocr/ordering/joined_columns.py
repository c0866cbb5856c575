"""Lines that an engine read across the gutters of columns, cut where the gutters are.

Where justified columns stand close, the white between them is hardly wider than that between
their words, and an engine takes a row of columns for one line. A gutter is white in many lines
below each other, and has running text on both sides; the white between cells of a table has not,
and its rows stay whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from intake.ocr.ordering.paragraphs import Line
from intake.ocr.ordering.running_text import COLUMN_LINES, PARAGRAPH_GAP, is_justified
from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

_GUTTER = 1.0
"""Heights of a word's box. Spaces of justified text are narrower, or not so wide in
``COLUMN_LINES`` lines at one place; the gutters of newspapers are 1.2 to 3."""
_WORDS = 4
"""The usual line of a column whose lines do not end flush; of cells in a table it has three."""
_FILLED = 0.75
"""Share of such a column's width that its usual line fills; cells fill two thirds."""
_MOST_COLUMNS = 8
"""A newspaper has six; what has more is a table."""


@dataclass(slots=True, eq=False)
class _Gutter:
    """White from ``left`` to ``right`` in lines below each other, which go on beyond it."""

    left: float
    right: float
    lines: list[int] = field(default_factory=list)
    """Which lines of the page."""
    bottom: float = 0.0


def without_joined_columns(words: Sequence[Word], height: float) -> tuple[Word, ...]:
    """Return the words, lines cut at the gutters of columns of running text.

    ``height`` is that of a usual word. What was cut out of an engine's paragraph is a paragraph for
    each column, one after the other, with numbers that no other paragraph has.
    """
    lines = lines_of(tuple(words))
    gutters = [each for each in _gutters(lines, height) if len(each.lines) >= COLUMN_LINES]
    of_line = _by_line(gutters)
    kept = [each for each in gutters if _parts_text(each, lines, of_line, height)]
    return _cut(lines, _by_line(kept)) if kept else tuple(words)


def _gutters(lines: Sequence[Line], height: float) -> Iterator[_Gutter]:
    """Yield what is white in some line, and how far down the page it goes on."""
    least = _GUTTER * height
    is_open: list[_Gutter] = []
    for number in sorted(range(len(lines)), key=lambda each: lines[each][0].top):
        line = lines[number]
        top, bottom = min(word.top for word in line), max(word.bottom for word in line)
        taken: set[tuple[float, float]] = set()
        still: list[_Gutter] = []
        for gutter in is_open:
            if top - gutter.bottom > PARAGRAPH_GAP * height:
                yield gutter
                continue
            white, gap = _narrowed(gutter, line)
            if white[1] - white[0] < least:
                yield gutter
                continue
            gutter.left, gutter.right = white
            if gap is not None:
                taken.add(gap)
                gutter.lines.append(number)
                gutter.bottom = max(gutter.bottom, bottom)
            still.append(gutter)
        new = [gap for gap in _gaps(line) if gap[1] - gap[0] >= least and gap not in taken]
        is_open = still + [_Gutter(*gap, lines=[number], bottom=bottom) for gap in new]
    yield from is_open


def _gaps(line: Line) -> list[tuple[float, float]]:
    return [(before.right, after.left) for before, after in pairwise(line)]


def _narrowed(
    gutter: _Gutter, line: Line
) -> tuple[tuple[float, float], tuple[float, float] | None]:
    """Return what a line leaves of a gutter, and its gap that the gutter goes through, if any."""
    sides = float("-inf"), line[0].left
    whites = [sides, *_gaps(line), (line[-1].right, float("inf"))]
    shared = [(max(gutter.left, left), min(gutter.right, right)) for left, right in whites]
    best = max(range(len(whites)), key=lambda each: shared[each][1] - shared[each][0])
    return shared[best], whites[best] if 0 < best < len(whites) - 1 else None


def _by_line(gutters: Sequence[_Gutter]) -> dict[int, list[_Gutter]]:
    """Return the gutters of each line, from left to right."""
    of_line: dict[int, list[_Gutter]] = {}
    for gutter in sorted(gutters, key=lambda each: each.left):
        for number in gutter.lines:
            of_line.setdefault(number, []).append(gutter)
    return of_line


def _parts_text(
    gutter: _Gutter,
    lines: Sequence[Line],
    of_line: dict[int, list[_Gutter]],
    height: float,
) -> bool:
    """Say whether there is running text on both sides of a gutter, up to those beside it."""
    beside: tuple[list[Line], list[Line]] = [], []
    for number in gutter.lines:
        gutters = of_line[number]
        if len(gutters) >= _MOST_COLUMNS:
            return False
        pieces = _pieces(lines[number], gutters)
        place = gutters.index(gutter)
        beside[0].append(pieces[place])
        beside[1].append(pieces[place + 1])
    return all(_is_column([piece for piece in side if piece], height) for side in beside)


def _is_column(pieces: Sequence[Line], height: float) -> bool:
    if len(pieces) < COLUMN_LINES:
        return False
    ends = [(len(piece), piece[0].left, piece[-1].right) for piece in pieces]
    width = max(right for _, _, right in ends) - min(left for _, left, _ in ends)
    is_long = median(words for words, _, _ in ends) >= _WORDS
    is_full = median(right - left for _, left, right in ends) >= _FILLED * width
    return (is_long and is_full) or is_justified(ends, height)


def _pieces(line: Line, gutters: Sequence[_Gutter]) -> list[Line]:
    """Return what of a line stands left of the first gutter, between the others, and right."""
    ends = [gutter.left for gutter in gutters]
    columns = [sum(word.left >= end for end in ends) for word in line]
    return [
        tuple(word for word, column in zip(line, columns, strict=True) if column == place)
        for place in range(len(gutters) + 1)
    ]


def _cut(lines: Sequence[Line], of_line: dict[int, list[_Gutter]]) -> tuple[Word, ...]:
    """Return the words of the lines, columns of each stretch with the same gutters in turn."""
    unused = max(line[0].paragraph for line in lines) + 1
    words: list[Word] = []
    stretches = groupby(
        enumerate(lines), key=lambda each: (each[1][0].paragraph, of_line.get(each[0], []))
    )
    for (_, gutters), members in stretches:
        stretch = [line for _, line in members]
        if not gutters:
            words += [word for line in stretch for word in line]
            continue
        rows = [_pieces(line, gutters) for line in stretch]
        for column in zip(*rows, strict=True):
            words += [
                word.model_copy(update={"paragraph": unused}) for piece in column for word in piece
            ]
            unused += 1
    return tuple(words)
