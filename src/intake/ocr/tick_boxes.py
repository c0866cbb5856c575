"""Printed boxes to tick: frames that stand alone, and what a pen or a machine made in them.

A frame is four straight sides that meet in their corners. Letters have round corners or open
sides; the sides of a table's cells and of a row of boxes for single letters go on beyond them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from intake.ocr.blobs import Mask, Places, runs_along_rows, starts_of_runs
from intake.ocr.prepare import WHITE
from intake.ocr.tick_alike import frames_alike
from intake.ocr.tick_frames import FRAYED_IN, LEAST_OF_A_SIDE, MARGIN_IN, WHOLE, Sides, is_frame
from intake.ocr.tick_shapes import Tick, tell_tick

DARK_BELOW = 185
"""A frame a dot wide is pale once it is soft."""
_LEAST_IN, _MOST_IN = 0.068, 0.26
_LONGEST_BAR_IN = 0.33
"""A stroke that leaves a box at a corner makes the bar of its upper side longer."""
_STROKE_IN = 0.03
"""So far from its ends a bar's sides hang down, where a stroke made it longer."""
_SQUARE = (0.76, 1.32)
"""Height by width: a fax that lost rows, or repeats some, stretches a box."""
_SHORTER = 0.7
"""So much of the longer bar at least is the box's own."""
_BESIDE = 3
"""Dots beyond what a bar is softened by."""
_EDGE = 0.5
"""A side begins where so much of it is half as dark as in its middle."""
_COMB_GAP = 0.6
"""Boxes so many widths apart are one field of single letters, or a pattern."""
_ALIKE = 0.15
_MOST_BARS, _MOST_BOXES = 5000, 600
"""A page with more is a pattern, and is left as it is: each box is compared with others."""
_LEAST_SURE = 2
"""Boxes that tell how large those of a page are."""
_DENSE, _EVERYWHERE = 0.38, 0.8
"""Share of dark beside a square in the pattern of a two-dimensional code, and of rows with some;
print has a quarter of the first."""

Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TickBox:
    """A box of the picture; right and bottom lie just outside it."""

    left: int
    top: int
    right: int
    bottom: int
    tick: Tick

    @property
    def width(self) -> int:
        """How wide it is in dots."""
        return self.right - self.left


def find_tick_boxes(levels: Levels, dpi: float) -> tuple[TickBox, ...]:
    """Return the boxes to tick of a level picture from the top down."""
    found: list[TickBox] = []
    bars = _hanging_bars(levels, dpi)
    if len(bars[0]) > _MOST_BARS:
        return ()
    for left, top, right in zip(*bars, strict=True):
        if any(each.left - 3 <= left <= each.right and each.top - 3 <= top < each.bottom
               for each in found):  # fmt: skip
            continue
        box = _box_under(levels, int(left), int(top), int(right), dpi)
        if box is not None:
            found.append(box)
            if len(found) > _MOST_BOXES:
                return ()
    found += _boxes_alike(levels, found, dpi)
    apart = [box for box in _not_in_rows(found) if not _is_in_pattern(levels, box)]
    return tuple(_with_solid_ones_told(apart))


def _boxes_alike(levels: Levels, found: Sequence[TickBox], dpi: float) -> Iterator[TickBox]:
    """Yield boxes in line with two or more that were found, and of their size."""
    sure = [_sides_of(box) for box in found if box.tick != "solid"]
    if len(sure) < _LEAST_SURE:
        return
    dark = levels < min(_edge_of(levels, sure, dpi), DARK_BELOW)
    rest = dark.copy()
    for box in found:
        rest[box.top : box.bottom, box.left : box.right] = False
    taken: list[Sides] = []
    for sides in frames_alike(rest, sure):
        if any(_overlap(sides, each) for each in taken):
            continue
        taken.append(sides)
        left, top, right, bottom = sides
        tick = tell_tick(dark[top:bottom, left:right], dpi)
        if tick is not None:
            yield TickBox(left, top, right, bottom, tick)


def _overlap(one: Sides, other: Sides) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _sides_of(box: TickBox) -> Sides:
    return box.left, box.top, box.right, box.bottom


