from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from intake.errors import ToolMissing
from intake.testing import postgres as module
from intake.testing.postgres import Postgres, StopMode


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_every_test_gets_an_empty_database_of_its_own(postgres: Postgres) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    with connect(first) as connection:
        connection.execute(text("CREATE TABLE only_here (id int)"))

    with connect(second) as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables")).scalars().all()

    assert "only_here" not in tables
    postgres.drop_database(first)
    postgres.drop_database(second)


def test_the_promise_is_switched_on(postgres: Postgres) -> None:
    with connect(postgres.url()) as connection:
        assert connection.execute(text("SHOW fsync")).scalar() == "on"
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert connection.execute(text("SHOW listen_addresses")).scalar() == ""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Return a server to be stopped, and started again; that of the session must not be."""
    with Postgres() as started:
        yield started


@pytest.mark.parametrize("mode", ["smart", "fast", "immediate", "kill"])
def test_what_was_committed_survives_the_end_of_the_server(
    mode: StopMode, server: Postgres
) -> None:
    url = server.create_database()
    with connect(url) as connection:
        connection.execute(text("CREATE TABLE kept (id int)"))
        connection.execute(text("INSERT INTO kept VALUES (42)"))

    server.stop(mode)
    server.start()

    with connect(url) as connection:
        assert connection.execute(text("SELECT id FROM kept")).scalar() == 42


def be_killed_in_a_transaction(server: Postgres) -> None:
    with connect(server.url()) as connection:
        connection.execute(text("CREATE TABLE uncommitted (id int)"))
        server.stop("kill")
        connection.execute(text("SELECT 1"))


def test_a_server_that_is_killed_under_a_client_comes_back(server: Postgres) -> None:
    with pytest.raises(OperationalError):
        be_killed_in_a_transaction(server)

    server.start()

    with connect(server.url()) as connection:
        assert connection.execute(text("SELECT to_regclass('uncommitted')")).scalar() is None


def test_nothing_is_left_behind() -> None:
    with Postgres() as server:
        folder = Path(server.url().partition("host=")[2])
        assert folder.is_dir()

    assert not folder.exists()


def test_a_missing_server_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "_DEBIAN_HOME", tmp_path)

    with pytest.raises(ToolMissing) as caught:
        Postgres()

    assert "apt-get install postgresql" in caught.value.remedy


def test_both_kinds_of_database_are_really_used(database_url: str) -> None:
    with connect(database_url) as connection:
        assert connection.dialect.name in database_url
