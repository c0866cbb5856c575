"""What every tier shares: a real PostgreSQL and Dovecot, and empty databases of each kind."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from intake import premises
from intake.engines.forking import ForkServers
from intake.errors import ToolMissing
from intake.pipeline.pages import one_file
from intake.pipeline.texts import asking
from intake.store import schema
from intake.store.database import Database
from intake.testing.dovecot import Dovecot
from intake.testing.postgres import Postgres

# Before numpy is imported, and as in our children: threads of several workers would wait for each
# other, and the encoder would be ten times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than processors: tests of what hangs wait two minutes in all."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session", autouse=True)
def _shared_fork_servers() -> Iterator[None]:
    """Let all of the session share its servers, every ``Intake`` and who has no store: each would
    load for a second.

    Tests of the servers themselves have their own.
    """

    class Shared(ForkServers):
        def close(self) -> None:
            """Stay open for the next test."""

    shared = Shared()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(premises, "ForkServers", lambda: shared)
        patch.setattr(asking, "_servers", shared)
        patch.setattr(one_file, "_servers", shared)
        yield
    ForkServers.close(shared)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return the session's PostgreSQL server. Fails, never skips, where it is not installed."""
    try:
        server = Postgres()
    except ToolMissing as error:
        pytest.fail(f"{error.message} {error.remedy}", pytrace=False)
    with server:
        yield server


KINDS = ["sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without tables; who asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'intake.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run who asks for a database on both kinds, unless it is marked as the same on either."""
    if "database_url" in metafunc.fixturenames:
        is_same = metafunc.definition.get_closest_marker("same_on_any_database") is not None
        metafunc.parametrize("database_url", KINDS[:1] if is_same else KINDS, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a migrated database without a row.

    To take a database through all migrations costs more than most tests: it is copied or emptied.
    """
    if request.param == "sqlite":
        copy = tmp_path / "intake.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    reused: Reused = request.getfixturevalue("migrated_postgresql")
    yield reused.take()
    reused.give_back()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that ``database_url`` copies."""
    path = tmp_path_factory.mktemp("migrated") / "intake.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: Postgres) -> Reused:
    """Return what gives ``database_url`` a database of PostgreSQL."""
    return Reused(postgres)


class Reused:
    """A database for one test after the other: to copy and drop one costs ten times as much.

    Each finds it empty and under another name, so that nobody of an earlier test reaches it. Who
    alters its schema has spoilt it: the next one gets a new copy.
    """

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = server.create_database()
        migrate(self._template)
        self._numbers = count(1)
        self._copy()

    def take(self) -> str:
        """Return the URL of the empty database."""
        name = f"reused{next(self._numbers)}"
        with self._connect(self._server.url()) as connection:
            connection.execute(f'ALTER DATABASE "{make_url(self._url).database}" RENAME TO {name}')
        self._url = self._server.url(name)
        return self._url

    def give_back(self) -> None:
        """Empty the database, without whoever is still connected to it."""
        with self._connect(self._url) as connection:
            while connection.execute(END_OTHERS).fetchall():
                time.sleep(0.01)
            is_sound = connection.execute(SCHEMA).fetchall() == self._schema
            connection.execute(EMPTY)
        if not is_sound:
            self._server.drop_database(self._url)
            self._copy()

    def _copy(self) -> None:
        self._url = self._server.create_database(make_url(self._template).database or "")
        with self._connect(self._url) as connection:
            self._schema = connection.execute(SCHEMA).fetchall()

    def _connect(self, url: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SCHEMA = """
SELECT oid, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid
"""
EMPTY = """
DO $$ DECLARE name text; is_used boolean; BEGIN
    SET LOCAL session_replication_role = replica;  -- in whatever order the tables refer to others
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_used;
        IF is_used THEN EXECUTE format('DELETE FROM %I', name); END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""


def migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Return the session's IMAP server: ``add_user`` makes a mailbox of a test's own."""
    with Dovecot(tokens={}) as server:
        yield server
