"""Whether a page separates letters by being empty: dust, holes and streaks are nothing on it."""

from __future__ import annotations

import numpy as np

from intake.ocr.judging.page_kind import BLANK_INK_IN2
from intake.ocr.judging.sparse_letters import has_letters, look_at
from intake.ocr.preparing.blobs import Mask, find_blobs
from intake.ocr.sheets import PageImage

_MARGIN_IN = 0.5
"""Shadows of the sheet's edge lie here, and no letter is written here."""
_HOLES_IN = 1.0
"""Holes for a folder lie nearer to an edge: ISO 838 punches them 12 mm from it, a careless hand
and a skewed feed further."""
_HOLE_IN, _HOLE_FILLED, _HOLE_ROUND = (0.15, 0.4), 0.6, 1.4
"""Least and most width and height of a hole, share of its box it fills, the one to the other."""
_STREAK_SHARE, _STREAKS_IN = 0.4, 0.1
"""Dirt on the scanner's glass draws a line along the page, which is pale and has gaps: as much of
it is ink at least. All such lines together are as wide at most. A line of dense type is as dark:
letters count before streaks are taken out."""


def is_empty(sheet: PageImage) -> bool:
    """Return whether a page has no more on it than dust, its margins aside."""
    ink, across, down = look_at(sheet.image, dpi_x=sheet.dpi_x, dpi_y=sheet.dpi_y)
    left, top = int(_MARGIN_IN * across), int(_MARGIN_IN * down)
    inner = _without_holes(ink, across, down)[top : -top or None, left : -left or None]
    if inner.size == 0:
        return False
    bare = _without_streaks(_without_streaks(inner, across).T, down).T
    if float(np.count_nonzero(bare)) / (across * down) >= BLANK_INK_IN2:
        return False
    return not any(has_letters(each, dpi_x=across, dpi_y=down) for each in (inner, bare))


def _without_holes(ink: Mask, across: float, down: float) -> Mask:
    """Return the ink without round patches near an edge that are as large as a punched hole."""
    blobs = find_blobs(ink)
    columns, rows = blobs.right - blobs.left, blobs.bottom - blobs.top
    wide, high = columns / across, rows / down
    least, most = _HOLE_IN
    is_round = np.maximum(wide, high) <= _HOLE_ROUND * np.minimum(wide, high)
    is_solid = blobs.area > _HOLE_FILLED * columns * rows
    is_sized = (np.minimum(wide, high) >= least) & (np.maximum(wide, high) <= most)
    to_side = np.minimum(blobs.right / across, (ink.shape[1] - blobs.left) / across)
    to_end = np.minimum(blobs.bottom / down, (ink.shape[0] - blobs.top) / down)
    is_near = np.minimum(to_side, to_end) <= _HOLES_IN
    return ink & ~blobs.mask(is_round & is_solid & is_sized & is_near, ink.shape)


def _without_streaks(ink: Mask, dpi: float) -> Mask:
    """Return the ink without the few columns that are inked nearly from end to end."""
    is_streak: Mask = ink.mean(axis=0) >= _STREAK_SHARE
    if np.count_nonzero(is_streak) > _STREAKS_IN * dpi:
        return ink
    return ink & ~is_streak
