"""One sheet in, one page out: made ready, read, and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PIL import Image

from intake.errors import ItemError
from intake.interfaces import OcrEngine
from intake.ocr.judging.losses import LITTLE_TEXT, find_losses, lacks_text
from intake.ocr.judging.orientation import SURE_UPRIGHT, Upright, read_upright
from intake.ocr.judging.page_kind import is_blank, tell_kind
from intake.ocr.judging.show_through import SHOW_THROUGH, is_show_through
from intake.ocr.judging.unread_ink import UNREAD_INK
from intake.ocr.limits import PageLimits
from intake.ocr.ordering.reading_order import in_reading_order
from intake.ocr.own_language import Tell, read_in_own_language
from intake.ocr.preparing.dust import without_dust
from intake.ocr.preparing.light_letters import as_positive, with_dark_letters
from intake.ocr.preparing.marks import Marks, without_marks
from intake.ocr.preparing.pale_ink import even_ink
from intake.ocr.preparing.prepare import Evened, Prepared, even, level, measure_ink
from intake.ocr.preparing.sheet_edges import cut_out_sheet, turned
from intake.ocr.preparing.type_size import at_usual_size
from intake.ocr.readings import Reading, lost
from intake.ocr.second_look import LAST_LOOKED_AT_AGAIN, look_again, resolution_again
from intake.ocr.sheets import PageImage, PageLost, PageText, Sheet
from intake.ocr.tesseract.lexicon import Lexicon, lexicons
from intake.ocr.ticks.boxes import TickBox
from intake.ocr.ticks.words import with_boxes, without_boxes
from intake.ocr.typed_pages import read_typed
from intake.ocr.words.header_line import take_header
from intake.ocr.words.noise_words import without_noise
from intake.ocr.words.page_confidence import mean_sureness
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Defect, Page, PageKind

DAMAGED_SHARE = 0.05
"""From here on, rows that a fax lost may have held lines of text; up to 2 % cost no more than
single letters on the faxes measured."""

SURE_WORD = 0.7
"""What is no print keeps only the words that the engine is so sure of; the rest is noise."""

Watcher = Callable[[PageImage, Prepared, Page], None]
"""Is shown each page that was read as a picture: the sheet as it came, as it was made ready, and
the result."""


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
        read = partial(_read_image, engine=engine, languages=languages, limits=limits, tell=tell)
        return read_typed(sheet, read, dpi=limits.dpi)
    if isinstance(sheet, PageLost):
        return lost(sheet.number, sheet.error, sheet.defect)
    return _read_image(
        sheet, engine=engine, languages=languages, limits=limits, watch=watch, tell=tell
    )


def _read_image(
    sheet: PageImage,
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> Reading:
    started = time.perf_counter()
    try:
        paper = without_dust(_paper(sheet))
        evened = even(paper, dpi=limits.dpi)
        if (usual := at_usual_size(paper, evened)) is not paper:
            paper, evened = usual, even(usual, dpi=limits.dpi)
        read = _Read(engine, sheet.number, tuple(languages), limits.page_timeout_s, paper)
        look_at = partial(_look_at, paper, sheet, read, tell)
        look = look_at(evened)
        if sheet.number <= LAST_LOOKED_AT_AGAIN:
            dpi = resolution_again(look.page, look.prepared.dpi)
            ways = _other_ways(paper, evened, dpi=dpi)
            look = look_again(look, ways, partial(look_at, seen=look))
    except ItemError as error:
        return lost(sheet.number, error)
    seconds = round(time.perf_counter() - started, 3)
    text = "\n\n".join(filter(None, (look.page.text, sheet.notes)))
    page = look.page.model_copy(update={"seconds": seconds, "text": text})
    if watch is not None:
        watch(sheet, look.prepared, page)
    return replace(look.reading, page=page)


def _paper(sheet: PageImage) -> PageImage:
    """Return the sheet alone, its letters darker than what they stand on."""
    paper = cut_out_sheet(_printed(sheet))
    positive = as_positive(sheet) if paper.corners is None else None
    return with_dark_letters(paper if positive is None else positive)


def _printed(sheet: PageImage) -> PageImage:
    """Return the sheet without what lies over its print."""
    return sheet if sheet.print_only is None else replace(sheet, image=sheet.print_only.image)


@dataclass(frozen=True, slots=True)
class _Look:
    """A reading of a sheet, and what the engine was shown."""

    reading: Reading
    page: Page
    prepared: Prepared
    marks: Marks
    rotation: int | None
    """By how much the sheet had to be turned; None where that is not sure."""
    passes_over_print: bool


def _other_ways(paper: PageImage, evened: Evened, *, dpi: int) -> Iterator[Evened]:
    """Yield the page made ready otherwise than ``evened``, each way when it is asked for."""
    if not paper.bilevel:
        yield replace(evened, image=even_ink(evened.image, evened.dpi))
    yield even(paper, dpi=dpi)


def _look_at(
    paper: PageImage,
    sheet: PageImage,
    read: _Read,
    tell: Tell | None,
    evened: Evened,
    *,
    seen: _Look | None = None,
) -> _Look:
    """Return what is read on ``paper``, evened; ``seen`` is a former look at it."""
    evened, marks = without_marks(evened)
    if seen is not None:
        marks |= seen.marks
    read_header = replace(read, scanned=None)  # the machine prints this line: docs/adr/0018
    header = None
    if sheet.bilevel:
        header, evened = take_header(evened, read_header, paper.image)
    found = _find(evened, sheet, read, rotation=seen.rotation if seen else None)
    page = _text(found, read, tell)
    facts = {
        **_position(sheet, paper, found.upright),
        "kind": found.kind,
        "fax_header": header,
    }
    page = page.model_copy(update=facts)
    losses = find_losses(page, found.upright.prepared, marks, paper)
    is_short = lacks_text(page, found.upright.prepared) and not found.is_back
    reading = Reading(
        page=page,
        defects=(*sheet.defects, *_remarks(page, losses, is_short, is_back=found.is_back)),
        is_doubtful=sheet.is_incomplete or _is_damaged(sheet) or bool(losses) or is_short,
    )
    is_sure = mean_sureness(found.upright.page) >= SURE_UPRIGHT
    rotation = found.upright.rotation if is_sure else None
    return _Look(reading, page, found.upright.prepared, marks, rotation, UNREAD_INK in losses)


@dataclass(frozen=True, slots=True)
class _Read:
    """Has the engine read pictures of one page, in its usual languages or in others."""

    engine: OcrEngine
    number: int
    languages: tuple[str, ...]
    timeout_s: float
    scanned: PageImage | None
    """How the page was scanned, of which ``OcrEngine`` is told; None of what was not."""

    def __call__(self, image: Image.Image, dpi: float) -> Page:
        return self.read_in(self.languages, image, dpi)

    def read_in(self, languages: Sequence[str], image: Image.Image, dpi: float) -> Page:
        cleared, boxes = without_boxes(image, dpi)
        cleared.info["dpi"] = (dpi, dpi)
        cleared.info["scanned_dpi"] = self.scanned and self.scanned.scanned_dpi
        cleared.info["scanned_grey"] = self.scanned is not None and self.scanned.is_grey
        page = self.engine.recognise(
            cleared, number=self.number, languages=languages, timeout_s=self.timeout_s
        )
        return _in_order(page, image.size, boxes)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is on a sheet, the right way up."""

    upright: Upright
    kind: PageKind
    is_back: bool = False
    """It is blank: what is seen on it shines through from its back."""


