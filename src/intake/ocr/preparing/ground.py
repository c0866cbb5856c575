"""The ground that ink stands on: the brightest around each dot, and what of its light is left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BARE_FROM = 230
"""The grain of paper, its ground evened, is lighter; so is print that only a second look reads."""
_WHITE = np.float32(255)

Levels = npt.NDArray[np.uint8]


def brightest_around(levels: Levels, reach: int) -> Levels:
    """Return for each dot the brightest of those within ``reach`` of it, in a square, by channel.

    Each step looks twice as far as the one before it.
    """
    for axis in (0, 1):
        edges = [(reach, reach) if each == axis else (0, 0) for each in range(levels.ndim)]
        rows = np.moveaxis(np.pad(levels, edges, mode="edge"), axis, 0)
        seen = 1
        while seen < 2 * reach + 1:
            step = min(seen, 2 * reach + 1 - seen)
            rows = np.maximum(rows[:-step], rows[step:])
            seen += step
        levels = np.moveaxis(rows, 0, axis)
    return np.ascontiguousarray(levels)


def light_left(levels: Levels, ground: Levels) -> Levels:
    """Return the levels as whole shares of 255 parts of those of the ground, 255 at most.

    Real numbers of 32 bits hold each product of two levels, and are divided in half the time that
    whole ones are.
    """
    left = np.multiply(levels, _WHITE, dtype=np.float32)
    np.divide(left, np.maximum(ground, 1), out=left)
    np.minimum(left, _WHITE, out=left)
    return left.astype(np.uint8)
