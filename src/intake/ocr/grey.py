"""Any picture as grey: mode ``L``, 0 is black."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

_BAND_ROWS = 1024


def to_grey(image: Image.Image) -> Image.Image:
    """Return the picture in mode ``L``: transparency on white, deep pixels scaled to 8 bits.

    It goes by bands, so that a large picture needs no second and third copy in colour.
    """
    if image.mode == "L" and not image.has_transparency_data:
        return image.copy()
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _scaled(np.asarray(image))
    grey = Image.new("L", image.size)
    for top in range(0, image.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, image.height)
        grey.paste(_band_to_grey(image.crop((0, top, image.width, bottom))), (0, top))
    return grey


def _band_to_grey(band: Image.Image) -> Image.Image:
    if not band.has_transparency_data:
        return band.convert("L")
    cover = band.convert("RGBA")
    ground = Image.new("RGBA", cover.size, "white")
    return Image.alpha_composite(ground, cover).convert("L")


def _scaled(deep: npt.NDArray[Any]) -> Image.Image:
    """Return 12, 16 or 32 bits a pixel as 8; a scanner of 12 bits leaves the upper four empty."""
    top = max(float(deep.max()), 1.0)
    if deep.dtype.kind in "ui":
        top = float(2 ** max(math.ceil(math.log2(top + 1)), 8) - 1)
    return Image.fromarray(np.clip(deep * np.float32(255 / top), 0, 255).astype(np.uint8))