def _edge_of(levels: Levels, frames: Sequence[Sides], dpi: float) -> int:
    """Return the level half way from the lines of most frames to white."""
    thick = max(2, round(FRAYED_IN * dpi))
    lines = [
        np.median(levels[top : top + thick, left:right].min(axis=0))
        for left, top, right, _ in frames
    ]
    return (int(np.median(lines)) + WHITE) // 2


def _hanging_bars(levels: Levels, dpi: float) -> tuple[Places, Places, Places]:
    """Return left, top and right of the bars at both of whose ends something hangs down."""
    least = max(2, round(_LEAST_IN * dpi / 2) - 1)
    starts = starts_of_runs(levels[:, ::2] < DARK_BELOW, least)
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
    return left[closed], top[closed], right[closed]


def _are_widest(levels: Levels, left: Places, top: Places, right: Places) -> Mask:
    """Return which bars have nothing beyond both their ends further down; a round letter has."""
    rows = top[:, None] + (right - left)[:, None] * np.arange(6, 15) // 20
    widest = np.ones(len(top), dtype=bool)
    for column in (left - _BESIDE, right + _BESIDE - 1):
        at = np.clip(column, 0, levels.shape[1] - 1)[:, None]
        widest &= (levels[rows, at] < DARK_BELOW).mean(axis=1) <= _EDGE
    return widest


def _are_first(left: Places, top: Places, right: Places) -> Mask:
    """Return which bars, in order from the top, have none like them in the row above."""
    first = np.ones(len(top), dtype=bool)
    seen: dict[tuple[int, int], int] = {}
    for place, (start, row, end) in enumerate(zip(left.tolist(), top.tolist(), right.tolist(),
                                                  strict=True)):  # fmt: skip
        first[place] = not any(
            seen.get((start + one, end + other), -2) == row - 1
            for one in (-2, 0, 2) for other in (-2, 0, 2)
        )  # fmt: skip
        seen[start, end] = row
    return first


