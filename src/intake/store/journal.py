"""The append-only journal: events in streams without gaps, each chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.store.tables import events


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


def begin(
    connection: Connection, receipt_ids: Sequence[int], happening: Happening, at: datetime
) -> list[Event]:
    """Write the first event of each of these new receipts."""
    chained = [
        _chained(
            Event(
                stream=receipt_stream(receipt_id),
                seq=1,
                at=at,
                receipt_id=receipt_id,
                **happening.model_dump(),
            ),
            previous="",
        )
        for receipt_id in receipt_ids
    ]
    _insert(connection, chained)
    return chained


def append(
    connection: Connection,
    stream: str,
    happenings: Iterable[Happening],
    at: datetime,
    *,
    receipt_id: int | None = None,
    request_id: str | None = None,
    is_new: bool = False,
) -> list[Event]:
    """Write events at the end of a stream, in order; ``is_new`` says that it has none yet."""
    seq, previous = (0, "") if is_new else _end_of(connection, stream)
    chained: list[Event] = []
    for happening in happenings:
        seq += 1
        event = Event(
            stream=stream,
            seq=seq,
            at=at,
            receipt_id=receipt_id,
            request_id=request_id,
            **happening.model_dump(),
        )
        chained.append(_chained(event, previous=previous))
        previous = chained[-1].hash
    _insert(connection, chained)
    return chained


def history(connection: Connection, stream: str) -> list[Event]:
    """Return the events of a stream, oldest first."""
    rows = connection.execute(
        select(events).where(events.c.stream == stream).order_by(events.c.seq)
    )
    return [_event(row) for row in rows]


def is_chained(stream: Sequence[Event]) -> bool:
    """Return whether a whole stream is without gaps and unaltered."""
    previous = ""
    for seq, event in enumerate(stream, start=1):
        if event.seq != seq or event.hash != _digest(previous, event):
            return False
        previous = event.hash
    return True


def _end_of(connection: Connection, stream: str) -> tuple[int, str]:
    row = connection.execute(_LAST, {"wanted": stream}).first()
    return (row.seq, row.hash) if row else (0, "")


_LAST = (
    select(events.c.seq, events.c.hash)
    .where(events.c.stream == bindparam("wanted"))
    .order_by(events.c.seq.desc())
    .limit(1)
)


def _chained(event: Event, *, previous: str) -> Event:
    return event.model_copy(update={"hash": _digest(previous, event)})


def _digest(previous: str, event: Event) -> str:
    content = event.model_dump(mode="json", exclude={"hash"})
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def _insert(connection: Connection, chained: Sequence[Event]) -> None:
    if chained:
        connection.execute(
            insert(events), [event.model_dump() | {"data": dict(event.data)} for event in chained]
        )


def _event(row: Row[Any]) -> Event:
    return Event(**{name: getattr(row, name) for name in Event.model_fields})
