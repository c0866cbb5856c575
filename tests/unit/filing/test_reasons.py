"""A request that a person must look at says why."""

from __future__ import annotations

import pytest

from intake.filing.readings import Readings
from intake.filing.reasons import review_reasons
from intake.schemas.classifications import Verdict
from intake.schemas.documents import (
    Attachment,
    Defect,
    Page,
    ParsedMessage,
    RecognisedDocument,
)

SURE = Verdict(topic="info", needs_review=False, confidence=1.0)


def _reasons(*paths: str, **document: object) -> list[str]:
    """Return the reasons for the first of the files, of which ``document`` was read."""
    attachments = tuple(
        Attachment(path=path, media_type="application/pdf", size_bytes=1, sha256="0" * 64)
        for path in paths
    )
    read = RecognisedDocument.model_validate({"media_type": "application/pdf", **document})
    message = ParsedMessage(profile="mail", attachments=attachments)
    return review_reasons(message, Readings(documents={paths[0]: read}), SURE)


INSIDE = {"defects": (Defect(code="files_inside", detail="page 1"),), "pages": (Page(number=1),)}


@pytest.mark.parametrize(
    ("paths", "reasons"),
    [
        (("a.pdf",), ["files_inside"]),
        (("a.pdf", "a.pdf.txt"), ["files_inside"]),
        (("a.pdf", "a.pdf/lettera.pdf"), []),
    ],
)
def test_files_in_a_pdf_that_nobody_took_out_are_a_reason(
    paths: tuple[str, ...], reasons: list[str]
) -> None:
    assert _reasons(*paths, **INSIDE) == reasons
