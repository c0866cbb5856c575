"""Pale print beside black: an engine that parts ink from paper once a page takes it for paper."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from intake.ocr.preparing.ground import brightest_around
from intake.ocr.preparing.prepare import WHITE

_CELL_IN = 0.04
_AROUND = 5
"""Cells across which the darkest ink is looked for: a letter of 10 points and its neighbours."""
_PALEST = 64
"""What is paler than this, of 255, is made no blacker than this would be: it may be the paper."""


def even_ink(image: Image.Image, dpi: float) -> Image.Image:
    """Return a grey picture with all print about as black as black is, however pale it was."""
    ink = WHITE - np.asarray(image)
    rows, columns = ink.shape
    cell = max(2, round(_CELL_IN * dpi))
    padded = np.pad(ink, ((0, -rows % cell), (0, -columns % cell)))
    cells = padded.reshape(padded.shape[0] // cell, cell, -1, cell).max(axis=(1, 3))
    darkest = Image.fromarray(brightest_around(cells, _AROUND // 2))
    smooth = darkest.filter(ImageFilter.BoxBlur(_AROUND // 2))
    near = np.asarray(smooth.resize(padded.shape[::-1], Image.Resampling.BILINEAR))[:rows, :columns]
    evened = np.minimum(ink * (np.float32(WHITE) / np.maximum(near, _PALEST)), WHITE)
    return Image.fromarray(WHITE - evened.astype(np.uint8))
