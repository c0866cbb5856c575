"""Cursors: from where a source is listed next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from intake.schemas.base import Frozen, UtcTime
from intake.store.database import tolerant_insert
from intake.store.tables import cursors


class Cursor(Frozen):
    """From where a source is listed next, and when it was last listed whole."""

    after: str | None = None
    listed_whole_at: UtcTime | None = None


def get(connection: Connection, source: str) -> Cursor:
    """Return from where a source is listed next."""
    row = connection.execute(select(cursors).where(cursors.c.source == source)).first()
    return Cursor(after=row.cursor, listed_whole_at=row.listed_whole_at) if row else Cursor()


def put(connection: Connection, source: str, value: Cursor, now: datetime) -> None:
    """Write down from where a source is listed next."""
    values = {
        "cursor": value.after,
        "listed_whole_at": value.listed_whole_at,
        "updated_at": now,
    }
    connection.execute(
        tolerant_insert(connection, cursors)
        .values(source=source, **values)
        .on_conflict_do_update(index_elements=["source"], set_=values)
    )
