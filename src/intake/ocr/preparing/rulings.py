"""Ruled lines, thin or thick, that touch or cross the type: paper, forms, tables and frames.

No row of letters is black for so long without a gap as a line is, whatever crosses it. Of thick
lines nothing is left. Thin ones to write on are taken out so that what crosses or touches them goes
on through them; those of tables stay, for the engine copes with them, and a rest of one beside an
amount would be read as a figure. What is dark on one side only is the edge of something larger, and
stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.ocr.preparing.blobs import Blobs, Mask, Places, find_blobs, long_runs, starts_of_runs
from intake.ocr.preparing.prepare import WHITE, Evened
from intake.ocr.preparing.tables import is_squared, rows_in_tables

_CELL_IN = 0.016
"""Gaps between letters are wider than half of this, also on a coarse fax."""
_LONGER_THE_PALER = ((110, 0.7), (150, 1.5), (200, 2.5))
"""A line that is darker than a grey level is so many inches long at least: a line a single dot wide
is pale once it is soft, and so is one of printed paper in a scan."""
_LOOK_BELOW, _LOOK_IN = 200, 0.5
_SLENDER = 14
"""A line is so many times as long as it is thick; stems of posters' letters are not."""
_THIN_IN = 0.036
_THICKEST_IN = 0.16
_FREE_FROM = 215
_WHITE_FROM = 245
_FRAYED_IN = 0.02
"""The soft edges of a line reach no further than this beyond what is dark."""
_TOUCHING_BELOW = 128
"""A letter that touches a line is so dark beside it; what is paler is the line's own soft edge."""
_GREY_FROM, _INK_DARKER_BY = 100, 50
"""From this level on a line is grey; letters that cross it are so much darker."""
_FREE_SHARE = 0.4
"""Share of its length beside which a line is white on both sides, at the least."""

Levels = npt.NDArray[np.uint8]


def without_rulings(page: Evened) -> Evened:
    """Return the page without its ruled lines; the page itself where there are none."""
    cell = max(1, round(_CELL_IN * page.dpi))
    if not _may_be_ruled(np.asarray(page.image), page.dpi, cell):
        return page
    thin = _THIN_IN * page.dpi
    across = list(_lines(np.asarray(page.image.reduce((cell, 1))), page.dpi, cell))
    down = list(_lines(np.asarray(page.image.reduce((1, cell))).T, page.dpi, cell))
    if not is_squared(page):
        down = [line for line in down if line.thickness > thin]
    if any(line.thickness <= thin for line in across):
        tables = rows_in_tables(page)
        across = [line for line in across if line.thickness > thin or not tables[line.rows].any()]
    if not across and not down:
        return page
    pixels = np.array(page.image)
    for view, lines in ((pixels, across), (pixels.T, down)):
        for line in lines:
            _take_out(view, line, cell, is_thin=line.thickness <= thin)
    return Evened(Image.fromarray(pixels), page.dpi)


