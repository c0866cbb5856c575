"""Reads one file for a caller without a store, in a child as the pipeline does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intake.engines.children import Child
from intake.engines.forking import ForkServers, NotForked
from intake.engines.limits import Limits
from intake.engines.scratch import scratch_folder
from intake.errors import ItemError, UsageError
from intake.ocr.debug_page import DebugPage
from intake.pipeline import tasks
from intake.pipeline.disk import on_disk
from intake.pipeline.pages.page_by_page import PageByPage, allow
from intake.pipeline.pages.searchable import write_searchable_pdf
from intake.pipeline.stage_options import OcrOptions
from intake.pipeline.whole_files import check_place, whole_file
from intake.schemas.documents import FILES_INSIDE, RecognisedDocument
from intake.schemas.parsers import ParserOptions

_USUAL = OcrOptions().languages
"""Whose networks are opened beforehand: other languages would need a process for each choice."""
_servers = ForkServers()
"""Kept for the next file, since who reads one often reads many; it ends with the process."""


def read_file(
    data: bytes,
    media_type: str | None,
    *,
    limits: Limits,
    ocr: OcrOptions,
    parsing: ParserOptions,
    searchable_pdf: Path | None = None,
    debug_html: Path | None = None,
) -> RecognisedDocument:
    """Return the text of a file that is read by OCR or holds its text in a format of offices.

    Files that lie in a PDF are not read: such a document needs review.
    ``searchable_pdf`` and ``debug_html`` are written, or replaced, at once or not at all. Where
    no PDF can be made a defect of the document says why; where no page can be read ``debug_html``
    does.

    Raises:
        UnreadableItem: no page can be read.
        TransientFailure: no page can be read: the child crashed, hung or ran out of memory over it.
        ToolMissing: the OCR engine or a language is not installed.
        UsageError: a file is wanted where none can be: in a folder that is not there or may not be
            written into, in place of a folder, or in place of each other.
    """
    targets = [target for target in (searchable_pdf, debug_html) if target is not None]
    for target in targets:
        check_place(target)
    if len(set(targets)) < len(targets):
        raise UsageError(
            "The PDF and the page that explains the reading would be one file.",
            remedy="Give each a name of its own.",
        )
    ocr_options = ocr.model_dump(mode="json")
    preload = tasks.loading_for_pages(ocr.engine, _USUAL if ocr.languages == _USUAL else ())
    with (
        scratch_folder() as folder,
        Child(_servers, limits, temp_dir=str(folder), preload=preload) as child,
        _explained(folder, debug_html) as explained,
    ):
        file = folder / "file"
        with on_disk(file):
            file.write_bytes(data)
        payload = tasks.reading(
            file,
            media_type,
            ocr=ocr_options,
            parsing=parsing.model_dump(mode="json"),
            explain=explained is not None,
        )
        allowance = allow(limits, ocr.limits)
        pages = PageByPage(payload, ocr.limits, allowance, limits.timeout_s, explained)
        document = _read(child, pages)
        if any(defect.code == FILES_INSIDE for defect in document.defects):
            document = document.model_copy(update={"needs_review": True})
        if searchable_pdf:
            made = folder / "searchable_pdf"
            document = write_searchable_pdf(child, payload, document, made)
            if made.exists():
                _hand_over(made, searchable_pdf)
        if explained:
            explained.close(document)
        return document


def _read(child: Child, pages: PageByPage) -> RecognisedDocument:
    """Return what the pages say; one that ends the child costs itself."""
    try:
        while not pages.read_on(child):
            pass
    except NotForked:
        if not pages.is_begun:
            raise
    return pages.document()


@contextmanager
def _explained(folder: Path, target: Path | None) -> Iterator[DebugPage | None]:
    """Give a page to explain a reading on, handed over also where nothing can be read."""
    if target is None:
        yield None
        return
    place, unread = folder / "debug_html", None
    with on_disk(place), place.open("w", encoding="utf-8") as out:
        page = DebugPage(out)
        try:
            yield page
        except ItemError as error:
            page.fail(error)
            unread = error
    _hand_over(place, target)
    if unread:
        raise unread


def _hand_over(made: Path, target: Path) -> None:
    with whole_file(target) as unfinished:
        shutil.copyfile(made, unfinished)
