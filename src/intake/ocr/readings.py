"""Readings: what came of the sheets of a file, and the document that they make.

They are put together where no page is opened, so nothing that opens one is loaded here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from intake.errors import ItemError, TransientFailure, UnreadableItem
from intake.ocr.limits import PageLimits
from intake.schemas.documents import Defect, Page, RecognisedDocument

PAGE_LOST = "page_lost"
"""Defect of a page of which there is nothing: it does not decode, or the engine failed on it."""
PAGES_LEFT_OUT = "pages_left_out"
"""Defect of a file whose pages from one on were not tried."""
LOW_CONFIDENCE = "page_low_confidence"
"""Defect of a page of print with less confidence than asked for; ``detail`` says with which."""
NO_TEXT = "no_text"
"""Defect of a document of which nothing was read, where no other says why."""

Engine = tuple[str, str]
"""The name and the version of an OCR engine."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one sheet: a page, or the error that took its place."""

    page: Page | None = None
    error: ItemError | None = None
    defects: tuple[Defect, ...] = ()
    is_doubtful: bool = False
    """The text is too little for the ink (a picture, handwriting, a page on its side), or the
    fax arrived with gaps, or something of the page is not in its text."""


def lost(number: int, error: ItemError, defect: str = PAGE_LOST) -> Reading:
    """Return the reading of a page, or of all from it on, that ``error`` took the place of."""
    detail = f"page {number}: {error.message}"
    return Reading(error=error, defects=(Defect(code=defect, detail=detail),))


def is_by_engine(page: Page) -> bool:
    """Return whether an OCR engine read any of the page."""
    return page.origin == "ocr" or bool(page.languages)


def document_of(
    kind: str,
    readings: Sequence[Reading],
    limits: PageLimits,
    *,
    engine: Callable[[], Engine],
) -> RecognisedDocument:
    """Return the document of media type ``kind`` that these sheets make; see ``recognise``.

    ``engine`` is asked for only if it read one of them.

    Raises:
        UnreadableItem, TransientFailure: there is no page; it is what became of the first, but
            rather of one that may be read another time.
    """
    pages = tuple(reading.page for reading in readings if reading.page is not None)
    if not pages:
        errors = [reading.error for reading in readings if reading.error is not None]
        raise next((each for each in errors if isinstance(each, TransientFailure)), errors[0])
    confidence = min((page.confidence for page in pages if page.kind != "blank"), default=1.0)
    name, version = engine() if any(map(is_by_engine, pages)) else ("", "")
    return RecognisedDocument(
        media_type=kind,
        pages=pages,
        text="\n\n".join(page.text for page in pages if page.text),
        confidence=confidence,
        needs_review=_needs_review(readings, pages, confidence, limits),
        engine=name,
        engine_version=version,
        defects=tuple(defect for reading in readings for defect in _defects(reading, limits))
        or _no_text(pages),
    )


def told_reading(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON."""
    error = reading.error
    return {
        "page": reading.page and reading.page.model_dump(mode="json"),
        "error": error and {"message": error.message, "code": error.code},
        "is_transient": isinstance(error, TransientFailure),
        "defects": [defect.model_dump(mode="json") for defect in reading.defects],
        "is_doubtful": reading.is_doubtful,
    }


def reading_from(told: dict[str, Any]) -> Reading:
    """Return the reading that ``told_reading`` was given."""
    page, error = told["page"], told["error"]
    kind = TransientFailure if told["is_transient"] else UnreadableItem
    return Reading(
        page=page and Page.model_validate(page),
        error=error and kind(error["message"], code=error["code"]),
        defects=tuple(map(Defect.model_validate, told["defects"])),
        is_doubtful=told["is_doubtful"],
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
