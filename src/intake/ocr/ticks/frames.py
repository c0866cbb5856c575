"""Whether four sides are the frame of a box to tick: straight, with closed corners, and alone."""

from __future__ import annotations

import numpy as np

from intake.ocr.preparing.blobs import Mask

WHOLE = 0.93
"""Share of its length in which what may be a side is dark."""
LEAST_OF_A_SIDE, _OF_ALL_SIDES = 0.7, 3.5
"""Shares of a side's length that are straight and dark, for the worst and for all four together; a
thin line of a fax has gaps."""
FRAYED_IN = 0.012
_FREE_IN = (0.012, 0.03)
"""Beside a frame it is free so far out."""
_FREE_SHARE, _MOST_OF_A_SIDE = 0.2, 0.5
_WHITE_GAP = 0.1
"""Share of dark at most in a row between a frame and the line of a cell."""
_GOES_ON_IN = 0.04
_CORNER, _LEAST_CORNER = 0.075, 1.5
"""Share of its width, and dots, within which a corner is dark; that of a round letter is not."""
MARGIN_IN = max(_FREE_IN[1], _GOES_ON_IN)
"""So far around a frame is looked at."""

Sides = tuple[int, int, int, int]
"""Left, top, right and bottom; the last two outside."""


def is_frame(dark: Mask, sides: Sides, dpi: float) -> bool:
    """Say whether four sides of dark dots are closed, end in their corners and have white around.

    The lines of a table's cell may be close to them.
    """
    left, top, right, bottom = sides
    box = dark[top:bottom, left:right]
    near = max(2, round(FRAYED_IN * dpi))
    edges = (box[:near], box[::-1][:near], box.T[:near], box.T[::-1][:near])
    straight = [_straight_share(edge) for edge in edges]
    if min(straight) < LEAST_OF_A_SIDE or sum(straight) < _OF_ALL_SIDES:
        return False
    flipped = (box, box[::-1], box[:, ::-1], box[::-1, ::-1])
    return all(map(_is_cornered, flipped)) and _is_free(dark, sides, dpi)


def _straight_share(edge: Mask) -> float:
    """Return the share of a side that lies in two rows next to each other, the best two."""
    return float(max((edge[1:] | edge[:-1]).mean(axis=1)))


def _is_cornered(box: Mask) -> bool:
    """Say whether what is dark comes close to the upper left corner of a box."""
    size = max(_CORNER * box.shape[1], _LEAST_CORNER)
    rows, columns = np.nonzero(box[: int(size) + 1, : int(size) + 1])
    return bool(len(rows)) and bool(np.hypot(rows, columns).min() <= size)


def _is_free(dark: Mask, sides: Sides, dpi: float) -> bool:
    """Say whether it is white around a frame, but for strokes, and its sides do not go on."""
    left, top, right, bottom = sides
    near, far = (round(inches * dpi) for inches in _FREE_IN)
    around = (
        dark[max(top - far, 0) : max(top - near, 0), left:right],
        dark[bottom + near : bottom + far, left:right],
        dark[top:bottom, max(left - far, 0) : max(left - near, 0)],
        dark[top:bottom, right + near : right + far],
    )
    if any(each.size == 0 for each in around):
        return False
    reach = round(_GOES_ON_IN * dpi)
    wide = slice(max(left - reach, 0), right + reach)
    high = slice(max(top - reach, 0), bottom + reach)
    beyond_them = (
        dark[max(top - far, 0) : top, wide],
        dark[bottom : bottom + far, wide][::-1],
        dark[high, max(left - far, 0) : left].T,
        dark[high, right : right + far].T[::-1],
    )
    shares = [
        0.0 if _is_ruling(outside) else float(each.mean())
        for each, outside in zip(around, beyond_them, strict=True)
    ]
    if max(shares) > _MOST_OF_A_SIDE or sum(share > _FREE_SHARE for share in shares) > 2:
        return False
    thick = max(2, round(FRAYED_IN * dpi))
    beyond = slice(max(left - reach, 0), max(left - near, 0)), slice(right + near, right + reach)
    across = [dark[rows, columns].any(axis=0) for columns in beyond
              for rows in (slice(top, top + thick), slice(bottom - thick, bottom))]  # fmt: skip
    beyond = slice(max(top - reach, 0), max(top - near, 0)), slice(bottom + near, bottom + reach)
    down = [dark[rows, columns].any(axis=1) for rows in beyond
            for columns in (slice(left, left + thick), slice(right - thick, right))]  # fmt: skip
    return sum(bool(line.all()) for line in across + down) < 2


def _is_ruling(outside: Mask) -> bool:
    """Say whether the dark of a strip, whose last rows touch a frame, is a line that goes on beyond
    the frame on both sides and has white between them: of a table's cell that holds the frame."""
    shares = outside.mean(axis=1)
    lines = np.flatnonzero(shares >= WHOLE)
    return len(lines) > 0 and bool(shares[lines[-1] :].min() <= _WHITE_GAP)
