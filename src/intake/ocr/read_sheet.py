"""One sheet in, one page out: made ready, read, and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image

from intake.errors import ItemError
from intake.interfaces import OcrEngine
from intake.ocr.borders import without_borders
from intake.ocr.dust import without_dust
from intake.ocr.header_line import take_header
from intake.ocr.lexicon import lexicons
from intake.ocr.limits import PageLimits
from intake.ocr.noise_words import without_noise
from intake.ocr.orientation import Upright, read_upright
from intake.ocr.own_language import Tell, read_in_own_language
from intake.ocr.page_kind import BLANK_INK_IN2, tell_kind
from intake.ocr.page_words import page_of
from intake.ocr.prepare import Prepared, even, level, measure_ink
from intake.ocr.reading_order import in_reading_order
from intake.ocr.sheet_edges import cut_out_sheet, turned
from intake.ocr.sheets import PAGE_LOST, PageImage, PageLost, PageText, Sheet
from intake.ocr.show_through import SHOW_THROUGH, is_show_through
from intake.ocr.streaks import without_streaks
from intake.schemas.documents import Defect, Page

LEAST_CHARACTERS_PER_IN2 = 60.0
"""Letters in ink have 250 to 700 characters to the square inch; a picture has next to none."""

DAMAGED_SHARE = 0.05
"""From here on, rows that a fax lost may have held lines of text; up to 2 % cost no more than
single letters on the faxes measured."""

SURE_WORD = 0.7
"""What is no print keeps only the words that the engine is so sure of; the rest is noise."""


Watcher = Callable[[PageImage, Prepared, Page], None]
"""Is shown each page that was read: the sheet as it came, as it was made ready, and the result."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one sheet: a page, or the error that took its place."""

    page: Page | None = None
    error: ItemError | None = None
    defects: tuple[Defect, ...] = ()
    is_doubtful: bool = False
    """The text is too little for the ink (a picture, handwriting, a page on its side), or the
    fax arrived with gaps."""


def read_sheet(
    sheet: Sheet,
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> Reading:
    """Return the page that ``sheet`` became, or the error that took its place."""
    if isinstance(sheet, PageText):
        page = Page(number=sheet.number, text=sheet.text, origin="embedded", confidence=1.0)
        return Reading(page=page)
    if isinstance(sheet, PageLost):
        return _lost(sheet.number, sheet.error, sheet.defect)
    try:
        return _read_image(sheet, engine, languages, limits, watch=watch, tell=tell)
    except ItemError as error:
        return _lost(sheet.number, error, PAGE_LOST)


def _lost(number: int, error: ItemError, defect: str) -> Reading:
    detail = f"page {number}: {error.message}"
    return Reading(error=error, defects=(Defect(code=defect, detail=detail),))


def _read_image(
    sheet: PageImage,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    *,
    watch: Watcher | None,
    tell: Tell | None,
) -> Reading:
    started = time.perf_counter()

    def read_in(languages: Sequence[str], image: Image.Image, dpi: float) -> Page:
        image.info["dpi"] = (dpi, dpi)
        page = engine.recognise(
            image, number=sheet.number, languages=languages, timeout_s=limits.page_timeout_s
        )
        return _in_order(page, image.size)

    read = partial(read_in, languages)

    paper = without_dust(cut_out_sheet(sheet))
    evened = without_streaks(without_borders(even(paper, dpi=limits.dpi)))
    header, evened = take_header(evened, read) if sheet.bilevel else (None, evened)
    if measure_ink(evened.image, evened.dpi) < BLANK_INK_IN2:
        upright = Upright(level(evened), Page(number=sheet.number, confidence=1.0))
    else:
        upright = read_upright(evened, read)
    prepared = upright.prepared
    is_damaged = sheet.damaged_share >= DAMAGED_SHARE
    known = lexicons(tuple(languages))
    kind = tell_kind(upright.page, prepared, is_damaged=is_damaged, known=known)
    is_back = kind in ("handwriting", "unreadable") and is_show_through(prepared, read, known)
    if is_back:
        kind = "blank"
        upright = Upright(prepared, Page(number=sheet.number, confidence=1.0), upright.rotation)
    if kind == "print":
        found, languages = read_in_own_language(
            upright.page,
            lambda others: read_in(others, prepared.image, prepared.dpi),
            languages=languages,
            tell=tell,
        )
    else:
        found = _only_sure(upright.page, prepared.image.size)
    is_on_its_side = upright.rotation % 180 != 0
    facts = {
        "kind": kind,
        "languages": () if kind == "blank" else tuple(languages),
        "dpi_x": round(sheet.dpi_y if is_on_its_side else sheet.dpi_x),
        "dpi_y": round(sheet.dpi_x if is_on_its_side else sheet.dpi_y),
        "corners": paper.corners and turned(paper.corners, upright.rotation),
        "rotation": (sheet.rotation + upright.rotation) % 360,
        "skew": prepared.skew,
        "fax_header": header,
        "seconds": round(time.perf_counter() - started, 3),
    }
    page = found.model_copy(update=facts)
    if watch is not None:
        watch(sheet, prepared, page)
    return Reading(
        page=page,
        defects=(*sheet.defects, *_remarks(page, is_back=is_back)),
        is_doubtful=sheet.is_incomplete
        or is_damaged
        or kind not in ("print", "blank")
        or (not is_back and _is_too_little(page.text, prepared.ink_in2)),
    )


def _in_order(page: Page, size: tuple[int, int]) -> Page:
    """Return the page in reading order, without what was taken for words but is none."""
    if not page.words:  # an engine need not say where it found its text
        return page
    words = in_reading_order(without_noise(page.words))
    return page_of(words, number=page.number, size=size)


def _only_sure(page: Page, size: tuple[int, int]) -> Page:
    """Return the page with the words that may be print after all, and its own low confidence."""
    if not page.words:
        return page
    words = [word for word in page.words if word.confidence >= SURE_WORD]
    rest = page_of(words, number=page.number, size=size)
    return rest.model_copy(update={"confidence": page.confidence})


def _remarks(page: Page, *, is_back: bool) -> tuple[Defect, ...]:
    if is_back:
        return (Defect(code=SHOW_THROUGH, detail=f"page {page.number}"),)
    if page.kind in ("print", "blank"):
        return ()
    return (Defect(code=f"page_{page.kind}", detail=f"page {page.number}"),)


def _is_too_little(text: str, ink_in2: float) -> bool:
    letters = sum(not character.isspace() for character in text)
    return ink_in2 >= BLANK_INK_IN2 and letters < LEAST_CHARACTERS_PER_IN2 * ink_in2
