"""Has a searchable PDF made of a file that was read, at no risk for what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intake.engines.children import Child
from intake.errors import TransientFailure, UnreadableItem
from intake.pipeline import tasks
from intake.schemas.documents import Defect, RecognisedDocument

_CODE = "no_searchable_pdf"


def write_searchable_pdf(
    child: Child,
    payload: dict[str, Any],
    document: RecognisedDocument,
    out: Path,
    *,
    within_s: float | None = None,
) -> RecognisedDocument:
    """Have the child write ``out``; return the document, with a defect where there is no PDF.

    It is a task of its own after the reading: whoever crashes, hangs or runs out of memory over
    it costs the PDF and not the text. ``payload`` is that of the reading; ``within_s``
    (seconds) is the most that it may take, where that is less than the child's limit.

    Raises:
        TransientFailure: the run was stopped.
    """
    task = payload | {"document": document.model_dump(mode="json"), "out": str(out)}
    try:
        child.call(tasks.WRITE_PDF, task, within_s=within_s)
    except (TransientFailure, UnreadableItem) as error:
        if child.is_killed:
            raise
        out.unlink(missing_ok=True)
        lack = Defect(code=_CODE, detail=error.message)
        return document.model_copy(update={"defects": (*document.defects, lack)})
    return document
