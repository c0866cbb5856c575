"""Whether the little ink on a page may be letters: a word or two, or a number, on an empty page.

Dust lies anywhere; letters stand in a row. A page with less ink than a line of type is blank only
where no two shapes as large as letters stand side by side.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from intake.ocr.preparing.blobs import Blobs, Mask, Places, find_blobs

_LOOK_DPI = 100
"""At this resolution a speck of dust is paler than a stroke of a pen."""
_INK_SHARE = 0.8
"""What is darker than this share of the paper is ink."""
_LOWEST_IN, _HIGHEST_IN = 0.04, 0.6
"""Heights of letters: the small ones of 6-point type, and the capitals of a headline."""
_LEAST_DASH_IN = 0.025
"""A dash beside a figure is so wide at least; a speck is not."""
_LEAST_FILLED = 0.15
"""Share of its box that a letter fills; a hair or a fold fills less."""
_HOLE_IN, _HOLE_FILLED = 0.15, 0.6
"""A patch as high and wide as this, and as full, is the hole for a folder or the shadow of one."""
_WORD_WIDE, _WORD_STROKES = 1.3, 1.8
"""Letters that touch make a shape wider than so many of its heights, with so many strokes side by
side in its rows; a staple or a blot may be as wide, and has one."""
_GAP = 1.2
"""Times the height of a letter: further to its side there is none of the same word."""


def look_at(image: Image.Image, *, dpi_x: float, dpi_y: float) -> tuple[Mask, float, float]:
    """Return where a grey page has ink, reduced, and the dots per inch of that, across and down."""
    factors = (max(1, int(dpi_x / _LOOK_DPI)), max(1, int(dpi_y / _LOOK_DPI)))
    pixels = np.asarray(image.reduce(factors), dtype=np.float32)
    ink: Mask = pixels < _INK_SHARE * np.median(pixels)
    return ink, dpi_x / factors[0], dpi_y / factors[1]


def has_letters(ink: Mask, *, dpi_x: float, dpi_y: float) -> bool:
    """Say whether two letters stand side by side, or one shape is as wide as a word of them.

    ``ink`` is what ``look_at`` returns, or a part of it.
    """
    blobs = find_blobs(ink)
    columns, rows = blobs.right - blobs.left, blobs.bottom - blobs.top
    wide, high = columns / dpi_x, rows / dpi_y
    filled = blobs.area / (columns * rows)
    is_small = high <= _HIGHEST_IN
    is_shaped = is_small & (high >= _LOWEST_IN) & (filled >= _LEAST_FILLED)
    strokes = np.bincount(blobs.runs.blob, minlength=len(blobs)) / rows
    if (is_shaped & (wide >= _WORD_WIDE * high) & (strokes >= _WORD_STROKES)).any():
        return True
    is_hole = (high >= _HOLE_IN) & (wide >= _HOLE_IN) & (filled > _HOLE_FILLED)
    is_letter = is_shaped & (wide <= _HIGHEST_IN) & ~is_hole
    is_beside = is_letter | (is_small & (wide >= _LEAST_DASH_IN) & ~is_hole)
    others, reach = np.flatnonzero(is_beside), _GAP * high * dpi_x
    return any(
        _stands_beside(blobs, letter, others, reach=reach[letter])
        for letter in np.flatnonzero(is_letter).tolist()
    )


def _stands_beside(blobs: Blobs, letter: int, others: Places, *, reach: float) -> bool:
    """Say whether one of the ``others`` stands within the letter's height, ``reach`` columns away
    at most."""
    middle = (blobs.top[others] + blobs.bottom[others]) / 2
    is_level = (middle >= blobs.top[letter]) & (middle <= blobs.bottom[letter])
    gap = np.maximum(
        blobs.left[others] - blobs.right[letter], blobs.left[letter] - blobs.right[others]
    )
    return bool((is_level & (gap >= 0) & (gap <= reach)).any())
