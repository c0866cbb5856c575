"""Bytes of a picture or PDF in, text and confidence page by page out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import Image

from intake.interfaces import LineReader, OcrEngine
from intake.ocr.file_kinds import detect
from intake.ocr.limits import PageLimits
from intake.ocr.open_sheets import open_sheets
from intake.ocr.own_language import Tell
from intake.ocr.read_sheet import Watcher, read_sheet
from intake.ocr.readings import Reading
from intake.ocr.sheets import Sheet
from intake.schemas.documents import Defect, Page, RecognisedDocument

LOW_CONFIDENCE = "page_low_confidence"
"""Defect of a page of print with less confidence than asked for; ``detail`` says with which."""
NO_TEXT = "no_text"
"""Defect of a document of which nothing was read, where no other says why."""


def try_engine(engine: OcrEngine, languages: Sequence[str]) -> None:
    """Let the engine read an empty picture.

    Raises:
        ToolMissing: the engine or a language is not installed.
    """
    engine.recognise(Image.new("L", (64, 64), 255), number=1, languages=languages, timeout_s=30)


def try_line_reader(reader: LineReader, languages: Sequence[str]) -> None:
    """Let a second engine read an empty line.

    Raises:
        ToolMissing: the engine or a language is not installed.
    """
    reader.read_line(Image.new("L", (200, 40), 255), languages=languages)


def recognise(
    data: bytes,
    media_type: str | None,
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    passwords: Sequence[str] = (),
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> RecognisedDocument:
    """Return the text of a picture or PDF, page by page. It is opened in a process of its own.

    The bytes decide what the file is; ``media_type``, the sender's claim, is only named in the
    error. The document's confidence is that of its worst page; blank pages do not count. It
    needs review when that is below ``limits.review_below``, when pages were lost or left out,
    when a page is no print, has far less text than ink or arrived with gaps, or when there is no
    text at all. Each of these reasons is among its defects.
    ``passwords`` are tried on a locked PDF. ``watch`` is shown each page that was read as a
    picture. A page whose text ``tell`` finds to be in a language that is not among ``languages`` is
    read once more with it, and so are the pages after it, at once.

    Raises:
        UnreadableItem: no page can be read. ``code`` is ``empty``, ``unknown_format``,
            ``corrupt_image``, ``corrupt_pdf``, ``encrypted_pdf`` or ``too_large``.
        TransientFailure: no page can be read, and the first crashed its reader or took too long.
        ToolMissing: the engine or a language is not installed.
    """
    kind = detect(data, media_type)
    sheets = open_sheets(data, kind, limits, passwords)
    return read_document(
        kind,
        sheets,
        engine=engine,
        languages=languages,
        limits=limits,
        watch=watch,
        tell=tell,
    )


def read_document(
    kind: str,
    sheets: Iterable[Sheet],
    *,
    engine: OcrEngine,
    languages: Sequence[str],
    limits: PageLimits,
    watch: Watcher | None = None,
    tell: Tell | None = None,
) -> RecognisedDocument:
    """Return the document of media type ``kind`` that the sheets make; see ``recognise``.

    Raises:
        UnreadableItem, TransientFailure, ToolMissing: as ``recognise`` does.
    """
    readings: list[Reading] = []
    for sheet in sheets:
        reading = read_sheet(
            sheet, engine=engine, languages=languages, limits=limits, watch=watch, tell=tell
        )
        readings.append(reading)
        if reading.page is not None:
            languages = reading.page.languages or languages
    pages = tuple(reading.page for reading in readings if reading.page is not None)
    if not pages:
        raise next(reading.error for reading in readings if reading.error is not None)
    confidence = min((page.confidence for page in pages if page.kind != "blank"), default=1.0)
    is_engine_used = any(page.origin == "ocr" or page.languages for page in pages)
    return RecognisedDocument(
        media_type=kind,
        pages=pages,
        text="\n\n".join(page.text for page in pages if page.text),
        confidence=confidence,
        needs_review=_needs_review(readings, pages, confidence, limits),
        engine=engine.name if is_engine_used else "",
        engine_version=engine.version() if is_engine_used else "",
        defects=tuple(defect for reading in readings for defect in _defects(reading, limits))
        or _no_text(pages),
    )


def _defects(reading: Reading, limits: PageLimits) -> tuple[Defect, ...]:
    """Return what is wrong with a page, a confidence that asks for review included."""
    page = reading.page
    if page is None or page.kind != "print" or page.confidence >= limits.review_below:
        return reading.defects
    detail = f"page {page.number}: {page.confidence:.2f}"
    return (*reading.defects, Defect(code=LOW_CONFIDENCE, detail=detail))


def _no_text(pages: Sequence[Page]) -> tuple[Defect, ...]:
    return () if any(page.text for page in pages) else (Defect(code=NO_TEXT),)


def _needs_review(
    readings: Sequence[Reading], pages: Sequence[Page], confidence: float, limits: PageLimits
) -> bool:
    return (
        confidence < limits.review_below
        or any(reading.error is not None or reading.is_doubtful for reading in readings)
        or not any(page.text for page in pages)
    )
