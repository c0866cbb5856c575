"""What is inside the frame of a box to tick: nothing, a tick, a letter, or what nobody can tell."""

from __future__ import annotations

from typing import Literal

import numpy as np

from intake.ocr.preparing.blobs import Mask, Places, find_blobs, long_runs, runs_along_rows

Tick = Literal["empty", "ticked", "doubtful", "solid"]

_STROKES = 2
_SOFT_IN = 0.006
"""So wide is the soft edge of a frame's line."""
_THICKEST = 0.2
_SOLID = 0.97
_DEEP_IN, _DEEP = 0.022, 0.13
"""So much black, and such a share of the width, is around a light sign; few frames are so thick."""
_DEEP_SIDES = 3
"""An f reaches down to the fourth."""
_SIGN = (0.03, 0.7)
"""Least and most share of that inner part which is light; an empty box in a thick frame has all."""
_EMPTY = 0.012
"""Share of the inside; dirt is more seldom."""
_MOSTLY = 0.4
"""From here on the inside is filled."""
_LARGE = 0.45
"""Share of the inside's width or height that a tick reaches over; a speck is smaller."""
_STRAIGHT = 0.85
"""Share of its height or width in which a letter has a stem or a bar; a pen's stroke slopes."""


def tell_tick(box: Mask, dpi: float) -> Tick | None:
    """Return what a frame holds, whose dark dots are set; None where it may be a letter.

    A black square with a light sign in it, as that of a network in a letterhead, is a solid one.
    """
    if box.mean() >= _SOLID or _holds_sign(box, dpi):
        return "solid"
    inside = _inside(box, dpi)
    share = float(inside.mean())
    if share < _EMPTY:
        return "empty"
    if share >= _MOSTLY:
        return "ticked"
    blobs = find_blobs(inside)
    largest = int(np.argmax(blobs.area))
    left, right = int(blobs.left[largest]), int(blobs.right[largest])
    top, bottom = int(blobs.top[largest]), int(blobs.bottom[largest])
    height, width = inside.shape
    if max((right - left) / width, (bottom - top) / height) < _LARGE:
        return "doubtful"
    touches = sum((left == 0, top == 0, right == width, bottom == height))
    if touches >= 2:
        return "ticked"
    shape = inside[top:bottom, left:right]
    return None if _is_letter(shape) else "ticked"


def _inside(box: Mask, dpi: float) -> Mask:
    """Return the box without its frame and the frame's soft edge."""
    top, bottom = _thickness(box), _thickness(box[::-1])
    left, right = _thickness(box.T), _thickness(box.T[::-1])
    soft = max(1, round(_SOFT_IN * dpi))
    return box[top + soft : len(box) - bottom - soft, left + soft : box.shape[1] - right - soft]


def _holds_sign(box: Mask, dpi: float) -> bool:
    """Say whether a box is black far in from its sides, and there is a light sign farther in."""
    depth = max(_DEEP_IN * dpi, _DEEP * box.shape[1])
    sides = (box, box[::-1], box.T, box.T[::-1])
    if sum(np.percentile(_depths(side), 20) >= depth for side in sides) < _DEEP_SIDES:
        return False
    inner = slice(int(depth), -int(depth))
    least, most = _SIGN
    return least <= float(1 - box[inner, inner].mean()) <= most


def _thickness(box: Mask) -> int:
    """Return how many rows the upper side of a frame has, ``_THICKEST`` of its height at most."""
    return min(int(np.percentile(_depths(box), 40)), round(_THICKEST * len(box)))


def _depths(box: Mask) -> Places:
    """Return for each column how far down the first that is dark in it goes."""
    first = box.argmax(axis=0)
    light = ~box & (np.arange(len(box))[:, None] >= first)
    return np.where(light.any(axis=0), light.argmax(axis=0), len(box))


def _is_letter(shape: Mask) -> bool:
    """Say whether a shape has a stem, a bar, a hole or strokes over each other in its middle, as
    letters and figures have but for V, W, X and Y; those of a cross and a hook meet there."""
    height, width = shape.shape
    stem = long_runs(shape.T, max(2, round(_STRAIGHT * height))).any()
    bar = long_runs(shape, max(2, round(_STRAIGHT * width))).any()
    middle = shape[:, width * 2 // 5 : width * 3 // 5 + 1].T
    crossed = np.bincount(runs_along_rows(middle)[0], minlength=len(middle))
    return bool(stem or bar) or _has_hole(shape) or float(np.median(crossed)) >= _STROKES


def _has_hole(shape: Mask) -> bool:
    light = find_blobs(~np.pad(shape, 1))
    return len(light) > 1 and bool(np.sort(light.area)[-2] >= 0.04 * shape.size)
