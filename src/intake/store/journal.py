"""The append-only journal: events in streams without gaps, each chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.store.tables import events

MODELS = "models"
"""The stream of what happens to the learned models."""


class Happening(Frozen):
    """An event before it has its place in the stream."""

    type: str
    data: Mapping[str, Any] = {}
    actor: str = "intake"


def receipt_stream(receipt_id: int) -> str:
    """Return the name of a receipt's stream."""
    return f"receipt:{receipt_id}"


def request_stream(request_id: str) -> str:
    """Return the name of a request's stream."""
    return f"request:{request_id}"


class Entry(Frozen):
    """What is to be written at the end of one stream; ``is_new`` says that it has none yet."""

    stream: str
    happenings: tuple[Happening, ...]
    receipt_id: int | None = None
    request_id: str | None = None
    is_new: bool = False


def of_receipt(receipt_id: int, *happenings: Happening, is_new: bool = False) -> Entry:
    """Return the entry that tells what happened to a receipt."""
    stream = receipt_stream(receipt_id)
    return Entry(stream=stream, happenings=happenings, receipt_id=receipt_id, is_new=is_new)


def of_request(request_id: str, *happenings: Happening, is_new: bool = False) -> Entry:
    """Return the entry that tells what happened to a request."""
    stream = request_stream(request_id)
    return Entry(stream=stream, happenings=happenings, request_id=request_id, is_new=is_new)


def append(connection: Connection, entries: Sequence[Entry], at: datetime) -> list[Event]:
    """Write entries, each at the end of a stream of its own, and return them as events."""
    ends = _ends_of(connection, [entry.stream for entry in entries if not entry.is_new])
    chained: list[Event] = []
    for entry in entries:
        seq, previous = ends.get(entry.stream, (0, ""))
        for number, happening in enumerate(entry.happenings, start=seq + 1):
            chained.append(_chained(_event_of(entry, number, happening, at), previous=previous))
            previous = chained[-1].hash
    if chained:
        connection.execute(insert(events), [_row(event) for event in chained])
    return chained


def history(connection: Connection, stream: str) -> list[Event]:
    """Return the events of a stream, oldest first."""
    rows = connection.execute(
        select(events).where(events.c.stream == stream).order_by(events.c.seq)
    )
    return [_event(row) for row in rows]


def latest(
    connection: Connection, stream: str, types: Sequence[str], *, before: int | None = None
) -> Event | None:
    """Return the last event of a stream that is of one of these types, ``before`` a number."""
    wanted = select(events).where(events.c.stream == stream, events.c.type.in_(types))
    if before is not None:
        wanted = wanted.where(events.c.seq < before)
    row = connection.execute(wanted.order_by(events.c.seq.desc()).limit(1)).first()
    return None if row is None else _event(row)


def is_chained(stream: Sequence[Event]) -> bool:
    """Return whether a whole stream is without gaps and unaltered."""
    previous = ""
    for seq, event in enumerate(stream, start=1):
        if event.seq != seq or event.hash != _digest(previous, event):
            return False
        previous = event.hash
    return True


def _ends_of(connection: Connection, streams: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return number and hash of the last event of each stream that has any."""
    if not streams:
        return {}
    rows = connection.execute(_WHOLE, {"wanted": streams})
    return {stream: (seq, digest) for stream, seq, digest in rows}


_WHOLE = (
    select(events.c.stream, events.c.seq, events.c.hash)
    .where(events.c.stream.in_(bindparam("wanted", expanding=True)))
    .order_by(events.c.seq)
)


def _event_of(entry: Entry, seq: int, happening: Happening, at: datetime) -> Event:
    return Event(
        stream=entry.stream,
        seq=seq,
        type=happening.type,
        at=at,
        actor=happening.actor,
        receipt_id=entry.receipt_id,
        request_id=entry.request_id,
        data=happening.data,
    )


def _chained(event: Event, *, previous: str) -> Event:
    return event.model_copy(update={"hash": _digest(previous, event)})


def _digest(previous: str, event: Event) -> str:
    content = event.model_dump(mode="json", exclude={"hash"})
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def _row(event: Event) -> dict[str, Any]:
    return event.model_dump() | {"data": dict(event.data)}


def _event(row: Row[Any]) -> Event:
    return Event(**{name: getattr(row, name) for name in Event.model_fields})
