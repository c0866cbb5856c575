"""The letters that a PDF page has of its own, and whether they say what was read there."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from intake.ocr.pdf.scans import Box

_ALIKE = 0.6
"""A word misread in two letters of eight is 0.75 like the one that stands there; text in a broken
encoding, and the text of another page, is hardly ever more than 0.4 like what is seen."""


class OwnLetters:
    """Letters of a page in the order of its text, each with the middle of its box in points."""

    def __init__(self, letters: str = "", middles: npt.ArrayLike = ()) -> None:
        self._letters = np.array(list(letters))
        self._middles = np.asarray(middles, dtype=float).reshape(len(letters), 2)

    def say(self, word: str, place: Box) -> bool:
        """Tell whether the letters that stand in ``place`` are this word, or nearly so."""
        x, y = self._middles.T
        inside = (place.left <= x) & (x <= place.right) & (place.bottom <= y) & (y <= place.top)
        own = "".join(self._letters[inside]).casefold()
        return bool(own) and SequenceMatcher(None, own, word.casefold()).ratio() >= _ALIKE
