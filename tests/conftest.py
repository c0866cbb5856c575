"""What every tier shares: a real PostgreSQL and Dovecot, and empty databases of each kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.errors import ToolMissing
from intake.testing.dovecot import Dovecot
from intake.testing.postgres import Postgres

# Before numpy is imported, and as in our children: threads of several workers would wait for each
# other, and the encoder would be ten times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return the session's PostgreSQL server. Fails, never skips, where it is not installed."""
    try:
        server = Postgres()
    except ToolMissing as error:
        pytest.fail(f"{error.message} {error.remedy}", pytrace=False)
    with server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database; every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'intake.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Return the session's IMAP server: ``add_user`` makes a mailbox of a test's own."""
    with Dovecot(tokens={}) as server:
        yield server
