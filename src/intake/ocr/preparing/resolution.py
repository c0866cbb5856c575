"""How many dots per inch a picture really has: its tags are a claim, its size is evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

A4_LONG_SIDE_IN = 11.69
OF_SCREENS = (72.0, 96.0)
"""What programs write that know no resolution."""
LONGEST_FAX_PAGE_IN = 17.0
LONGEST_SHEET_IN = 25.0

# ITU-T T.4 §2 and T.30: pixels of a scan line on A4, B4 and A3 paper -> dots per inch across,
# and the line densities (3.85, 7.7, 15.4 lines/mm and their inch forms) that go with it.
_FAX_GRIDS: Mapping[int, tuple[int, tuple[int, ...]]] = MappingProxyType(
    {
        **dict.fromkeys((1728, 2048, 2432), (204, (98, 196, 391))),
        **dict.fromkeys((2592, 3072, 3648), (300, (300,))),
        **dict.fromkeys((3456, 4096, 4864), (408, (391,))),
    }
)


def judge_resolution(
    size: tuple[int, int], tagged: tuple[float, float] | None, *, bilevel: bool
) -> tuple[float, float]:
    """Return (x, y) dots per inch of a picture of ``size`` pixels.

    ``tagged`` is what the file claims, None when it claims nothing. A claim is believed when it
    makes a sheet of a possible size. A black and white picture as wide as a fax line is a fax:
    there, missing, square or impossible tags give way to the line density that makes the page
    most nearly as long as A4 paper. Half a page sent at fine resolution with such tags is
    therefore taken for a whole page at standard resolution.
    """
    if bilevel and size[0] in _FAX_GRIDS:
        return _judge_fax(size, tagged)
    if tagged is not None and _makes_a_sheet(size, tagged):
        return tagged
    return _guess_sheet(size, tagged)


def is_guessed(size: tuple[int, int], tagged: tuple[float, float] | None, *, bilevel: bool) -> bool:
    """Return whether ``judge_resolution`` can but take the picture for a whole sheet.

    It tells no possible resolution but that of a screen, and is no line of a fax wide.
    """
    if bilevel and size[0] in _FAX_GRIDS:
        return False
    is_told = tagged is not None and _makes_a_sheet(size, tagged)
    return not is_told or tagged in [(dpi, dpi) for dpi in OF_SCREENS]


def _judge_fax(size: tuple[int, int], tagged: tuple[float, float] | None) -> tuple[float, float]:
    dpi_x, densities = _FAX_GRIDS[size[0]]
    if tagged is not None and _is_fax_claim(size, tagged, dpi_x, densities):
        return tagged
    dpi_y = min(densities, key=lambda dpi: abs(math.log(size[1] / dpi / A4_LONG_SIDE_IN)))
    return float(dpi_x), float(dpi_y)


def _is_fax_claim(
    size: tuple[int, int], tagged: tuple[float, float], dpi_x: int, densities: tuple[int, ...]
) -> bool:
    x, y = tagged
    is_square = x == y and len(densities) > 1
    return (
        not is_square
        and _is_near(x, dpi_x)
        and any(_is_near(y, density) for density in densities)
        and size[1] / y <= LONGEST_FAX_PAGE_IN
    )


def _is_near(claimed: float, expected: float) -> bool:
    return abs(claimed / expected - 1) <= 0.06


def _makes_a_sheet(size: tuple[int, int], tagged: tuple[float, float]) -> bool:
    sides = [pixels / dpi for pixels, dpi in zip(size, tagged, strict=True)]
    return (
        all(50 <= dpi <= 1300 for dpi in tagged)
        and 1 / 4.5 <= tagged[0] / tagged[1] <= 4.5
        and max(sides) <= LONGEST_SHEET_IN
    )


def _guess_sheet(size: tuple[int, int], tagged: tuple[float, float] | None) -> tuple[float, float]:
    """Take the longer side for that of an A4 sheet; a claimed pixel shape is kept."""
    shape = tagged[0] / tagged[1] if tagged and 0.25 <= tagged[0] / tagged[1] <= 4 else 1.0
    long_side = max(size[0] / shape, size[1])
    dpi_y = min(max(long_side / A4_LONG_SIDE_IN, 72.0), 600.0)
    return dpi_y * shape, dpi_y
