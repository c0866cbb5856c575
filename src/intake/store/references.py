"""The numbers of references, gap-free per year; tracking tokens; ids."""

from __future__ import annotations

import secrets

import uuid6
from sqlalchemy import Connection, Integer, bindparam, update

from intake.store.database import tolerant_insert
from intake.store.tables import counters


def new_request_id() -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): unique without asking anyone, ordered by time."""
    return str(uuid6.uuid7())


def new_tracking_token() -> str:
    """Return 128 random bits for public look-ups, 22 characters."""
    return secrets.token_urlsafe(16)


def take_numbers(connection: Connection, year: int, count: int) -> range:
    """Take the year's next ``count`` numbers; a roll-back gives them back: there are no gaps.

    The counter's row stays locked until the commit: call it as late as can be.
    """
    wanted = {"of_year": year, "as_many": count}
    last = connection.execute(_TAKE, wanted).scalar_one_or_none()
    if last is None:
        first = (
            tolerant_insert(connection, counters)
            .values(year=year, last=count)
            .on_conflict_do_update(index_elements=["year"], set_={"last": counters.c.last + count})
            .returning(counters.c.last)
        )
        last = connection.execute(first).scalar_one()
    return range(int(last) - count + 1, int(last) + 1)


_TAKE = (
    update(counters)
    .where(counters.c.year == bindparam("of_year"))
    .values(last=counters.c.last + bindparam("as_many", type_=Integer))
    .returning(counters.c.last)
)
