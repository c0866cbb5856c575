"""A database that one test after the other uses is as new for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def _next_event(connection: psycopg.Connection[Any]) -> object:
    found = connection.execute("SELECT nextval(pg_get_serial_sequence('events', 'id'))")
    return found.fetchall()[0][0]


@pytest.fixture
def reused(migrated_postgresql: Any) -> Iterator[Any]:
    yield migrated_postgresql
    migrated_postgresql.give_back()


def test_nothing_that_a_test_wrote_and_nobody_who_wrote_it_is_left(reused: Any) -> None:
    first = reused.take()
    with _connect(first) as still_there:
        still_there.execute("INSERT INTO counters VALUES (2026, 1)")
        assert _next_event(still_there) == 1
        still_there.execute("BEGIN")
        still_there.execute("LOCK counters")

        reused.give_back()
        second = reused.take()

        with pytest.raises(psycopg.OperationalError):
            still_there.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        _connect(first)
    with _connect(second) as connection:
        assert connection.execute("SELECT count(*) FROM counters").fetchall() == [(0,)]
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]
        assert _next_event(connection) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        "DROP VIEW events_v1",
        "ALTER TABLE events DROP COLUMN actor CASCADE",
        "CREATE TABLE other (id int)",
        "ALTER TABLE counters ADD CHECK (last > 5)",
    ],
)
def test_who_alters_the_schema_spoils_it_for_nobody(reused: Any, spoil: str) -> None:
    with _connect(reused.take()) as connection:
        connection.execute(spoil)
    reused.give_back()

    with _connect(reused.take()) as connection:
        assert connection.execute("SELECT actor FROM events_v1").fetchall() == []
        assert connection.execute("SELECT to_regclass('other')").fetchall() == [(None,)]
        connection.execute("INSERT INTO counters VALUES (2026, 1)")
