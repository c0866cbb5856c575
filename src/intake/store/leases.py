"""One lease per source: while it is held, no other run polls that source."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, select, update

from intake.errors import SourceBusy
from intake.store.database import Database, tolerant_insert
from intake.store.owners import begin_work, end_work, is_dead
from intake.store.tables import leases

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Lease:
    """Holds the lease ``name`` while the context lasts.

    Every holder has a higher ``token`` than the one before; ``guard`` checks it inside a
    transaction, so that a holder who slept past the end cannot write.
    """

    def __init__(self, database: Database, name: str, *, lease_s: float) -> None:
        self._database = database
        self._name = name
        self._length = timedelta(seconds=lease_s)
        self._owner = ""
        self._token = 0
        self._renew_at_s = 0.0

    def __enter__(self) -> Self:
        """Take the lease.

        Raises:
            SourceBusy: another run holds it.
        """
        self._owner = begin_work()
        try:
            self._take()
        except BaseException:
            end_work(self._owner)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        end_work(self._owner)  # even if the database cannot be told
        with self._database.write() as connection:
            connection.execute(
                update(leases)
                .where(leases.c.name == self._name, leases.c.token == self._token)
                .values(expires_at=_LONG_AGO)  # by any clock
            )

    def guard(self, connection: Connection) -> None:
        """Prove inside a transaction that the lease is ours still, and lengthen it.

        Raises:
            SourceBusy: another run has taken it over; the transaction must not commit.
        """
        now = self._database.now(connection)
        renewed = connection.execute(
            update(leases)
            .where(leases.c.name == self._name, leases.c.token == self._token)
            .values(expires_at=now + self._length)
        )
        if renewed.rowcount == 0:
            raise SourceBusy(f"Another run has taken over {self._name}.")
        self._renew_at_s = time.monotonic() + self._length.total_seconds() / 2

    def renew_when_due(self) -> None:
        """Lengthen the lease once half of it is over; cheap to call for every chunk read.

        Raises:
            SourceBusy: another run has taken it over.
        """
        if time.monotonic() >= self._renew_at_s:
            with self._database.write() as connection:
                self.guard(connection)

    def _take(self) -> None:
        with self._database.write() as connection:
            row = lock(connection, self._name)
            now = self._database.now(connection)
            ends_at = now + self._length
            held = update(leases).where(leases.c.name == self._name)
            is_free = row.expires_at <= now or is_dead(row.owner)
            if is_free:
                self._token = row.token + 1
                connection.execute(
                    held.values(owner=self._owner, token=self._token, expires_at=ends_at)
                )
            elif row.expires_at > ends_at:  # taken while the clock was ahead
                connection.execute(held.values(expires_at=ends_at))
        if not is_free:
            until = min(row.expires_at, ends_at)
            raise SourceBusy(f"Another run holds {self._name} until {until:%H:%M:%S}Z.")
        self._renew_at_s = time.monotonic() + self._length.total_seconds() / 2


def lock(connection: Connection, name: str) -> Row[Any]:
    """Return the row of a lease, locked until the commit; what it stands for is one writer's.

    One that nobody ever held is written: there must be one to lock.
    """
    connection.execute(
        tolerant_insert(connection, leases)
        .values(name=name, owner="", token=0, expires_at=_LONG_AGO)
        .on_conflict_do_nothing()
    )
    wanted = select(leases).where(leases.c.name == name).with_for_update()
    return connection.execute(wanted).one()
