"""Text that stands in a PDF and that nobody sees: white on white, under a bar, without ink.

What a program says of a text does not tell whether it is seen: white letters on a dark bar are,
black ones under a bar are not. So only such text as may be unseen is compared with a drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.pdf.scans import Box
from intake.ocr.pdf.text import Letter

UNSEEN_TEXT = "page_unseen_text"
"""Defect of a page with text that is there and cannot be seen; it is left out."""
DRAWN_DPI, MOST_DRAWN = 100, 4_000_000
"""The drawing is as fine as this, with so many pixels at most."""
MOST_COVERS = 200
_PALE = 200
"""Grey of a text that may be lost on white paper,"""
_LIKE = 40
"""and how far it is from that of the ground it may be lost on."""
_OPAQUE, _THIN = 200, 100
"""Of 255: a shape that hides what is under it, and a text that is hardly there."""
_LEAST_COVER = 5.0
"""Points: what is thinner strikes text out and does not hide it."""
_CONTRAST = 12
"""Greys between the ink of a letter and its ground, at least; compression makes up to 8."""
_LARGE, _LARGE_CONTRAST = 40.0, 3
"""Points and greys: letters so high, as of a watermark, are seen sooner, where no picture lies."""
_MANY, _LEAST_HEIGHT = 3, 2.0
"""Letters and points; fewer and lower ones are marks of a program and say nothing."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a text object or a filled shape is drawn: its grey and opacity, each 0 to 255."""

    grey: float
    opacity: int
    order: int
    """Things with a higher number lie over it."""
    has_ink: bool = True


@dataclass(frozen=True, slots=True)
class Cover:
    """A filled shape or a picture, which may hide text or be its ground."""

    box: Box
    look: Look

    @property
    def hides(self) -> bool:
        """Whether it is large enough and lets nothing through."""
        return self.look.opacity >= _OPAQUE and min(self.box.width, self.box.height) >= _LEAST_COVER


def may_be_unseen(
    letters: Sequence[Letter], looks: Mapping[int, Look], covers: Sequence[Cover]
) -> dict[int, list[Letter]]:
    """Return the letters of each text object that a reader perhaps does not see, by its address."""
    if not covers and not any(map(_is_doubtful, looks.values())):
        return {}
    drawn: dict[int, list[Letter]] = defaultdict(list)
    for letter in letters:
        if letter.is_drawn and letter.owner in looks:
            drawn[letter.owner].append(letter)
    hidden = _hidden(drawn, looks, [each for each in covers[:MOST_COVERS] if each.hides])
    return {
        owner: found
        for owner, found in drawn.items()
        if owner in hidden or _is_doubtful(looks[owner])
    }


def unseen(
    doubtful: Mapping[int, Sequence[Letter]],
    drawing: Image.Image,
    page: Box,
    pictures: Sequence[Box],
) -> frozenset[int]:
    """Return the addresses of the text objects most of whose letters leave no trace.

    ``drawing`` is the unturned page in grey, ``pictures`` are those on it.
    """
    levels = np.asarray(drawing)
    scale = levels.shape[1] / max(page.width, 1.0), levels.shape[0] / max(page.height, 1.0)
    found = set()
    for owner, letters in doubtful.items():
        seen = 0
        for letter in letters:
            box = letter.box
            rows = _span(page.top - box.top, page.top - box.bottom, scale[1])
            columns = _span(box.left - page.left, box.right - page.left, scale[0])
            part = levels[rows, columns]
            seen += part.size > 0 and int(part.max()) - int(part.min()) >= _contrast(box, pictures)
        if seen < len(letters) / 2:
            found.add(owner)
    return frozenset(found)


def _contrast(letter: Box, pictures: Sequence[Box]) -> int:
    """Return by how many greys a letter differs from its ground if it is seen."""
    is_clear = max(letter.width, letter.height) >= _LARGE and not any(
        picture.within(letter).area for picture in pictures
    )
    return _LARGE_CONTRAST if is_clear else _CONTRAST


def says_something(letters: Sequence[Letter]) -> bool:
    """Say whether text that was left out is more than a mark of a program."""
    return (
        sum(letter.text.isalnum() and letter.box.height >= _LEAST_HEIGHT for letter in letters)
        >= _MANY
    )


def _is_doubtful(look: Look) -> bool:
    return not look.has_ink or look.grey >= _PALE or look.opacity < _THIN


def _hidden(
    drawn: Mapping[int, Sequence[Letter]], looks: Mapping[int, Look], covers: Sequence[Cover]
) -> frozenset[int]:
    """Return the texts that a shape lies over, or under in nearly their own colour."""
    if not covers or not drawn:
        return frozenset()
    ends = np.array([_ends(letters) for letters in drawn.values()])
    order = np.array([looks[owner].order for owner in drawn])
    grey = np.array([looks[owner].grey for owner in drawn])
    is_hidden: npt.NDArray[np.bool_] = np.zeros(len(drawn), bool)
    for cover in covers:
        box, look = cover.box, cover.look
        low, high = (box.left, box.bottom), (box.right, box.top)
        is_on = np.any(np.all((ends >= low) & (ends <= high), axis=2), axis=1)
        is_hidden |= is_on & ((look.order > order) | (np.abs(look.grey - grey) < _LIKE))
    return frozenset(owner for owner, is_so in zip(drawn, is_hidden, strict=True) if is_so)


def _ends(letters: Sequence[Letter]) -> list[tuple[float, float]]:
    """Return the middles of the first and last letter of a text."""
    boxes = [letter.box for letter in (letters[0], letters[-1])]
    return [((box.left + box.right) / 2, (box.bottom + box.top) / 2) for box in boxes]


def _span(start: float, end: float, scale: float) -> slice:
    return slice(max(int(start * scale), 0), max(int(np.ceil(end * scale)), 0))
