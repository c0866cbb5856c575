"""Boxes to tick taken out of a picture before it is read, and put among its words as ``[X]``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.blobs import Places, find_blobs
from intake.ocr.preparing.prepare import WHITE
from intake.ocr.ticks.boxes import TickBox, find_tick_boxes
from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

DOUBTFUL = "[?]"
DOUBTFUL_TICK = "page_doubtful_tick"
"""Defect of a page with a box of which nobody can tell whether it is ticked."""

_TEXTS = {"empty": "[ ]", "ticked": "[X]", "doubtful": DOUBTFUL, "solid": "[X]"}
_SOFT_IN = 0.014
_STROKE_REACH = 0.6
"""Strokes of a tick go so many widths of the box beyond it."""
_STROKE_BELOW = 235
_SAME_LINE = 0.5
"""Share of the lower one's height by which a box and a word of its line overlap."""

Levels = npt.NDArray[np.uint8]


def without_boxes(image: Image.Image, dpi: float) -> tuple[Image.Image, tuple[TickBox, ...]]:
    """Return a level picture without its boxes to tick, and these; itself where there are none."""
    levels = np.asarray(image)
    boxes = find_tick_boxes(levels, dpi)
    if not boxes:
        return image, ()
    pixels = levels.copy()
    for box in boxes:
        _take_out(pixels, box, max(2, round(_SOFT_IN * dpi)))
    return Image.fromarray(pixels), boxes


def _take_out(pixels: Levels, box: TickBox, soft: int) -> None:
    """Make a box white, and the strokes that go beyond it and end there."""
    reach = round(_STROKE_REACH * box.width)
    first, above = max(box.left - reach, 0), max(box.top - reach, 0)
    window = pixels[above : box.bottom + reach, first : box.right + reach]
    left, top = max(box.left - soft - first, 0), max(box.top - soft - above, 0)
    right, bottom = box.right + soft - first, box.bottom + soft - above
    window[top:bottom, left:right] = WHITE
    if box.tick == "empty":
        return
    ink = window < _STROKE_BELOW
    height, width = ink.shape
    blobs = find_blobs(ink)
    near = (blobs.left <= right) & (blobs.right >= left) & (blobs.top <= bottom)
    near &= blobs.bottom >= top
    ends = (blobs.left > 0) & (blobs.top > 0) & (blobs.right < width) & (blobs.bottom < height)
    window[blobs.mask(near & ends, (height, width))] = WHITE


def with_boxes(words: Sequence[Word], boxes: Sequence[TickBox]) -> tuple[Word, ...]:
    """Return the words with a word for each box in the line that it stands in."""
    lines = [list(line) for line in lines_of(tuple(words))]
    sure = sum(word.confidence for word in words) / len(words) if words else 1.0
    unused = max((word.paragraph for word in words), default=0) + 1
    in_order: tuple[Word | TickBox, ...] = (*(word for line in lines for word in line), *boxes)
    edges = np.array([_edges(each) for each in in_order]).reshape(-1, 4)
    line_of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    for number, box in enumerate(boxes):
        made = Word(
            text=_TEXTS[box.tick], confidence=sure, left=box.left, top=box.top, right=box.right,
            bottom=box.bottom, paragraph=unused + number, line=0,
        )  # fmt: skip
        beside = _line_beside(edges[: len(line_of)], line_of, edges[len(line_of)])
        if beside is None:
            beside = len(lines)
            lines.append([made])
        else:
            line = lines[beside]
            place = sum(word.left < box.left for word in line)
            same = {"paragraph": line[0].paragraph, "line": line[0].line}
            line.insert(place, made.model_copy(update=same))
        line_of = np.append(line_of, beside)
    return tuple(word for line in lines for word in line)


def _edges(each: Word | TickBox) -> tuple[int, int, int, int]:
    return each.left, each.top, each.right, each.bottom


def _line_beside(edges: Places, line_of: Places, box: Places) -> int | None:
    """Return the line of the word next to a box, of those at its height; None where none is."""
    left, top, right, bottom = edges.T
    shared = np.minimum(bottom, box[3]) - np.maximum(top, box[1])
    lower = np.maximum(1, np.minimum(bottom - top, box[3] - box[1]))
    at_height = shared >= _SAME_LINE * lower
    if not at_height.any():
        return None
    gaps = np.maximum(np.maximum(left - box[2], box[0] - right), 0)[at_height]
    return int(line_of[at_height][gaps == gaps.min()].min())
