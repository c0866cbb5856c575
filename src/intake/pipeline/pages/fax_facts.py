"""What the sending machine's own line adds to the facts of a fax."""

from __future__ import annotations

from collections.abc import Iterable

from intake.schemas.documents import FaxFacts, FaxHeader, ParsedMessage, RecognisedDocument

_SURE = 0.9
"""From this confidence on a number or a count is taken over; below it stands in ``header`` only."""


def with_header(
    message: ParsedMessage, documents: Iterable[RecognisedDocument], *, profile: str
) -> ParsedMessage:
    """Return the message of a fax with what its header lines say, any other message as it is.

    What the gateway's mail says stays: a header line is the sender's claim, and each fact taken
    from it is named in ``evidence`` as ``header_line:FACT``.
    """
    if message.fax is None and profile != "fax":
        return message
    pages = (page for document in documents for page in document.pages)
    headers = [page.fax_header for page in pages if page.fax_header is not None]
    if not headers:
        return message
    header = max(headers, key=lambda each: each.confidence)
    known = message.fax or FaxFacts()
    added = {
        name: value
        for name, value in _claims(header).items()
        if value is not None and getattr(known, name) is None and not _is_said(known, name)
    }
    evidence = (*known.evidence, *(f"header_line:{name}" for name in added))
    fax = known.model_copy(update={**added, "header": header, "evidence": evidence})
    return message.model_copy(update={"fax": fax})


def _claims(header: FaxHeader) -> dict[str, str | int | None]:
    if header.confidence < _SURE:
        return {}
    return {
        "caller_name": header.name,
        "caller_number_raw": header.number,
        "pages_declared": header.pages,
    }


def _is_said(fax: FaxFacts, name: str) -> bool:
    """Say whether the mail names the calling number in another form."""
    numbers = (fax.caller_number_raw, fax.caller_number_e164, fax.remote_station_id)
    return name == "caller_number_raw" and any(numbers)
