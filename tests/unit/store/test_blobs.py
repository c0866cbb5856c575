from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.errors import StoreError
from intake.store.blobs import BlobStore


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    blobs = BlobStore(tmp_path / "blobs")
    blobs.create()
    return blobs


def _files(store: BlobStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def _broken() -> Iterator[bytes]:
    yield b"half"
    raise ConnectionResetError


def test_bytes_come_back_as_they_went_in(store: BlobStore) -> None:
    blob = store.put([b"abc", b"", b"def"])
    assert store.read(blob.sha256) == b"abcdef"
    assert blob.sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert blob.size_bytes == 6


def test_the_same_bytes_are_kept_once(store: BlobStore) -> None:
    assert store.put([b"same"]) == store.put([b"sa", b"me"])
    assert len(_files(store)) == 1


def test_a_source_that_fails_midway_leaves_nothing_behind(store: BlobStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.put(_broken())
    assert _files(store) == []


def test_a_batch_keeps_what_was_put_and_sealed_and_nothing_else(store: BlobStore) -> None:
    with store.batch() as batch:
        kept = [batch.put([f"letter {number}".encode()]) for number in range(100)]
        with pytest.raises(ConnectionResetError):
            batch.put(_broken())
        batch.seal()
        batch.put([b"never sealed"])
    assert [store.read(blob.sha256) for blob in kept] == [
        f"letter {number}".encode() for number in range(100)
    ]
    assert len(_files(store)) == 100


def test_file_and_folders_are_synced_before_a_commit(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    blob = store.put([b"letter"])
    assert synced[0].startswith(str(store.root / "tmp"))
    assert synced[1:] == [str(store.path(blob.sha256).parent), str(store.root)]


def test_a_full_disk_is_a_store_error(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put([b"letter"])
    monkeypatch.undo()
    assert _files(store) == []


def test_what_a_killed_run_left_in_the_spool_is_removed_later(store: BlobStore) -> None:
    left = store.root / "tmp" / "left"
    left.write_bytes(b"half")
    assert store.clean_spool(older_than_s=3600, now=left.stat().st_mtime + 10) == 0
    assert store.clean_spool(older_than_s=3600, now=left.stat().st_mtime + 3601) == 1
    assert not left.exists()
