"""Reasons: why a person must look at a request."""

from __future__ import annotations

from intake.filing.readings import Readings
from intake.filing.senders import is_trusted_pec
from intake.schemas.classifications import Verdict
from intake.schemas.documents import FILES_INSIDE, ParsedMessage

_PEC_REMARKS = {
    "anomaly": "pec_anomaly",
    "nested-transport": "pec_forwarded",
    "rem": "rem_dispatch",
}
_REMARKABLE_DEFECTS = (
    "too_",
    "headers_too_",
    "header_too_",
    "text_too_",
    "daticert_",
    "pec_",
    "hidden_text",
    "locked_",
    "damaged_archive",
    "damaged_file",
    "encrypted_",
    "batch_",
    "letter_",
    "archive_",
)


def review_reasons(message: ParsedMessage, readings: Readings, verdict: Verdict) -> list[str]:
    """Return the codes that say why a person must look; none when nobody must."""
    reasons = list(verdict.review_reasons)
    if any(document.needs_review for document in readings.documents.values()):
        reasons.append("page_hard_to_read")
    kinds = {page.kind for each in readings.documents.values() for page in each.pages}
    reasons += [f"page_{kind}" for kind in sorted(kinds - {"print", "blank"})]
    if any(
        defect.code == "page_lost"
        for each in readings.documents.values()
        for defect in each.defects
    ):
        reasons.append("page_lost")
    if _has_unread_files(message, readings):
        reasons.append(FILES_INSIDE)
    reasons += [f"unread_{code}" for code in readings.unread.values()]
    reasons += [
        defect.code for defect in message.defects if defect.code.startswith(_REMARKABLE_DEFECTS)
    ]
    return reasons + _pec_reasons(message) + _fax_reasons(message, readings)


def _has_unread_files(message: ParsedMessage, readings: Readings) -> bool:
    """Return whether files lie in a PDF that are not among those of the message."""
    paths = [attachment.path for attachment in message.attachments]
    return any(
        defect.code == FILES_INSIDE and not any(other.startswith(f"{path}/") for other in paths)
        for path, document in readings.documents.items()
        for defect in document.defects
    )


def _pec_reasons(message: ParsedMessage) -> list[str]:
    if message.pec is None:
        return []
    if message.pec.pec_kind in _PEC_REMARKS:
        return [_PEC_REMARKS[message.pec.pec_kind]]
    return [] if is_trusted_pec(message) else ["pec_signature_unproved"]


def _fax_reasons(message: ParsedMessage, readings: Readings) -> list[str]:
    fax = message.fax
    if fax is None:
        return []
    is_whole = fax.status in (None, "ok")
    reasons = [] if is_whole else [f"fax_{str(fax.status).replace('-', '_')}"]
    page_count = sum(len(document.pages) for document in readings.documents.values())
    if fax.pages_declared is not None and page_count < fax.pages_declared:
        reasons.append("fax_pages_missing")
    return reasons
