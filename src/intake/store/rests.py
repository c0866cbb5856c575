"""Rests: a source that refused us or asked us to slow down is left alone for a while.

A wrong password that is tried at every run makes a mail server lock the mailbox.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from intake.schemas.base import Frozen, UtcTime
from intake.store.database import tolerant_insert
from intake.store.tables import rests

_AFTER_REFUSALS_S = (0.0, 900.0, 3600.0)
"""How long a source rests after the first, the second and each later refusal in a row."""
_LONGEST_S = 86_400.0
"""No source rests for longer, whatever it asked for and however far ahead the clock was."""


class Rest(Frozen):
    """Until when a source is left alone, and why; it ends when its settings are changed."""

    until: UtcTime
    refusals: int
    reason: str
    settings: str
    """A digest of the source's settings, without secrets."""

    def is_on(self, now: datetime) -> bool:
        """Return whether it lasts still; one that began while the clock was ahead does not."""
        return now < self.until <= now + timedelta(seconds=_LONGEST_S)


def current(connection: Connection, source: str) -> Rest | None:
    """Return the last rest of a source, which may be over; None if there was none."""
    row = connection.execute(select(rests).where(rests.c.source == source)).first()
    return Rest(**{name: getattr(row, name) for name in Rest.model_fields}) if row else None


def after_refusal(
    connection: Connection, source: str, reason: str, now: datetime, *, settings: str
) -> None:
    """Let a source rest that refused us, longer if it did so before with the same settings."""
    known = current(connection, source)
    refusals = 1 + (known.refusals if known and known.settings == settings else 0)
    length_s = _AFTER_REFUSALS_S[min(refusals, len(_AFTER_REFUSALS_S)) - 1]
    until = now + timedelta(seconds=length_s)
    _write(
        connection, source, Rest(until=until, refusals=refusals, reason=reason, settings=settings)
    )


def slow_down(
    connection: Connection,
    source: str,
    reason: str,
    now: datetime,
    *,
    settings: str,
    for_s: float,
) -> None:
    """Let a source rest for as long as it asked for, a day at most."""
    known = current(connection, source)
    refusals = known.refusals if known else 0
    until = now + timedelta(seconds=min(_LONGEST_S, for_s))  # in this order, for NaN
    _write(
        connection, source, Rest(until=until, refusals=refusals, reason=reason, settings=settings)
    )


def end(connection: Connection, source: str) -> None:
    """Forget the refusals of a source that let us in."""
    connection.execute(delete(rests).where(rests.c.source == source))


def _write(connection: Connection, source: str, rest: Rest) -> None:
    values = rest.model_dump()
    connection.execute(
        tolerant_insert(connection, rests)
        .values(source=source, **values)
        .on_conflict_do_update(index_elements=["source"], set_=values)
    )
