"""What the child of one picture or PDF does: JSON in, JSON out. ``stages.py`` calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intake import plugins
from intake.interfaces import OcrEngine
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.parsing.operator_files import read_passwords
from intake.pipeline.disk import open_blob
from intake.schemas.parsers import ParserOptions

RECOGNISE = "intake.pipeline.heavy_tasks:recognise_file"


def payload(
    path: Path, media_type: str | None, *, ocr: dict[str, Any], parsing: dict[str, Any]
) -> dict[str, Any]:
    """Return what ``recognise_file`` takes; ``ocr`` and ``parsing`` are options as JSON."""
    return {"path": str(path), "media_type": media_type, "parsing": parsing, **ocr}


def recognise_file(payload: dict[str, Any]) -> dict[str, Any]:
    """Read the text in the picture or PDF ``path``."""
    with open_blob(Path(payload["path"])) as stream:
        content = stream.read()
    document = recognise(
        content,
        payload["media_type"],
        engine=_engine(payload["engine"]),
        languages=payload["languages"],
        limits=PageLimits.model_validate(payload["limits"]),
        passwords=read_passwords(ParserOptions.model_validate(payload["parsing"])),
    )
    return document.model_dump(mode="json")


def _engine(name: str) -> OcrEngine:
    engine: OcrEngine = plugins.load("ocr_engines", name)()
    return engine
