"""Rows of a page that lie in a table or a frame, told by the lines down at its cells' sides."""

from __future__ import annotations

import numpy as np

from intake.ocr.blobs import Mask, long_runs
from intake.ocr.prepare import Evened

_CELL_IN = 0.016
_DOWN_BELOW, _DOWN_IN = 200, 0.35
"""A line down that holds two rows of a table is so dark, softened, and so long; no letter is."""
_NEAR_IN = 0.06
_LEAST_LINES = 2
"""A margin on ruled paper, or dirt on the scan head, is one line."""


def rows_in_tables(page: Evened) -> Mask:
    """Return the rows of the page beside which, or close to which, several lines go down."""
    cell = max(1, round(_CELL_IN * page.dpi))
    dark = np.asarray(page.image.reduce((1, cell))).T < _DOWN_BELOW
    lines = long_runs(dark, round(_DOWN_IN * page.dpi / cell))
    begins = lines.copy()
    begins[1:] &= ~lines[:-1]
    near = round(_NEAR_IN * page.dpi / cell)
    cells = np.convolve(begins.sum(axis=0) >= _LEAST_LINES, np.ones(2 * near + 1), "same") > 0
    rows: Mask = np.repeat(cells, cell)[: page.image.height]
    return rows
