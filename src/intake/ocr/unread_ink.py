"""Ink that looks like print and lies in no word's box: what an engine passed over in silence.

Confidence is that of words that were found. Beside rules, rings and leaders an engine leaves whole
words out, and is sure of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from intake.ocr.blobs import find_blobs
from intake.ocr.pale_ink import even_ink
from intake.ocr.prepare import Prepared
from intake.schemas.documents import Word

UNREAD_INK = "page_unread_ink"
"""Defect of a page with print on it that was not read."""

_MANY = 8
"""Letters outside of all boxes: a word or two; a page that was read has none."""
_LOOK_DPI = 62.5
"""At this resolution there are a cell or two between the letters of a word, and more at its end."""
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


def has_unread_ink(prepared: Prepared, words: Sequence[Word], *, bilevel: bool) -> bool:
    """Say whether some words of print were passed over; pale ones too, where there are greys."""
    return unread_letters(prepared, words, bilevel=bilevel) >= _MANY


def unread_letters(prepared: Prepared, words: Sequence[Word], *, bilevel: bool) -> int:
    """Return about how many letters of print stand outside the boxes of all words."""
    heights = [word.bottom - word.top for word in words if len(word.text) > 2]
    if not heights:
        return 0
    step = max(1, round(prepared.dpi / _LOOK_DPI))
    reduced = prepared.image.reduce(step)
    seen = reduced if bilevel else even_ink(reduced, prepared.dpi / step)
    dark = np.asarray(seen) < _DARK_BELOW
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


def _strike_out(dark: npt.NDArray[np.bool_], words: Sequence[Word], step: int) -> None:
    """Clear the boxes of the words, and a little around them."""
    for word in words:
        beyond = _BEYOND * (word.bottom - word.top)
        rows = slice(
            max(int((word.top - beyond) / step), 0), int((word.bottom + beyond) / step) + 1
        )
        dark[
            rows, max(int((word.left - beyond) / step), 0) : int((word.right + beyond) / step) + 1
        ] = False
