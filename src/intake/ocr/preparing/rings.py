"""Rings of stamps over the type: thick circles and ovals, which cost the engine what they enclose.

A ring is an ellipse that is dark all the way round and light on both sides; five of its points
give it (RANSAC, Fischler and Bolles 1981). Only the ring is taken out: what a stamp says stays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.blobs import Mask, find_blobs
from intake.ocr.preparing.prepare import WHITE, Evened

_LOOK_DPI = 62.5
_DARK_BELOW = 190
_RADII_IN = (0.2, 1.2)
_ROUND = 2.2
"""A stamp is no more than so many times as wide as it is high."""
_LARGEST_IN = 5.0
"""What hangs together with a ring, words and all, is no larger."""
_LOOKS, _MOST_RINGS = 8, 4
"""So many blobs of a page, the largest, are looked at, and so many rings taken out at most."""
_TRIES, _POINTS = 1500, 400
_NEAR = 0.8
"""Cells from an ellipse within which a point is one of it."""
_ALL_ROUND = 0.85
"""Share of an ellipse that is dark; one that lies across print finds less than half."""
_ANGLES = 360
_REFINE_IN = 0.06
_CROSSED = 0.05
"""Share of a ring beside which there are letters; on an empty place there are none."""
_BESIDE_IN = 0.06
_LIGHT_FROM = 235
_THIN_IN = 0.036
_THICKEST_IN = 0.08
STAMP_OVER_TEXT = "page_stamp_over_text"
"""Defect of a page on which a ring hid parts of letters."""
_SHORT_RUN = 6
"""Cells of a ring cut by a row; a row of a word has more, or less room beside it."""

Levels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Ellipse:
    """The points p with (p - middle)' shape (p - middle) = 1; x before y."""

    middle: Floats
    shape: Floats

    def radial(self, points: Floats) -> tuple[Floats, Floats]:
        """Return how far points lie from the middle, and how far outside the ellipse."""
        apart = points - self.middle
        far = np.hypot(apart[..., 0], apart[..., 1])
        grown = np.sqrt(np.einsum("...i,ij,...j", apart, self.shape, apart))
        return far, far - far / np.maximum(grown, 1e-9)

    def outline(self, count: int) -> tuple[Floats, Floats]:
        """Return (points, directions outwards) at so many angles as seen from the middle."""
        angles = np.arange(count) * (2 * math.pi / count)
        ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        radius = 1 / np.sqrt(np.einsum("...i,ij,...j", ways, self.shape, ways))
        return self.middle + ways * radius[:, None], ways

    def scaled(self, by: float) -> _Ellipse:
        """Return the ellipse in a picture so many times as large, the middles of cells kept."""
        return _Ellipse((self.middle + 0.5) * by - 0.5, self.shape / by**2)


def without_rings(page: Evened) -> tuple[Evened, bool]:
    """Return the page without the rings of stamps, and whether print lay under one of them.

    It is the page itself where there are none.
    """
    is_over_print = False
    for _ in range(_MOST_RINGS):
        found = _find_ring(page.image, page.dpi)
        if found is None:
            break
        pixels = np.array(page.image)
        ring = _refined(pixels, found, page.dpi)
        band = _band(pixels, ring, page.dpi)
        if band is None:
            break
        is_over_print |= _crosses(pixels, ring, band)
        _take_out(pixels, ring, band, is_thin=band[1] - band[0] <= _THIN_IN * page.dpi + 6)
        page = Evened(Image.fromarray(pixels), page.dpi)
    return page, is_over_print


def _find_ring(image: Image.Image, dpi: float) -> _Ellipse | None:
    step = max(1, round(dpi / _LOOK_DPI))
    dark = np.asarray(image.reduce(step)) < _DARK_BELOW
    blobs = find_blobs(dark)
    least, most = 2 * _RADII_IN[0] * dpi / step, _LARGEST_IN * dpi / step
    wide, high = blobs.right - blobs.left, blobs.bottom - blobs.top
    large = (np.minimum(wide, high) >= least) & (np.maximum(wide, high) <= most)
    for number in sorted(np.flatnonzero(large), key=lambda each: -wide[each] * high[each])[:_LOOKS]:
        left, top = int(blobs.left[number]), int(blobs.top[number])
        chosen = np.arange(len(blobs)) == number
        seen = blobs.mask(chosen, dark.shape)[
            top : blobs.bottom[number], left : blobs.right[number]
        ]
        ellipse = _fit(seen, dpi / step)
        if ellipse is not None:
            return _Ellipse(ellipse.middle + np.array([left, top]), ellipse.shape).scaled(step)
    return None


