"""The tasks of children by their addresses: who orders them loads nothing of what does them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intake.schemas.classifications import Origin
from intake.schemas.documents import Document

LOAD_FOR_TEXTS: tuple[str, dict[str, Any]] = ("intake.pipeline.texts.light_tasks:preload", {})
READ = "intake.pipeline.texts.light_tasks:read"
JUDGE = "intake.pipeline.texts.light_tasks:judge_documents"
READ_LETTER = "intake.pipeline.texts.light_tasks:read_letter"
_LOAD_FOR_PAGES = "intake.pipeline.pages.heavy_tasks:preload"
RECOGNISE_PAGES = "intake.pipeline.pages.heavy_tasks:recognise_pages"
WRITE_PDF = "intake.pipeline.pages.heavy_tasks:write_searchable_pdf"
SEPARATE = "intake.pipeline.pages.heavy_tasks:separate_file"
TRY_PLUGIN = "intake.pipeline.texts.trying:try_plugin"
TRAIN = "intake.pipeline.learning.contest:train_in_child"


def loading_for_pages(engine: str, languages: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the task by which what reads pages is loaded once, and an engine's ``languages``."""
    return _LOAD_FOR_PAGES, {"engine": engine, "languages": list(languages)}


def judging(documents: Sequence[Document], origin: Origin) -> dict[str, Any]:
    """Return the payload of ``JUDGE``; who asks adds the ``options``."""
    return {
        "documents": [document.model_dump(mode="json") for document in documents],
        "origin": origin.model_dump(mode="json"),
    }


def reading(
    path: Path,
    media_type: str | None,
    *,
    ocr: dict[str, Any],
    parsing: dict[str, Any],
    explain: bool = False,
) -> dict[str, Any]:
    """Return the payload of ``RECOGNISE_PAGES``.

    ``ocr`` and ``parsing`` are options as JSON; ``explain``: pictures of the pages are wanted as
    well. With ``is_letter`` added, barcodes are looked for too; with ``came_with``, the language
    (ISO 639-1) of the text that the file came with, it is read in that one too. It begins with the
    page ``first``, in the languages ``begin_in``, where these are added.
    """
    return {
        "path": str(path),
        "media_type": media_type,
        "parsing": parsing,
        "explain": explain,
        **ocr,
    }
