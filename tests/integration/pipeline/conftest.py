from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.store import schema
from intake.store.blobs import BlobStore
from intake.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated, empty database of each kind."""
    opened = Database(database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """Return an empty blob store."""
    store = BlobStore(tmp_path / "blobs")
    store.create()
    return store
