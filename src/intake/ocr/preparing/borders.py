"""The dark edges of a copy: the lid was open, the sheet smaller than the glass, the book thick.

A black edge is taken by the engine for a picture, and by the test for pages that lie on their
side for lines of print. It is what is dark from the edge of the picture inwards, or from the end
of the white strip that a fax line has beyond a narrow sheet. A band with light writing on it, of
a letterhead or a page that is dark all over, is left.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.prepare import WHITE, Evened

_LOOK_DPI = 50
_DARK_BELOW = 190
"""Grey of a cell of 1/50 inch; a line of print touches no edge, however dark it is."""
_BLACK_BELOW = 110
"""Grey of a cell that holds more than print does."""
_SIDE_SHARE = 0.3
"""Share of a side that must be dark at its rim, or"""
_BEYOND_SHARE = 0.6
"""black beyond a white strip."""
_STRIP_IN = 0.4
_FRAME_IN = 0.06
"""A line beyond a white strip that is no thicker is the frame of a form; type stands beside it."""
_DEEPEST_IN = 1.2
"""What reaches further in is a picture, not an edge."""
_WRITTEN_CELLS = 12
"""Light cells within a dark band that are writing on it; a word of ten points has more."""
_FRAYED_IN = 0.08
"""How far beyond its dark part an edge is frayed."""

Levels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def without_borders(page: Evened) -> Evened:
    """Return the page with dark edges made white; the page itself where no edge is dark."""
    step = max(1, round(page.dpi / _LOOK_DPI))
    cells = np.asarray(page.image.reduce(step))
    sides = [_depths(cells), _depths(cells[::-1]), _depths(cells.T), _depths(cells.T[::-1])]
    if all(depths is None for depths in sides):
        return page
    pixels = np.array(page.image)
    views = (pixels, pixels[::-1], pixels.T, pixels.T[::-1])
    for view, depths in zip(views, sides, strict=True):
        if depths is not None:
            _whiten(view, depths, step)
    return Evened(Image.fromarray(pixels), page.dpi)


def _depths(cells: Levels) -> npt.NDArray[np.intp] | None:
    """Return how many cells of each column are dark from the top; None where the top is no edge."""
    start = _start(cells[: round(_STRIP_IN * _LOOK_DPI)])
    if start is None:
        return None
    edge = cells[start : start + round(_DEEPEST_IN * _LOOK_DPI)]
    dark = edge < _DARK_BELOW
    deep = dark.all(axis=0)
    is_picture = np.count_nonzero(deep) > np.count_nonzero(dark[0]) / 2
    if is_picture or _is_written_on(dark):
        return None
    depths = dark.argmin(axis=0)
    if start > 0 and np.median(depths[depths > 0]) <= _FRAME_IN * _LOOK_DPI:
        return None
    depths[deep] = np.median(depths)  # the columns of a border down the page
    frayed = min(round(_FRAYED_IN * _LOOK_DPI), int(np.median(depths[depths > 0])))
    widest = np.lib.stride_tricks.sliding_window_view(
        np.pad(depths, frayed, mode="edge"), 2 * frayed + 1
    ).max(axis=1)
    reach: npt.NDArray[np.intp] = np.where(widest > 0, start + widest + frayed, 0)
    return reach


def _is_written_on(dark: Mask) -> bool:
    """Say whether there is something light between the first and the last rows of a dark band."""
    shares = dark.mean(axis=1)
    ends = np.flatnonzero(shares < shares[0] / 2)
    band = dark[: ends[0] if len(ends) else len(dark)]
    return bool(np.count_nonzero(~band[:, band[0] & band[-1]]) >= _WRITTEN_CELLS)


def _start(rim: Levels) -> int | None:
    """Return the cell at which a dark edge begins, None where there is none."""
    if not len(rim):
        return None
    if np.mean(rim[0] < _DARK_BELOW) >= _SIDE_SHARE:
        return 0
    black = np.flatnonzero(np.mean(rim < _BLACK_BELOW, axis=1) >= _BEYOND_SHARE)
    return int(black[0]) if len(black) else None


def _whiten(pixels: Levels, depths: npt.NDArray[np.intp], step: int) -> None:
    """Make the top of each column white, ``depths`` cells of ``step`` pixels."""
    across = np.repeat(depths, step)[: pixels.shape[1]]
    deepest = int(depths.max()) * step
    top = pixels[:deepest, : len(across)]
    top[np.arange(len(top))[:, None] < (across * step)[None, :]] = WHITE