def _fit(seen: Mask, dpi: float) -> _Ellipse | None:
    """Return the ellipse that is dark in ``seen`` all the way round, None if there is none."""
    points = np.concatenate([_cut_points(seen), _cut_points(seen.T)[:, ::-1]])
    if len(points) < 20:
        return None
    chance = np.random.default_rng(len(points))  # the same page is read alike every time
    some = points[chance.permutation(len(points))[:_POINTS]]
    best = _favourite(list(_guesses(some, chance, dpi)), some)
    for _ in range(2):
        if best is None:
            return None
        near_points = points[np.abs(best.radial(points)[1]) <= _NEAR]
        best = next(_ellipses(near_points[None], dpi), None)
    return best if best is not None and _is_all_round(best, seen) else None


def _favourite(guesses: Sequence[_Ellipse], points: Floats) -> _Ellipse | None:
    """Return the ellipse that most points are near to; all are tried on them together."""
    if not guesses:
        return None
    middles = np.stack([each.middle for each in guesses])
    shapes = np.stack([each.shape for each in guesses])
    x, y = np.moveaxis(points - middles[:, None], 2, 0)
    shares = shapes[:, :, :, None]
    grown = x * (shares[:, 0, 0] * x + 2 * shares[:, 0, 1] * y) + shares[:, 1, 1] * y * y
    beyond = np.hypot(x, y) * (1 - 1 / np.maximum(np.sqrt(grown), 1e-9))
    votes = np.count_nonzero(np.abs(beyond) <= _NEAR, axis=1)
    return guesses[int(np.argmax(votes))] if votes.any() else None


def _cut_points(seen: Mask) -> Floats:
    """Return (x, y) of the middles of short runs with room beside them, where rows cut a ring."""
    padded = np.pad(seen.astype(np.int8), ((0, 0), (1, 1)))
    row, edge = np.nonzero(np.diff(padded, axis=1))
    start, end, row = edge[::2], edge[1::2], row[::2]
    before = np.full(len(start), 99)
    after = before.copy()
    same = row[1:] == row[:-1]
    before[1:][same] = after[:-1][same] = (start[1:] - end[:-1])[same]
    chosen = (end - start <= _SHORT_RUN) & (before >= 2) & (after >= 2)
    return np.stack([(start + end - 1)[chosen] / 2, row[chosen]], axis=1).astype(np.float64)


def _guesses(points: Floats, chance: np.random.Generator, dpi: float) -> Iterator[_Ellipse]:
    return _ellipses(points[chance.integers(0, len(points), (_TRIES, 5))], dpi)


def _ellipses(groups: Floats, dpi: float) -> Iterator[_Ellipse]:
    """Yield the ellipse of a stamp's size through each group of points (groups, points, 2)."""
    shift = groups.mean(axis=1, keepdims=True)
    x, y = np.moveaxis(groups - shift, 2, 0)
    terms = np.stack([x * x, x * y, y * y, x, y], axis=2)
    if terms.shape[1] == 5:
        fit = np.abs(np.linalg.det(terms)) > 1e-6
        terms, shift = terms[fit], shift[fit]
        a, b, c, d, e = np.linalg.solve(terms, np.ones((len(terms), 5, 1)))[:, :, 0].T
    else:
        a, b, c, d, e = np.linalg.lstsq(terms[0], np.ones(terms.shape[1]), rcond=None)[0][:, None]
    turned = 4 * a * c - b * b
    with np.errstate(all="ignore"):
        middle = np.stack([(b * e - 2 * c * d) / turned, (b * d - 2 * a * e) / turned], axis=1)
        size = 1 - (d * middle[:, 0] + e * middle[:, 1]) / 2
        root = np.hypot(a - c, b)
        longer = np.sqrt(2 * size / (a + c - root))
        shorter = np.sqrt(2 * size / (a + c + root))
    fits = (turned > 0) & (a > 0) & (size > 0) & (longer <= _ROUND * shorter)
    fits &= (shorter >= _RADII_IN[0] * dpi) & (longer <= _RADII_IN[1] * dpi)
    for at in np.flatnonzero(fits):
        shape = np.array([[a[at], b[at] / 2], [b[at] / 2, c[at]]]) / size[at]
        yield _Ellipse(middle[at] + shift[at, 0], shape)


def _is_all_round(ellipse: _Ellipse, seen: Mask) -> bool:
    points, ways = ellipse.outline(_ANGLES)
    dark = np.zeros(_ANGLES, dtype=bool)
    for beyond in (-1.0, 0.0, 1.0):
        x, y = np.rint(points + beyond * ways).astype(np.intp).T
        inside = (x >= 0) & (y >= 0) & (x < seen.shape[1]) & (y < seen.shape[0])
        dark[inside] |= seen[y[inside], x[inside]]
    return bool(np.mean(dark) >= _ALL_ROUND)


