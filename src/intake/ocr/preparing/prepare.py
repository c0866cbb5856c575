"""Makes the picture of a page fit to be read: square pixels, even ground, soft edges, level lines.

The order and the figures are measured on letters sent over a telephone line: see
docs/explanation/reading-faxes.md. Every function returns a new picture; none changes its argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from intake.ocr.preparing.grey import bands
from intake.ocr.preparing.ground import BARE_FROM, brightest_around, light_left
from intake.ocr.preparing.slopes import Slopes
from intake.ocr.preparing.straighten import straighten
from intake.ocr.sheets import COARSE_BELOW, PageImage

Grey = npt.NDArray[np.uint8]

WORK_PIXELS = 25_000_000
"""Most pixels of a prepared page; A3 at 250 dpi has 12 million."""
WHITE = 255
INK_BELOW = 128
PAPER_FROM = 215
"""Paper, after its ground was evened, is lighter than this but for stains."""
_THICKEST = 4
"""Half of what is brightened away, in dots of a picture that has 600 of them."""
_BLUR_REACH = 4
"""Dots beyond which what is black has no effect on a blurred one, and one to spare: Pillow takes
the mean of those around it three times, a dot further each time."""
_FULL = 0.9
"""Share of inked rows from which the whole picture is blurred at once."""


@dataclass(frozen=True, slots=True)
class Evened:
    """A page with square pixels and even ground that lies as it lay on the glass."""

    image: Image.Image
    dpi: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready for the engine, and what was found on the way."""

    image: Image.Image
    dpi: float
    skew: float
    """Degrees counter-clockwise by which the page was turned to level its lines."""
    ink_in2: float
    """Square inches of black on the page; a line of typing has about 0.1."""


def prepare(page: PageImage, *, dpi: int) -> Prepared:
    """Return the page at ``dpi`` in both directions, or less where it would be too large."""
    return level(even(page, dpi=dpi))


def even(page: PageImage, *, dpi: int) -> Evened:
    """Return the page with square pixels, white ground and soft edges.

    A picture in shades of grey has no steps, however coarse: its edges are soft already.
    """
    ground = page.image if page.bilevel else flatten(page.image)
    squared, work_dpi = square(ground, dpi_x=page.dpi_x, dpi_y=page.dpi_y, dpi=dpi)
    lines = page.source_dpi_y or (page.dpi_y if page.bilevel else None)
    return Evened(smooth(squared, dpi_y=lines), work_dpi)


def level(page: Evened, slopes: Slopes | None = None) -> Prepared:
    """Return the page with level lines, ready for the engine; ``slopes`` are its own, if known."""
    skew = (slopes or Slopes(page.image)).skew()
    image = straighten(page.image, skew)
    return Prepared(image=image, dpi=page.dpi, skew=skew, ink_in2=measure_ink(image, page.dpi))


def flatten(image: Image.Image) -> Image.Image:
    """Return the picture on white ground: shadows and paper colour taken out.

    The ground is what remains when everything thinner than about 1/60 of the page is
    brightened away; each pixel is then divided by it, by bands, so that a large page needs no
    copies of several bytes a pixel.
    """
    reduced = image.reduce(max(1, max(image.size) // 600))
    bright = brightest_around(np.asarray(reduced), _THICKEST)
    ground = Image.fromarray(bright).filter(ImageFilter.GaussianBlur(6))
    spread = ground.resize(image.size, Image.Resampling.BILINEAR)
    even = Image.new("L", image.size)
    for (band, first), (paper, _) in zip(bands(image), bands(spread), strict=True):
        left = light_left(np.asarray(band), np.asarray(paper))
        even.paste(Image.fromarray(left), (0, first))
    return even


def square(
    image: Image.Image, *, dpi_x: float, dpi_y: float, dpi: float
) -> tuple[Image.Image, float]:
    """Return the picture with square pixels, and the resolution it has now.

    Cubic interpolation: on standard faxes it reads better than nearest, linear or Lanczos.
    """
    wanted = (image.width * dpi / dpi_x) * (image.height * dpi / dpi_y)
    work_dpi = dpi * min(1.0, math.sqrt(WORK_PIXELS / wanted))
    size = (
        max(1, round(image.width * work_dpi / dpi_x)),
        max(1, round(image.height * work_dpi / dpi_y)),
    )
    return image.resize(size, Image.Resampling.BICUBIC), work_dpi


def smooth(image: Image.Image, *, dpi_y: float | None) -> Image.Image:
    """Return the picture with soft edges; ``dpi_y`` is that of its steps, None where it has none.

    The steps of a coarse grid look like serifs to the engine; blurred, they vanish. What is white
    for far enough stays white: only the rest is blurred, to the same picture at less cost. So
    stays the grain of paper in a picture in shades of grey.
    """
    is_coarse = dpi_y is not None and dpi_y < COARSE_BELOW
    blur = ImageFilter.GaussianBlur(1.3 if is_coarse else 0.9)
    levels: Grey = np.asarray(image, dtype=np.uint8)
    white_from = WHITE if dpi_y else BARE_FROM
    inked = _near(levels.min(axis=1) < white_from)
    if np.mean(inked) > _FULL:
        return image.filter(blur)
    soft = image.copy()
    edges = np.flatnonzero(np.diff(inked, prepend=False, append=False)).tolist()
    for top, bottom in zip(edges[::2], edges[1::2], strict=True):
        columns = np.flatnonzero(levels[top:bottom].min(axis=0) < white_from)
        left = max(int(columns[0]) - _BLUR_REACH, 0)
        right = min(int(columns[-1]) + 1 + _BLUR_REACH, image.width)
        soft.paste(image.crop((left, top, right, bottom)).filter(blur), (left, top))
    return soft


def _near(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows are among some, or so near that a blur reaches them."""
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(rows, _BLUR_REACH), 2 * _BLUR_REACH + 1
    )
    near: npt.NDArray[np.bool_] = around.max(axis=1)
    return near


def measure_ink(image: Image.Image, dpi: float) -> float:
    """Return the square inches of black on the page; grey counts by its darkness.

    Softened, a stroke one dot wide is nowhere darker than a middle grey, and still ink.
    """
    counts = np.array(image.histogram()[:PAPER_FROM], dtype=np.float64)
    return float(counts @ (WHITE - np.arange(PAPER_FROM))) / WHITE / dpi**2
