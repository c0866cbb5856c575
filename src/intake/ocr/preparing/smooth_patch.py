"""A sheet found by how smooth it is, where a shadow lies over paper and table.

The shadow of a phone takes half of the light, and the edge of it is soft; that of a sheet is
sharp. So the sheet is what hangs together without a step, and is lighter on its side of each edge
than the table is on the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from intake.ocr.preparing.blobs import Blobs, Mask, find_blobs
from intake.ocr.preparing.prepare import Grey

Points = npt.NDArray[np.float64]

_STEP = 0.12
"""Share of the light by which neighbours in the reduced picture differ at most: grain of wood and
edges of paper differ by 0.2 and more, the edge of a shadow by 0.05."""
_OTHER_SHARE = 0.03
"""Share of the picture that a second sheet covers, or the half of one beyond a fold."""
_AS_LIGHT = 0.75
"""Share of the light of the sheet that the table sends back at most."""
_LIGHTER = 1.2
"""By so much the sheet is lighter than the table on the other side of its edge."""
_BESIDE = 3.0
"""Pixels of the reduced picture from an edge to where both sides of it are looked at."""
_SIDES_SEEN = 3
"""Sides of a sheet that must lie in the picture."""


def filled(patch: Mask) -> Mask:
    """Return the patch with its holes: dark bars and photos on a sheet are parts of it."""
    rest = find_blobs(~patch)
    return patch | rest.mask(~_at_rim(rest, patch.shape), patch.shape)


def smooth_patch(ground: Image.Image) -> Mask | None:
    """Return the largest part of a picture without writing that hangs together without a step.

    None where there is a second one that may be paper as well.
    """
    light = np.asarray(ground.filter(ImageFilter.MaxFilter(3)), dtype=np.float32)
    dark = np.asarray(ground.filter(ImageFilter.MinFilter(3)))
    smooth: Mask = light - dark <= _STEP * light
    blobs = find_blobs(smooth)
    if not len(blobs):
        return None
    is_patch = np.arange(len(blobs)) == blobs.area.argmax()
    patch = _with_edge(blobs.mask(is_patch, smooth.shape))
    others = ~is_patch & (blobs.area > _OTHER_SHARE * smooth.size)
    is_alone = not _may_be_paper(np.asarray(ground), blobs, others, patch)
    return patch if is_alone else None


def is_lighter_inside(ground: Grey, quad: Points) -> bool:
    """Say whether a four-sided figure is lighter than what is around it, along each of its sides.

    Sides that lie outside of the picture are not asked, and must be few.
    """
    centre = quad.mean(axis=0)
    seen = 0
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        across = np.array([end[1] - start[1], start[0] - end[0]]) / np.linalg.norm(end - start)
        outwards = across * np.sign(across @ (start - centre)) * _BESIDE
        places = start + np.linspace(0.1, 0.9, 33)[:, None] * (end - start)
        inside, outside = (
            _levels_at(ground, places - outwards),
            _levels_at(ground, places + outwards),
        )
        both = np.isfinite(inside) & np.isfinite(outside)
        if np.count_nonzero(both) < len(both) / 2:
            continue
        if float(np.median(inside[both] / np.maximum(outside[both], 1))) < _LIGHTER:
            return False
        seen += 1
    return seen >= _SIDES_SEEN


def _with_edge(patch: Mask) -> Mask:
    """Return the patch with its holes and its last pixels, which differ from those beyond them."""
    grown = Image.fromarray(patch).convert("L").filter(ImageFilter.MaxFilter(3))
    return filled(np.asarray(grown) > 0)


def _at_rim(blobs: Blobs, shape: tuple[int, ...]) -> Mask:
    at_rim: Mask = (blobs.left == 0) | (blobs.right == shape[1])
    at_rim |= (blobs.top == 0) | (blobs.bottom == shape[0])
    return at_rim


def _may_be_paper(ground: Grey, blobs: Blobs, others: Mask, patch: Mask) -> bool:
    """Say whether another smooth part is no table: that reaches the rim, and is darker."""
    paper = float(np.median(ground[patch]))
    at_rim = _at_rim(blobs, patch.shape)
    for number in np.flatnonzero(others):
        part = blobs.mask(np.arange(len(blobs)) == number, patch.shape) & ~patch
        if np.count_nonzero(part) <= _OTHER_SHARE * part.size:  # it lies in a hole of the patch
            continue
        if not at_rim[number] or float(np.median(ground[part])) > _AS_LIGHT * paper:
            return True
    return False


def _levels_at(ground: Grey, places: Points) -> npt.NDArray[np.float64]:
    """Return the grey at each place (across, down), NaN outside of the picture."""
    across, down = np.rint(places).astype(np.intp).T
    is_in = (across >= 0) & (down >= 0) & (across < ground.shape[1]) & (down < ground.shape[0])
    levels = np.full(len(places), np.nan)
    levels[is_in] = ground[down[is_in], across[is_in]]
    return levels
