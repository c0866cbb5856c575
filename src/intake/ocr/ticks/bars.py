"""Bars that may be the upper side of a box to tick: at both ends of which a side hangs down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from intake.ocr.preparing.blobs import Mask, Places, runs_along_rows, starts_of_runs
from intake.ocr.preparing.prepare import WHITE
from intake.ocr.ticks.frames import FRAYED_IN, LEAST_OF_A_SIDE, WHOLE

DARK_BELOW = 185
"""A frame a dot wide is pale once it is soft."""
LEAST_IN, MOST_IN = 0.068, 0.26
SQUARE = (0.76, 1.32)
"""Height by width: a fax that lost rows, or repeats some, stretches a box."""
HALF = 0.5
"""A side begins where so much of it is half as dark as in its middle."""
_LONGEST_BAR_IN = 0.33
"""A stroke that leaves a box at a corner makes the bar of its upper side longer."""
_STROKE_IN = 0.03
"""So far from its ends a bar's sides hang down, where a stroke made it longer."""
_SHORTER = 0.7
"""So much of the longer bar at least is the box's own."""
_BESIDE = 3
"""Dots beyond what a bar is softened by."""
_MOST_BARS = 5000
"""A page with more is a pattern."""

Levels = npt.NDArray[np.uint8]


class Bar(NamedTuple):
    """A bar, and the sides that hang down from it; ``right`` is just outside."""

    left: int
    top: int
    right: int
    edge: int
    """The level half way from it to white: what is darker is of the box."""


def hanging_bars(levels: Levels, dpi: float) -> Iterator[Bar]:
    """Yield the bars under which there may be the sides of a box; none where there are too many."""
    least = max(2, round(LEAST_IN * dpi / 2) - 1)
    starts = starts_of_runs((levels < DARK_BELOW)[:, ::2].copy(), least)
    rows = np.flatnonzero(starts.any(axis=1))
    row, start, end = runs_along_rows(starts[rows])
    top, left, right = rows[row], 2 * start, 2 * (end + least - 1)
    usual = right - left <= _LONGEST_BAR_IN * dpi
    usual &= top + round(_LONGEST_BAR_IN * dpi) < len(levels)
    left, top, right = left[usual], top[usual], right[usual]
    for is_right in (False, True):
        hangs = _hangs_down(levels, right if is_right else left, top, dpi, -1 if is_right else 1)
        left, top, right = left[hangs], top[hangs], right[hangs]
    widest = _are_widest(levels, left, top, right)
    left, top, right = left[widest], top[widest], right[widest]
    first = _are_first(left, top, right)
    left, top, right = left[first], top[first], right[first]
    closed = _are_closed(levels, left, top, right)
    left, top, right = left[closed], top[closed], right[closed]
    if len(top) <= _MOST_BARS:
        yield from _with_sides(levels, left, top, right, dpi)


def _are_widest(levels: Levels, left: Places, top: Places, right: Places) -> Mask:
    """Return which bars have nothing beyond both their ends further down; a round letter has."""
    rows = top[:, None] + (right - left)[:, None] * np.arange(6, 15) // 20
    widest = np.ones(len(top), dtype=bool)
    for column in (left - _BESIDE, right + _BESIDE - 1):
        at = np.clip(column, 0, levels.shape[1] - 1)[:, None]
        widest &= (levels[rows, at] < DARK_BELOW).mean(axis=1) <= HALF
    return widest


def _are_first(left: Places, top: Places, right: Places) -> Mask:
    """Return which bars have none like them in the row above."""
    across = 2 * int(right.max(initial=0)) + 8
    bars = (top * across + left) * across + right
    near = np.array([one * across + other for one in (-2, 0, 2) for other in (-2, 0, 2)])
    above = bars[:, None] - across * across + near
    first: Mask = np.all(~np.isin(above, bars), axis=1)
    return first


