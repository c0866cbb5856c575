"""Content-addressed files: write, fsync, rename to the digest, fsync the folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from intake.errors import StoreError
from intake.schemas.base import Frozen

_CHUNK_BYTES = 1 << 20


class Blob(Frozen):
    """A stored file: its digest and size."""

    sha256: str
    size_bytes: int


class BlobStore:
    """Keeps bytes under their SHA-256: ``<root>/ab/abcdef...``; files never change.

    A file is in place only when it is whole and on disk. Folders are synced by ``sync``,
    once for a group of blobs; until then a power cut may take the names away, so call it
    before the transaction that refers to them commits. Orphans can only be files without rows.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._spool = root / "tmp"

    def create(self) -> None:
        """Make the folders, durably; do nothing where they are.

        Raises:
            StoreError: the disk refused.
        """
        try:
            if not self._spool.is_dir():
                self._spool.mkdir(parents=True, exist_ok=True)
                _fsync_folder(self.root)
                _fsync_folder(self.root.parent)
        except OSError as error:
            raise _disk_error(self.root, error) from error

    def put(self, chunks: Iterable[bytes]) -> Blob:
        """Store the bytes and return their digest; ``sync`` must follow before a commit.

        Memory is one chunk. What ``chunks`` raises goes through and leaves nothing behind.

        Raises:
            StoreError: the disk refused.
        """
        digest = hashlib.sha256()
        size_bytes = 0
        with self._spool_file() as spool:
            for chunk in chunks:
                digest.update(chunk)
                size_bytes += len(chunk)
                spool.write(chunk)
            blob = Blob(sha256=digest.hexdigest(), size_bytes=size_bytes)
            self._settle(spool, blob)
        return blob

    def sync(self, blobs: Iterable[Blob]) -> None:
        """Make the names of these blobs durable, one fsync a folder.

        Raises:
            StoreError: the disk refused.
        """
        folders = {self.path(blob.sha256).parent for blob in blobs}
        try:
            for folder in sorted(folders):
                _fsync_folder(folder)
            if folders:
                _fsync_folder(self.root)
        except OSError as error:
            raise _disk_error(self.root, error) from error

    def path(self, sha256: str) -> Path:
        """Return where the blob is; not whether it is there."""
        return self.root / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open the blob for reading.

        Raises:
            StoreError: it is not there or cannot be read.
        """
        try:
            return self.path(sha256).open("rb")
        except OSError as error:
            raise StoreError(
                f"The blob {sha256} cannot be read: {error}",
                remedy=f"Restore {self.path(sha256)} from a backup.",
            ) from error

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of the blob."""
        with self.open(sha256) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk

    def read(self, sha256: str) -> bytes:
        """Return the bytes of the blob."""
        with self.open(sha256) as stream:
            return stream.read()

    def clean_spool(self, *, older_than_s: float, now: float) -> int:
        """Remove spool files that a killed process left; return how many."""
        removed = 0
        if not self._spool.is_dir():
            return 0
        for left in self._spool.iterdir():
            try:
                if now - left.stat().st_mtime > older_than_s:
                    left.unlink()
                    removed += 1
            except FileNotFoundError:
                continue
        return removed

    def _spool_file(self) -> _Spool:
        try:
            return _Spool(self._spool)
        except OSError as error:
            raise _disk_error(self.root, error) from error

    def _settle(self, spool: _Spool, blob: Blob) -> None:
        target = self.path(blob.sha256)
        try:
            target.parent.mkdir(exist_ok=True)
            spool.rename(target)
        except OSError as error:
            raise _disk_error(self.root, error) from error


class _Spool:
    """A temporary file that is renamed into place or removed."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        try:
            view = memoryview(chunk)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise _disk_error(self._path, error) from error

    def rename(self, target: Path) -> None:
        os.fsync(self._file.fileno())
        self._path.chmod(0o440)
        self._path.rename(target)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_error(place: Path, error: OSError) -> StoreError:
    return StoreError(f"The disk refused at {place}: {error}")
