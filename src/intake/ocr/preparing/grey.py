"""Any picture as grey: mode ``L``, 0 is black."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image

_BAND_PIXELS = 1_000_000
_ALL_LIGHT = 170
"""Grey than which letters are lighter that would hardly be seen on white."""
_HALF_COVER = 128
"""Opacity, of 255, from which a pixel is drawn; what is thinner is the edge of something."""


def to_grey(image: Image.Image) -> Image.Image:
    """Return the picture in mode ``L``: transparency on white, deep pixels scaled to 8 bits.

    Where all that is drawn is light it was drawn for a dark ground, and that is black.
    It goes by bands, so that a large picture needs no second and third copy in colour.
    """
    if image.mode == "L" and not image.has_transparency_data:
        return image.copy()
    is_deep = image.mode in ("I", "F") or image.mode.startswith("I;16")
    top = _whitest(image) if is_deep else 0.0
    ground = "black" if image.has_transparency_data and _is_all_light(image) else "white"
    grey = Image.new("L", image.size)
    for band, first in bands(image):
        grey.paste(_scaled(band, top) if is_deep else _band_to_grey(band, ground), (0, first))
    return grey


def bands(image: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield the picture from top to bottom in parts of a million pixels, and their first rows."""
    rows = max(1, _BAND_PIXELS // max(image.width, 1))
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height))), top


def _is_all_light(image: Image.Image) -> bool:
    """Say whether a picture has bare ground, and on it only what is light."""
    is_bare = is_drawn = False
    for band, _ in bands(image):
        light, cover = (np.asarray(part) for part in band.convert("LA").split())
        if (light[cover >= _HALF_COVER] < _ALL_LIGHT).any():
            return False
        is_bare = is_bare or bool((cover < _HALF_COVER).any())
        is_drawn = is_drawn or bool((cover >= _HALF_COVER).any())
    return is_bare and is_drawn


def _band_to_grey(band: Image.Image, ground: str) -> Image.Image:
    if not band.has_transparency_data:
        return band.convert("L")
    cover = band.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", cover.size, ground), cover).convert("L")


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
