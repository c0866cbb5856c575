"""Requests with their senders; their files and what was thought of them stand beside this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from intake.errors import UnknownReference
from intake.schemas.base import Frozen, clean_text
from intake.schemas.classifications import Classification, Urgency
from intake.schemas.documents import RecognisedDocument
from intake.schemas.receipts import Receipt
from intake.schemas.requests import (
    OPEN_STATUSES,
    Channel,
    Kind,
    Request,
    RequestAttachment,
    RequestDraft,
    Sender,
    Status,
)
from intake.store import attachments as attachment_rows
from intake.store import opinions, references
from intake.store import receipts as receipt_rows
from intake.store.tables import attachments, parties, requests

_INDEXED_LENGTH = 500
_PARTY_FIELDS = tuple(Sender.model_fields)
_OWN_FIELDS = tuple(name for name in Request.model_fields if name not in ("sender", "attachments"))
_SELECT = select(
    requests, *(parties.c[name].label(f"sender_{name}") for name in _PARTY_FIELDS)
).join(
    parties, (parties.c.request_id == requests.c.id) & (parties.c.role == "sender"), isouter=True
)

_IS_OPEN = requests.c.status.in_(OPEN_STATUSES)
_IS_OPEN_EMERGENCY = and_(requests.c.urgency == Urgency.EMERGENCY, _IS_OPEN)
_IS_OPEN_HIGH = and_(requests.c.urgency == Urgency.HIGH, _IS_OPEN)
_IN_TURN = (_IS_OPEN_EMERGENCY, _IS_OPEN_HIGH, not_(or_(_IS_OPEN_EMERGENCY, _IS_OPEN_HIGH)))
"""Each a query of its own, which an index answers."""
_BY_MESSAGE_ID = _SELECT.where(
    requests.c.message_id.in_(bindparam("wanted", expanding=True))
).order_by(requests.c.created_at)


class NewRequest(Frozen):
    """A request that is about to be written, with what was read and thought of it."""

    request: Request
    receipt_id: int | None = None
    readings: Mapping[str, RecognisedDocument] = {}
    """What was read in the pages of its attachments, by attachment path."""
    opinions: tuple[Classification, ...] = ()


def number(draft: RequestDraft, request_id: str, reference: str, now: datetime) -> Request:
    """Return the request that a draft becomes with its reference and a tracking token."""
    return Request(
        **_values(draft),
        kind=draft.kind or Kind.OTHER,
        received_at=draft.received_at or now,
        id=request_id,
        reference=reference,
        tracking_token=references.new_tracking_token(),
        created_at=now,
        updated_at=now,
    )


def insert_requests(connection: Connection, new: Sequence[NewRequest], now: datetime) -> None:
    """Write requests with their senders, attachments, pages and opinions."""
    if not new:
        return
    connection.execute(insert(requests), [_row(each) for each in new])
    senders = [
        each.request.sender.model_dump() | {"request_id": each.request.id, "role": "sender"}
        for each in new
    ]
    connection.execute(insert(parties), senders)
    for each in new:
        files = each.request.attachments
        attachment_rows.insert_attachments(connection, each.request.id, files, each.readings)
    given = ((each.request.id, opinion) for each in new for opinion in each.opinions)
    opinions.insert_opinions(connection, given, now)


def get(connection: Connection, reference: str) -> Request:
    """Return a request by its reference or id.

    Raises:
        UnknownReference: there is none.
    """
    wanted = clean_text(reference.strip())
    query = _SELECT.where(
        or_(requests.c.reference == wanted.upper(), requests.c.id == wanted.lower())
    )
    row = connection.execute(query).first()
    if row is None:
        raise UnknownReference(f"There is no request {wanted}.")
    return _whole(connection, row)


def lock(connection: Connection, request_id: str) -> None:
    """Hold a request until the commit: its status and its events are one writer's at a time."""
    connection.execute(
        select(requests.c.id).where(requests.c.id == request_id).with_for_update(key_share=True)
    )


def receipt_of(connection: Connection, request_id: str) -> Receipt | None:
    """Return the receipt that a request was made from; None if a front end filed it."""
    query = select(requests.c.receipt_id).where(requests.c.id == request_id)
    receipt_id = connection.execute(query).scalar_one()
    return None if receipt_id is None else receipt_rows.get(connection, receipt_id)


def find_by_submission_key(connection: Connection, key: str) -> Request | None:
    """Return the request that a front end filed under its own key."""
    row = connection.execute(_SELECT.where(requests.c.submission_key == key)).first()
    return _whole(connection, row) if row else None


