"""Ink in colour over black print: stamps, strokes of a pen, highlighter, told apart by colour.

In grey they are one with the letters they cross. In colour, what black takes from the light it
takes from red, green and blue alike, and what an ink takes it takes in its own proportions; the
light that two inks leave is the product of what each leaves (the law of Beer and Lambert). So of
the logarithms the ink's share can be subtracted, and the letters remain.

Only what lies over print is taken out. Print in colour, and what a hand wrote in colour between
the print, is read as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from intake.ocr.preparing.blobs import Blobs, find_blobs
from intake.ocr.preparing.ground import brightest_around, light_left
from intake.ocr.sheets import Print

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Light = npt.NDArray[np.uint8]
"""What is left of the light, 0 to 255, by channel."""
Labels = npt.NDArray[np.int32]

COLOURED_MARKS = "page_coloured_marks"
"""Defect of a page that was read without ink in colour over its print: what that says is not read,
and it may have crossed something out."""
MOST_PIXELS = 12_500_000
"""Of larger ones the colour is not looked at: it costs too much of what opening a page may take."""
_COLOURED_MODES = ("RGB", "RGBA", "P", "CMYK", "YCbCr")
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
_FILLED = 0.3
"""Share of its box that a filled thing covers at least; a ring covers less, however thick."""
_BRIGHT = 0.5
"""A highlighter leaves 0.6 to 0.9 of the light. What is broad and darker is a picture."""
_OTHER_HUE, _OTHER_INK = 0.6, 0.01
"""A mark is of one ink: of a stamp, a stroke or a highlighter 0 to 0.003 have another hue, of a
tinted row of a table with figures in red 0.03. That, and a coat of arms, stays as it is."""
_RULE_IN = (0.15, 1.0)
"""A line with the gap around it is no thicker, and no shorter."""
_MARGIN, _PRINT_MARGIN = 1.15, 1.5
"""By so much more than its usual share an ink may take from the channel that it takes least from:
where it is taken out, and where print is looked for under it."""
_LEAST_COLOUR = 0.05
_BAND_PIXELS = 500_000
_DEEPEST = 4.8
_LIGHT = np.minimum(-np.log(np.maximum(np.arange(256, dtype=np.float32), 1) / 255), _DEEPEST)
"""Density (the logarithm of the light that is missing) by what is left of 255."""
_SHARES = (np.arange(256) / 255).astype(np.float32)
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601, as Pillow converts


def find_print(picture: Image.Image) -> Print | None:
    """Return the picture in grey without ink in colour that lies over its print.

    None: there is no such ink.
    """
    if picture.mode not in _COLOURED_MODES or picture.width * picture.height > MOST_PIXELS:
        return None
    picture = _on_white(picture)
    scale = max(1.0, max(picture.size) / _LOOK_CELLS)
    size = (max(1, round(picture.width / scale)), max(1, round(picture.height / scale)))
    look = picture.resize(size, Image.Resampling.BOX)
    if not _has_colour(look):
        return None
    ground = _ground_of(look)
    left = light_left(np.asarray(look), ground)
    marks = _find_marks(left, max(look.size) / _PAGE_IN)
    if marks is None:
        return None
    return Print(_taken_out(picture, ground, marks.shares), marks.are_written)


@dataclass(frozen=True, slots=True)
class _Ink:
    """The ink in each cell: what all channels miss, and by how much the channels differ."""

    common: Floats
    colour: Floats
    light: Floats
    """By how much the channels differ in the light that is left, 0 to 1."""

    @classmethod
    def of(cls, left: Light) -> _Ink:
        red, green, blue = (left[..., channel] for channel in range(3))
        most = np.maximum(np.maximum(red, green), blue)  # many times as fast as ``left.max``
        least = np.minimum(np.minimum(red, green), blue)
        common = _LIGHT.take(most)
        return cls(common, _LIGHT.take(least) - common, _SHARES.take(most - least))

    @property
    def is_coloured(self) -> Mask:
        return (self.colour > _COLOURED_DENSITY) & (self.light > _COLOURED_LIGHT)

    @property
    def is_black(self) -> Mask:
        return (self.common > _BLACK_DENSITY) & (self.colour < _BLACK_GREY * self.common)


class _Marks(NamedTuple):
    """The ink in colour over print."""

    shares: Floats
    """By cell: what the ink takes from all channels, by how much it takes from them differently;
    -1 where there is no mark."""
    are_written: bool
    """Some are strokes of a pen or a stamp, not of a highlighter."""


def _find_marks(left: Light, dpi: float) -> _Marks | None:
    """Return the marks at so many cells to the inch; None where none lies over print."""
    ink = _Ink.of(left)
    coloured, black = ink.is_coloured, ink.is_black
    free = coloured & ~_grown(black, _FRINGE_CELLS)
    if not free.any() or free.mean() > _MOST_COLOURED:
        return None
    blobs = find_blobs(_grown(free, round(_GAP_IN * dpi)))
    labels = blobs.labels(free.shape)
    of: Callable[..., npt.NDArray[Any]] = partial(np.bincount, minlength=len(blobs))
    inner = free & ~_grown(~free, round(_BROAD_IN * dpi))
    areas, broad = of(labels[free]), of(labels[inner])
    shares = _shares(ink, free, labels, of)
    printed = _is_printed(ink, labels, shares)
    boxes = (blobs.right - blobs.left) * (blobs.bottom - blobs.top)
    is_stroke = (broad < _BROAD * areas) | (areas < _FILLED * boxes)
    others = of(labels[free], weights=_are_other_inks(_hues(left[free]), labels[free]))
    is_one_ink = others < _OTHER_INK * areas
    is_bright = of(labels[free], weights=left[free] @ (_LUMA / 255)) >= _BRIGHT * areas
    crossed = printed & _grown(coloured, _FRINGE_CELLS)
    over = (areas >= _LEAST_IN2 * dpi**2) & (of(labels[crossed]) >= _CROSSED * areas)
    over &= is_one_ink & (is_stroke | is_bright) & ~_are_rules(blobs, dpi)
    marked = over[labels] & (labels >= 0)
    if not over.any() or (marked & black).sum() > _MOST_PRINT * black.sum():
        return None
    found = np.where(marked, shares[labels], np.float32(-1))
    return _Marks(found, bool((over & is_stroke).any()))


def _shares(ink: _Ink, free: Mask, labels: Labels, of: Callable[..., npt.NDArray[Any]]) -> Floats:
    """Return by blob what its ink takes from all channels, where no black is near."""
    common, colour = (of(labels[free], weights=each[free]) for each in (ink.common, ink.colour))
    shares: Floats = (common / np.maximum(colour, 1e-6)).astype(np.float32)
    return shares


def _are_other_inks(hues: Floats, labels: Labels) -> Mask:
    """Return which cells (rows of ``hues``) have another hue than their blob on the whole."""
    areas = np.maximum(np.bincount(labels), 1)
    means = np.stack([np.bincount(labels, weights=hue) / areas for hue in hues.T], axis=1)
    others: Mask = np.abs(hues - means[labels]).max(axis=1) > _OTHER_HUE
    return others


def _is_printed(ink: _Ink, labels: Labels, shares: Floats) -> Mask:
    """Return where black is left in a blob when its own ink is taken out."""
    inside = labels >= 0
    own = _PRINT_MARGIN * shares[labels[inside]] * ink.colour[inside]
    printed = np.zeros_like(inside)
    printed[inside] = ink.common[inside] - own > _PRINT_DENSITY
    return printed


def _are_rules(blobs: Blobs, dpi: float) -> Mask:
    """Return which blobs are level or upright lines: on forms, tails of letters cross them."""
    wide, high = blobs.right - blobs.left, blobs.bottom - blobs.top
    rules: Mask = (np.minimum(wide, high) <= _RULE_IN[0] * dpi) & (
        np.maximum(wide, high) >= _RULE_IN[1] * dpi
    )
    return rules


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture in RGB, with white behind what is transparent."""
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    cover = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(cover, mask=cover)
    return ground