def _are_closed(levels: Levels, left: Places, top: Places, right: Places) -> Mask:
    """Return below which bars there is another one, as far down as a box is high.

    It is looked for in the middle half, between strokes that may make the upper one longer.
    """
    width = right - left
    columns = left[:, None] + width[:, None] * np.arange(4, 13) // 16
    steps = np.arange(int(SQUARE[0] * 32 * _SHORTER), int(SQUARE[1] * 32) + 1)
    rows = np.minimum(top[:, None] + width[:, None] * steps // 32, len(levels) - 1)
    dark = levels[rows[:, :, None], columns[:, None, :]] < DARK_BELOW
    closed: Mask = (dark.mean(axis=2) >= LEAST_OF_A_SIDE).any(axis=1)
    return closed


def _with_sides(
    levels: Levels, left: Places, top: Places, right: Places, dpi: float
) -> Iterator[Bar]:
    """Yield the bars under whose ends there are two sides as far apart as those of a box.

    All are looked at together: most are the tops of letters, which are too narrow.
    """
    reach, frayed = round(_STROKE_IN * dpi), max(2, round(FRAYED_IN * dpi))
    edges, top = _edges_of(levels, left, top, right, frayed)
    high = np.maximum(np.round((right - left - reach) * SQUARE[0]).astype(np.intp), 1)
    steps = np.arange(int(high.max(initial=0)))
    rows = np.minimum(top[:, None] + steps, len(levels) - 1)[:, :, None]
    within = (steps < high[:, None])[:, :, None]
    outermost, found = [], np.ones(len(left), dtype=bool)
    for columns in (
        left[:, None] + np.arange(-2, reach),
        right[:, None] + np.arange(2, -reach - 1, -1),
    ):
        at = np.clip(columns, 0, levels.shape[1] - 1)
        dark = (levels[rows, at[:, None, :]] < edges[:, None, None]) & within
        upright = (dark.sum(axis=1) / high[:, None] >= WHOLE) & (at == columns)
        outermost.append(columns[np.arange(len(columns)), upright.argmax(axis=1)])
        found &= upright.any(axis=1)
    width = outermost[1] + 1 - outermost[0]
    found &= (width >= LEAST_IN * dpi) & (width <= MOST_IN * dpi)
    sides = (outermost[0], top, outermost[1] + 1, edges)
    for bar in zip(*(each[found].tolist() for each in sides), strict=True):
        yield Bar(*bar)


def _edges_of(
    levels: Levels, left: Places, top: Places, right: Places, frayed: int
) -> tuple[Places, Places]:
    """Return half way from which level to white each bar ends, and the row in which it begins."""
    columns = left[:, None] + np.arange(int((right - left).max(initial=1)))
    inside = columns < right[:, None]
    at = np.minimum(columns, levels.shape[1] - 1)
    bars = levels[(top[:, None] + np.arange(frayed))[:, :, None], at[:, None, :]]
    darkest = np.where(inside, bars.min(axis=1), np.nan)
    edge = np.minimum((np.nanmedian(darkest, axis=1).astype(np.intp) + WHITE) // 2, DARK_BELOW)
    dark = ((bars < edge[:, None, None]) & inside[:, None, :]).sum(axis=2)
    first = (dark / (right - left)[:, None] > HALF).argmax(axis=1)
    return edge, top + first


def _hangs_down(levels: Levels, column: Places, top: Places, dpi: float, inwards: int) -> Mask:
    """Return below which places, or close to them, it is dark for the height of a box."""
    rows = top[:, None] + np.arange(0, round(LEAST_IN * dpi * SQUARE[0]), 2)
    hangs = np.zeros(len(top), dtype=bool)
    for step in range(0, max(1, round(_STROKE_IN * dpi)), 2):
        at = np.clip(column + inwards * step, 0, levels.shape[1] - 1)
        hangs |= (levels[rows, at[:, None]] < DARK_BELOW).all(axis=1)
    return hangs
