"""What the child of one picture, PDF or office document does: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from intake import plugins
from intake.errors import UnreadableItem
from intake.interfaces import OcrEngine
from intake.ocr.debug_page import DebugPage
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import read_document, recognise
from intake.ocr.searchable_pdf import make_searchable
from intake.parsing.media_types import sniff
from intake.parsing.operator_files import read_passwords
from intake.pipeline.disk import on_disk, open_blob
from intake.pipeline.office_file import OFFICE_SIGNATURES, read_office
from intake.schemas.documents import Defect, RecognisedDocument
from intake.schemas.parsers import ParserOptions

RECOGNISE = "intake.pipeline.heavy_tasks:recognise_file"


def payload(
    path: Path,
    media_type: str | None,
    *,
    ocr: dict[str, Any],
    parsing: dict[str, Any],
    searchable_pdf: Path | None = None,
    debug_html: Path | None = None,
) -> dict[str, Any]:
    """Return what ``recognise_file`` takes; ``ocr`` and ``parsing`` are options as JSON.

    The child writes a searchable PDF, and a page that explains the reading, where it is told to.
    """
    wanted = {"searchable_pdf": searchable_pdf, "debug_html": debug_html}
    files = {name: str(path) for name, path in wanted.items() if path is not None}
    return {"path": str(path), "media_type": media_type, "parsing": parsing, "files": files, **ocr}


def recognise_file(payload: dict[str, Any]) -> dict[str, Any]:
    """Read the text in the picture, PDF or office document ``path``."""
    with open_blob(Path(payload["path"])) as stream:
        content = stream.read()
    files = {name: Path(path) for name, path in payload["files"].items()}
    passwords = read_passwords(ParserOptions.model_validate(payload["parsing"]))
    is_office = content.startswith(OFFICE_SIGNATURES)
    with _debug_page(files.get("debug_html")) as page:
        read = _read_office if is_office else partial(recognise, passwords=passwords)
        document = read(
            content,
            payload["media_type"],
            engine=_engine(payload["engine"]),
            languages=payload["languages"],
            limits=PageLimits.model_validate(payload["limits"]),
            watch=page.watch if page else None,
        )
        if page:
            page.close(document)
    target = files.get("searchable_pdf")
    if target and not is_office:  # its text can be searched as it is
        document = _with_searchable_pdf(target, content, document, passwords)
    return document.model_dump(mode="json")


def _read_office(
    content: bytes, media_type: str | None, *, limits: PageLimits, **how: Any
) -> RecognisedDocument:
    kind = sniff(content[:4096], media_type)
    return read_document(kind, read_office(content, limits), limits=limits, **how)


@contextmanager
def _debug_page(target: Path | None) -> Iterator[DebugPage | None]:
    if target is None:
        yield None
        return
    with on_disk(target):
        out = target.open("w", encoding="utf-8")
    with out:
        yield DebugPage(out)


def _with_searchable_pdf(
    target: Path, content: bytes, document: RecognisedDocument, passwords: tuple[str, ...]
) -> RecognisedDocument:
    """Write the PDF; where none can be made the document says so, and its text stands."""
    try:
        made = make_searchable(content, document, passwords)
    except UnreadableItem as error:
        lack = Defect(code=error.code, detail=error.message)
        return document.model_copy(update={"defects": (*document.defects, lack)})
    with on_disk(target):
        target.write_bytes(made)
    return document


def _engine(name: str) -> OcrEngine:
    engine: OcrEngine = plugins.load("ocr_engines", name)()
    return engine
