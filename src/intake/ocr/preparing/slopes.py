"""How the lines of print of a page slope: level, askew, or up and down a page on its side.

Level lines of text stand against empty rows. So of all angles that one is theirs at which the ink
of the rows differs most from row to row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

_Places = npt.NDArray[np.intp]

_TOUCHED_BELOW = 205
"""A dot of the reduced picture that is darker than this holds a stroke, be it a thin one."""
_LEAST_SKEW = 0.3
_MOST_SKEW = 15.5
_LEAST_INK = 200
"""Dark pixels of the reduced picture; fewer are no line of print."""
_STEEP = 6.0
_CLEARLY = 1.5
_COARSE_POINTS = 20_000


class Slopes:
    """Where the ink of a picture lies, reduced to 900 dots or so, and how its lines slope."""

    def __init__(self, image: Image.Image) -> None:
        reduced = np.asarray(image.reduce(max(1, max(image.size) // 900)), dtype=np.uint8)
        self._rows, self._columns = np.nonzero(reduced < _TOUCHED_BELOW)

    def lies_sideways(self) -> bool:
        """Say whether lines of print run up or down the picture, which may be askew besides."""
        if len(self._rows) < _LEAST_INK:
            return False
        some = self._some
        across = _sharpest(self._columns[some], self._rows[some], _angles())[1]
        return self._steepest[1] < across

    def skew(self) -> float:
        """Return the degrees counter-clockwise that level the lines of text, 0.0 if under 0.3.

        A steep angle must beat the level page clearly, as the slopes of a drawing do not.
        """
        if len(self._rows) < _LEAST_INK:
            return 0.0
        near = self._steepest[0]
        best, _ = _sharpest(self._rows, self._columns, np.arange(near - 0.4, near + 0.41, 0.1))
        if abs(best) < _LEAST_SKEW or abs(best) >= _MOST_SKEW:
            return 0.0
        if abs(best) > _STEEP:
            steep, level = (_sharpness(self._rows, self._columns, angle) for angle in (best, 0.0))
            if steep < _CLEARLY * level:
                return 0.0
        return round(float(best), 2)

    @cached_property
    def _steepest(self) -> tuple[float, float]:
        """The angle, to half a degree, at which rows differ most, and by how much they do."""
        return _sharpest(self._rows[self._some], self._columns[self._some], _angles())

    @property
    def _some(self) -> slice:
        return slice(None, None, max(1, len(self._rows) // _COARSE_POINTS))


def _angles() -> npt.NDArray[np.float64]:
    return np.arange(-_MOST_SKEW, _MOST_SKEW + 0.01, 0.5)


def _sharpest(rows: _Places, columns: _Places, degrees: Iterable[float]) -> tuple[float, float]:
    """Return the angle at which the ink differs most from row to row, and by how much."""
    tried = [(_sharpness(rows, columns, angle), float(angle)) for angle in degrees]
    sharpness, angle = max(tried, key=lambda each: each[0])
    return angle, sharpness


def _sharpness(rows: _Places, columns: _Places, degrees: float) -> float:
    """Return how much the ink differs between neighbouring rows once turned by ``degrees``.

    Each column moves by whole rows, so there are as many roundings as columns and not as dots.
    """
    falls = np.arange(int(columns.max()) + 1) * math.tan(math.radians(degrees))
    moved = np.rint(falls).astype(np.intp)
    profile = np.bincount(rows + (moved.max() - moved).take(columns))
    inked = profile[int(np.argmax(profile > 0)) :].astype(np.float64)
    return float(np.sum(np.diff(inked) ** 2))