def _crosses(pixels: Levels, ring: _Ellipse, band: tuple[float, float]) -> bool:
    """Say whether there is ink beside a ring at some of its angles."""
    points, ways = ring.outline(_ANGLES)
    inner, outer = (_at(pixels, *(points + (edge * ways)).T) for edge in (band[0] - 2, band[1] + 2))
    return bool(np.mean(np.minimum(inner, outer) < _DARK_BELOW) >= _CROSSED)


def _take_out(pixels: Levels, ring: _Ellipse, band: tuple[float, float], *, is_thin: bool) -> None:
    """Put in the place of a ring what lies on both its sides."""
    low, high = band
    points, _ = ring.outline(_ANGLES)
    left, top = np.maximum(points.min(axis=0) + low - 1, 0).astype(int)
    right, bottom = (points.max(axis=0) + high + 2).astype(int)
    box = pixels[top:bottom, left:right]
    rows, columns = np.mgrid[top : top + box.shape[0], left : left + box.shape[1]]
    places = np.stack([columns, rows], axis=2).astype(np.float64)
    far, outside = ring.radial(places)
    inside = (outside > low) & (outside < high)
    ways = (places[inside] - ring.middle) / np.maximum(far[inside], 1e-9)[:, None]
    sides = [
        _at(pixels, *(places[inside] + (edge - outside[inside])[:, None] * ways).T)
        for edge in (low - 1, high + 1)
    ]
    filling = np.minimum(*sides) if is_thin else np.maximum(*sides)
    box[inside] = np.maximum(box[inside], filling)


def _across(pixels: Levels, ring: _Ellipse, reach: int) -> tuple[Levels, Floats, Floats]:
    """Return the grey of ``reach`` pixels in- and outwards of a ring by angle, and their places."""
    points, ways = ring.outline(_ANGLES)
    beyond = np.arange(-reach, reach + 1, dtype=np.float64)[:, None]
    places = points[:, None] + beyond * ways[:, None]
    return _at(pixels, places[..., 0], places[..., 1]), places, beyond[:, 0]


def _refined(pixels: Levels, ring: _Ellipse, dpi: float) -> _Ellipse:
    """Return the ring moved to where the ink is darkest as wide as a ring, angle by angle."""
    reach = round(_REFINE_IN * dpi)
    width = max(3, round(_THIN_IN * dpi) // 2 * 2 + 1)
    for _ in range(3):
        seen, places, _ = _across(pixels, ring, reach)
        soft = np.lib.stride_tricks.sliding_window_view(
            np.pad(seen, ((0, 0), (width // 2, width // 2)), mode="edge"), width, axis=1
        ).mean(axis=2)
        darkest = soft.argmin(axis=1)
        chosen = np.abs(darkest - _smooth(darkest)) <= 3
        at = places[np.arange(len(places)), darkest][chosen]
        better = next(_ellipses(at[None], dpi), None) if len(at) > 20 else None
        if better is None:
            return ring
        ring, reach = better, max(width, reach // 2)
    return ring


def _smooth(values: npt.NDArray[np.intp]) -> Floats:
    """Return the median of the values around each, of a closed ring of them."""
    near = np.concatenate([values[-20:], values, values[:20]])
    windows = np.lib.stride_tricks.sliding_window_view(near, 41)
    smooth: Floats = np.median(windows, axis=1)
    return smooth


def _band(pixels: Levels, ring: _Ellipse, dpi: float) -> tuple[float, float] | None:
    """Return from how far in- to how far outside a ring is dark, None where that is too much."""
    reach = round((_BESIDE_IN + _THICKEST_IN / 2) * dpi)
    seen, _, beyond = _across(pixels, ring, reach)
    usual = np.median(seen, axis=0)
    darkest = int(np.argmin(usual))
    if np.mean(seen[:, darkest] < _DARK_BELOW) < _ALL_ROUND:
        return None
    light = np.flatnonzero(usual >= _LIGHT_FROM)
    inner, outer = light[light < darkest], light[light > darkest]
    if not len(inner) or not len(outer) or outer[0] - inner[-1] > _THICKEST_IN * dpi:
        return None
    return float(beyond[inner[-1]] - 1), float(beyond[outer[0]] + 1)


def _at(pixels: Levels, x: Floats, y: Floats) -> Levels:
    """Return the nearest pixels at places, white beyond the sheet."""
    column, row = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
    inside = (column >= 0) & (row >= 0) & (column < pixels.shape[1]) & (row < pixels.shape[0])
    found = np.full(column.shape, WHITE, dtype=np.uint8)
    found[inside] = pixels[row[inside], column[inside]]
    return found
