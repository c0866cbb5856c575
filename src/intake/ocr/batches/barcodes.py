"""Barcodes on a page, through zxing-cpp: Code 128, Code 39, QR and Data Matrix."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from intake.schemas.documents import Barcode

_ENOUGH_PIXELS = 1700
"""Pixels along the longer side that are read: 145 dpi on A4, where a bar of 0.25 mm has 1.4; a
finer page costs twice as much, a coarser one loses small codes."""


def find_barcodes(image: Image.Image) -> tuple[Barcode, ...]:
    """Return what the barcodes of a grey page say, each with its place in pixels of the page."""
    import zxingcpp  # noqa: PLC0415 - loaded by the children that read letters alone

    factor = max(1, max(image.size) // _ENOUGH_PIXELS)
    pixels = np.asarray(image.reduce(factor) if factor > 1 else image)
    found = zxingcpp.read_barcodes(pixels, formats=_formats(), try_invert=False)
    return tuple(_barcode(each, factor) for each in found if each.text)


@cache
def _formats() -> Any:
    from zxingcpp import BarcodeFormat as Format  # noqa: PLC0415 - as above

    return (Format.Code128, Format.Code39, Format.QRCode, Format.DataMatrix)


def _barcode(found: Any, factor: int) -> Barcode:
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    across, down = [each.x for each in corners], [each.y for each in corners]
    return Barcode(
        text=found.text,
        kind=found.format.name,
        left=factor * min(across),
        top=factor * min(down),
        right=factor * max(across),
        bottom=factor * max(down),
    )
