"""Light letters on a dark ground: the dark mode of a phone, a coloured box, the bar of a bill.

What follows takes what is light for paper: it would whiten the letters and leave black haloes
around them. So a picture that is dark but for its writing is turned into its negative, and each
dark box in which something light is written is given the ground of the page around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from intake.ocr.preparing.blobs import Blobs, Mask, find_blobs
from intake.ocr.preparing.prepare import WHITE, Grey
from intake.ocr.sheets import PageImage

Labels = npt.NDArray[np.int32]

_LOOK_PIXELS = 1200
"""Longer side of the picture in which writing is looked for: 100 dots to the inch of a sheet."""
_DARK_BELOW = 128
"""Grey of the middle pixel of a dark picture."""
_AROUND = 15
"""Pixels to each side over which the ground of a letter is judged; a line of type has as many."""
_STANDS_OUT = 40
"""Grey levels by which a stroke, thin as it is in the reduced picture, differs from its ground."""
_THICKEST = 9
"""Pixels across the thickest stroke."""
_WRITTEN = 0.001
"""Share of the picture that is covered by writing where there is any: half a line on a phone."""
_MORE_LIGHT = 2
"""By so much light strokes outweigh dark ones: by 10 or more in the dark mode of programs, by 0.3
at most in a photo of a sheet on a dark table."""
_BOX_BELOW = 0.75
"""Share of the light of paper that a box sends back at most; paler ones carry dark letters."""
_BOX_SIZE = (40, 12)
"""Least width and height of a box: two or three letters of small type and a margin."""
_SOLID = 5
"""Pixels both ways that are dark in a box, and in no stroke but those of a headline."""
_FILLED = 0.5
"""Share of the rectangle around it that is dark in a box, its letters being light."""
_FLAT = 0.85
"""Share of the ground of a box that has its one tone; a photo has none."""
_FLAT_BY = 25
"""Grey levels by which the grain of a scan or photo departs from a tone."""
_FEW_LETTERS = 3
"""A heavy B or 8 is a dark box with two light spots."""
_LETTER_SHARE = (3, 0.8)
"""Height of a letter: at least so many pixels, at most this share of the box."""
_LARGEST_SPOT = 0.1
"""Share of a box that is covered by one letter at most; a sheet on a table covers more."""
_MARGIN = 2
"""Pixels around a box: its soft edge, and what it stands on."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A dark box with light letters: where it is in the reduced picture, and its tones."""

    left: int
    top: int
    inside: Mask
    ground: float
    letters: float


def as_positive(page: PageImage) -> PageImage | None:
    """Return the negative of a page that is light writing on black; None of any other.

    That may be a fax whose machine took white for black. Colours of a screen are no ink over print,
    so nothing is taken out of it.
    """
    if not _is_negative(_reduced(page.image)):
        return None
    return replace(page, image=ImageChops.invert(page.image), print_only=None)


def with_dark_letters(page: PageImage) -> PageImage:
    """Return the page with what is written in dark boxes in black; itself where nothing is.

    A fax is left as it is: its greys are patterns of dots.
    """
    if page.bilevel:
        return page
    levels = np.asarray(_reduced(page.image))
    boxes = _find_boxes(levels)
    if not boxes:
        return page
    image = page.image.copy()
    for box in boxes:
        _lighten(image, box, levels)
    return replace(page, image=image)


def _reduced(image: Image.Image) -> Image.Image:
    return image.reduce(_step(image))


def _step(image: Image.Image) -> int:
    return math.ceil(max(image.size) / _LOOK_PIXELS)


def _is_negative(reduced: Image.Image) -> bool:
    """Say whether a picture is dark and what is written there is light."""
    is_dark = float(np.median(np.asarray(reduced))) < _DARK_BELOW
    return is_dark and _is_written_in_light(reduced)


def _is_written_in_light(picture: Image.Image) -> bool:
    """Say whether letters are lighter than their ground.

    Letters cover less than half of the ground around them, so they differ more from its mean than
    the gaps between them do: the third powers of the differences tell which of both are letters.
    """
    levels = np.asarray(picture, dtype=np.int16)
    around = np.asarray(picture.filter(ImageFilter.BoxBlur(_AROUND)), dtype=np.int16)
    above = (levels - around).astype(np.float32)
    light = above[_strokes(picture, around, is_light=True)]
    if len(light) < _WRITTEN * levels.size:
        return False
    dark = above[_strokes(picture, around, is_light=False)]
    return float((light**3).sum()) > _MORE_LIGHT * float((-(dark**3)).sum())


