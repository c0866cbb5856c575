"""The life of models, as the journal tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from intake.schemas.events import Event
from intake.store.journal import MODELS, history

_PUT_TO_USE = ("model.live", "model.chosen")
_ATTEMPTS = ("model.live", "model.kept", "model.not_trained")


def put_to_use(connection: Connection) -> str | None:
    """Return the version that was put to use last; None if none ever was."""
    found = next(_latest(connection, _PUT_TO_USE), None)
    return str(found.data["version"]) if found else None


def last_attempt(connection: Connection) -> Event | None:
    """Return what came of the last training that says how often topics had been chosen by then."""
    attempts = _latest(connection, _ATTEMPTS)
    return next((each for each in attempts if "corrections" in each.data), None)


def _latest(connection: Connection, types: Sequence[str]) -> Iterator[Event]:
    """Yield the events of these types, the latest first."""
    happened = reversed(history(connection, MODELS))
    return (event for event in happened if event.type in types)
