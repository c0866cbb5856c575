"""What a letter or fax says of itself, found by the child that reads texts."""

from __future__ import annotations

from intake.engines.children import Child
from intake.errors import TransientFailure
from intake.filing.readings import Readings
from intake.pipeline import tasks
from intake.pipeline.texts.asking import is_hang, is_too_much
from intake.schemas.documents import Defect
from intake.schemas.letters import LetterFacts, LetterOptions
from intake.schemas.receipts import Receipt


def read_letter(
    child: Child, receipt: Receipt, readings: Readings, options: LetterOptions, *, may_lack: bool
) -> tuple[LetterFacts | None, tuple[Defect, ...]]:
    """Return what the pages of a letter say of themselves.

    None where that hung, or is too much and ``may_lack``: then a person must look.

    Raises:
        TransientFailure: the child died, and the item is tried again.
    """
    payload = {
        "documents": {
            path: document.model_dump(mode="json") for path, document in readings.documents.items()
        },
        "options": options.model_dump(mode="json"),
        "not_after": receipt.received_at and receipt.received_at.date().isoformat(),
    }
    try:
        answer = child.call(tasks.READ_LETTER, payload)
    except TransientFailure as failure:
        if not ((may_lack or is_hang(failure)) and is_too_much(failure, child)):
            raise
        return None, (Defect(code="letter_facts_missing", detail=failure.code),)
    return LetterFacts.model_validate(answer), ()
