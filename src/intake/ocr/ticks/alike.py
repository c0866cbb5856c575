"""Boxes to tick that stand in line with others of their size, where a tick or a fax spoilt a side.

The sure boxes of a page tell how large its boxes are. Where a second one would stand below, above
or beside one, less is asked of a frame: a corner may be frayed, a stroke may go on from a side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from intake.ocr.preparing.blobs import Mask
from intake.ocr.ticks.frames import Sides

_ASTRAY = 0.3
"""Share of its width by which a box may stand beside its column or its row."""
_UNEVEN = 3
"""Dots by which a side may lie farther in than that of the largest one."""
_LEAST_OF_A_SIDE, _OF_ALL_SIDES = 0.85, 3.6
_CORNER = 0.11
"""Share of its width within which a corner is dark; those of a D may be, on one side."""

Shares = npt.NDArray[np.float32]


def frames_alike(dark: Mask, sure: Sequence[Sides]) -> Iterator[Sides]:
    """Yield frames as large as most of the sure ones, in a column or a row with one of them.

    Those of a row may be yielded once more from their column.
    """
    width = int(np.median([right - left for left, _, right, _ in sure]))
    height = int(np.median([bottom - top for _, top, _, bottom in sure]))
    near = round(_ASTRAY * width)
    for place in _apart((left for left, *_ in sure), near // 2):
        first = max(place - near, 0)
        for top, left in _frames(dark[:, first : place + width + near], width, height):
            yield left + first, top, left + first + width, top + height
    for place in _apart((top for _, top, *_ in sure), near // 2):
        first = max(place - near, 0)
        for left, top in _frames(dark[first : place + height + near].T, height, width):
            yield left, top + first, left + width, top + first + height


def _apart(places: Iterable[int], least: int) -> Iterator[int]:
    """Yield the places without those that are closer than ``least`` to the one before."""
    last = None
    for place in sorted(places):
        if last is None or place - last > least:
            last = place
            yield place


def _frames(strip: Mask, width: int, height: int) -> Iterator[tuple[int, int]]:
    """Yield top and left of the frames in a strip that is hardly wider than they are."""
    if strip.shape[0] <= height or strip.shape[1] < width:
        return
    upper, lower = _near_and_far(_shares(strip, width), height)
    rows = np.flatnonzero(np.minimum(upper, lower).max(axis=1) >= _LEAST_OF_A_SIDE)
    if not len(rows):
        return
    for group in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        first, end = int(group[0]), int(group[-1]) + 1
        part = strip[first : end + height - 1]
        left, right = _near_and_far(_shares(part.T, height), width)
        sides = upper[first:end], lower[first:end], left.T, right.T
        total = np.add.reduce(sides)
        total[np.minimum.reduce(sides) < _LEAST_OF_A_SIDE] = 0
        row, column = np.unravel_index(int(np.argmax(total)), total.shape)
        box = part[row : row + height, column : column + width]
        if total[row, column] >= _OF_ALL_SIDES and _is_cornered(box):
            yield int(row) + first, int(column)


def _near_and_far(shares: Shares, size: int) -> tuple[Shares, Shares]:
    """Return the best shares at the upper and at the lower side of frames from each row on."""
    rows = len(shares) - size + 2
    near, far = shares[:rows].copy(), shares[size - 2 :][:rows].copy()
    for step in range(1, _UNEVEN):
        np.maximum(near, shares[step : step + rows], out=near)
        np.maximum(far, shares[size - 2 - step :][:rows], out=far)
    return near, far


def _shares(dark: Mask, length: int) -> Shares:
    """Return from each dot on how much of two rows next to each other is dark, so far along."""
    two = dark[:-1] | dark[1:]
    sums = np.pad(np.cumsum(two, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    shares: Shares = ((sums[:, length:] - sums[:, :-length]) / np.float32(length)).astype(
        np.float32
    )
    return shares


def _is_cornered(box: Mask) -> bool:
    """Say whether it is dark close to all four corners, and on one side about as on the other."""
    reach = max(_CORNER * box.shape[1], 2)
    gaps = [
        _gap(corner, int(reach) + 1) for corner in (box, box[:, ::-1], box[::-1], box[::-1, ::-1])
    ]
    upper_left, upper_right, lower_left, lower_right = gaps
    unlike = abs(upper_left + lower_left - upper_right - lower_right)
    return max(gaps) <= reach and bool(unlike <= reach)


def _gap(corner: Mask, size: int) -> float:
    """Return how far from the upper left the first dark dot is; infinite where there is none."""
    rows, columns = np.nonzero(corner[:size, :size])
    return float(np.hypot(rows, columns).min()) if len(rows) else np.inf
