"""A page in a language that nobody expected is read once more, in that language as well.

The engine's confidence does not show that it is needed: a German letter read as Italian and English
loses its umlauts, one character in twenty, and the engine is sure of 98 % of them. The words do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from intake.errors import ItemError, ToolMissing
from intake.ocr.words.page_confidence import mean_sureness
from intake.schemas.documents import Page

Tell = Callable[[str], str | None]
"""Names the language that a text is clearly in, as the engine does, if it can be asked for it."""

_log = logging.getLogger(__name__)


def read_in_own_language(
    page: Page,
    read: Callable[[Sequence[str]], Page],
    *,
    languages: Sequence[str],
    tell: Tell | None,
) -> tuple[Page, Sequence[str]]:
    """Return the surer reading of a page that was read in ``languages``, and its languages.

    ``read`` reads the page in other languages. It is asked only where the text is clearly in a
    language that was not among them; that one then comes first, which Tesseract prefers. A second
    reading that fails costs nothing but itself.
    """
    own = tell(page.text) if tell else None
    if own is None or own in languages:
        return page, languages
    try:
        again = read((own, *languages))
    except (ItemError, ToolMissing) as error:
        _log.warning("page %d is not read in %s: %s", page.number, own, error)
        return page, languages
    if mean_sureness(again) <= mean_sureness(page):
        return page, languages
    return again, (own, *languages)
