"""Printed boxes to tick: frames that stand alone, and what a pen or a machine made in them.

A frame is four straight sides that meet in their corners. Letters have round corners or open
sides; the sides of a table's cells and of a row of boxes for single letters go on beyond them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from intake.ocr.preparing.blobs import Mask
from intake.ocr.preparing.prepare import WHITE
from intake.ocr.ticks.alike import frames_alike
from intake.ocr.ticks.bars import DARK_BELOW, HALF, MOST_IN, SQUARE, Bar, hanging_bars
from intake.ocr.ticks.frames import FRAYED_IN, MARGIN_IN, WHOLE, Sides, is_frame
from intake.ocr.ticks.shapes import Tick, tell_tick

_COMB_GAP = 0.6
"""Boxes so many widths apart are one field of single letters, or a pattern."""
_ALIKE = 0.15
_MOST_BOXES = 600
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
    for bar in hanging_bars(levels, dpi):
        if any(each.left - 3 <= bar.left <= each.right and each.top - 3 <= bar.top < each.bottom
               for each in found):  # fmt: skip
            continue
        box = _box_under(levels, bar, dpi)
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


def _box_under(levels: Levels, bar: Bar, dpi: float) -> TickBox | None:
    """Return the box whose upper side is a bar; None where it is none."""
    margin = round(MARGIN_IN * dpi) + 2
    first, above = max(bar.left - margin, 0), max(bar.top - margin, 0)
    below = bar.top + round(MOST_IN * SQUARE[1] * dpi) + margin
    dark = levels[above:below, first : bar.right + margin] < bar.edge
    for sides in _sides(dark, bar.left - first, bar.top - above, bar.right - first, dpi):
        if is_frame(dark, sides, dpi):
            tick = tell_tick(dark[sides[1] : sides[3], sides[0] : sides[2]], dpi)
            if tick is None:
                return None
            return TickBox(sides[0] + first, sides[1] + above, sides[2] + first,
                           sides[3] + above, tick)  # fmt: skip
    return None


def _sides(dark: Mask, left: int, top: int, right: int, dpi: float) -> Iterator[Sides]:
    """Yield where the four sides may be below a bar."""
    highest, lowest = (top + round((right - left) * share) for share in SQUARE)
    level = dark[highest:lowest, left:right].mean(axis=1) >= WHOLE
    bottoms = np.flatnonzero(level) + highest + 1
    for place, bottom in enumerate(bottoms):
        if place + 1 == len(bottoms) or bottoms[place + 1] != bottom + 1:
            yield _widened(dark, (left, top, right, int(bottom)), max(2, round(FRAYED_IN * dpi)))


def _widened(dark: Mask, sides: Sides, most: int) -> Sides:
    """Return the sides moved out to where half of each is dark for the last time."""
    left, top, right, bottom = sides
    for _ in range(most):
        left -= bool(left > 0 and dark[top:bottom, left - 1].mean() > HALF)
        right += bool(right < dark.shape[1] and dark[top:bottom, right].mean() > HALF)
        top -= bool(top > 0 and dark[top - 1, left:right].mean() > HALF)
        bottom += bool(bottom < len(dark) and dark[bottom, left:right].mean() > HALF)
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
