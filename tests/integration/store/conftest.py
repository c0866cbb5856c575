from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated database of each kind, without a row."""
    opened = Database(database_url)
    yield opened
    opened.close()
