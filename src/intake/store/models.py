"""The life of models, as the journal tells it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from intake.store.journal import MODELS
from intake.store.tables import events

_PUT_TO_USE = ("model.live", "model.chosen")


def put_to_use(connection: Connection) -> str | None:
    """Return the version that was put to use last; None if none ever was."""
    data = connection.execute(
        select(events.c.data)
        .where(events.c.stream == MODELS, events.c.type.in_(_PUT_TO_USE))
        .order_by(events.c.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if data is None else str(data["version"])