def find(
    connection: Connection,
    *,
    channel: Channel | None = None,
    topics: Sequence[str] | None = None,
    status: Status | None = None,
    since: datetime | None = None,
    needs_review: bool | None = None,
    search: str | None = None,
    limit: int = 50,
) -> list[Request]:
    """Return requests without their attachments: open emergencies first, then open ones of high
    urgency, then the others; in each of the three the newest first.

    ``search`` is looked for in subject, text, text of attachments, reference, sender's name
    and address, without regard to case.
    """
    wanted = {"channel": channel, "status": status, "needs_review": needs_review}
    query = _SELECT.order_by(requests.c.received_at.desc(), requests.c.id.desc())
    for name, value in wanted.items():
        if value is not None:
            query = query.where(requests.c[name] == value)
    if topics is not None:
        query = query.where(requests.c.topic.in_(topics))
    if since is not None:
        query = query.where(requests.c.received_at >= since)
    if search:
        query = _searching(query, search)
    found: list[Row[Any]] = []
    for in_turn in _IN_TURN:
        if len(found) < limit:
            found += connection.execute(query.where(in_turn).limit(limit - len(found)))
    return [_request(row, ()) for row in found]


def find_by_message_id(connection: Connection, message_ids: Iterable[str]) -> list[Request]:
    """Return the requests made from messages with one of these ids, oldest first."""
    wanted = sorted({_indexed(message_id) for message_id in message_ids if message_id})
    if not wanted:
        return []
    return [_request(row, ()) for row in connection.execute(_BY_MESSAGE_ID, {"wanted": wanted})]


def find_by_references(connection: Connection, wanted: Iterable[str]) -> list[Request]:
    """Return the requests of these references that there are, oldest first."""
    listed = sorted(set(wanted))
    if not listed:
        return []
    query = _SELECT.where(requests.c.reference.in_(listed)).order_by(requests.c.created_at)
    return [_request(row, ()) for row in connection.execute(query)]


def find_by_id(connection: Connection, request_ids: Iterable[str]) -> list[Request]:
    """Return the requests with these ids, oldest first."""
    listed = sorted(set(request_ids))
    if not listed:
        return []
    query = _SELECT.where(requests.c.id.in_(listed)).order_by(requests.c.created_at)
    return [_request(row, ()) for row in connection.execute(query)]


def flag(connection: Connection, request: Request, reason: str, now: datetime) -> Request:
    """Ask for a person's look at a request, for one more reason."""
    reasons = list(dict.fromkeys((*request.review_reasons, reason)))
    return _change(connection, request, {"needs_review": True, "review_reasons": reasons}, now)


def move(connection: Connection, request: Request, to: Status, now: datetime) -> Request:
    """Write a new status; which moves are allowed is decided elsewhere."""
    return _change(connection, request, {"status": to}, now)


def set_topic(
    connection: Connection, request: Request, values: Mapping[str, Any], now: datetime
) -> Request:
    """Write the topic that a person chose, and what follows from it."""
    return _change(connection, request, dict(values), now)


def labelled(connection: Connection) -> list[Request]:
    """Return the requests whose topic a person chose, the oldest first, without attachments."""
    query = _SELECT.where(requests.c.topic_by == "person").order_by(requests.c.created_at)
    return [_request(row, ()) for row in connection.execute(query)]


def _values(draft: RequestDraft) -> dict[str, Any]:
    names = RequestDraft.model_fields.keys() - {"received_at", "kind"}
    return {name: getattr(draft, name) for name in names}


def _row(new: NewRequest) -> dict[str, Any]:
    request = new.request
    values = {name: getattr(request, name) for name in _OWN_FIELDS}
    message_id = request.external_ids.get("message_id")
    return values | {
        "review_reasons": list(request.review_reasons),
        "external_ids": dict(request.external_ids),
        "details": dict(request.details),
        "letter": request.letter.model_dump(mode="json") if request.letter else None,
        "message_id": _indexed(message_id) if message_id else None,
        "receipt_id": new.receipt_id,
    }


def _indexed(message_id: str) -> str:
    """Shorten what PostgreSQL could not index (2,704 bytes an entry)."""
    return message_id[:_INDEXED_LENGTH]


def _change(
    connection: Connection, request: Request, values: dict[str, Any], now: datetime
) -> Request:
    values = values | {"updated_at": now}
    connection.execute(update(requests).where(requests.c.id == request.id).values(**values))
    return request.model_copy(update=values)


def _searching(query: Select[Any], words: str) -> Select[Any]:
    columns = (
        requests.c.subject,
        requests.c.text,
        requests.c.reference,
        parties.c.name,
        parties.c.email,
    )
    for word in words.split():
        in_attachment = exists().where(
            attachments.c.request_id == requests.c.id,
            attachments.c.text.icontains(word, autoescape=True),
        )
        own = (column.icontains(word, autoescape=True) for column in columns)
        query = query.where(or_(*own, in_attachment))
    return query


def _whole(connection: Connection, row: Row[Any]) -> Request:
    return _request(row, attachment_rows.of_request(connection, row.id))


def _request(row: Row[Any], found: tuple[RequestAttachment, ...]) -> Request:
    values = {name: getattr(row, name) for name in _OWN_FIELDS}
    sender = Sender(**{name: getattr(row, f"sender_{name}") for name in _PARTY_FIELDS})
    return Request(**values, sender=sender, attachments=found)
