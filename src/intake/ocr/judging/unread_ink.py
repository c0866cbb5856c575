"""Ink that looks like print and lies in no word's box: what an engine passed over in silence.

Confidence is that of words that were found. Beside rules, rings and leaders an engine leaves whole
words out, and is sure of the rest; of small print it leaves some out in the midst of a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from intake.ocr.preparing.blobs import Mask, find_blobs
from intake.ocr.preparing.pale_ink import even_ink
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

UNREAD_INK = "page_unread_ink"
"""Defect of a page with print on it that was not read."""

_MANY = 8
"""Letters outside of all boxes: a word or two; a page that was read has none."""
_LOOK_DPI = 62.5
"""At this resolution there are a cell or two between the letters of a word, and more at its end."""
_LEAST_HIGH = 4.5
"""Cells that a usual word is high at least; in fewer, small print is as full as a bar."""
_DARK_BELOW = 190
_BEYOND = 0.35
"""Shares of a word's height by which its ink may reach beyond its box."""
_LOWEST, _HIGHEST = 0.45, 2.2
"""Heights of a usual word's box between which a row of letters is high."""
_LEAST_WIDE = 1.3
"""A blob narrower than so many of its heights is a mark, not a word."""
_LONGEST_IN = 3.0
_FILLED = (0.25, 0.9)
"""Share of its box that print fills; a rule or a bar fills more, a flourish or a corner less."""
_LETTER_WIDE = 0.6
"""Usual width of a letter by the height of its word."""
_HOLE = 1.0
"""Words of a line that stand so many heights apart, and what is around them, may have others
between them; a space is half as wide at most."""


class _Box(NamedTuple):
    """A rectangle in dots."""

    left: int
    top: int
    right: int
    bottom: int


def has_unread_ink(prepared: Prepared, words: Sequence[Word], *, bilevel: bool) -> bool:
    """Say whether some words of print were passed over; pale ones too, where there are greys."""
    return unread_letters(prepared, words, bilevel=bilevel) >= _MANY


def unread_letters(prepared: Prepared, words: Sequence[Word], *, bilevel: bool) -> int:
    """Return about how many letters of print stand outside the boxes of all words."""
    heights = [word.bottom - word.top for word in words if len(word.text) > 2]
    if not heights:
        return 0
    step = max(1, min(round(prepared.dpi / _LOOK_DPI), int(median(heights) / _LEAST_HIGH)))
    reduced = prepared.image.reduce(step)
    seen = reduced if bilevel else even_ink(reduced, prepared.dpi / step)
    dark: Mask = np.asarray(seen) < _DARK_BELOW
    _strike_out(dark, words, step)
    dark[:, 2:] |= dark[:, 1:-1] | dark[:, :-2]  # over the gaps between letters
    usual = median(heights) / step
    blobs = find_blobs(dark)
    wide, high = blobs.right - blobs.left, blobs.bottom - blobs.top
    filled = blobs.area / (wide * high)
    is_print = (
        (high >= _LOWEST * usual)
        & (high <= _HIGHEST * usual)
        & (wide >= _LEAST_WIDE * high)
        & (wide <= _LONGEST_IN * prepared.dpi / step)
        & (filled >= _FILLED[0])
        & (filled <= _FILLED[1])
    )
    return round(float(np.sum(wide[is_print] / high[is_print])) / _LETTER_WIDE)


def _strike_out(dark: Mask, words: Sequence[Word], step: int) -> None:
    """Clear the boxes of the words, and a little around them, but for the holes of a line.

    In close lines what is around the words above and below leaves nothing of a hole; there no
    more is cleared than their boxes.
    """
    struck = np.zeros_like(dark)
    for word in words:
        struck[_cells(word, step, _BEYOND)] = True
    holes = list(_holes(words))
    if holes:
        boxes = np.zeros_like(dark)
        for word in words:
            boxes[_cells(word, step, 0.0)] = True
        for hole in holes:
            cells = _cells(hole, step, 0.0)
            struck[cells] = boxes[cells]
    dark[struck] = False


def _holes(words: Sequence[Word]) -> Iterator[_Box]:
    """Yield what is white, or should be, between words of a line that stand far apart."""
    for line in lines_of(tuple(words)):
        for before, after in pairwise(line):
            height = max(before.bottom - before.top, after.bottom - after.top)
            beyond = round(_BEYOND * height)
            if after.left - before.right >= _HOLE * height + 2 * beyond:
                yield _Box(
                    before.right + beyond,
                    min(before.top, after.top),
                    after.left - beyond,
                    max(before.bottom, after.bottom),
                )


def _cells(box: _Box | Word, step: int, around: float) -> tuple[slice, slice]:
    """Return the cells of a box in dots, and so many of its heights around it."""
    beyond = around * (box.bottom - box.top)
    return (
        slice(max(int((box.top - beyond) / step), 0), int((box.bottom + beyond) / step) + 1),
        slice(max(int((box.left - beyond) / step), 0), int((box.right + beyond) / step) + 1),
    )
