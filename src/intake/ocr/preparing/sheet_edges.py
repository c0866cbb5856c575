"""A sheet of paper found on a darker table, cut out and seen from straight above.

The sheet is the one bright patch with four straight sides; under a shadow, the one smooth patch
that is lighter than the table beside it. Where there is doubt, or
something is written beside it, there is no sheet: the whole picture is the page, as of any scan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from intake.ocr.preparing.resolution import A4_LONG_SIDE_IN
from intake.ocr.preparing.smooth_patch import filled, is_lighter_inside, smooth_patch
from intake.ocr.sheets import PageImage
from intake.schemas.documents import Corners

Points = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LOOK_PIXELS = 250
"""Longer side of the picture in which edges are looked for; a sheet's edge is a step there."""
_TABLE_SHARE = 0.6
"""Share of the picture's rim that must be darker than the paper."""
_CLEARLY = 0.75
"""Share of the variance that two tones, paper and table, explain (Otsu 1979)."""
_CONTRAST = 40
"""Grey levels between the mean of the paper and that of the table."""
_SMALLEST, _LARGEST = 0.2, 0.985
"""Share of the picture that a sheet may fill."""
_AGREEMENT = 0.95
"""How much of the bright patch and of the four-sided figure must be common to both."""
_STRAIGHT = 0.012
"""Share of the longer side by which an edge may miss its line, in the median."""
_FORESHORTENED = 0.6
"""A far side is not shorter than this share of the near one."""
_STROKE_PIXELS = 1000
"""Longer side of the picture in which strokes of letters are looked for beside the sheet."""
_STROKE_CONTRAST = 60
"""Grey levels by which light writing stands out from what is around it; grain does not."""
_WRITTEN = 0.0005
"""Share of the table that strokes cover where something is written: a line of type does."""
_RIM = 0.02
"""Share of the sides by which the shine along the edges of a sheet reaches beyond it."""
_A4_SHAPE = math.sqrt(2)
_SHAPE_ERROR = 0.15


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line through the picture: ``across = slope * down + start``, or the other way round."""

    slope: float
    start: float
    is_upright: bool


def cut_out_sheet(page: PageImage) -> PageImage:
    """Return the sheet alone where the picture shows one on a darker table, else the page."""
    if page.bilevel:
        return page
    corners = find_sheet(page.image)
    return page if corners is None else _straightened(page, corners)


def find_sheet(image: Image.Image) -> Corners | None:
    """Return the corners of the sheet, clockwise from the upper left, as shares of the sides."""
    reduced = image.reduce(max(1, max(image.size) // _LOOK_PIXELS))
    if min(reduced.size) < _LOOK_PIXELS // 8 or not _has_dark_rim(np.asarray(reduced)):
        return None
    # Writing on the sheet is brightened away; what is left is paper and table.
    ground = reduced.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(5))
    quad = _bright_quad(np.asarray(ground))
    if quad is None:
        quad = _smooth_quad(ground)
    if quad is None:
        return None
    shares = quad / np.array(reduced.size)
    if _is_written_beside(image, shares):
        return None
    shares = np.clip(shares, 0.0, 1.0)
    return tuple((float(x), float(y)) for x, y in shares)  # type: ignore[return-value] # four of them


def turned(corners: Corners, degrees: int) -> Corners:
    """Return the corners of a picture that was turned clockwise by 0, 90, 180 or 270 degrees."""
    for _ in range(degrees // 90 % 4):
        one, two, three, four = ((1 - y, x) for x, y in corners)
        corners = (four, one, two, three)
    return corners


def _has_dark_rim(levels: npt.NDArray[np.uint8]) -> bool:
    """Say whether most of the rim is much darker than the bright parts: a scan's rim is paper."""
    rim = np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]])
    paper = float(np.percentile(levels, 90))
    return float(np.mean(rim < paper - _CONTRAST)) >= _TABLE_SHARE


def _bright_quad(ground: npt.NDArray[np.uint8]) -> Points | None:
    """Return the corners, in pixels, of the sheet where paper and table are of two tones."""
    patch = _bright_patch(ground)
    return None if patch is None else _quad(filled(patch))


def _smooth_quad(ground: Image.Image) -> Points | None:
    """Return the corners, in pixels, of the sheet where a shadow lies over it and the table."""
    patch = smooth_patch(ground)
    if patch is None or not _SMALLEST <= patch.mean() <= _LARGEST:
        return None
    quad = _quad(patch)
    is_sheet = quad is not None and is_lighter_inside(np.asarray(ground), quad)
    return quad if is_sheet else None


def _bright_patch(ground: npt.NDArray[np.uint8]) -> Mask | None:
    """Return where the paper is; None where the picture has not clearly two tones."""
    counts = np.bincount(ground.ravel(), minlength=256).astype(np.float64)
    levels = np.arange(256)
    total, whole = counts.sum(), float((counts * levels).sum())
    below, sum_below = np.cumsum(counts), np.cumsum(counts * levels)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        dark, bright = sum_below / below, (whole - sum_below) / above
        between = np.nan_to_num(below * above * (bright - dark) ** 2) / total**2
    cut = int(np.argmax(between))
    if between[cut] < _CLEARLY * ground.var() or bright[cut] - dark[cut] < _CONTRAST:
        return None
    patch = ground > cut
    return patch if _SMALLEST <= patch.mean() <= _LARGEST else None


