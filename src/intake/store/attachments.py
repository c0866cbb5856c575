"""The files of a request, and page by page what was read in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, insert, select

from intake.schemas.documents import Page, RecognisedDocument
from intake.schemas.requests import RequestAttachment
from intake.store.tables import attachments, pages

_OF_PAGES = {"page_count", "languages"}
"""What an attachment says of its pages; their rows tell it."""
_UNSTORED = {"words", "fax_header", "barcodes", "corners"}


def insert_attachments(
    connection: Connection,
    request_id: str,
    files: Sequence[RequestAttachment],
    readings: Mapping[str, RecognisedDocument],
) -> None:
    """Write the files of a request, with the pages of those in ``readings``, by path."""
    rows = [
        file.model_dump(exclude=_OF_PAGES) | {"request_id": request_id, "position": position}
        for position, file in enumerate(files, start=1)
    ]
    if not rows:
        return
    ids = connection.execute(
        insert(attachments).returning(attachments.c.id, sort_by_parameter_order=True), rows
    ).scalars()
    for attachment_id, file in zip(ids, files, strict=True):
        if document := readings.get(file.path):
            _insert_pages(connection, attachment_id, document)


def of_request(connection: Connection, request_id: str) -> tuple[RequestAttachment, ...]:
    """Return the files of a request in their order."""
    rows = connection.execute(
        select(attachments)
        .where(attachments.c.request_id == request_id)
        .order_by(attachments.c.position)
    )
    read_in = _languages_of_pages(connection, request_id)
    names = RequestAttachment.model_fields.keys() - _OF_PAGES
    return tuple(
        RequestAttachment(
            **{name: getattr(row, name) for name in names},
            page_count=len(read_in[row.id]),
            languages=tuple(dict.fromkeys(chain.from_iterable(read_in[row.id]))),
        )
        for row in rows
    )


def _languages_of_pages(
    connection: Connection, request_id: str
) -> defaultdict[int, list[list[str]]]:
    """Return, by the id of each file of a request, the languages of its pages in order."""
    found: defaultdict[int, list[list[str]]] = defaultdict(list)
    rows = connection.execute(
        select(pages.c.attachment_id, pages.c.languages)
        .join(attachments)
        .where(attachments.c.request_id == request_id)
        .order_by(pages.c.attachment_id, pages.c.number)
    )
    for attachment_id, languages in rows:
        found[attachment_id].append(languages)
    return found


def _insert_pages(connection: Connection, attachment_id: int, document: RecognisedDocument) -> None:
    shared = {
        "attachment_id": attachment_id,
        "engine": document.engine,
        "engine_version": document.engine_version,
    }
    rows = [_page_row(page) | shared for page in document.pages]
    if rows:
        connection.execute(insert(pages), rows)


def _page_row(page: Page) -> dict[str, Any]:
    """Return a page's columns; a word is a list, in the order of its fields, to save room."""
    words = [list(word.model_dump().values()) for word in page.words]
    return page.model_dump(exclude=_UNSTORED) | {"words": words}
