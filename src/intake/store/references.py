"""References for citizens, gap-free per year, with a check digit; tracking tokens; ids."""

from __future__ import annotations

import re
import secrets

import uuid6
from sqlalchemy import Connection, Integer, bindparam, update

from intake.store.database import tolerant_insert
from intake.store.tables import counters

_PATTERN = re.compile(r"\b([A-Z]{1,10})-(\d{4})-(\d{7,})-(\d)\b", re.IGNORECASE)


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


def format_reference(prefix: str, year: int, number: int) -> str:
    """Return ``CC-2026-0000042-7`` for ("CC", 2026, 42)."""
    digits = f"{year:04d}{number:07d}"
    return f"{prefix}-{digits[:4]}-{digits[4:]}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Return the check digit of ISO/IEC 7064 MOD 11,10 over decimal digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def find_references(text: str, prefix: str) -> list[str]:
    """Return the references of this prefix in a text whose check digit is right, in order."""
    return [
        match.group(0).upper()
        for match in _PATTERN.finditer(text)
        if match.group(1).upper() == prefix.upper()
        and check_digit(match.group(2) + match.group(3)) == int(match.group(4))
    ]
