"""Which language data read a page: those of the system, or those for faxes (docs/adr/0018).

The data for faxes know coarse letters, but of the typefaces that they were taught. Other print,
of a typewriter or a worn copy, the data of the system read better, coarse or not. Which know a
page better shows in how sure they are of it: where those for faxes doubt a page, a strip of it is
read with those of the system too, and all of it if they are surer there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from intake.ocr.language_data import FAX_DATA, suits_fax_data
from intake.ocr.page_confidence import page_confidence
from intake.ocr.tesseract_table import BLOCKS, page_of_table, read_across, stated_dpi
from intake.schemas.documents import Page, Word

_SURE = 0.98
"""A page of which so many characters are expected to be right is not read with other data."""
_SURER = 0.01
"""By so much must other data be surer: those for faxes are right a little more often than they
say, those of the system less often."""
_STRIP_IN = 1.5
"""Some eight lines of type."""


class LanguageData(NamedTuple):
    """Files of language data, as Tesseract is told them."""

    folder: Path | None
    """None: that of the system."""
    names: str


_FAX = LanguageData(FAX_DATA.parent, FAX_DATA.stem)
TableOf = Callable[[LanguageData, Image.Image, int], str]
"""Has Tesseract read a picture with some data in a segmentation mode; gives its table."""


def read_page(
    image: Image.Image, languages: Sequence[str], table_of: TableOf, *, number: int
) -> Page:
    """Return the page of ``image``, read with the data that suit it."""
    system = LanguageData(None, "+".join(languages))
    read = partial(_read_whole, image, table_of, number)
    if not suits_fax_data(image, languages):
        return read(system)
    page = read(_FAX)
    strip = _strip(page, round(_STRIP_IN * stated_dpi(image)))
    if strip is None or page.confidence >= _SURE:
        return page
    picture = image.crop((0, strip.top, image.width, strip.bottom))
    tried = page_of_table(table_of(system, picture, BLOCKS), picture, number=number)
    if tried.confidence <= page_confidence(strip.words) + _SURER:
        return page
    again = read(system)
    return again if again.confidence > page.confidence + _SURER else page


def _read_whole(image: Image.Image, table_of: TableOf, number: int, data: LanguageData) -> Page:
    return read_across(partial(table_of, data, image), image, number=number)


class _Strip(NamedTuple):
    """A part of a page from side to side, with the words that lie in it."""

    top: int
    bottom: int
    words: Sequence[Word]


def _strip(page: Page, height: int) -> _Strip | None:
    """Return the strip of ``height`` with most letters; None where the page is no higher than
    two, or has no words."""
    if not page.words or page.height <= 2 * height:
        return None
    letters = [0] * (page.height + 1)
    for word in page.words:
        letters[min(max((word.top + word.bottom) // 2, 0), page.height)] += len(word.text)
    before = [0, *accumulate(letters)]
    top = max(range(page.height - height), key=lambda row: before[row + height] - before[row])
    bottom = top + height
    within = [word for word in page.words if top <= word.top and word.bottom <= bottom]
    return _Strip(top, bottom, within) if within else None
