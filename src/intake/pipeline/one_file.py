"""Reads one file for a caller without a store, in a child as the pipeline does."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.engines.scratch import scratch_folder
from intake.errors import UsageError
from intake.pipeline import tasks
from intake.pipeline.disk import on_disk
from intake.pipeline.page_by_page import PageByPage, allow
from intake.pipeline.searchable import write_searchable_pdf
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
    no PDF can be made a defect of the document says why.

    Raises:
        UnreadableItem: no page can be read.
        TransientFailure: no page can be read: the child crashed, hung or ran out of memory over it.
        ToolMissing: the OCR engine or a language is not installed.
        UsageError: a file is wanted where none can be: in a folder that is not there or may not be
            written into, in place of a folder, or in place of each other.
    """
    wanted = {"searchable_pdf": searchable_pdf, "debug_html": debug_html}
    targets = {name: target for name, target in wanted.items() if target is not None}
    for target in targets.values():
        check_place(target)
    if len(set(targets.values())) < len(targets):
        raise UsageError(
            "The PDF and the page that explains the reading would be one file.",
            remedy="Give each a name of its own.",
        )
    ocr_options = ocr.model_dump(mode="json")
    preload = tasks.loading_for_pages(ocr.engine, _USUAL if ocr.languages == _USUAL else ())
    with (
        scratch_folder() as folder,
        Child(_servers, limits, temp_dir=str(folder), preload=preload) as child,
    ):
        file = folder / "file"
        with on_disk(file):
            file.write_bytes(data)
        payload = tasks.reading(
            file,
            media_type,
            ocr=ocr_options,
            parsing=parsing.model_dump(mode="json"),
            debug_html=folder / "debug_html" if debug_html else None,
        )
        document = _read(child, payload, limits, ocr)
        if any(defect.code == FILES_INSIDE for defect in document.defects):
            document = document.model_copy(update={"needs_review": True})
        if searchable_pdf:
            made = folder / "searchable_pdf"
            document = write_searchable_pdf(child, payload, document, made)
        for name, target in targets.items():
            if (folder / name).exists():
                with whole_file(target) as unfinished:
                    shutil.copyfile(folder / name, unfinished)
    return document


def _read(
    child: Child, payload: dict[str, Any], limits: Limits, ocr: OcrOptions
) -> RecognisedDocument:
    """Return what the pages say. One that ends the child costs itself, but where the reading is
    explained: then it is done in one go."""
    if payload["debug_html"] is not None:
        return RecognisedDocument.model_validate(child.call(tasks.RECOGNISE, payload))
    allowance = allow(limits, ocr.limits)
    file = PageByPage(payload, ocr.limits, allowance, limits.timeout_s)
    while not file.read_on(child):
        pass
    return file.document()
