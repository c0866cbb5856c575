"""Replies: which messages were sent about a request, by whoever sends them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from intake.store.database import tolerant_insert
from intake.store.tables import replies

_BY_MESSAGE_ID = select(replies.c.message_id, replies.c.request_id).where(
    replies.c.message_id.in_(bindparam("wanted", expanding=True))
)


def record(connection: Connection, request_id: str, message_id: str, now: datetime) -> bool:
    """Write down that a message was sent about a request; return False if that was known."""
    row = {"message_id": message_id, "request_id": request_id, "recorded_at": now}
    insert = tolerant_insert(connection, replies).values(**row).on_conflict_do_nothing()
    return connection.execute(insert.returning(replies.c.message_id)).first() is not None


def find(connection: Connection, message_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return message id and request id of each of these messages that we know of."""
    wanted = sorted(set(message_ids))
    if not wanted:
        return []
    rows = connection.execute(_BY_MESSAGE_ID, {"wanted": wanted})
    return [(row.message_id, row.request_id) for row in rows]
