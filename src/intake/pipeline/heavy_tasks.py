"""What the child of one picture, PDF or office document does: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from intake.interfaces import Preloadable
from intake.ocr.barcodes import find_barcodes
from intake.ocr.debug_page import DebugPage
from intake.ocr.limits import PageLimits
from intake.ocr.prepare import Prepared
from intake.ocr.recognise import read_document, recognise
from intake.ocr.separators import find_letters
from intake.ocr.sheets import PageImage
from intake.parsing.media_types import sniff
from intake.parsing.operator_files import read_passwords
from intake.pipeline.disk import on_disk, open_blob
from intake.pipeline.ocr_engines import open_engine
from intake.pipeline.office_file import OFFICE_SIGNATURES, read_office, type_of_office
from intake.pipeline.page_languages import PageLanguages
from intake.schemas.documents import Barcode, Page, RecognisedDocument
from intake.schemas.letters import SeparatorRule
from intake.schemas.parsers import ParserOptions


def preload(payload: dict[str, Any]) -> dict[str, Any]:
    """Load what every page needs that ``engine`` reads in ``languages``, if any are named."""
    engine = open_engine(payload["engine"])
    if payload["languages"] and isinstance(engine, Preloadable):
        engine.preload(payload["languages"])
    return {}


def recognise_file(payload: dict[str, Any]) -> dict[str, Any]:
    """Read the text in the picture, PDF or office document ``path``."""
    content, passwords = _content(payload), _passwords(payload)
    engine = open_engine(payload["engine"], payload["second_engine"])
    languages = PageLanguages(engine, payload["languages"], payload["more_languages"])
    is_office = content.startswith(OFFICE_SIGNATURES)
    barcodes: dict[int, tuple[Barcode, ...]] = {}
    with _debug_page(payload["debug_html"]) as explained:

        def watch(sheet: PageImage, prepared: Prepared, page: Page) -> None:
            if explained:
                explained.watch(sheet, prepared, page)
            if payload.get("is_letter"):
                barcodes[page.number] = _barcodes(sheet, prepared)

        read = _read_office if is_office else partial(recognise, passwords=passwords)
        document = read(
            content,
            payload["media_type"],
            engine=engine,
            languages=languages.beside(payload.get("came_with")),
            limits=PageLimits.model_validate(payload["limits"]),
            watch=watch,
            tell=languages.tell,
        )
        if explained:
            explained.close(document)
    return _with_barcodes(document, barcodes).model_dump(mode="json")


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
    from intake.ocr.searchable_pdf import make_searchable  # noqa: PLC0415 - pikepdf, where needed

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
    from intake.ocr.page_copies import copy_pages  # noqa: PLC0415 - pikepdf, where needed

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


def _with_barcodes(
    document: RecognisedDocument, barcodes: dict[int, tuple[Barcode, ...]]
) -> RecognisedDocument:
    pages = tuple(
        page.model_copy(update={"barcodes": barcodes.get(page.number, ())})
        for page in document.pages
    )
    return document.model_copy(update={"pages": pages})


def _read_office(
    content: bytes, media_type: str | None, *, limits: PageLimits, **how: Any
) -> RecognisedDocument:
    kind = type_of_office(content) or sniff(content[:4096], media_type)
    return read_document(kind, read_office(content, limits), limits=limits, **how)


@contextmanager
def _debug_page(place: str | None) -> Iterator[DebugPage | None]:
    if place is None:
        yield None
        return
    target = Path(place)
    with on_disk(target):
        out = target.open("w", encoding="utf-8")
    with out:
        yield DebugPage(out)
