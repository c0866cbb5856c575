"""The words of a page, written over it unseen, each where it is seen.

Poppler starts a new word wherever a letter stands more than half a point above or below the first
of its word, whatever the slope of the line. So the letters of a word stand level, also on a page
that was scanned aslant; those of a line may step up and down from word to word.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import pikepdf

from intake.ocr.pdf.own_letters import OwnLetters
from intake.ocr.pdf.scans import Box
from intake.ocr.preparing.sheet_edges import onto
from intake.ocr.searchable.blank_font import DESCENT, LARGEST_CODE, LETTER_WIDTH
from intake.schemas.documents import Corners, Page, Word

_UNSEEN = 3
"""Text rendering mode of PDF 32000-1 §9.3.6: neither filled nor stroked."""
_MOST_RISE, _KEPT_RISE = 1.0, 0.25
"""A line that rises by less than its own height is drawn rising by a quarter of it at most: to
Poppler what lies more than half a letter's height apart is on two lines, and it reads those one
after the other. No word is drawn further than 3/8 of its height from where it is seen."""
_AROUND = 0.2
"""Share of its height by which a word's box may miss the letters that are the page's own; the
middle of the next word's first letter is twice as far away."""


class _Drawn(NamedTuple):
    """A word as it is drawn, in points: its text stands level along one side of the page."""

    text: str
    start: complex
    """Where its first letter stands: x + y j of the page's own coordinates."""
    along: complex
    """From there to where its last letter ends."""
    up: complex
    """From the line that it stands on to as high as its letters reach."""

    @property
    def box(self) -> Box:
        """The box of its letters, a little wider and higher than they are."""
        down, far = (
            self.start - DESCENT * self.up,
            self.start + (1 - DESCENT) * self.up + self.along,
        )
        around = _AROUND * abs(self.up)
        across, upwards = sorted((down.real, far.real)), sorted((down.imag, far.imag))
        return Box(across[0] - around, upwards[0] - around, across[1] + around, upwards[1] + around)

    def operators(self) -> str:
        """Return the operators that write it: a text matrix, the word and a space."""
        across = self.along / (len(self.text) * LETTER_WIDTH)
        figures = (across.real, across.imag, self.up.real, self.up.imag)
        place = (self.start.real, self.start.imag)
        matrix = " ".join(f"{figure:.3f}" for figure in (*figures, *place))
        return f"{matrix} Tm <{self.text.encode('utf-16-be').hex()}0020> Tj"


def write_words(target: pikepdf.Page, page: Page, font: pikepdf.Object, own: OwnLetters) -> None:
    """Write the words of ``page`` over the page ``target``; ``font`` is that of ``blank_font``.

    What the page's ``own`` letters say already is left out, or it would be found twice.
    """
    name = target.add_resource(font, pikepdf.Name.Font)
    place = _Placement.of(target, page)
    lines = groupby(page.words, key=lambda word: (word.paragraph, word.line))
    drawn = [
        word.operators()
        for _, words in lines
        for word in _levelled(_line(list(words), place))
        if not own.say(word.text, word.box)
    ]
    # The page's own drawing may leave a changed coordinate system behind: q and Q shut it in.
    target.contents_add(b"q", prepend=True)
    start = f"Q BT {name} 1 Tf {_UNSEEN} Tr"
    target.contents_add("\n".join([start, *drawn, "ET"]).encode("ascii"))


def _line(words: Sequence[Word], place: _Placement) -> Iterator[_Drawn]:
    """Yield the words of one line, each as wide as it is on the page and over its middle.

    All words of a line have one height and stand on one line, or viewers would take them for
    several lines.
    """
    bottom, top = max(word.bottom for word in words), min(word.top for word in words)
    height = max(bottom - top, 1)
    base = bottom - DESCENT * height
    for word in words:
        text = "".join(letter for letter in word.text if ord(letter) <= LARGEST_CODE)
        if not text:
            continue
        middle, width = (word.left + word.right) / 2, max(word.right - word.left, 1)
        stand = place.point(middle, base)
        along = place.point(middle + width, base) - stand
        up = place.point(middle, base - height) - stand
        along, up = _along_the_sides(along, up)
        yield _Drawn(text, stand - along / 2, along, up)


def _along_the_sides(along: complex, up: complex) -> tuple[complex, complex]:
    """Return how far both ways lead along the sides of the page that they follow more closely."""
    if abs(along.real) >= abs(along.imag):
        return complex(along.real, 0), complex(0, up.imag)
    return complex(0, along.imag), complex(up.real, 0)


def _levelled(line: Iterator[_Drawn]) -> Iterator[_Drawn]:
    """Yield the words of a line moved up and down so that it rises by less; see ``_MOST_RISE``."""
    words = list(line)
    heights = [(word.start / word.up).real for word in words]  # in heights of the line
    lowest, highest = min(heights, default=0), max(heights, default=0)
    rise, middle = highest - lowest, (highest + lowest) / 2
    kept = _KEPT_RISE / rise if _KEPT_RISE < rise <= _MOST_RISE else 1.0
    for word, height in zip(words, heights, strict=True):
        yield word._replace(start=word.start + (kept - 1) * (height - middle) * word.up)


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where a pixel of the prepared picture lies on the PDF page, in points.

    The prepared picture is the page as it is seen, levelled by ``skew`` about its middle.
    """

    width: int
    height: int
    skew: float
    box: Box
    turn: int
    """Degrees clockwise by which the PDF page is turned when it is shown, upright at last."""
    corners: Corners | None
    """Where on the page as it is seen the sheet lies that was prepared; None: it fills it."""

    @classmethod
    def of(cls, target: pikepdf.Page, page: Page) -> _Placement:
        seen = _box(target.cropbox).within(_box(target.mediabox))
        turn = int(target.obj.get("/Rotate", 0))
        return cls(page.width, page.height, page.skew, seen, turn % 360, page.corners)

    def point(self, x: float, y: float) -> complex:
        """Return where pixel (x, y) lies on the PDF page, x + y j."""
        shares = self._unlevelled(x, y)
        return self._unturned(*(shares if self.corners is None else onto(self.corners, *shares)))

    def _unlevelled(self, x: float, y: float) -> tuple[float, float]:
        """Return where the pixel was before the page was levelled, as shares of its sides."""
        sine, cosine = math.sin(math.radians(self.skew)), math.cos(math.radians(self.skew))
        middle_x, middle_y = self.width / 2, self.height / 2
        from_x, from_y = x - middle_x, y - middle_y
        across = middle_x + cosine * from_x - sine * from_y
        down = middle_y + sine * from_x + cosine * from_y
        return across / self.width, down / self.height

    def _unturned(self, across: float, down: float) -> complex:
        """Return the point of the page's own coordinates that is seen at these shares."""
        share_x, share_y = {
            0: (across, 1 - down),
            90: (down, across),
            180: (1 - across, down),
            270: (1 - down, 1 - across),
        }[self.turn]
        return complex(
            self.box.left + share_x * self.box.width, self.box.bottom + share_y * self.box.height
        )


def _box(corners: pikepdf.Array) -> Box:
    """Return the rectangle between two corners, whichever they are (PDF 32000-1 §7.9.5)."""
    one_x, one_y, other_x, other_y = (float(side) for side in corners)
    across, down = sorted((one_x, other_x)), sorted((one_y, other_y))
    return Box(across[0], down[0], across[1], down[1])