def _quad(patch: Mask) -> Points | None:
    """Return the corners of the patch, in pixels; None if it is no sheet with four sides."""
    edges = _edges(patch)
    if edges is None:
        return None
    left, top, right, bottom = edges
    quad = np.array([_crossing(left, top), _crossing(right, top), _crossing(right, bottom),
                     _crossing(left, bottom)])  # fmt: skip
    size = np.array(patch.shape[::-1])
    is_inside = (quad > -0.02 * size).all() and (quad < 1.02 * size).all()
    return quad if is_inside and _is_sheet(quad) and _agree(quad, patch) else None


def _edges(patch: Mask) -> tuple[_Edge, _Edge, _Edge, _Edge] | None:
    """Return the left, top, right and bottom edge of the patch; None if one is not straight."""
    tolerance = max(1.0, _STRAIGHT * max(patch.shape))
    left, right = _fitted(patch, tolerance, is_upright=True)
    top, bottom = _fitted(patch.T, tolerance, is_upright=False)
    if left is None or right is None or top is None or bottom is None:
        return None
    return left, top, right, bottom


def _fitted(patch: Mask, tolerance: float, *, is_upright: bool) -> list[_Edge | None]:
    """Return lines through the first and the last bright places of the rows in the middle."""
    rows = np.flatnonzero(patch.any(axis=1))
    if len(rows) < 20:
        return [None, None]
    reach = len(rows) // 5
    middle = rows[reach:-reach]
    first = patch[middle].argmax(axis=1)
    last = patch.shape[1] - patch[middle][:, ::-1].argmax(axis=1)
    return [_line(middle, places, tolerance, is_upright=is_upright) for places in (first, last)]


def _line(
    rows: npt.NDArray[np.intp], places: npt.NDArray[np.intp], tolerance: float, *, is_upright: bool
) -> _Edge | None:
    """Return the line by medians of slopes (Theil and Sen): what lies on the table bends none."""
    half = len(rows) // 2
    slope = float(np.median((places[half : 2 * half] - places[:half]) / (rows[half] - rows[0])))
    start = float(np.median(places - slope * rows))
    misses = np.abs(places - slope * rows - start)
    return _Edge(slope, start, is_upright) if float(np.median(misses)) <= tolerance else None


def _crossing(upright: _Edge, level: _Edge) -> tuple[float, float]:
    """Return (across, down) of the point where x = a y + b and y = c x + d."""
    across = (upright.slope * level.start + upright.start) / (1 - upright.slope * level.slope)
    return across, level.slope * across + level.start


def _is_sheet(quad: Points) -> bool:
    """Say whether opposite sides are about as long: seen from the side one is a little shorter."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    pairs = np.sort(sides.reshape(2, 2), axis=0)
    return bool((pairs[0] >= _FORESHORTENED * pairs[1]).all())


def _is_written_beside(image: Image.Image, shares: Points) -> bool:
    """Say whether there is light writing around the bright patch: a window, a card, a poster.

    It is what stands out light and is no wider than a stroke.
    """
    reduced = image.reduce(math.ceil(max(image.size) / _STROKE_PIXELS))
    ground = reduced
    for rank in (ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)):
        for _ in range(4):  # the same as one filter of 9 x 9, at less than half its cost
            ground = ground.filter(rank)
    strokes = np.asarray(ImageChops.subtract(reduced, ground)) > _STROKE_CONTRAST
    grown = shares + _RIM * np.sign(shares - shares.mean(axis=0))
    table = ~_drawn(grown * np.array(reduced.size), strokes.shape)
    return bool(np.count_nonzero(strokes & table) > _WRITTEN * np.count_nonzero(table))


def _drawn(quad: Points, shape: tuple[int, ...]) -> Mask:
    """Return which pixels of a picture of that many rows and columns are in the figure."""
    drawn = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(drawn).polygon([(float(x), float(y)) for x, y in quad], fill=1)
    return np.asarray(drawn)


def _agree(quad: Points, patch: Mask) -> bool:
    inside = _drawn(quad, patch.shape)
    either = float(np.count_nonzero(inside | patch))
    return float(np.count_nonzero(inside & patch)) >= _AGREEMENT * either


def _straightened(page: PageImage, corners: Corners) -> PageImage:
    """Return the page as its sheet fills the picture."""
    quad = np.array(corners) * np.array(page.image.size)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = float(sides[0::2].max()), float(sides[1::2].max())
    long, short = max(width, height), min(width, height)
    if abs(long / short / _A4_SHAPE - 1) <= _SHAPE_ERROR:
        short = long / _A4_SHAPE  # seen from the side a sheet looks shorter than it is
    size = (round(short), round(long)) if height >= width else (round(long), round(short))
    coefficients = _onto_quad(quad, size)
    image = page.image.transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    dpi = long / A4_LONG_SIDE_IN
    return replace(page, image=image, dpi_x=dpi, dpi_y=dpi, corners=corners)


def onto(corners: Corners, across: float, down: float) -> tuple[float, float]:
    """Return where in the picture a place on the sheet lies, both as shares of the sides."""
    a, b, c, d, e, f, g, h = _onto_quad(np.array(corners), (1.0, 1.0))
    depth = g * across + h * down + 1
    return (a * across + b * down + c) / depth, (d * across + e * down + f) / depth


def _onto_quad(quad: Points, size: tuple[float, float]) -> list[float]:
    """Return the eight coefficients that take a point of a picture of ``size`` onto ``quad``.

    (x, y) goes to ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)).
    """
    width, height = size
    rows, places = [], []
    for (x, y), (u, v) in zip(
        ((0, 0), (width, 0), (width, height), (0, height)), quad, strict=True
    ):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        places += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows), np.array(places))]
