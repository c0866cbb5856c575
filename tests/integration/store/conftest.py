from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.store import schema
from intake.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated, empty database of each kind."""
    opened = Database(database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()
