"""Dust: single black dots all over a fax, of a bad copy or an old receiver.

Thin type scanned coarsely falls apart into dots as small. So blank cells are asked first: only
where most of them hold dots are dots dust, and then those are taken out that stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.prepare import WHITE
from intake.ocr.sheets import PageImage

_CELL_IN = 0.15
_BLANK_SHARE = 0.05
"""Share of ink up to which a cell holds no writing."""
_DUSTY = 0.6
"""Share of the blank cells that hold dots; those along letters and rulings hold some too."""
_LOOK_DOTS = 5
"""Squares of so many dots still show a single one when they become one grey."""
_FEW_DOTS = 2
"""Most black dots in a square of five that are a speck and no part of a letter."""

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint8]


def without_dust(page: PageImage) -> PageImage:
    """Return a black and white page without its dust; the page itself where there is none."""
    if not (page.bilevel and is_dusty(page)):
        return page
    pixels = np.array(page.image)
    pixels[_specks(pixels < WHITE // 2)] = WHITE
    return replace(page, image=Image.fromarray(pixels))


def is_dusty(page: PageImage) -> bool:
    """Say whether most of the blank cells of the page hold black dots."""
    ink = WHITE - np.asarray(page.image.reduce(_LOOK_DOTS))
    across, down = (max(1, round(_CELL_IN * dpi / _LOOK_DOTS)) for dpi in (page.dpi_x, page.dpi_y))
    rows, columns = ink.shape[0] // down, ink.shape[1] // across
    if not rows or not columns:
        return False
    cells = ink[: rows * down, : columns * across].reshape(rows, down, columns, across)
    shares = cells.mean(axis=(1, 3)) / WHITE
    blank = shares < _BLANK_SHARE
    return bool(blank.any() and np.mean(shares[blank] > 0) >= _DUSTY)


def _specks(ink: Mask) -> Mask:
    """Return the dots with hardly another within two dots of them."""
    height, width = ink.shape
    padded = np.pad(ink.astype(np.uint8), 2)
    across = _sum(padded[:, step : step + width] for step in range(5))
    around = _sum(across[step : step + height] for step in range(5))
    specks: Mask = ink & (around <= _FEW_DOTS)
    return specks


def _sum(counts: Iterator[Counts]) -> Counts:
    """Return the sum as bytes, for 25 dots at most: numpy's own takes 48 bytes for each pixel."""
    total = next(counts).copy()
    for each in counts:
        total += each
    return total
