"""The part of a picture that holds ink: the white around it costs an engine time and tells nothing.

Tesseract looks for lines, pictures and columns all over a picture before it reads a word, and that
takes a fifth of its time; half of a letter's sheet is margins and what is left below its end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from intake.ocr.preparing.ground import BARE_FROM
from intake.ocr.tesseract.table import stated_dpi
from intake.schemas.documents import Page

_MARGIN_IN = 0.25
"""White that is left around the ink; an engine reads poorly at an edge."""
_WORTH_IT = 0.9
"""Share of the picture from which on the whole is taken."""


class InkedPart(NamedTuple):
    """A part of a picture, and where it was cut out."""

    image: Image.Image
    left: int
    top: int
    of_size: tuple[int, int]

    def placed(self, page: Page) -> Page:
        """Return the page of the part as that of the whole picture."""
        if (self.left, self.top) == (0, 0) and self.image.size == self.of_size:
            return page
        words = tuple(
            word.model_copy(
                update={
                    "left": word.left + self.left,
                    "top": word.top + self.top,
                    "right": word.right + self.left,
                    "bottom": word.bottom + self.top,
                }
            )
            for word in page.words
        )
        width, height = self.of_size
        return page.model_copy(update={"words": words, "width": width, "height": height})


def inked_part(image: Image.Image) -> InkedPart:
    """Return the part of a picture that is not white; all of it where that is most or none."""
    inked = np.asarray(image if image.mode == "L" else image.convert("L")) < BARE_FROM
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        return InkedPart(image, 0, 0, image.size)
    margin = round(_MARGIN_IN * stated_dpi(image))
    left, top = max(int(columns[0]) - margin, 0), max(int(rows[0]) - margin, 0)
    right = min(int(columns[-1]) + 1 + margin, image.width)
    bottom = min(int(rows[-1]) + 1 + margin, image.height)
    if (right - left) * (bottom - top) >= _WORTH_IT * image.width * image.height:
        return InkedPart(image, 0, 0, image.size)
    return InkedPart(image.crop((left, top, right, bottom)), left, top, image.size)
