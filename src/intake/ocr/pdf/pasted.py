"""Which pictures on a page of typed text may hold words: photos of letters, screenshots, scans.

Logos, crests, signatures, rules and icons are too small, a ground under the text is no picture of
its own, and one with few dots holds no letters. Strips and tiles that touch are one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.ocr.pdf.scans import POINTS_PER_INCH, Box, Picture
from intake.ocr.pdf.text_layers import Line

LEAST_WIDTH_IN, LEAST_HEIGHT_IN = 2.0, 1.2
"""The letterhead, logo or signature of a letter is smaller one way or the other."""
LEAST_DPI = 50.0
"""With fewer dots to the inch a picture is a ground in shades: type of 10 points has 4 rows."""
MOST_PICTURES = 24
"""So many smallest ones fill a sheet."""
_WIDE = 0.5
"""A picture of so much of the page, with most letters on it, is the paper they are printed on."""
_LETTERS_PER_IN2 = 15.0
"""Letters typed on a picture: running text has 40 and more, names on a drawing under 5."""
_SEAM = 2.0
"""Points that parts of one picture may lie apart."""

Points = npt.NDArray[np.float64]
"""(across, up) of each, in points of the page."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page, in points, that one picture fills, or some that touch each other."""

    box: Box
    dpi: float
    """Dots per inch of the finest of them, the larger of across and down."""
    is_bilevel: bool


def find_regions(
    pictures: Sequence[Picture], page: Box, letters: Sequence[Box], *, unit: float
) -> list[Region]:
    """Return the pictures to be read, from the top of the page to its bottom.

    ``letters`` are the boxes of the characters that are typed on the page; ``unit`` is how many
    72nds of an inch one of its points is.
    """
    per_inch = POINTS_PER_INCH / unit
    middles = np.array([_middle(letter) for letter in letters]).reshape(-1, 2)
    shown = [
        Region(box, max(picture.dpi) / unit, picture.bits == 1)
        for picture in pictures
        if (box := picture.place.within(page)).area > 0
        and not _is_ground(box, page, middles, per_inch)
    ]
    return [
        region
        for region in sorted(_joined(shown), key=lambda each: (-each.box.top, each.box.left))
        if region.dpi >= LEAST_DPI
        and region.box.width >= LEAST_WIDTH_IN * per_inch
        and region.box.height >= LEAST_HEIGHT_IN * per_inch
    ]


def _is_ground(box: Box, page: Box, letters: Points, per_inch: float) -> bool:
    """Say whether a text is typed on a picture; ``letters`` are the middles of all letters."""
    across, up = letters.T
    is_upon = (across >= box.left) & (across <= box.right) & (up >= box.bottom) & (up <= box.top)
    upon = int(np.count_nonzero(is_upon))
    is_wide = box.area >= _WIDE * page.area and upon >= _WIDE * len(letters)
    return upon > 0 and (is_wide or upon >= _LETTERS_PER_IN2 * box.area / per_inch**2)


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.bottom + box.top) / 2


def _joined(regions: Sequence[Region]) -> list[Region]:
    """Return the regions, those that touch made one."""
    joined: list[Region] = []
    for region in sorted(regions, key=lambda each: -each.box.area):
        whole = region
        while near := [each for each in joined if _touch(each.box, whole.box)]:
            joined = [each for each in joined if each not in near]
            whole = _union([whole, *near])
        joined.append(whole)
    return joined


def lines_above(lines: Sequence[Line], box: Box) -> int:
    """Return how many of the lines, which are in reading order, a reader has read before ``box``.

    Those up to the last one that stands over it; where none does, all before the first that begins
    lower on the page.
    """
    tops = [line.bottom + line.height / 2 for line in lines]
    over = [
        number
        for number, (line, top) in enumerate(zip(lines, tops, strict=True), start=1)
        if line.height > 0 and top >= box.top and line.left < box.right and line.right > box.left
    ]
    below = (
        number
        for number, (line, top) in enumerate(zip(lines, tops, strict=True))
        if line.height > 0 and top < box.top
    )
    return over[-1] if over else next(below, len(lines))


def _touch(one: Box, other: Box) -> bool:
    shared = one.within(other)
    return shared.right - shared.left >= -_SEAM and shared.top - shared.bottom >= -_SEAM


def _union(regions: Sequence[Region]) -> Region:
    boxes = [region.box for region in regions]
    return Region(
        Box(
            min(box.left for box in boxes),
            min(box.bottom for box in boxes),
            max(box.right for box in boxes),
            max(box.top for box in boxes),
        ),
        max(region.dpi for region in regions),
        all(region.is_bilevel for region in regions),
    )
