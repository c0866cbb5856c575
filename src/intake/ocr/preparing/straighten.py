"""Turns a page by some degrees, and only what there is on it: turning paper is as much work as ink.

Where there is ink, and close to it, the picture is the same as if all of it were turned; elsewhere
it is white.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.ground import BARE_FROM

_WHITE = 255
_CELL = 64
"""Dots of a square that is turned if there is ink where it comes from."""
_BLOCK, _PALE_BELOW = 4, 240
"""Paler print than stands out of the grain of paper, dot by dot, does in the mean of so many dots
both ways: what was not read is looked for in such greys (``unread_ink``)."""
_REACH = 7
"""Dots around a place in which ink may show: four of its soft edge, and those that cubic
interpolation looks at."""
_DIGITS = 15
"""So many does Pillow leave the sines of a turn."""

_Matrix = tuple[float, float, float, float, float, float]
"""From a place in the turned picture (x, y) to where it comes from: (ax + by + c, dx + ey + f)."""
_Flags = npt.NDArray[np.bool_]


def straighten(image: Image.Image, degrees: float) -> Image.Image:
    """Return the picture turned counter-clockwise on white ground; 0.0 leaves it as it is."""
    if degrees == 0.0:
        return image
    matrix = _turn(image.size, degrees)
    turned = Image.new("L", image.size, _WHITE)
    for row, cells in enumerate(_touched(_inked_cells(image), matrix)):
        top = row * _CELL
        bottom = min(top + _CELL, image.height)
        edges = np.flatnonzero(np.diff(cells, prepend=False, append=False)) * _CELL
        for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            box = (left, top, min(right, image.width), bottom)
            turned.paste(_part(image, matrix, box), box)
    return turned


def _turn(size: tuple[int, int], degrees: float) -> _Matrix:
    """Return the turn around the middle of a picture as ``Image.rotate`` has it."""
    angle = -math.radians(degrees)
    cosine, sine = round(math.cos(angle), _DIGITS), round(math.sin(angle), _DIGITS)
    x, y = size[0] / 2, size[1] / 2
    return (cosine, sine, x - cosine * x - sine * y, -sine, cosine, y + sine * x - cosine * y)


def _inked_cells(image: Image.Image) -> _Flags:
    """Return which cells of the picture are not all paper."""
    inked = _by_cells(np.asarray(image) < BARE_FROM, _CELL)
    pale = _by_cells(np.asarray(image.reduce(_BLOCK)) < _PALE_BELOW, _CELL // _BLOCK)
    return inked | pale


def _by_cells(found: _Flags, side: int) -> _Flags:
    """Return which squares of so many places have some of what was found."""
    down, across = (-(-each // side) for each in found.shape)
    rows = np.logical_or.reduceat(found, np.arange(down) * side, axis=0)
    cells: _Flags = np.logical_or.reduceat(rows, np.arange(across) * side, axis=1)
    return cells


def _touched(inked: _Flags, matrix: _Matrix) -> _Flags:
    """Return which cells of the turned picture come, in part, from inked ones."""
    a, b, c, d, e, f = matrix
    down, across = inked.shape
    rows, columns = np.indices((down + 1, across + 1)) * _CELL
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    first_x, last_x = _cells_of(x, across)
    first_y, last_y = _cells_of(y, down)
    counts = np.zeros((down + 1, across + 1), dtype=np.intp)
    counts[1:, 1:] = inked.cumsum(axis=0).cumsum(axis=1)
    touched: _Flags = (
        counts[last_y, last_x]
        - counts[first_y, last_x]
        - counts[last_y, first_x]
        + counts[first_y, first_x]
    ) > 0
    return touched


def _cells_of(
    corners: npt.NDArray[np.float64], count: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return from and to before which of ``count`` cells each square of ``corners`` comes."""
    four = np.stack([corners[:-1, :-1], corners[1:, :-1], corners[:-1, 1:], corners[1:, 1:]])
    first = np.floor((four.min(axis=0) - _REACH) / _CELL).astype(np.intp)
    last = np.floor((four.max(axis=0) + _REACH) / _CELL).astype(np.intp) + 1
    return np.clip(first, 0, count), np.clip(last, 0, count)


def _part(image: Image.Image, matrix: _Matrix, box: tuple[int, int, int, int]) -> Image.Image:
    """Return a box of the turned picture."""
    left, top, right, bottom = box
    a, b, c, d, e, f = matrix
    return image.transform(
        (right - left, bottom - top),
        Image.Transform.AFFINE,
        (a, b, a * left + b * top + c, d, e, d * left + e * top + f),
        Image.Resampling.BICUBIC,
        fillcolor=_WHITE,
    )
