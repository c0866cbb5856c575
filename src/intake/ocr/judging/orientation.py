"""Which way up a page lies: sideways is seen in the picture, upside down in what is read.

Each line of print leaves an empty row under it, whichever way up it is; so the rows of a page
that lies on its side vary little and its columns much, each at the angle at which it varies most,
for a page may be askew besides. Upside down nothing but the letters themselves is wrong: the
engine reads nonsense and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from intake.ocr.preparing.prepare import Evened, Prepared, level
from intake.ocr.preparing.slopes import Slopes
from intake.ocr.words.page_confidence import mean_sureness
from intake.schemas.documents import Page, Word

Read = Callable[[Image.Image, float], Page]
"""Has the engine read a picture of so many dots to the inch."""

SURE_UPRIGHT = 0.6
"""Faxed letters are read with 0.7 to 0.97 when upright, with 0.28 to 0.56 upside down."""
_BETTER_BY = 0.15
"""So much surer the engine must be of a turned strip."""
_STRIP_IN = 1.2
_STRIP_LETTERS = 20
_LONG_WORD = 4
"""Shorter words may be higher than wide where they lie level."""
_INK_BELOW = 168


@dataclass(frozen=True, slots=True)
class Upright:
    """A page that was read the right way up."""

    prepared: Prepared
    page: Page
    rotation: int = 0
    """Degrees clockwise by which the picture was turned."""


def read_upright(evened: Evened, read: Read, *, known: int | None = None) -> Upright:
    """Return the reading of a page that may lie on its side or upside down.

    An upright page costs nothing but a look at its profile. For a page on its side one strip is
    read both ways; a page that was read with little confidence has one strip read upside down,
    and is read again if that went better. Where it is ``known`` by how many degrees clockwise the
    page must be turned, it is read once.
    """
    if known is not None:
        prepared = level(turn(evened, known) if known else evened)
        return Upright(prepared, read(prepared.image, prepared.dpi), known)
    slopes = Slopes(evened.image)
    if slopes.lies_sideways():
        turned = _read_turned(evened, slopes, read)
        if turned is not None:
            return turned
    prepared = level(evened, slopes)
    page = read(prepared.image, prepared.dpi)
    sureness = mean_sureness(page)
    if sureness >= SURE_UPRIGHT:
        return Upright(prepared, page)
    turned_strip = _flip(_busiest_strip(prepared))
    if _sureness(turned_strip, read, prepared) < sureness + _BETTER_BY:
        return Upright(prepared, page)
    flipped = _flipped(prepared)
    again = read(flipped.image, flipped.dpi)
    if mean_sureness(again) < sureness + _BETTER_BY:
        return Upright(prepared, page)
    return Upright(flipped, again, 180)


def _read_turned(evened: Evened, slopes: Slopes, read: Read) -> Upright | None:
    """Return the reading of a page on its side, None if it is read no better than as it lies.

    Where a receiver repeated one row over and over for rows that it could not make out, there are
    bars that stand upright on an upright page; the sides of a photo stand as upright.
    """
    prepared = level(turn(evened, 90))
    strip = _busiest_strip(prepared)
    clockwise, counter = (_sureness(each, read, prepared) for each in (strip, _flip(strip)))
    if max(clockwise, counter) < SURE_UPRIGHT:
        as_it_lies = level(evened, slopes)
        if _sureness(_busiest_strip(as_it_lies), read, as_it_lies) >= max(clockwise, counter):
            return None
    if clockwise >= counter:
        return Upright(prepared, read(prepared.image, prepared.dpi), 90)
    flipped = _flipped(prepared)
    return Upright(flipped, read(flipped.image, flipped.dpi), 270)


def turn(page: Evened, degrees: int) -> Evened:
    """Return the page turned clockwise by 90, 180 or 270 degrees."""
    moves = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return Evened(page.image.transpose(moves[degrees]), page.dpi)


def _busiest_strip(page: Prepared) -> Image.Image:
    """Return the rows, an inch or so, that vary most: several lines of print."""
    step = max(1, round(page.dpi / 50))
    dark = np.asarray(page.image.reduce(step)) < _INK_BELOW
    changes = np.abs(np.diff(dark.sum(axis=1).astype(np.float64)))
    if not len(changes):
        return page.image
    rows = max(1, round(_STRIP_IN * page.dpi / step))
    sums = np.convolve(changes, np.ones(min(rows, len(changes))), mode="valid")
    top = int(np.argmax(sums)) * step
    return page.image.crop((0, top, page.image.width, min(top + rows * step, page.image.height)))


def _sureness(strip: Image.Image, read: Read, page: Prepared) -> float:
    """Return how sure the engine is of a strip; a few letters found in bars and specks are none.

    Neither are lines that run up or down: Tesseract reads those too, and is as sure of them.
    """
    found = read(strip, page.dpi)
    if runs_up_or_down(found.words):
        return 0.0
    letters = sum(len(word.text) for word in found.words)
    weight = min(1.0, letters / _STRIP_LETTERS) if found.words else 1.0
    return mean_sureness(found) * weight


def runs_up_or_down(words: Sequence[Word]) -> bool:
    """Say whether most of the long words are higher than wide: their lines are not level."""
    long_words = [word for word in words if len(word.text) >= _LONG_WORD]
    standing = sum(word.bottom - word.top > word.right - word.left for word in long_words)
    return 2 * standing > len(long_words)


def _flip(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180)


def _flipped(page: Prepared) -> Prepared:
    return Prepared(_flip(page.image), page.dpi, page.skew, page.ink_in2)
