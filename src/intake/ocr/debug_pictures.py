"""Pictures for the page that explains a reading, coded where they are opened."""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image

from intake.ocr.preparing.prepare import Prepared
from intake.ocr.sheets import PageImage

_SHOWN_PIXELS = 1400
"""The longer side of a shown picture: enough to read small print at twice the size."""
_JPEG_QUALITY = 70


def as_it_came(sheet: PageImage) -> str:
    """Return the page with square dots, as small as is still readable, as base64 of a JPEG."""
    width_in, height_in = sheet.image.width / sheet.dpi_x, sheet.image.height / sheet.dpi_y
    dpi = _SHOWN_PIXELS / max(width_in, height_in)
    size = (max(1, round(width_in * dpi)), max(1, round(height_in * dpi)))
    return _coded(sheet.image.resize(size, Image.Resampling.BOX))


def as_prepared(prepared: Prepared) -> str:
    """Return what the engine saw, as base64 of a JPEG."""
    image = prepared.image
    return _coded(image.reduce(max(1, max(image.size) // _SHOWN_PIXELS)))


def _coded(image: Image.Image) -> str:
    out = BytesIO()
    image.convert("L").save(out, "JPEG", quality=_JPEG_QUALITY)
    return base64.b64encode(out.getvalue()).decode("ascii")
