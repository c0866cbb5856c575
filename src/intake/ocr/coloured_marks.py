"""Ink in colour over black print: stamps, strokes of a pen, highlighter, told apart by colour.

In grey they are one with the letters they cross. In colour, what black takes from the light it
takes from red, green and blue alike, and what an ink takes it takes in its own proportions; the
light that two inks leave is the product of what each leaves (the law of Beer and Lambert). So of
the logarithms the ink's share can be subtracted, and the letters remain.

Only what lies over print is taken out. Print in colour, and what a hand wrote in colour between
the print, is read as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from intake.ocr.blobs import Blobs, find_blobs
from intake.ocr.sheets import Print

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]

COLOURED_MARKS = "page_coloured_marks"
"""Defect of a page that was read without ink in colour over its print: what that says is not read,
and it may have crossed something out."""
MOST_PIXELS = 12_500_000
"""Of larger ones the colour is not looked at: it costs too much of what opening a page may take."""
_COLOURED_MODES = ("RGB", "P", "CMYK", "YCbCr")
_PAGE_IN = 11.7
"""The longer side of a picture is taken for that of an A4 sheet."""
_LOOK_CELLS = 1750
"""Most cells down the page in which marks are looked for: 150 to the inch, two or more a stroke."""
_GLANCE = 4
"""So many of these cells, each way, are one for a first glance at whether there is any colour."""
_GROUND_CELLS, _GROUND_IN = 150, 0.5
"""Paper is the brightest within so many inches: a highlighter's stroke is 0.2 inches wide."""
_COLOURED_AT_A_GLANCE, _LEAST_AT_A_GLANCE = 0.05, 1e-4
_COLOURED_DENSITY, _COLOURED_LIGHT = 0.15, 0.08
"""By how much channels differ in ink: in the logarithm of light, and in the share of light."""
_BLACK_DENSITY, _BLACK_GREY = 0.8, 0.4
"""Black takes e to the minus so much of all channels; they differ by less than this share of it."""
_FRINGE_CELLS = 2
"""Scanners do not lay the channels quite over each other: rims of black letters are coloured."""
_MOST_COLOURED = 0.25
"""A page more of which is in colour is a photo, or lies on a table."""
_GAP_IN = 0.05
"""Ink in colour no further apart than twice this is one mark."""
_LEAST_IN2 = 0.01
_PRINT_DENSITY = 0.7
_CROSSED = 0.03
"""Print under a mark, by the area of its ink: 0.000 to 0.013 of print in colour and of what was
written by hand on the lines of a form, 0.02 to 0.3 of stamps, strokes and highlighter over text."""
_MOST_PRINT = 0.5
"""Where more of the print is coloured, so is the page: by a scanner out of line, not by a mark."""
_BROAD_IN, _BROAD = 0.023, 0.25
"""Of a highlighter's strokes 0.4 to 0.8 are further than this from their edges, of a pen's and of
most stamps' none."""
_BRIGHT = 0.5
"""A highlighter leaves 0.6 to 0.9 of the light."""
_MARGIN, _PRINT_MARGIN = 1.15, 1.5
"""By so much more than its usual share an ink may take from the channel that it takes least from:
where it is taken out, and where print is looked for under it."""
_BAND_PIXELS = 500_000
_DEEPEST = 4.8
_LIGHT = np.minimum(-np.log(np.maximum(np.arange(256, dtype=np.float32), 1) / 255), _DEEPEST)
"""Density (the logarithm of the light that is missing) by what is left of 255."""
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601, as Pillow converts


def find_print(picture: Image.Image) -> Print | None:
    """Return the picture in grey without ink in colour that lies over its print.

    None: there is no such ink.
    """
    if picture.mode not in _COLOURED_MODES or picture.width * picture.height > MOST_PIXELS:
        return None
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    scale = max(1.0, max(picture.size) / _LOOK_CELLS)
    size = (round(picture.width / scale), round(picture.height / scale))
    look = picture.resize(size, Image.Resampling.BOX)
    if not _has_colour(look):
        return None
    ground = _ground_of(look)
    ink = _Ink.on(np.asarray(look), ground)
    marks = _Marks.find(ink, max(look.size) / _PAGE_IN)
    if marks is None:
        return None
    grey = np.array(picture.convert("L"))
    for place in np.flatnonzero(marks.are_over_print).tolist():
        _take_out(grey, picture, ground, marks, place)
    return Print(Image.fromarray(grey), bool(marks.are_written[marks.are_over_print].any()))


