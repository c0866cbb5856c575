"""Which language data read a page: those of the system, or those for faxes (docs/adr/0018).

The data for faxes know coarse letters, but of the typefaces that they were taught. Other print,
of a typewriter or a worn copy, the data of the system read better, coarse or not. Which know a
page better shows in how sure they are of it: where the ones that are asked first doubt a coarse
page, a strip of it is read with the others too, and all of it if they are surer there.
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
"""By so much must those of the system be surer than those for faxes: they are right less often
than they say."""
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
    """Return the page of ``image``, read with the data that suit it.

    A coarse page in black and white is first read with those for faxes; one in shades of grey,
    whose letters have no steps, with those of the system.
    """
    system = LanguageData(None, "+".join(languages))
    read = partial(_read_whole, image, table_of, number)
    if not suits_fax_data(image, languages):
        return read(system)
    first, other, surer = _FAX, system, _SURER
    if image.info.get("scanned_grey"):
        first, other, surer = system, _FAX, 0.0
    page = read(first)
    strip = _strip(page, round(_STRIP_IN * stated_dpi(image)))
    if strip is None or page.confidence >= _SURE:
        return page
    picture = image.crop((0, strip.top, image.width, strip.bottom))
    tried = page_of_table(table_of(other, picture, BLOCKS), picture, number=number)
    if tried.confidence <= page_confidence(strip.words) + surer:
        return page
    again = read(other)
    return again if again.confidence > page.confidence + surer else page


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