def _may_be_ruled(pixels: Levels, dpi: float, cell: int) -> bool:
    """Say whether the first pixels of some cells on end are dark: a quick look."""
    least = round(_LOOK_IN * dpi / cell)
    for look in (pixels[::2, ::cell] < _LOOK_BELOW, (pixels[::cell, ::2] < _LOOK_BELOW).T):
        some = starts_of_runs(look, least // 4)
        rows = some.any(axis=1)  # print has few rows with so much
        if starts_of_runs(some[rows], least - least // 4 + 1).any():
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line across; ``upper`` and ``lower`` are its first row and the one after it by cell."""

    left: int
    upper: Places
    lower: Places
    thickness: float
    level: float
    """Its grey where nothing crosses it."""

    @property
    def rows(self) -> slice:
        """The rows of the page that it lies in."""
        return slice(int(self.upper.min()), int(self.lower.max()))


def _lines(levels: Levels, dpi: float, cell: int) -> Iterator[_Line]:
    """Yield the lines across ``levels``, whose columns are cells of so many pixels."""
    reach = max(1, round(_FRAYED_IN * dpi))
    dark = np.zeros(levels.shape, dtype=bool)
    for level, inches in _LONGER_THE_PALER:
        dark |= long_runs(levels < level, round(inches * dpi / cell))
    if not dark.any():
        return
    blobs = find_blobs(dark)
    for number in np.flatnonzero(_are_slender(blobs, dpi, cell)):
        box = (
            slice(blobs.top[number], blobs.bottom[number]),
            slice(blobs.left[number], blobs.right[number]),
        )
        line = _line(levels, dark[box], int(blobs.left[number]), int(blobs.top[number]), reach)
        if line is not None:
            yield line


def _are_slender(blobs: Blobs, dpi: float, cell: int) -> Mask:
    """Return which blobs are thin enough for their length to be lines."""
    width = blobs.right - blobs.left
    thick = blobs.area / width
    slender: Mask = (thick <= _THICKEST_IN * dpi) & (width * cell >= _SLENDER * thick)
    return slender


def _line(levels: Levels, seen: Mask, left: int, top: int, reach: int) -> _Line | None:
    """Return the line of which ``seen`` is dark; None where too little of it stands free.

    ``reach`` is how many rows its soft edges may have.
    """
    columns = np.arange(left, left + seen.shape[1])
    upper = top + seen.argmax(axis=0)
    lower = top + len(seen) - seen[::-1].argmax(axis=0)
    far_up = np.clip(upper - reach - 1, 0, len(levels) - 1)
    far_down = np.clip(lower + reach, 0, len(levels) - 1)
    free = (levels[far_up, columns] >= _FREE_FROM) & (levels[far_down, columns] >= _FREE_FROM)
    if np.mean(free) < _FREE_SHARE:
        return None
    above = _fray(levels, upper[free] - 1, -1, columns[free], reach)
    below = _fray(levels, lower[free], 1, columns[free], reach)
    middle = levels[(upper[free] + lower[free]) // 2, columns[free]]
    return _Line(
        left, upper - above, lower + below, float(np.mean(lower - upper)), float(np.median(middle))
    )


def _fray(levels: Levels, edge: Places, step: int, columns: Places, reach: int) -> int:
    """Return how many rows from the edge of a line are not white yet, ``reach`` at most."""
    for count in range(reach):
        rows = np.clip(edge + step * count, 0, len(levels) - 1)
        if np.median(levels[rows, columns]) >= _WHITE_FROM:
            return count
    return reach


def _take_out(pixels: Levels, line: _Line, cell: int, *, is_thin: bool) -> None:
    """Put in place of a line what touches it, where it is thin, and else white."""
    top, bottom = max(int(line.upper.min()) - 1, 0), min(int(line.lower.max()) + 1, len(pixels))
    left = max(line.left * cell - 1, 0)
    band = pixels[top:bottom, left : (line.left + len(line.upper)) * cell + 1]
    cells = np.clip((np.arange(band.shape[1]) + left) // cell - line.left, 0, len(line.upper) - 1)
    upper, lower = line.upper[cells] - top, line.lower[cells] - top
    rows = np.arange(len(band))[:, None]
    inside = (rows >= upper) & (rows < lower)
    columns = np.arange(band.shape[1])
    filling = np.full(band.shape[1], WHITE, dtype=np.uint8)
    if is_thin:
        over = band[np.clip(upper - 1, 0, len(band) - 1), columns]
        under = band[np.clip(lower, 0, len(band) - 1), columns]
        touching = np.minimum(over, under)
        filling = np.where(touching < _TOUCHING_BELOW, touching, WHITE).astype(np.uint8)
        if line.level >= _GREY_FROM:
            inside &= band >= line.level - _INK_DARKER_BY
    np.copyto(band, np.maximum(band, filling[None, :]), where=inside)
