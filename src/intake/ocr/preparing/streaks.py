"""Thin straight lines down and across a page: dirt on the scan head, errors of the line, rulings.

No letter has a stroke so long. Dirt draws its line at one place down the whole sheet, broken
where it comes and goes. What crosses the line is kept: each of its dots becomes what lies
between the dots on both its sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.prepare import Evened

_CELL_IN = 0.05
_DARKER_BY = 70
"""Grey levels of a cell of a streak below those beside it; a single fax dot, softened, has 90."""
_STILL_DARKER_BY = 30
"""Enough where a streak goes on from a surer piece."""
_HARDLY_BROKEN = 0.6
"""Share of a streak's length, from its first to its last piece, that stands free."""
_LEAST_IN = 1.0
"""A streak has so much of pieces along one line."""
_SURE_IN = 0.6
"""One piece of it is so long: stems of large thin type, one below the other, are shorter."""
_ASTRAY = 2
"""Pixels by which the pieces of one streak may lie beside each other."""
_GAP_IN = 0.3
"""Across what it crosses a streak goes on."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells a streak of one direction from the strokes of letters, in inches."""

    piece: float
    """Strokes of letters are shorter."""
    apart: float
    """So far from its middle it is light again."""
    soft: float
    """By so much its softened edges reach beyond the cells found."""
    slopes: bool
    """Whether it may slope: it is followed then."""


_DOWN = _Kind(piece=0.25, apart=0.024, soft=0.008, slopes=False)
"""Dirt on the scan head, dead straight; letters of up to 20 points have shorter strokes."""
_ACROSS = _Kind(piece=1.0, apart=0.032, soft=0.012, slopes=True)
"""Rulings and line errors, as thick as a row of a coarse fax; the feet of a long word's letters
make a shorter line."""

Levels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def without_streaks(page: Evened) -> Evened:
    """Return the page without thin lines down and across; the page itself where there are none."""
    cell = max(1, round(_CELL_IN * page.dpi))
    down = np.asarray(page.image.reduce((1, cell)))
    across = np.asarray(page.image.reduce((cell, 1))).T
    found = _streaks(down, page.dpi, _DOWN), _streaks(across, page.dpi, _ACROSS)
    if not any(mask.any() for mask in found):
        return page
    pixels = np.array(page.image)
    for view, mask, kind in zip((pixels, pixels.T), found, (_DOWN, _ACROSS), strict=True):
        _heal(view, mask, page.dpi, kind)
    return Evened(Image.fromarray(pixels), page.dpi)


def _streaks(levels: Levels, dpi: float, kind: _Kind) -> Mask:
    """Return which cells, a pixel wide and 1/20 inch high, are of a streak down the page."""
    none = np.zeros(levels.shape, dtype=bool)
    if min(levels.shape) <= max(2 * kind.apart * dpi, max(kind.piece, _SURE_IN) / _CELL_IN):
        return none
    least, apart = _LEAST_IN / _CELL_IN, round(kind.apart * dpi)
    thin = _thin(levels, apart, _DARKER_BY)
    if not (thin.sum(axis=0) >= least).any():
        return none
    pieces = _runs(thin, round(kind.piece / _CELL_IN))
    pieces[:, (pieces.sum(axis=0) < least) | ~_beside_long_piece(pieces)] = False
    if not pieces.any():
        return none
    if not kind.slopes:
        pieces |= thin & _between(pieces, thin)
    else:
        pieces = _followed(pieces, _thin(levels, apart, _STILL_DARKER_BY))
    return _joined(pieces, round(_GAP_IN / _CELL_IN))


def _beside_long_piece(pieces: Mask) -> Mask:
    """Return which columns have, or stand beside, a piece that is longer than stems of letters."""
    long_ones = _runs(pieces, round(_SURE_IN / _CELL_IN)).any(axis=0)
    padded = np.pad(long_ones, _ASTRAY)
    near: Mask = np.lib.stride_tricks.sliding_window_view(padded, 2 * _ASTRAY + 1).max(axis=1)
    return near


def _between(pieces: Mask, thin: Mask) -> Mask:
    """Return the cells from the first to the last piece of each streak that is hardly interrupted.

    Between two lines of print a streak shows in short pieces; between two tables stands text.
    """
    below = np.logical_or.accumulate(pieces, axis=0)
    inside: Mask = below & np.logical_or.accumulate(pieces[::-1], axis=0)[::-1]
    inside[:, (thin & inside).sum(axis=0) < _HARDLY_BROKEN * inside.sum(axis=0)] = False
    return inside


def _thin(levels: Levels, apart: int, darker_by: int) -> Mask:
    """Return which cells are so much darker than those on both sides."""
    thin = np.zeros(levels.shape, dtype=bool)
    # Saturated: where it is dark on one side already nothing is so much darker.
    lighter = np.minimum(levels[:, : -2 * apart], levels[:, 2 * apart :])
    thin[:, apart:-apart] = levels[:, apart:-apart] < np.maximum(lighter, darker_by) - darker_by
    return thin


def _followed(pieces: Mask, thin: Mask) -> Mask:
    """Return the pieces with the thin cells above and below that go on from them, row by row."""
    grown = pieces.copy()
    for rows in (range(1, len(grown)), range(len(grown) - 2, -1, -1)):
        before = grown[rows[0] - rows.step]
        for row in rows:
            near = before.copy()
            near[1:] |= before[:-1]
            near[:-1] |= before[1:]
            grown[row] |= near & thin[row]
            before = grown[row]
    return grown


def _runs(mask: Mask, least: int) -> Mask:
    """Return what is set in ``least`` or more rows on end."""
    starts = mask[: len(mask) - least + 1].copy()
    for step in range(1, least):
        starts &= mask[step : len(mask) - least + 1 + step]
    kept = np.zeros_like(mask)
    for step in range(least):
        kept[step : len(mask) - least + 1 + step] |= starts
    return kept


def _joined(mask: Mask, gap: int) -> Mask:
    """Return the mask with gaps of up to ``gap`` rows between pieces closed."""
    return ~_runs(~np.pad(mask, ((gap, gap), (0, 0))), gap + 1)[gap:-gap]


def _heal(pixels: Levels, mask: Mask, dpi: float, kind: _Kind) -> None:
    """Put in place of the streaks what lies between their two sides, cell by cell.

    A line that slopes is in another place in each row of cells.
    """
    cell, soft = max(1, round(_CELL_IN * dpi)), round(kind.soft * dpi)
    widest = round(2 * kind.apart * dpi)
    for row in np.flatnonzero(mask.any(axis=1)):
        rows = pixels[row * cell : (row + 1) * cell]
        for left, right in _spans(mask[row]):
            first, last = left - soft, right + soft
            if first < 1 or last >= pixels.shape[1] or last - first > widest:
                continue
            shares = np.linspace(0, 1, last - first + 2)[1:-1]
            sides = rows[:, first - 1, None] * (1 - shares) + rows[:, last, None] * shares
            rows[:, first:last] = np.maximum(rows[:, first:last], sides.astype(np.uint8))


def _spans(flags: Mask) -> list[tuple[int, int]]:
    """Return (first, after the last) of each run of flags."""
    edges = np.flatnonzero(np.diff(np.pad(flags.astype(np.int8), 1)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