def _hues(left: Light) -> Floats:
    """Return by channel how much of what an ink takes away it takes there: 0 least, 1 most."""
    density = _LIGHT[left]
    least, most = density.min(axis=-1, keepdims=True), density.max(axis=-1, keepdims=True)
    hues: Floats = (density - least) / np.maximum(most - least, np.float32(_LEAST_COLOUR))
    return hues


def _has_colour(look: Image.Image) -> bool:
    glance = look.reduce(_GLANCE)
    ink = _Ink.of(light_left(np.asarray(glance), _ground_of(glance)))
    return float((ink.light > _COLOURED_AT_A_GLANCE).mean()) >= _LEAST_AT_A_GLANCE


def _ground_of(look: Image.Image) -> npt.NDArray[np.uint8]:
    """Return the colour of the paper at each cell."""
    small = look.reduce(max(1, max(look.size) // _GROUND_CELLS))
    reach = round(_GROUND_IN * max(small.size) / _PAGE_IN)
    bright = Image.fromarray(brightest_around(np.asarray(small), reach // 2))
    smooth = bright.filter(ImageFilter.BoxBlur(reach / 2))
    return np.asarray(smooth.resize(look.size, Image.Resampling.BILINEAR))


def _taken_out(picture: Image.Image, ground: npt.NDArray[np.uint8], shares: Floats) -> Image.Image:
    """Return the picture in grey with only the black that is under marks; it goes by bands.

    ``shares`` has for each cell what the mark's ink takes from all channels; -1 where no mark is.
    """
    grey = np.array(picture.convert("L"))
    high, wide = shares.shape
    across, down = picture.width / wide, picture.height / high
    step = max(1, int(_BAND_PIXELS / (picture.width * down)))
    for top in range(0, high, step):
        rows = np.s_[top : min(top + step, high)]
        columns = np.flatnonzero((shares[rows] >= 0).any(axis=0))
        if not len(columns):
            continue
        cells = rows, np.s_[columns[0] : columns[-1] + 1]
        box = (round(columns[0] * across), round(rows.start * down),
               round((columns[-1] + 1) * across), round(rows.stop * down))  # fmt: skip
        size = (box[2] - box[0], box[3] - box[1])
        paper = np.asarray(Image.fromarray(ground[cells]).resize(size, Image.Resampling.BILINEAR))
        share = np.asarray(Image.fromarray(shares[cells]).resize(size, Image.Resampling.NEAREST))
        ink = _Ink.of(light_left(np.asarray(picture.crop(box)), paper))
        black = np.maximum(ink.common - _MARGIN * share * ink.colour, 0)
        kept = (paper @ _LUMA * np.exp(-black)).astype(np.uint8)
        part = grey[box[1] : box[3], box[0] : box[2]]
        part[share >= 0] = kept[share >= 0]
    return Image.fromarray(grey)


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
