"""The life of models, as the journal tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from intake.schemas.events import Event
from intake.store.journal import MODELS, history, latest

PUT_TO_USE = ("model.live", "model.chosen")
"""What happens when a version is put to use."""
_ATTEMPTS = ("model.live", "model.kept", "model.not_trained")


def put_to_use(connection: Connection) -> str | None:
    """Return the version that was put to use last; None if none ever was."""
    found = last_use(connection)
    return str(found.data["version"]) if found else None


def last_use(connection: Connection) -> Event | None:
    """Return what put a version to use last; None if nothing ever did."""
    return latest(connection, MODELS, PUT_TO_USE)


def reasons(connection: Connection) -> dict[str, str]:
    """Return why versions went live or were kept, where it is more than their records say.

    Once a version was in use, why it was kept before or is kept again no longer counts.
    """
    told: dict[str, str] = {}
    used: set[str] = set()
    for event in history(connection, MODELS):
        version = str(event.data.get("version"))
        is_new = version not in used
        if event.type == "model.live" or (event.type == "model.kept" and is_new):
            told[version] = event.data["reason"]
        elif event.type == "model.chosen" and is_new:
            told.pop(version, None)
        if event.type in PUT_TO_USE:
            used.add(version)
    return told


def last_attempt(connection: Connection) -> Event | None:
    """Return what came of the last training that says how often topics had been chosen by then."""
    attempts = _latest(connection, _ATTEMPTS)
    return next((each for each in attempts if "corrections" in each.data), None)


def _latest(connection: Connection, types: Sequence[str]) -> Iterator[Event]:
    """Yield the events of these types, the latest first; each is read when it is wanted."""
    before = None
    while (event := latest(connection, MODELS, types, before=before)) is not None:
        yield event
        before = event.seq