@dataclass(frozen=True, slots=True)
class _Ink:
    """The ink in each cell: what all channels miss, and by how much the channels differ."""

    common: Floats
    colour: Floats
    light: Floats
    """By how much the channels differ in the light that is left, 0 to 1."""
    luma: Floats
    """How bright it is, 0 to 1."""

    @classmethod
    def on(cls, pixels: npt.NDArray[np.uint8], ground: npt.NDArray[np.uint8]) -> _Ink:
        left = np.minimum(pixels.astype(np.uint16) * 255 // np.maximum(ground, 1), 255)
        red, green, blue = (left[..., channel] for channel in range(3))
        most = np.maximum(np.maximum(red, green), blue)  # many times as fast as ``left.max``
        least = np.minimum(np.minimum(red, green), blue)
        common = _LIGHT[most]
        luma: Floats = (left @ (_LUMA / 255)).astype(np.float32)
        light: Floats = ((most - least) / 255).astype(np.float32)
        return cls(common, _LIGHT[least] - common, light, luma)

    @property
    def is_coloured(self) -> Mask:
        return (self.colour > _COLOURED_DENSITY) & (self.light > _COLOURED_LIGHT)

    @property
    def is_black(self) -> Mask:
        return (self.common > _BLACK_DENSITY) & (self.colour < _BLACK_GREY * self.common)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What hangs together in colour."""

    blobs: Blobs
    labels: Labels
    """The number of the blob that each cell is of; -1 for none."""
    shares: Floats
    """By blob: what its ink takes from all channels, by how much it takes from them differently."""
    are_over_print: Mask
    are_written: Mask
    """Their strokes are slender or dark, as those of pens and stamps; a highlighter's are not."""

    @classmethod
    def find(cls, ink: _Ink, dpi: float) -> _Marks | None:
        """Return the marks at so many cells to the inch; None where none lies over print."""
        coloured, black = ink.is_coloured, ink.is_black
        free = coloured & ~_grown(black, _FRINGE_CELLS)
        if free.mean() > _MOST_COLOURED:
            return None
        blobs = find_blobs(_grown(free, round(_GAP_IN * dpi)))
        labels = blobs.labels(free.shape)
        count = len(blobs)
        areas = np.bincount(labels[free], minlength=count)
        common, colour, luma = (
            np.bincount(labels[free], weights=each[free], minlength=count)
            for each in (ink.common, ink.colour, ink.luma)
        )
        shares = (common / np.maximum(colour, 1e-6)).astype(np.float32)
        inside = labels >= 0
        printed = np.zeros_like(inside)
        own = _PRINT_MARGIN * shares[labels[inside]] * ink.colour[inside]
        printed[inside] = ink.common[inside] - own > _PRINT_DENSITY
        crossed = printed & _grown(coloured, _FRINGE_CELLS)
        crossings = np.bincount(labels[crossed], minlength=count)
        over = (areas >= _LEAST_IN2 * dpi**2) & (crossings >= _CROSSED * areas)
        under = over[labels] & inside & black
        if not over.any() or under.sum() > _MOST_PRINT * black.sum():
            return None
        inner = free & ~_grown(~free, round(_BROAD_IN * dpi))
        broad = np.bincount(labels[inner], minlength=count) >= _BROAD * areas
        return cls(blobs, labels, shares, over, ~(broad & (luma >= _BRIGHT * areas)))


def _has_colour(look: Image.Image) -> bool:
    glance = look.reduce(_GLANCE)
    ink = _Ink.on(np.asarray(glance), _ground_of(glance))
    return float((ink.light > _COLOURED_AT_A_GLANCE).mean()) >= _LEAST_AT_A_GLANCE


def _ground_of(look: Image.Image) -> npt.NDArray[np.uint8]:
    """Return the colour of the paper at each cell."""
    small = look.reduce(max(1, max(look.size) // _GROUND_CELLS))
    reach = round(_GROUND_IN * max(small.size) / _PAGE_IN)
    bright = small
    for _ in range(reach // 2):  # the same as one filter as wide as the reach, and cheaper
        bright = bright.filter(ImageFilter.MaxFilter(3))
    smooth = bright.filter(ImageFilter.BoxBlur(reach / 2))
    return np.asarray(smooth.resize(look.size, Image.Resampling.BILINEAR))


def _take_out(
    grey: npt.NDArray[np.uint8],
    picture: Image.Image,
    ground: npt.NDArray[np.uint8],
    marks: _Marks,
    place: int,
) -> None:
    """Leave in ``grey`` of one mark only the black that is under it; it goes by bands."""
    blobs, cells_high = marks.blobs, ground.shape[0]
    left, right = int(blobs.left[place]), int(blobs.right[place])
    across, down = picture.width / ground.shape[1], picture.height / cells_high
    rows = max(1, int(_BAND_PIXELS / ((right - left) * across * down)))
    for top in range(int(blobs.top[place]), int(blobs.bottom[place]), rows):
        bottom = min(top + rows, int(blobs.bottom[place]))
        cells = np.s_[top:bottom, left:right]
        box = round(left * across), round(top * down), round(right * across), round(bottom * down)
        size = (box[2] - box[0], box[3] - box[1])
        paper = np.asarray(Image.fromarray(ground[cells]).resize(size, Image.Resampling.BILINEAR))
        is_mark = np.asarray(Image.fromarray(marks.labels[cells] == place).resize(size))
        ink = _Ink.on(np.asarray(picture.crop(box)), paper)
        black = np.maximum(ink.common - _MARGIN * marks.shares[place] * ink.colour, 0)
        kept = (paper @ _LUMA * np.exp(-black)).astype(np.uint8)
        part = grey[box[1] : box[3], box[0] : box[2]]
        part[is_mark] = kept[is_mark]


def _grown(mask: Mask, cells: int) -> Mask:
    """Return the mask with what is within so many cells of it, in a square."""
    found = np.pad(mask, cells)
    done = 0
    while done < 2 * cells:  # what is set reaches twice as far with each step
        step = min(done + 1, 2 * cells - done)
        found[step:] |= found[:-step].copy()
        found[:, step:] |= found[:, :-step].copy()
        done += step
    return found[2 * cells :, 2 * cells :]
