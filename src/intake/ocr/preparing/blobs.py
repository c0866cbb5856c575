"""Blobs: what hangs together in a mask, corner to corner, as boxes and as runs along the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs along rows: number ``i`` is ``mask[row[i], start[i]:end[i]]``, of blob ``blob[i]``."""

    row: Places
    start: Places
    end: Places
    blob: Places


@dataclass(frozen=True, slots=True)
class Blobs:
    """Boxes and areas of the blobs of a mask, in no certain order; right and bottom are outside."""

    runs: Runs
    left: Places
    top: Places
    right: Places
    bottom: Places
    area: Places

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.area)

    def mask(self, chosen: Mask, shape: tuple[int, int]) -> Mask:
        """Return a mask of ``shape`` in which the blobs ``chosen`` are set."""
        runs = np.flatnonzero(chosen[self.runs.blob])
        steps = np.zeros((shape[0], shape[1] + 1), dtype=np.int8)
        np.add.at(steps, (self.runs.row[runs], self.runs.start[runs]), 1)
        np.add.at(steps, (self.runs.row[runs], self.runs.end[runs]), -1)
        found: Mask = np.cumsum(steps[:, :-1], axis=1, dtype=np.int8) > 0
        return found

    def labels(self, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
        """Return for each cell of ``shape`` the number of the blob it is of; -1 for none."""
        steps = np.zeros((shape[0], shape[1] + 1), dtype=np.int32)
        np.add.at(steps, (self.runs.row, self.runs.start), self.runs.blob + 1)
        np.add.at(steps, (self.runs.row, self.runs.end), -self.runs.blob - 1)
        numbers: npt.NDArray[np.int32] = np.cumsum(steps[:, :-1], axis=1, dtype=np.int32) - 1
        return numbers


def find_blobs(mask: Mask) -> Blobs:
    """Return the blobs of a mask; the work grows with its runs, not with its pixels."""
    row, start, end = runs_along_rows(mask)
    numbers = _joined(row, start, end, mask.shape[1] + 2)
    is_first = numbers == np.arange(len(numbers))
    blob, count = (np.cumsum(is_first) - 1)[numbers], int(np.count_nonzero(is_first))
    left, top = np.full(count, mask.shape[1]), np.full(count, mask.shape[0])
    right, bottom = np.zeros(count, dtype=np.intp), np.zeros(count, dtype=np.intp)
    np.minimum.at(left, blob, start)
    np.minimum.at(top, blob, row)
    np.maximum.at(right, blob, end)
    np.maximum.at(bottom, blob, row + 1)
    area = np.bincount(blob, weights=end - start, minlength=count).astype(np.intp)
    return Blobs(Runs(row, start, end, blob), left, top, right, bottom, area)


def runs_along_rows(mask: Mask) -> tuple[Places, Places, Places]:
    """Return row, start and end of each run of what is set."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    edges = np.flatnonzero(padded[:, 1:] != padded[:, :-1])
    row, column = np.divmod(edges, mask.shape[1] + 1)
    return row[::2], column[::2], column[1::2]


def _joined(row: Places, start: Places, end: Places, width: int) -> Places:
    """Return for each run the number of the first run that it hangs together with."""
    first = np.searchsorted(row * width + end, (row + 1) * width + start)
    last = np.searchsorted(row * width + start, (row + 1) * width + end, side="right")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(row)), counts)
    below = np.arange(len(above)) - np.repeat(np.cumsum(counts) - counts, counts)
    below += np.repeat(first, counts)
    numbers = np.arange(len(row))
    while True:
        lower = np.minimum(numbers[above], numbers[below])
        before = numbers.copy()
        np.minimum.at(numbers, numbers[above], lower)
        np.minimum.at(numbers, numbers[below], lower)
        numbers = numbers[numbers]
        if np.array_equal(numbers, before):
            return numbers


def long_runs(mask: Mask, least: int) -> Mask:
    """Return what is set in ``least`` or more columns on end."""
    starts = starts_of_runs(mask, least)
    kept = np.zeros_like(mask)
    rows = np.flatnonzero(starts.any(axis=1))
    for step in range(least) if len(rows) else ():
        kept[rows, step : step + starts.shape[1]] |= starts[rows]
    return kept


def starts_of_runs(mask: Mask, least: int) -> Mask:
    """Return from which columns on ``least`` are set on end; fewer columns than the mask has."""
    if mask.shape[1] < least:
        return mask[:, :0]
    starts, have = mask, 1
    while have < least:
        step = min(have, least - have)
        starts = starts[:, :-step] & starts[:, step:]
        have += step
    return starts
