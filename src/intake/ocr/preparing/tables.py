"""Rows of a page that lie in a table or a frame, told by the lines down at its cells' sides."""

from __future__ import annotations

import numpy as np

from intake.ocr.preparing.blobs import Mask, Places, long_runs
from intake.ocr.preparing.prepare import Evened

_CELL_IN = 0.016
_DOWN_BELOW, _DOWN_IN = 200, 0.35
"""A line down that holds two rows of a table is so dark, softened, and so long; no letter is."""
_NEAR_IN = 0.06
_LEAST_LINES, _MOST_LINES = 2, 14
"""A margin on ruled paper, or dirt on the scan head, is one line; squared paper has twenty."""


def rows_in_tables(page: Evened) -> Mask:
    """Return the rows of the page beside which, or close to which, several lines go down."""
    counts = _lines_down(page)
    return _near(counts >= _LEAST_LINES, page) & ~_near(counts > _MOST_LINES, page)


def is_squared(page: Evened) -> bool:
    """Say whether more lines go down the page, beside each other, than a table has."""
    return bool((_lines_down(page) > _MOST_LINES).any())


def _lines_down(page: Evened) -> Places:
    """Return how many lines down there are at each cell of the page's rows."""
    cell = _cell(page)
    dark = np.asarray(page.image.reduce((1, cell))).T < _DOWN_BELOW
    lines = long_runs(dark, round(_DOWN_IN * page.dpi / cell))
    begins = lines.copy()
    begins[1:] &= ~lines[:-1]
    counts: Places = begins.sum(axis=0)
    return counts


def _near(cells: Mask, page: Evened) -> Mask:
    """Return the rows of the page in, or close to, the cells."""
    cell = _cell(page)
    near = round(_NEAR_IN * page.dpi / cell)
    rows: Mask = np.repeat(np.convolve(cells, np.ones(2 * near + 1), "same") > 0, cell)
    return rows[: page.image.height]


def _cell(page: Evened) -> int:
    return max(1, round(_CELL_IN * page.dpi))
