"""Bytes of a picture or PDF in, text and confidence page by page out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from intake.errors import ItemError, UnreadableItem
from intake.interfaces import OcrEngine
from intake.ocr.limits import PageLimits
from intake.ocr.pages import read_pictures
from intake.ocr.pdf import read_pdf
from intake.ocr.prepare import prepare
from intake.ocr.sheets import PageImage, PageLost, PageText, Sheet
from intake.schemas.documents import Defect, Page, RecognisedDocument

PDF = "application/pdf"
_PDF_WITHIN_BYTES = (
    1024  # readers accept leading rubbish up to here (PDF Reference 1.7, app. H, note 13)
)
_SIGNATURES = (
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)

BLANK_INK_IN2 = 0.02
"""Less black than this is dust: a line of typing has five times as much."""
LEAST_CHARACTERS_PER_IN2 = 60.0
"""Letters in ink have 250 to 700 characters to the square inch; a picture has next to none."""

DAMAGED_SHARE = 0.05
"""From here on, rows that a fax lost may have held lines of text; up to 2 % cost no more than
single letters on the faxes measured."""


def try_engine(engine: OcrEngine, languages: Sequence[str]) -> None:
    """Let the engine read an empty picture.

    Raises:
        ToolMissing: the engine or a language is not installed.
    """
    engine.recognise(Image.new("L", (64, 64), 255), number=1, languages=languages, timeout_s=30)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What came of one sheet: a page, or the error that took its place."""

    page: Page | None = None
    error: ItemError | None = None
    defects: tuple[Defect, ...] = ()
    is_doubtful: bool = False
    """The text is too little for the ink (a picture, handwriting, a page on its side), or the
    fax arrived with gaps."""


def recognise(
    data: bytes,
    media_type: str | None,
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    passwords: Sequence[str] = (),
) -> RecognisedDocument:
    """Return the text of a TIFF, JPEG, PNG, BMP, GIF, WebP or PDF file, page by page.

    The bytes decide what the file is; ``media_type``, the sender's claim, is only named in the
    error. The document's confidence is that of its worst page; blank pages do not count. It
    needs review when that is below ``limits.review_below``, when pages were lost or left out,
    when a page has far less text than ink or arrived with gaps, or when there is no text at all.
    ``passwords`` are tried on a locked PDF.

    Raises:
        UnreadableItem: no page can be read. ``code`` is ``empty``, ``unknown_format``,
            ``corrupt_image``, ``corrupt_pdf``, ``encrypted_pdf`` or ``too_large``.
        TransientFailure: no page can be read, and the first was given up for lack of time.
        ToolMissing: the engine, a language or Poppler is not installed.
    """
    kind = _detect(data, media_type)
    sheets = read_pdf(data, limits, passwords) if kind == PDF else read_pictures(data, limits)
    readings = [_read(sheet, engine, languages, limits) for sheet in sheets]
    pages = tuple(reading.page for reading in readings if reading.page is not None)
    if not pages:
        raise next(reading.error for reading in readings if reading.error is not None)
    confidence = min((page.confidence for page in pages if not _is_blank(page)), default=1.0)
    is_engine_used = any(page.origin == "ocr" for page in pages)
    return RecognisedDocument(
        media_type=kind,
        pages=pages,
        text="\n\n".join(page.text for page in pages if page.text),
        confidence=confidence,
        needs_review=_needs_review(readings, pages, confidence, limits),
        engine=engine.name if is_engine_used else "",
        engine_version=engine.version() if is_engine_used else "",
        defects=tuple(defect for reading in readings for defect in reading.defects),
    )


def _detect(data: bytes, media_type: str | None) -> str:
    if not data:
        raise UnreadableItem("The file is empty.", code="empty")
    if b"%PDF-" in data[:_PDF_WITHIN_BYTES]:
        return PDF
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    claim = f", called {media_type}," if media_type else ""
    raise UnreadableItem(
        f"The file{claim} is neither a PDF nor a picture that can be read.", code="unknown_format"
    )


def _read(
    sheet: Sheet, engine: OcrEngine, languages: Sequence[str], limits: PageLimits
) -> _Reading:
    if isinstance(sheet, PageText):
        page = Page(number=sheet.number, text=sheet.text, origin="embedded", confidence=1.0)
        return _Reading(page=page)
    if isinstance(sheet, PageImage):
        try:
            return _recognise_page(sheet, engine, languages, limits)
        except ItemError as error:
            sheet = PageLost(sheet.number, error)
    detail = f"page {sheet.number}: {sheet.error.message}"
    return _Reading(error=sheet.error, defects=(Defect(code=sheet.defect, detail=detail),))


def _recognise_page(
    sheet: PageImage, engine: OcrEngine, languages: Sequence[str], limits: PageLimits
) -> _Reading:
    started = time.perf_counter()
    prepared = prepare(sheet, dpi=limits.dpi)
    if prepared.ink_in2 < BLANK_INK_IN2:
        page = Page(number=sheet.number, confidence=1.0)
    else:
        prepared.image.info["dpi"] = (prepared.dpi, prepared.dpi)
        page = engine.recognise(
            prepared.image,
            number=sheet.number,
            languages=languages,
            timeout_s=limits.page_timeout_s,
        )
    facts = {
        "dpi_x": round(sheet.dpi_x),
        "dpi_y": round(sheet.dpi_y),
        "rotation": sheet.rotation,
        "skew": prepared.skew,
        "seconds": round(time.perf_counter() - started, 3),
    }
    return _Reading(
        page=page.model_copy(update=facts),
        defects=sheet.defects,
        is_doubtful=sheet.damaged_share >= DAMAGED_SHARE
        or _is_too_little(page.text, prepared.ink_in2),
    )


def _is_too_little(text: str, ink_in2: float) -> bool:
    letters = sum(not character.isspace() for character in text)
    return ink_in2 >= BLANK_INK_IN2 and letters < LEAST_CHARACTERS_PER_IN2 * ink_in2


def _is_blank(page: Page) -> bool:
    return not page.text and page.confidence == 1.0


def _needs_review(
    readings: Sequence[_Reading], pages: Sequence[Page], confidence: float, limits: PageLimits
) -> bool:
    return (
        confidence < limits.review_below
        or any(reading.error is not None or reading.is_doubtful for reading in readings)
        or not any(page.text for page in pages)
    )