def _strokes(picture: Image.Image, around: npt.NDArray[np.int16], *, is_light: bool) -> Mask:
    """Return which pixels are much lighter, or darker, than those around, and of thin shapes."""
    if not is_light:
        picture, around = ImageChops.invert(picture), WHITE - around
    ground = picture
    for rank in (ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)):
        for _ in range(_THICKEST // 2):
            ground = ground.filter(rank)
    thin = np.asarray(ImageChops.subtract(picture, ground)) > _STANDS_OUT
    found: Mask = thin & (np.asarray(picture) > around + _STANDS_OUT)
    return found


def _find_boxes(levels: Grey) -> list[_Box]:
    """Return the dark boxes with light letters in a reduced picture."""
    dark: Mask = levels < _BOX_BELOW * float(np.percentile(levels, 90))
    if not _has_solid(dark):
        return []
    blobs = find_blobs(dark)
    widths, heights = blobs.right - blobs.left, blobs.bottom - blobs.top
    may_be = (widths >= _BOX_SIZE[0]) & (heights >= _BOX_SIZE[1])
    may_be &= blobs.area >= _FILLED * widths * heights
    labels = blobs.labels(levels.shape)
    found = (_box(levels, blobs, labels, int(number)) for number in np.flatnonzero(may_be))
    return [box for box in found if box is not None]


def _has_solid(dark: Mask) -> bool:
    rows, columns = (size // _SOLID * _SOLID for size in dark.shape)
    cells = dark[:rows, :columns].reshape(rows // _SOLID, _SOLID, columns // _SOLID, _SOLID)
    return bool(cells.all(axis=(1, 3)).any())


def _box(levels: Grey, blobs: Blobs, labels: Labels, number: int) -> _Box | None:
    """Return the box that a blob is; None where nothing light is written in it."""
    left, top = int(blobs.left[number]), int(blobs.top[number])
    cut = np.s_[top : blobs.bottom[number], left : blobs.right[number]]
    own, part = labels[cut] == number, levels[cut]
    ground = float(np.median(part[own]))
    is_flat = np.abs(part[own] - ground) <= _FLAT_BY
    if np.count_nonzero(is_flat) < _FLAT * len(is_flat):
        return None
    inside = _outline(own)
    letters = inside & (part > ground + _STANDS_OUT)
    spots = find_blobs(letters)
    heights = spots.bottom - spots.top
    least, most = _LETTER_SHARE
    is_letter = (heights >= least) & (heights <= most * len(inside))
    is_letter[np.unique(spots.labels(inside.shape)[letters & _rim(inside)])] = False
    is_paper = spots.area > _LARGEST_SPOT * np.count_nonzero(inside)
    if np.count_nonzero(is_letter) < _FEW_LETTERS or is_paper.any():
        return None
    alone = np.where(inside, part, round(ground)).astype(np.uint8)
    if not _is_written_in_light(Image.fromarray(alone)):  # but dark letters in a shadow
        return None
    return _Box(left, top, inside, ground, float(np.percentile(part[letters], 90)))


def _outline(dark: Mask) -> Mask:
    """Return what lies between dark places both across and down: a box with its letters."""
    across, down = (
        np.maximum.accumulate(dark, axis)
        & np.maximum.accumulate(dark[::-1, ::-1], axis)[::-1, ::-1]
        for axis in (1, 0)
    )
    outline: Mask = across & down
    return outline


def _rim(inside: Mask) -> Mask:
    """Return what of an outline touches what is outside: gaps between letters under a black bar."""
    padded = np.pad(inside, 1)
    core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    rim: Mask = inside & ~core
    return rim


def _lighten(image: Image.Image, box: _Box, levels: Grey) -> None:
    """Draw the box anew with dark letters on the ground that is around it, without its edge."""
    step = _step(image)
    inside = Image.fromarray(np.pad(box.inside, _MARGIN).astype(np.uint8) * WHITE)
    left, top = box.left - _MARGIN, box.top - _MARGIN
    wide = inside.filter(ImageFilter.MaxFilter(3))
    around = ImageChops.subtract(wide.filter(ImageFilter.MaxFilter(3)), wide)
    paper = max(_median_under(levels, around, left, top), box.ground)
    place = (left * step, top * step)
    size = (inside.width * step, inside.height * step)
    part = image.crop((*place, place[0] + size[0], place[1] + size[1]))
    image.paste(round(paper), place, wide.resize(size, Image.Resampling.NEAREST))
    core = inside.filter(ImageFilter.MinFilter(3)).resize(size, Image.Resampling.NEAREST)
    image.paste(part.point(_tones(box, paper)), place, core)


def _median_under(levels: Grey, mask: Image.Image, left: int, top: int) -> float:
    """Return the median of the levels where the mask is that begins there; 0.0 if outside."""
    padded = np.pad(levels.astype(np.int16), _MARGIN, constant_values=-1)
    rows, columns = mask.height, mask.width
    at = (top + _MARGIN, left + _MARGIN)
    part = padded[at[0] : at[0] + rows, at[1] : at[1] + columns][np.asarray(mask) > 0]
    seen = part[part >= 0]
    return float(np.median(seen)) if len(seen) else 0.0


def _tones(box: _Box, paper: float) -> list[int]:
    """Return for each grey of the box that which takes its place: letters become black.

    A box may hold dark letters besides light ones; both differ from its ground.
    """
    share = np.abs(np.arange(256) - box.ground) / (box.letters - box.ground)
    return [round(paper * (1 - each)) for each in np.clip(share, 0, 1)]
