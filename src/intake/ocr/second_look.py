"""A page on which print was passed over is read once more, smaller.

What an engine takes for a line of text is decided by chance where rings, rules and pens come near
it: at another size the same page is cut into lines anew. On pages where print had been passed over,
a fifth smaller found it more often than not (docs/explanation/reading-faxes.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from intake.errors import ItemError
from intake.ocr.page_words import letters_right
from intake.schemas.documents import Page

SMALLER = 0.8
"""The share of the usual resolution at which a page is looked at again."""
LAST_LOOKED_AT_AGAIN = 20
"""Later pages are read once: a document has a limit of time, and passing it costs all its pages."""

_log = logging.getLogger(__name__)


class _HasPage(Protocol):
    @property
    def page(self) -> Page: ...


_Look = TypeVar("_Look", bound=_HasPage)


def look_again(first: _Look, look: Callable[[], _Look]) -> _Look:
    """Return the look at a page of which more characters can be expected to be right.

    One that took the sending machine's line for a part of the letter is not the better one. A
    second look that raises ``ItemError`` costs nothing but itself.
    """
    try:
        second = look()
    except ItemError as error:
        _log.warning("page %d is not read a second time: %s", first.page.number, error)
        return first
    return max(first, second, key=lambda each: _worth(each.page))


def _worth(page: Page) -> tuple[bool, float]:
    """Return whether the header was found, and how many characters are expected to be right."""
    return page.fax_header is not None, letters_right(page.words)
