"""Rows that a fax receiver repeated in the place of those it could not make out."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

_LONGEST_BAD_RUN = 328  # TIFF tag ConsecutiveBadFaxLines, RFC 2306
_BARS_FROM = 6
"""Fewer repeats are no taller than the strokes of a letter, and do not hide what they stand in."""
_NEARLY = 2
_INK_BELOW = 128


def longest_bad_run(image: ImageFile.ImageFile) -> int:
    """Return how many rows on end the receiver could not make out at most, by its own count."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 0
    return int(image.tag_v2.get(_LONGEST_BAD_RUN) or 0)


def without_repeats(page: Image.Image, longest: int) -> Image.Image:
    """Return the grey page with white rows where one row stands over and over.

    A receiver may fill a gap with the last row it made out; a row of print becomes a barcode that
    way. Only runs as long as its own count of the ``longest`` gap are taken for that, for ruled
    lines and real barcodes are rows that repeat as well.
    """
    if longest < _BARS_FROM:
        return page
    pixels = np.array(page)
    repeats = (pixels[1:] == pixels[:-1]).all(axis=1) & (pixels[1:] < _INK_BELOW).any(axis=1)
    edges = np.flatnonzero(np.diff(repeats.astype(np.int8), prepend=0, append=0))
    for start, end in edges.reshape(-1, 2):
        if abs(int(end - start) - longest) <= _NEARLY:
            pixels[start + 1 : end + 1] = 255
    return Image.fromarray(pixels)
