"""How large the type of a picture is, by its letters: a part of a sheet is no whole one.

A picture that tells no resolution is taken for a whole sheet. If it is a part of one, a photo of a
notice or a cutting, its letters come out two to five times too large: the engine takes them for
pictures, and what is measured in inches (ruled lines, borders, writing by hand) goes wrong.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from intake.ocr.preparing.blobs import find_blobs
from intake.ocr.preparing.prepare import Evened
from intake.ocr.sheets import PageImage

_LOOK_DPI = 125
_INK_BELOW = 160
_LETTER_IN = (0.03, 1.0)
"""Heights of blobs that may be letters."""
_MOST_SLENDER = 4
_FEW_LETTERS = 20
_USUAL_IN = 0.08
"""The median height of the letters on a page of 10 to 12 points, most of them small ones."""
_SMALLEST_PER_CENT = 25
_LARGE_IN = 0.13
"""If a quarter of the letters is lower, there is small print: whole pages have 0.04 to 0.11."""


def at_usual_size(paper: PageImage, evened: Evened) -> PageImage:
    """Return ``paper``, which was ``evened``, as if its large type had the usual size.

    It has so many more dots per inch then. Paper whose size is known, or that has small print, is
    returned as it is.
    """
    heights = _letter_heights(evened) if paper.size_is_guessed else None
    if heights is None or np.percentile(heights, _SMALLEST_PER_CENT) <= _LARGE_IN:
        return paper
    times = float(np.median(heights)) / _USUAL_IN
    return replace(paper, dpi_x=paper.dpi_x * times, dpi_y=paper.dpi_y * times)


def _letter_heights(page: Evened) -> npt.NDArray[np.float64] | None:
    """Return the heights in inches of what may be letters; None if they are few."""
    step = max(1, round(page.dpi / _LOOK_DPI))
    dots_per_in = page.dpi / step
    ink: npt.NDArray[np.bool_] = np.asarray(page.image.reduce(step)) < _INK_BELOW
    blobs = find_blobs(ink)
    heights, widths = blobs.bottom - blobs.top, blobs.right - blobs.left
    least, most = (inches * dots_per_in for inches in _LETTER_IN)
    is_letter = (heights >= least) & (heights <= most)
    is_letter &= (widths < _MOST_SLENDER * heights) & (heights < _MOST_SLENDER * widths)
    if np.count_nonzero(is_letter) < _FEW_LETTERS:
        return None
    found: npt.NDArray[np.float64] = heights[is_letter] / dots_per_in
    return found
