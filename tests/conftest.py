"""What every tier shares: a real PostgreSQL and Dovecot, and empty databases of each kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from intake import premises
from intake.engines.forking import ForkServers
from intake.errors import ToolMissing
from intake.store import schema
from intake.store.database import Database
from intake.testing.dovecot import Dovecot
from intake.testing.postgres import Postgres

# Before numpy is imported, and as in our children: threads of several workers would wait for each
# other, and the encoder would be ten times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def _shared_fork_servers() -> Iterator[None]:
    """Let every ``Intake`` of the session share its servers: each would load for a second.

    Tests of the servers themselves have their own.
    """

    class Shared(ForkServers):
        def close(self) -> None:
            """Stay open for the next test."""

    shared = Shared()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(premises, "ForkServers", lambda: shared)
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

    It is copied: to take a database through all migrations costs more than most tests.
    """
    if request.param == "sqlite":
        copy = tmp_path / "intake.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database(request.getfixturevalue("migrated_postgresql"))
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that ``database_url`` copies."""
    path = tmp_path_factory.mktemp("migrated") / "intake.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: Postgres) -> str:
    """Return the name of the database that ``database_url`` copies."""
    url = postgres.create_database()
    migrate(url)
    return make_url(url).database or ""


def migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Return the session's IMAP server: ``add_user`` makes a mailbox of a test's own."""
    with Dovecot(tokens={}) as server:
        yield server
