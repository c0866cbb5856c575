"""Which language data read a page: those of the system, or those for faxes (docs/adr/0018).

The data for faxes know coarse letters, but of the typefaces that they were taught. Other print,
of a typewriter or a worn copy, the data of the system read better, coarse or not. Which know a
page better shows in how sure they are of it: where the ones that are asked first doubt a coarse
page, a strip of it is read with the others too, and all of it if they are surer there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from intake.errors import TransientFailure
from intake.ocr.tesseract.inked_part import inked_part
from intake.ocr.tesseract.language_data import FAX_DATA, suits_fax_data
from intake.ocr.tesseract.table import BLOCKS, page_of_table, read_across, stated_dpi
from intake.ocr.words.page_confidence import mean_sureness, page_confidence
from intake.ocr.words.page_words import letters_right
from intake.schemas.documents import Page, Word

_SURE = 0.98
"""A page of which so many characters are expected to be right is not read with other data."""
_SURER = 0.01
"""By so much must those of the system be surer than those for faxes: they are right less often
than they say."""
_LEGIBLE = 0.5
"""Of a page that lies upside down the engine is seldom surer: it is asked again by who turns it."""
_STRIP_IN = 1.5
"""Some eight lines of type."""
_EDGE = 2
"""Dots at the edges of a strip: what reaches into them was cut through."""

_log = logging.getLogger(__name__)


class LanguageData(NamedTuple):
    """Which language data, as Tesseract is told them."""

    folder: Path | None
    """None: that of the system."""
    names: str


_FAX = LanguageData(FAX_DATA.parent, FAX_DATA.stem)
TableOf = Callable[[LanguageData, Image.Image, int, float], str]
"""Has Tesseract read a picture with some data in a segmentation mode, in so many seconds; gives its
table."""


def read_page(
    image: Image.Image,
    languages: Sequence[str],
    table_of: TableOf,
    *,
    number: int,
    timeout_s: float,
) -> Page:
    """Return the page of ``image``, read with the data that suit it.

    A coarse page in black and white is first read with those for faxes; one in shades of grey,
    whose letters have no steps, with those of the system.

    Raises:
        TransientFailure: the data asked first failed, or there was no time left.
    """
    system = LanguageData(None, "+".join(languages))
    reader = _Reader(image, table_of, number, time.monotonic() + timeout_s)
    if not suits_fax_data(image, languages):
        return reader.page(system)
    if image.info.get("scanned_grey"):
        return _surest(reader, system, _FAX, surer=0.0)
    return _surest(reader, _FAX, system, surer=_SURER)


class _Reader(NamedTuple):
    """Has Tesseract read a picture, or a strip of it, until its time is over."""

    image: Image.Image
    table_of: TableOf
    number: int
    deadline: float

    def page(self, data: LanguageData) -> Page:
        part = inked_part(self.image)
        return part.placed(
            read_across(
                lambda mode: self._table(data, part.image, mode), part.image, number=self.number
            )
        )

    def confidence(self, data: LanguageData, strip: _Strip) -> float:
        """Return how much of a strip is expected to be right; what its edges cut does not count."""
        picture = self.image.crop((0, strip.top, self.image.width, strip.bottom))
        found = page_of_table(self._table(data, picture, BLOCKS), picture, number=self.number)
        last = picture.height - _EDGE
        return page_confidence(
            [word for word in found.words if word.top >= _EDGE and word.bottom <= last]
        )

    def _table(self, data: LanguageData, picture: Image.Image, mode: int) -> str:
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise TransientFailure("Tesseract took too long for one page.", code="timeout")
        return self.table_of(data, picture, mode, left_s)


def _surest(reader: _Reader, first: LanguageData, other: LanguageData, *, surer: float) -> Page:
    """Return the page as ``first`` read it, or ``other`` where it is surer by more than so much."""
    page = reader.page(first)
    strip = _strip(page, reader.image)
    if strip is None or page.confidence >= _SURE or mean_sureness(page) < _LEGIBLE:
        return page
    try:
        if reader.confidence(other, strip) <= page_confidence(strip.words) + surer:
            return page
        again = reader.page(other)
    except TransientFailure as error:
        _log.warning("page %d is not read with other data: %s", reader.number, error)
        return page
    is_more = letters_right(again.words) >= letters_right(page.words)
    return again if is_more and again.confidence > page.confidence + surer else page


class _Strip(NamedTuple):
    """A part of a page from side to side, with the words that lie in it as a whole."""

    top: int
    bottom: int
    words: Sequence[Word]


def _strip(page: Page, image: Image.Image) -> _Strip | None:
    """Return the strip with most letters.

    None where the page is no higher than two strips, or nobody says how finely it is drawn, or no
    word lies in it.
    """
    height = round(_STRIP_IN * stated_dpi(image))
    if not image.info.get("dpi") or image.height <= 2 * height:
        return None
    letters = [0] * (image.height + 1)
    for word in page.words:
        letters[min(max((word.top + word.bottom) // 2, 0), image.height)] += len(word.text)
    before = [0, *accumulate(letters)]
    tops = range(image.height - height + 1)
    top = max(tops, key=lambda row: before[row + height] - before[row])
    bottom = top + height
    within = [word for word in page.words if top <= word.top and word.bottom <= bottom]
    return _Strip(top, bottom, within) if within else None
