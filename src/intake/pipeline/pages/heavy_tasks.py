"""What the child of one picture, PDF or office document does: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from intake.errors import TransientFailure
from intake.interfaces import Preloadable
from intake.ocr.batches.barcodes import find_barcodes
from intake.ocr.batches.separators import find_letters
from intake.ocr.debug_pictures import as_it_came, as_prepared
from intake.ocr.files.kinds import detect
from intake.ocr.limits import PageLimits
from intake.ocr.open_sheets import open_sheets
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.readings import is_by_engine, told_reading
from intake.ocr.recognise import SheetReader
from intake.ocr.sheets import PageImage, Sheet
from intake.parsing.media_types import sniff
from intake.parsing.operator_files import read_passwords
from intake.pipeline.disk import on_disk, open_blob
from intake.pipeline.pages.ocr_engines import open_engine
from intake.pipeline.pages.office_file import OFFICE_SIGNATURES, read_office, type_of_office
from intake.pipeline.pages.page_languages import PageLanguages
from intake.schemas.documents import Barcode, Page, RecognisedDocument
from intake.schemas.letters import SeparatorRule
from intake.schemas.parsers import ParserOptions


def preload(payload: dict[str, Any]) -> dict[str, Any]:
    """Load what every page needs that ``engine`` reads in ``languages``, if any are named."""
    engine = open_engine(payload["engine"])
    if payload["languages"] and isinstance(engine, Preloadable):
        engine.preload(payload["languages"])
    return {}


def recognise_pages(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Read the text in the file ``path``, page by page from page ``first`` on.

    Yields the media type, then of each page its number before it is opened, and when it was read
    what came of it; the number after the last one, too. Where opening the file as a whole crashed
    or took too long, it yields that error and ends. ``begin_in``: the languages that the page
    before was read in, if any was; ``open_within_s``: how long the opening of a page may take.
    Where ``explain`` is set, pictures of the page come with it (``debug_pictures``): as it came
    before it is read, as the engine saw it with what came of it.
    """
    file = _OpenFile(payload)
    seen = _Seen(is_letter=payload.get("is_letter", False), explain=payload["explain"])
    reader = SheetReader(
        file.engine, file.begin_in, file.limits, watch=seen.watch, tell=file.languages.tell
    )
    yield {"kind": file.kind}
    number = payload["first"]
    while True:
        yield {"opening": number}
        try:
            sheet = next(file.sheets, None)
        except TransientFailure as error:
            yield {"unopened": {"message": error.message, "code": error.code}}
            return
        if sheet is None:
            return
        number = sheet.number + 1
        if payload["explain"] and isinstance(sheet, PageImage):
            yield {"came": as_it_came(sheet)}
        seen.forget()
        reading = reader.read(sheet)
        engine = None
        if reading.page is not None:
            page = reading.page.model_copy(update={"barcodes": seen.barcodes})
            reading = replace(reading, page=page)
            engine = [file.engine.name, file.engine.version()] if is_by_engine(page) else None
        yield {"reading": told_reading(reading), "engine": engine, "prepared": seen.prepared}


class _Seen:
    """What is taken from a page while its pictures are there."""

    def __init__(self, *, is_letter: bool, explain: bool) -> None:
        self._is_letter = is_letter
        self._explain = explain
        self.forget()

    def forget(self) -> None:
        """Begin with the next page."""
        self.barcodes: tuple[Barcode, ...] = ()
        self.prepared: str | None = None

    def watch(self, sheet: PageImage, prepared: Prepared, _page: Page) -> None:
        """Look at a page that was read as a picture."""
        self.barcodes = _barcodes(sheet, prepared) if self._is_letter else ()
        self.prepared = as_prepared(prepared) if self._explain else None


class _OpenFile:
    """The file of a payload: its sheets, and what reads them."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self.limits = PageLimits.model_validate(payload["limits"])
        self.engine = open_engine(payload["engine"], payload["second_engine"])
        self.languages = PageLanguages(self.engine, payload["languages"], payload["more_languages"])
        beside = self.languages.beside(payload.get("came_with"))
        self.begin_in = tuple(payload.get("begin_in") or beside)
        within_s = payload.get("open_within_s", self.limits.page_timeout_s)
        opening = self.limits.model_copy(
            update={"page_timeout_s": min(self.limits.page_timeout_s, within_s)}
        )
        self.kind, self.sheets = _open(_content(payload), payload, opening)


def _open(
    content: bytes, payload: dict[str, Any], limits: PageLimits
) -> tuple[str, Iterator[Sheet]]:
    """Return the media type of a file, and its sheets from page ``first`` on."""
    claimed, first = payload["media_type"], payload.get("first", 1)
    if content.startswith(OFFICE_SIGNATURES):
        kind = type_of_office(content) or sniff(content[:4096], claimed)
        return kind, read_office(content, limits, first)
    kind = detect(content, claimed)
    return kind, open_sheets(content, kind, limits, _passwords(payload), first)


def _barcodes(sheet: PageImage, prepared: Prepared) -> tuple[Barcode, ...]:
    """Return the barcodes of a page, also those whose bars were taken for ruled lines or streaks.

    Of these, which the sheet as it came still has, no more is said than that they are on the page.
    """
    found = find_barcodes(prepared.image)
    known = {each.text for each in found}
    width, height = prepared.image.size
    whole = {"left": 0, "top": 0, "right": width, "bottom": height}
    others = [each for each in find_barcodes(sheet.image) if each.text not in known]
    return (*found, *(each.model_copy(update=whole) for each in others))


def write_searchable_pdf(payload: dict[str, Any]) -> dict[str, Any]:
    """Put what was read of ``path``, the ``document``, into a searchable PDF, the new file ``out``.

    An office document gets none: its text can be searched as it is.
    """
    from intake.ocr.searchable.pdf import make_searchable  # noqa: PLC0415 - pikepdf, where needed

    content = _content(payload)
    if not content.startswith(OFFICE_SIGNATURES):
        document = RecognisedDocument.model_validate(payload["document"])
        made = make_searchable(content, document, _passwords(payload))
        target = Path(payload["out"])
        with on_disk(target):
            target.write_bytes(made)
    return {}


def separate_file(payload: dict[str, Any]) -> dict[str, Any]:
    """Put each letter of the batch ``path`` into a file of the new folder ``out``.

    Answers with the page numbers of each, first and last, in the order of the files 1, 2, 3 ...;
    with none if no page separates letters.
    """
    from intake.ocr.files.page_copies import copy_pages  # noqa: PLC0415 - pikepdf, where needed

    content, passwords = _content(payload), _passwords(payload)
    letters = find_letters(
        content,
        payload["media_type"],
        SeparatorRule.model_validate(payload["rule"]),
        PageLimits.model_validate(payload["limits"]),
        passwords,
    )
    copies = copy_pages(content, letters, passwords) if letters else []
    folder = Path(payload["out"])
    with on_disk(folder):
        folder.mkdir()
        for number, copied in enumerate(copies, start=1):
            (folder / str(number)).write_bytes(copied)
    return {"letters": [[pages.start, pages.stop - 1] for pages in letters]}


def _content(payload: dict[str, Any]) -> bytes:
    with open_blob(Path(payload["path"])) as stream:
        return stream.read()


def _passwords(payload: dict[str, Any]) -> tuple[str, ...]:
    return read_passwords(ParserOptions.model_validate(payload["parsing"]))
