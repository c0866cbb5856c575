"""Any picture as grey: mode ``L``, 0 is black."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image

_BAND_PIXELS = 1_000_000


def to_grey(image: Image.Image) -> Image.Image:
    """Return the picture in mode ``L``: transparency on white, deep pixels scaled to 8 bits.

    It goes by bands, so that a large picture needs no second and third copy in colour.
    """
    if image.mode == "L" and not image.has_transparency_data:
        return image.copy()
    is_deep = image.mode in ("I", "F") or image.mode.startswith("I;16")
    top = _whitest(image) if is_deep else 0.0
    grey = Image.new("L", image.size)
    for band, first in bands(image):
        grey.paste(_scaled(band, top) if is_deep else _band_to_grey(band), (0, first))
    return grey


def bands(image: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield the picture from top to bottom in parts of a million pixels, and their first rows."""
    rows = max(1, _BAND_PIXELS // max(image.width, 1))
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height))), top


def _band_to_grey(band: Image.Image) -> Image.Image:
    if not band.has_transparency_data:
        return band.convert("L")
    cover = band.convert("RGBA")
    ground = Image.new("RGBA", cover.size, "white")
    return Image.alpha_composite(ground, cover).convert("L")


def _whitest(deep: Image.Image) -> float:
    """Return the value of white; a scanner of 12 bits leaves the upper four of 16 empty."""
    top = max(float(np.max([np.asarray(band).max() for band, _ in bands(deep)])), 1.0)
    if np.asarray(deep.crop((0, 0, 1, 1))).dtype.kind in "ui":
        top = float(2 ** max(math.ceil(math.log2(top + 1)), 8) - 1)
    return top


def _scaled(deep: Image.Image, top: float) -> Image.Image:
    """Return 12, 16 or 32 bits a pixel as 8."""
    levels = np.clip(np.asarray(deep) * np.float32(255 / top), 0, 255)
    return Image.fromarray(levels.astype(np.uint8))