def _find(evened: Evened, sheet: PageImage, read: _Read, *, rotation: int | None) -> _Found:
    blank = Page(number=sheet.number, confidence=1.0)
    ink_in2 = measure_ink(evened.image, evened.dpi)
    if is_blank(evened.image, evened.dpi, ink_in2=ink_in2):
        upright = Upright(level(evened), blank)
    else:
        upright = read_upright(evened, read, known=rotation)
    prepared, known = upright.prepared, lexicons(read.languages)
    kind = tell_kind(upright.page, prepared, is_damaged=_is_damaged(sheet), known=known)
    if kind not in ("print", "blank") and upright.rotation % 180:
        as_it_lay = read_upright(evened, read, known=0)
        if _is_print(as_it_lay, sheet, known):
            return _Found(as_it_lay, "print")
    if kind in ("handwriting", "unreadable") and is_show_through(prepared, read, known):
        return _Found(replace(upright, page=blank), "blank", is_back=True)
    return _Found(upright, kind)


def _is_print(upright: Upright, sheet: PageImage, known: Sequence[Lexicon]) -> bool:
    damaged = _is_damaged(sheet)
    return tell_kind(upright.page, upright.prepared, is_damaged=damaged, known=known) == "print"


def _text(found: _Found, read: _Read, tell: Tell | None) -> Page:
    """Return the page with its text, and the languages it was read in at last."""
    page, prepared = found.upright.page, found.upright.prepared
    languages: Sequence[str] = () if found.kind == "blank" else read.languages
    if found.kind == "print":
        page, languages = read_in_own_language(
            page,
            lambda others: read.read_in(others, prepared.image, prepared.dpi),
            languages=languages,
            tell=tell,
        )
    else:
        page = _only_sure(page, prepared.image.size)
    return page.model_copy(update={"languages": tuple(languages)})


def _position(sheet: PageImage, paper: PageImage, upright: Upright) -> dict[str, Any]:
    """Return how ``paper`` lay in the picture of the sheet, and how it was turned."""
    is_on_its_side = upright.rotation % 180 != 0
    return {
        "dpi_x": round(sheet.dpi_y if is_on_its_side else sheet.dpi_x),
        "dpi_y": round(sheet.dpi_x if is_on_its_side else sheet.dpi_y),
        "corners": paper.corners and turned(paper.corners, upright.rotation),
        "rotation": (sheet.rotation + upright.rotation) % 360,
        "skew": upright.prepared.skew,
    }


def _is_damaged(sheet: PageImage) -> bool:
    return sheet.damaged_share >= DAMAGED_SHARE


def _in_order(page: Page, size: tuple[int, int], boxes: Sequence[TickBox]) -> Page:
    """Return the page in reading order, with its boxes to tick, without words that are none."""
    if not page.words:  # an engine need not say where it found its text
        return page
    words = in_reading_order(with_boxes(without_noise(page.words), boxes))
    return page_of(words, number=page.number, size=size)


def _only_sure(page: Page, size: tuple[int, int]) -> Page:
    """Return the page with the words that may be print after all, and its own low confidence."""
    if not page.words:
        return page
    words = [word for word in page.words if word.confidence >= SURE_WORD]
    rest = page_of(words, number=page.number, size=size)
    return rest.model_copy(update={"confidence": page.confidence})


def _remarks(
    page: Page, losses: Sequence[str], is_short: bool, *, is_back: bool
) -> tuple[Defect, ...]:
    codes = [SHOW_THROUGH] if is_back else list(losses)
    if page.kind not in ("print", "blank"):
        codes.append(f"page_{page.kind}")
    elif is_short:
        codes.append(LITTLE_TEXT)
    return tuple(Defect(code=code, detail=f"page {page.number}") for code in codes)
