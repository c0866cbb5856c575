"""The pictures that a page of a PDF is made of, put together pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from intake.ocr.preparing.coloured_marks import MOST_PIXELS
from intake.ocr.preparing.grey import to_grey

POINTS_PER_INCH = 72.0
_SAME = 0.02
"""How far two resolutions, or a page and its picture, may differ and still be one."""
_MOST_OVERLAP = 0.02
_MOST_DIFFERENCE = 10.0
"""Mean difference of grey levels between a picture and a small drawing of the same page; a page
of type inverted, or another page, has 25 or more."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, from the lower left corner of the page upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Points across, never negative."""
        return max(self.right - self.left, 0.0)

    @property
    def height(self) -> float:
        """Points down, never negative."""
        return max(self.top - self.bottom, 0.0)

    @property
    def area(self) -> float:
        """Square points."""
        return self.width * self.height

    def holds(self, other: Box) -> bool:
        """Say whether the middle of the other one lies in this one."""
        across, up = (other.left + other.right) / 2, (other.bottom + other.top) / 2
        return self.left <= across <= self.right and self.bottom <= up <= self.top

    def within(self, other: Box) -> Box:
        """Return what the two share."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Matrix:
    """A change of coordinates (ISO 32000-1 §8.3.4)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    @property
    def square(self) -> Box:
        """The rectangle around what it makes of the unit square, which a picture fills."""
        across = sorted((self.e, self.e + self.a, self.e + self.c, self.e + self.a + self.c))
        up = sorted((self.f, self.f + self.b, self.f + self.d, self.f + self.b + self.d))
        return Box(across[0], up[0], across[-1], up[-1])

    def then(self, after: Matrix) -> Matrix:
        """Return the change that does this one first and ``after`` next."""
        return Matrix(
            self.a * after.a + self.b * after.c,
            self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c,
            self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e,
            self.e * after.b + self.f * after.d + after.f,
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a page: pixels, bits a pixel, and the matrix that puts it on the page."""

    width: int
    height: int
    bits: int
    matrix: Matrix
    pixels: Callable[[], Image.Image]
    """Decodes it, in mode ``L`` or ``RGB``; raises ValueError where that cannot be done."""
    is_damaged: Callable[[], bool]
    """Says whether its data breaks off, or cannot be decoded in its middle."""

    @property
    def place(self) -> Box:
        """The rectangle around it on the page."""
        return self.matrix.square

    @property
    def turn(self) -> tuple[Image.Transpose, ...] | None:
        """How its rows must be turned to lie as the page's do; None where it lies aslant."""
        m = self.matrix
        least = 1e-3 * max(map(abs, (m.a, m.b, m.c, m.d)))
        if abs(m.b) <= least and abs(m.c) <= least:
            turns = []
        elif abs(m.a) <= least and abs(m.d) <= least:
            # Image space has y upwards: b > 0 takes its right side to the top.
            turns = [Image.Transpose.TRANSVERSE]
            m = Matrix(m.c, 0, 0, m.b)
        else:
            return None
        if m.a < 0:
            turns.append(Image.Transpose.FLIP_LEFT_RIGHT)
        if m.d < 0:
            turns.append(Image.Transpose.FLIP_TOP_BOTTOM)
        return tuple(turns)

    @property
    def dpi(self) -> tuple[float, float]:
        """Dots per inch across and down the page, before the page itself is turned."""
        sides = self.width, self.height
        if abs(self.matrix.a) + abs(self.matrix.d) < abs(self.matrix.b) + abs(self.matrix.c):
            sides = self.height, self.width
        return (
            sides[0] * POINTS_PER_INCH / max(self.place.width, 1e-3),
            sides[1] * POINTS_PER_INCH / max(self.place.height, 1e-3),
        )

    def upright(self) -> Image.Image:
        """Return its pixels as they lie on the page."""
        image = self.pixels()
        for turn in self.turn or ():
            image = image.transpose(turn)
        return image


def compose(
    pictures: Sequence[Picture], box: Box, max_pixels: int
) -> tuple[Image.Image, tuple[float, float]] | None:
    """Return the page that the pictures make, and its (x, y) dots per inch.

    One picture, or strips and tiles side by side in one resolution, each pixel as it is in the
    file. None where they lie aslant, over one another, or mostly outside the page.
    """
    dpi_x, dpi_y = max(pictures, key=lambda each: each.place.area).dpi
    for picture in pictures:
        is_alike = all(
            abs(one / other - 1) <= _SAME
            for one, other in zip(picture.dpi, (dpi_x, dpi_y), strict=True)
        )
        inside = picture.place.within(box).area
        if picture.turn is None or not is_alike or inside < (1 - _SAME) * picture.place.area:
            return None
    if _overlap(pictures):
        return None
    size = _pixels(box.width, dpi_x), _pixels(box.height, dpi_y)
    if size[0] * size[1] > max_pixels:
        return None
    if len(pictures) == 1 and _is_size(pictures[0], size):
        return pictures[0].upright(), (dpi_x, dpi_y)
    is_large = size[0] * size[1] > MOST_PIXELS
    page = Image.new("L", size, "white")
    for picture in pictures:
        place, part = picture.place, picture.upright()
        if is_large:
            part = to_grey(part)
        if part.mode != page.mode == "L":
            page = page.convert("RGB")
        left = round((place.left - box.left) * dpi_x / POINTS_PER_INCH)
        top = round((box.top - place.top) * dpi_y / POINTS_PER_INCH)
        page.paste(part, (left, top))
    return page, (dpi_x, dpi_y)


def shows(image: Image.Image, proof: Image.Image) -> bool:
    """Say whether a picture shows what ``proof``, a small drawing of the page in grey, shows."""
    small = image.resize(proof.size, Image.Resampling.BOX).convert("L")
    difference = np.asarray(small, dtype=np.int16) - np.asarray(proof, dtype=np.int16)
    return float(np.abs(difference).mean()) <= _MOST_DIFFERENCE


def _pixels(points: float, dpi: float) -> int:
    return max(round(points * dpi / POINTS_PER_INCH), 1)


def _is_size(picture: Picture, size: tuple[int, int]) -> bool:
    """Say whether one picture is the whole page, give or take a rounding of its edges."""
    sides = (picture.width, picture.height)
    if picture.turn and Image.Transpose.TRANSVERSE in picture.turn:
        sides = sides[::-1]
    return all(abs(side / wanted - 1) <= _SAME for side, wanted in zip(sides, size, strict=True))


def _overlap(pictures: Sequence[Picture]) -> bool:
    """Say whether pictures lie over one another by more than a seam."""
    places = sorted((picture.place for picture in pictures), key=lambda place: place.bottom)
    for index, place in enumerate(places):
        for other in places[index + 1 :]:
            if other.bottom >= place.top:
                break
            if place.within(other).area > _MOST_OVERLAP * min(place.area, other.area):
                return True
    return False
