"""A page on which print was passed over is read once more, otherwise.

What an engine takes for a line of text is decided by chance where rings, rules and pens come near
it: at another size the same page is cut into lines anew. On pages where print had been passed over,
a fifth smaller found it more often than not (docs/explanation/reading-faxes.md); of small print, a
larger one. On a page in
shades of grey, the print that was passed over may also be paler than the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from statistics import median
from typing import Protocol, TypeVar

from intake.errors import ItemError
from intake.ocr.preparing.prepare import Evened
from intake.ocr.words.page_words import letters_right
from intake.schemas.documents import Page

_SMALLER = 0.8
"""The share of the usual resolution at which a page is looked at again."""
_LARGER = 1.4
"""Small print loses words at any smaller resolution; so much larger, type of 6 points is as high
as letters usually are."""
_SMALL_DOTS = 18
"""Boxes of words are so high in type of 7 points at 250 dots to the inch; in 10 points, 26."""
LAST_LOOKED_AT_AGAIN = 20
"""Later pages are read once: a document has a limit of time, and passing it costs all its pages."""

_log = logging.getLogger(__name__)


class _IsLook(Protocol):
    @property
    def page(self) -> Page: ...

    @property
    def passes_over_print(self) -> bool: ...


_Look = TypeVar("_Look", bound=_IsLook)


def look_again(first: _Look, ways: Iterator[Evened], look_at: Callable[[Evened], _Look]) -> _Look:
    """Return the look at a page of which more characters can be expected to be right.

    The page made ready in other ways is looked at while the best look passes over print. One that
    took the sending machine's line for a part of the letter is not the better one; one that raises
    ``ItemError`` costs nothing but itself.
    """
    best = first
    while best.passes_over_print and (evened := next(ways, None)) is not None:
        try:
            best = max(best, look_at(evened), key=lambda each: _worth(each.page))
        except ItemError as error:
            _log.warning("page %d is not read once more: %s", first.page.number, error)
    return best


def resolution_again(page: Page, dpi: float) -> int:
    """Return at how many dots to the inch a page is looked at again that was read at ``dpi``."""
    heights = [word.bottom - word.top for word in page.words]
    is_small = bool(heights) and median(heights) < _SMALL_DOTS
    return round((_LARGER if is_small else _SMALLER) * dpi)


def _worth(page: Page) -> tuple[bool, float]:
    """Return whether the header was found, and how many more letters may be right than wrong.

    What shines through from the back of a sheet is read as many letters, most of them wrong.
    """
    letters = sum(len(word.text) for word in page.words)
    return page.fax_header is not None, 2 * letters_right(page.words) - letters
