"""Patch codes: the four thick bars on the sheets that separate letters in a scanner's feeder.

Kodak's specification: four black bars with three white spaces between them, narrow 0.08 inch and
wide 0.20 inch, all spaces narrow, two of the bars wide; bars at least two inches long. The six
orders of wide and narrow are the codes 1, 2, 3, 4, 6 and T; upside down 1 is 6 and 3 is T.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

_CODES = {"1100": "1", "1001": "2", "1010": "3", "0110": "4", "0011": "6", "0101": "T"}
"""The bars in order, 1 is wide."""
_BARS = 4
_NARROW_IN = (0.05, 0.12)
"""The least and most that the narrow bar may measure once printed, copied and scanned."""
_WIDE_TO_NARROW = (1.8, 3.4)
_ALIKE = 0.4
"""How far a space may differ from their mean, as a share of it: ink runs into them."""
_QUIET = 2.0
"""White before and after the code, in spaces; letters and rulings stand closer."""
_PROBES_PER_IN = 8
_LEAST_LENGTH_IN = 1.2
_DARK = 128

Bits = npt.NDArray[np.bool_]


def find_patch_code(image: Image.Image, *, dpi_x: float, dpi_y: float) -> str | None:
    """Return the patch code on a grey page (0 is black), None if there is none.

    The page is probed along lines an eighth of an inch apart, both ways; a code must be seen on
    as many neighbouring lines as bars of 1.2 inches cross.
    """
    dark = np.asarray(image) < _DARK
    return _look(dark, across=dpi_x, along=dpi_y) or _look(dark.T, across=dpi_y, along=dpi_x)


def _look(dark: Bits, *, across: float, along: float) -> str | None:
    """Look for bars that lie across: probe down, column by column."""
    step = max(1, round(across / _PROBES_PER_IN))
    wanted = round(_LEAST_LENGTH_IN * _PROBES_PER_IN)
    chains: list[tuple[str, float, int]] = []
    for column in range(step // 2, dark.shape[1], step):
        seen = list(_codes_along(dark[:, column], along))
        chains = [(code, place, _length(chains, code, place, along) + 1) for code, place in seen]
        for code, _, length in chains:
            if length >= wanted:
                return code
    return None


def _length(chains: list[tuple[str, float, int]], code: str, place: float, along: float) -> int:
    """Return on how many lines right before this one the code was seen at nearly this place."""
    near = _NARROW_IN[0] * along
    return max(
        (length for other, at, length in chains if other == code and abs(at - place) <= near),
        default=0,
    )


def _codes_along(line: Bits, dpi: float) -> Iterator[tuple[str, float]]:
    """Yield each code that the runs of dark and white along a line form, and where it begins."""
    ends = np.flatnonzero(np.diff(line.astype(np.int8))) + 1
    edges = np.concatenate(([0], ends, [len(line)]))
    runs = np.diff(edges)
    first_dark = 0 if line[0] else 1
    for start in range(first_dark, len(runs) - 2 * _BARS + 2, 2):
        window = runs[start : start + 2 * _BARS - 1]
        before = runs[start - 1] if start else np.inf
        end = start + 2 * _BARS - 1
        after = runs[end] if end < len(runs) else np.inf
        code = _decode(window / dpi, quiet=min(before, after) / dpi)
        if code is not None:
            yield code, float(edges[start])


def _decode(widths: npt.NDArray[np.float64], *, quiet: float) -> str | None:
    """Return the code of seven widths in inches: bar, space, bar, space ..."""
    bars, spaces = widths[0::2], widths[1::2]
    space = float(spaces.mean())
    if not _NARROW_IN[0] <= space <= _NARROW_IN[1] or quiet < _QUIET * space:
        return None
    if np.any(np.abs(spaces - space) > _ALIKE * space):
        return None
    ranked = np.sort(bars)
    narrow, wide = float(ranked[:2].mean()), float(ranked[2:].mean())
    is_clear = ranked[1] * 1.4 <= ranked[2] and ranked[0] >= _NARROW_IN[0]
    if not is_clear or not _WIDE_TO_NARROW[0] <= wide / narrow <= _WIDE_TO_NARROW[1]:
        return None
    middle = (narrow + wide) / 2
    return _CODES["".join("1" if bar > middle else "0" for bar in bars)]
