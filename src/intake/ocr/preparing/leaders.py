"""Leaders: rows of dots, dashes or strokes that lead the eye from a label or entry to its value.

An engine reads them as letters, or takes them for a picture, and what stands beside them is lost.
They are as thin as a full stop, go on for longer than an ellipsis, and nothing stands on them.
Rules of tables are as thin, and stay.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.blobs import Mask, find_blobs
from intake.ocr.preparing.prepare import WHITE, Evened
from intake.ocr.preparing.tables import rows_in_tables

_CELL_IN = 0.1
"""A cell holds a dot at least, also of a typewriter's."""
_LEAST_CELLS = 4
_INKED_BELOW = 232
"""Grey of the row of a cell that a dot of thin type, softened, makes."""
_WHITE_FROM = 240
_THICK_IN = 0.034
"""Dots and dashes of 14 points on a coarse fax are no higher; print of five points is."""
_STANDS_IN = 0.06
"""Letters that stood on them would reach so far up."""
_HANGS_IN = 0.016
_DARK_BELOW = 200
_SOLID = 0.7
"""Share of its length that is inked of what may be a worn rule of a table; dots have gaps."""

Levels = npt.NDArray[np.uint8]


def without_leaders(page: Evened) -> Evened:
    """Return the page without its leaders; the page itself where there are none."""
    cell = max(1, round(_CELL_IN * page.dpi))
    levels = np.asarray(page.image.reduce((cell, 1)))
    kept = _in_rows(_lone(levels, page.dpi))
    if not kept.any():
        return page
    pixels, tables = np.array(page.image), rows_in_tables(page)
    thick, stands = round(_THICK_IN * page.dpi), round(_STANDS_IN * page.dpi)
    blobs = find_blobs(kept)
    for left, right, top, bottom in zip(
        blobs.left * cell, blobs.right * cell, blobs.top, blobs.bottom, strict=True
    ):
        middle = (top + bottom) // 2
        upper = min(top, middle - thick // 2) - 2
        lower = max(bottom, middle + thick // 2) + 2
        strip = pixels[upper - stands : lower + 2]
        first, last = _ends(strip, int(left), int(right), cell, stands)
        inked = strip[stands:-2, first:last].min(axis=0) < _DARK_BELOW
        if not (tables[middle] and np.mean(inked) >= _SOLID):
            strip[stands:-2, first:last] = WHITE
    return Evened(Image.fromarray(pixels), page.dpi)


def _lone(levels: Levels, dpi: float) -> Mask:
    """Return where a cell has something as thin as a dot, with nothing above it or hanging down."""
    thick, stands, hangs = (round(each * dpi) for each in (_THICK_IN, _STANDS_IN, _HANGS_IN))
    above, below = thick + stands, thick + hangs
    lone = np.zeros(levels.shape, dtype=bool)
    if len(levels) <= above + below:
        return lone
    inked = np.zeros((len(levels) + 1, levels.shape[1]), dtype=np.int32)
    np.cumsum(levels < _WHITE_FROM, axis=0, out=inked[1:])
    rows = inked[above + below + 1 :] - inked[: -above - below - 1]
    lone[above : len(levels) - below] = (rows <= thick) & (
        levels[above : len(levels) - below] < _INKED_BELOW
    )
    return lone


def _in_rows(lone: Mask) -> Mask:
    """Return the lone cells of which several lie side by side, a row up or down for each."""
    near = lone.copy()
    near[1:] |= lone[:-1]
    near[:-1] |= lone[1:]
    width = lone.shape[1] - _LEAST_CELLS + 1
    if width < 1:
        return np.zeros_like(lone)
    starts = np.logical_and.reduce([near[:, step : step + width] for step in range(_LEAST_CELLS)])
    kept = np.zeros_like(lone)
    for step in range(_LEAST_CELLS):
        kept[:, step : step + width] |= starts
    return kept & near


def _ends(strip: Levels, left: int, right: int, reach: int, stands: int) -> tuple[int, int]:
    """Return the columns from and to which leaders go on beyond their whole cells, dot by dot.

    ``strip`` has ``stands`` rows above them, and two below.
    """
    start, stop = max(left - reach, 0), min(right + reach, strip.shape[1])
    seen = strip[:, start:stop]
    inked = seen[stands:-2].min(axis=0) < _DARK_BELOW
    stood = np.delete(seen, slice(stands, -2), axis=0).min(axis=0) < _WHITE_FROM
    before = _free_end(inked[: left - start][::-1], stood[: left - start][::-1])
    after = _free_end(inked[right - start :], stood[right - start :])
    return left - before, right + after


def _free_end(inked: Mask, stood: Mask) -> int:
    """Return how far one can go until something stands: to the last gap before that."""
    letter = int(stood.argmax()) if stood.any() else len(stood)
    gaps = np.flatnonzero(~inked[:letter])
    return int(gaps[-1]) + 1 if len(gaps) else 0
