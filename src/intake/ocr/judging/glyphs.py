"""Letters cut out of the words of a page, and how far the outlines of two of them lie apart."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.ocr.preparing.blobs import Blobs, find_blobs
from intake.ocr.preparing.prepare import PAPER_FROM, WHITE, Grey, Prepared
from intake.schemas.documents import Word

_Ink = npt.NDArray[np.float32]

_BEYOND = 0.15
"""Share of a word's height by which its ink may reach above and below its box."""
_BETWEEN = (0.5, 0.25)
"""What is darker than so much of the way from ink to paper is a letter; the second parts those
that touch."""
_SPECK = 6
_ACCENT = 0.5
"""Share of a piece's width that lies above or below the letter that it is a part of."""
_ASIDE = 2
"""Dots by which a letter is moved over another, in each direction, to lie on it best."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter as it was read."""

    letter: str
    number: int
    """Which letter of its word it is."""
    middle: float
    """Of its width, in dots from the left of the page."""
    height: int
    """In dots."""
    ink: _Ink
    """1 is black."""


def glyphs_of(prepared: Prepared, word: Word, wanted: AbstractSet[str]) -> Iterator[Glyph]:
    """Yield the letters of a word that are ``wanted``; none where they touch or are in pieces."""
    if wanted.isdisjoint(word.text):
        return
    beyond = max(_ASIDE, round(_BEYOND * (word.bottom - word.top)))
    width, height = prepared.image.size
    around = (
        max(word.left - _ASIDE, 0),
        max(word.top - beyond, 0),
        min(max(word.right, 0) + _ASIDE, width),
        min(max(word.bottom, 0) + beyond, height),
    )
    if around[0] >= around[2] or around[1] >= around[3]:
        return
    box = WHITE - np.asarray(prepared.image.crop(around))
    strokes = _strokes(box)
    for share in _BETWEEN:
        dark = box > (1 - share) * strokes
        blobs = find_blobs(dark)
        letters = _letters(blobs)
        if len(letters) == len(word.text):
            break
    else:
        return
    blob_of = blobs.labels(dark.shape)
    for number, (letter, pieces) in enumerate(zip(word.text, letters, strict=True)):
        if letter in wanted:
            left, right = int(blobs.left[pieces].min()), int(blobs.right[pieces].max())
            top, bottom = int(blobs.top[pieces].min()), int(blobs.bottom[pieces].max())
            cut = slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1)
            seen = blob_of[cut]
            is_others = (seen >= 0) & np.logical_and.reduce([seen != piece for piece in pieces])
            ink = np.where(is_others, 0, box[cut]) / np.float32(WHITE)
            middle = around[0] + (left + right) / 2
            yield Glyph(letter, number, middle, bottom - top, ink.astype(np.float32))


def _strokes(box: Grey) -> int:
    """Return how dark the ink of a word is, 255 being black; that of thin strokes is pale."""
    darkest = box.max(axis=0, initial=0)
    inked = np.sort(darkest[darkest > WHITE - PAPER_FROM])
    return int(inked[len(inked) // 2]) if len(inked) else WHITE


def _letters(blobs: Blobs) -> list[list[int]]:
    """Return the pieces of each letter, from left to right; specks are none."""
    letters: list[list[int]] = []
    start = end = -1
    for piece in np.argsort(blobs.left).tolist():
        left, right = int(blobs.left[piece]), int(blobs.right[piece])
        if blobs.area[piece] < _SPECK:
            continue
        if letters and end - left > _ACCENT * min(right - left, end - start):
            letters[-1].append(piece)
            end = max(right, end)
        else:
            letters.append([piece])
            start, end = left, right
    return letters


def apart(one: Glyph, other: Glyph) -> float:
    """Return how many dots the outlines of two letters lie apart, where they fit best.

    That is the area in which they differ by the length of the outline.
    """
    height = max(one.ink.shape[0], other.ink.shape[0]) + 2 * _ASIDE
    width = max(one.ink.shape[1], other.ink.shape[1]) + 2 * _ASIDE
    fixed = _centred(one.ink, height, width)
    moved = _centred(other.ink, height + 2 * _ASIDE, width + 2 * _ASIDE)
    places = np.lib.stride_tricks.sliding_window_view(moved, fixed.shape)
    differ = np.abs(places - fixed).sum(axis=(2, 3)).min()
    return float(2 * differ / (_outline(one.ink) + _outline(other.ink)))


def _centred(ink: _Ink, height: int, width: int) -> _Ink:
    picture = np.zeros((height, width), dtype=np.float32)
    top, left = (height - ink.shape[0]) // 2, (width - ink.shape[1]) // 2
    picture[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return picture


def _outline(ink: _Ink) -> float:
    """Return about how long the outline is, in dots: what lies between dark and light."""
    down, across = np.abs(np.diff(ink, axis=0)).sum(), np.abs(np.diff(ink, axis=1)).sum()
    return max(float(np.hypot(down, across)), 1.0)