def _are_closed(levels: Levels, left: Places, top: Places, right: Places) -> Mask:
    """Return below which bars there is another one, as far down as a box is high.

    It is looked for in the middle half, between strokes that may make the upper one longer.
    """
    width = right - left
    columns = left[:, None] + width[:, None] * np.arange(4, 13) // 16
    steps = np.arange(int(_SQUARE[0] * 32 * _SHORTER), int(_SQUARE[1] * 32) + 1)
    rows = np.minimum(top[:, None] + width[:, None] * steps // 32, len(levels) - 1)
    dark = levels[rows[:, :, None], columns[:, None, :]] < DARK_BELOW
    closed: Mask = (dark.mean(axis=2) >= LEAST_OF_A_SIDE).any(axis=1)
    return closed


def _hangs_down(levels: Levels, column: Places, top: Places, dpi: float, inwards: int) -> Mask:
    """Return below which places, or close to them, it is dark for the height of a box."""
    rows = top[:, None] + np.arange(0, round(_LEAST_IN * dpi * _SQUARE[0]), 2)
    hangs = np.zeros(len(top), dtype=bool)
    for step in range(0, max(1, round(_STROKE_IN * dpi)), 2):
        at = np.clip(column + inwards * step, 0, levels.shape[1] - 1)
        hangs |= (levels[rows, at[:, None]] < DARK_BELOW).all(axis=1)
    return hangs


def _box_under(levels: Levels, left: int, top: int, right: int, dpi: float) -> TickBox | None:
    """Return the box whose upper side is a bar; None where it is none."""
    margin = round(MARGIN_IN * dpi) + 2
    first, above = max(left - margin, 0), max(top - margin, 0)
    below = top + round(_MOST_IN * _SQUARE[1] * dpi) + margin
    window = levels[above:below, first : right + margin]
    left, right, top = left - first, right - first, top - above
    bar = window[top : top + max(2, round(FRAYED_IN * dpi)), left:right]
    edge = (int(np.median(bar.min(axis=0))) + WHITE) // 2
    dark = window < min(edge, DARK_BELOW)
    top += int(np.argmax(dark[top : top + len(bar), left:right].mean(axis=1) > _EDGE))
    for sides in _sides(dark, left, top, right, dpi):
        if is_frame(dark, sides, dpi):
            tick = tell_tick(dark[sides[1] : sides[3], sides[0] : sides[2]], dpi)
            if tick is None:
                return None
            return TickBox(sides[0] + first, sides[1] + above, sides[2] + first,
                           sides[3] + above, tick)  # fmt: skip
    return None


def _sides(dark: Mask, left: int, top: int, right: int, dpi: float) -> Iterator[Sides]:
    """Yield where the four sides may be below a bar."""
    reach = round(_STROKE_IN * dpi)
    least = round((right - left - reach) * _SQUARE[0])
    upright = dark[top : top + max(least, 1)].mean(axis=0) >= WHOLE
    lefts = np.flatnonzero(upright[max(left - 2, 0) : left + reach]) + max(left - 2, 0)
    rights = np.flatnonzero(upright[right - reach : right + 3]) + right - reach
    if not len(lefts) or not len(rights):
        return
    left, right = int(lefts[0]), int(rights[-1]) + 1
    width = right - left
    if not _LEAST_IN * dpi <= width <= _MOST_IN * dpi:
        return
    highest, lowest = top + round(width * _SQUARE[0]), top + round(width * _SQUARE[1])
    level = dark[highest:lowest, left:right].mean(axis=1) >= WHOLE
    bottoms = np.flatnonzero(level) + highest + 1
    for place, bottom in enumerate(bottoms):
        if place + 1 == len(bottoms) or bottoms[place + 1] != bottom + 1:
            yield _widened(dark, (left, top, right, int(bottom)), max(2, round(FRAYED_IN * dpi)))


def _widened(dark: Mask, sides: Sides, most: int) -> Sides:
    """Return the sides moved out to where half of each is dark for the last time."""
    left, top, right, bottom = sides
    for _ in range(most):
        left -= bool(left > 0 and dark[top:bottom, left - 1].mean() > _EDGE)
        right += bool(right < dark.shape[1] and dark[top:bottom, right].mean() > _EDGE)
        top -= bool(top > 0 and dark[top - 1, left:right].mean() > _EDGE)
        bottom += bool(bottom < len(dark) and dark[bottom, left:right].mean() > _EDGE)
    return left, top, right, bottom


def _not_in_rows(boxes: Sequence[TickBox]) -> Iterator[TickBox]:
    """Yield the boxes without those that stand so close that each holds a letter."""
    rows = sorted(boxes, key=lambda box: box.left)
    close: set[int] = set()
    for place, box in enumerate(rows):
        for other in range(place + 1, len(rows)):
            gap = rows[other].left - box.right
            if gap > _COMB_GAP * box.width:
                break
            if abs(rows[other].top - box.top) <= box.width / 2:
                close |= {place, other}
    kept = [box for place, box in enumerate(rows) if place not in close]
    yield from sorted(kept, key=lambda box: (box.top, box.left))


def _is_in_pattern(levels: Levels, box: TickBox) -> bool:
    """Say whether it is so dark on one side of a box as in a two-dimensional code."""
    gap, reach = box.width // 4, box.width
    beside = (
        levels[box.top : box.bottom, max(box.left - reach, 0) : max(box.left - gap, 0)],
        levels[box.top : box.bottom, box.right + gap : box.right + reach],
    )
    dark = [part < DARK_BELOW for part in beside if part.size]
    return any(
        part.mean() > _DENSE and part.any(axis=1).mean() >= _EVERYWHERE for part in dark
    )  # fmt: skip


def _with_solid_ones_told(boxes: Sequence[TickBox]) -> Iterator[TickBox]:
    """Yield the boxes, solid ones as ticked beside others of their size; a bullet is solid too."""
    frames = [box.width for box in boxes if box.tick != "solid"]
    for box in boxes:
        if box.tick != "solid":
            yield box
        elif any(abs(box.width - width) <= _ALIKE * width for width in frames):
            yield replace(box, tick="ticked")
