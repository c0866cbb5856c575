"""Content-addressed files: write, fsync, rename to the digest, fsync the folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

from intake.errors import StoreError
from intake.schemas.base import Frozen

_CHUNK_BYTES = 1 << 20
_SYNCED_AT_ONCE = 8
_MAX_UNSEALED = 64
"""Each holds a file descriptor."""
_Each = TypeVar("_Each")


class Blob(Frozen):
    """A stored file: its digest and size."""

    sha256: str
    size_bytes: int


class BlobStore:
    """Keeps bytes under their SHA-256: ``<root>/ab/abcdef...``; files never change.

    A file is in place only when it is whole and on disk. A batch is sealed before the
    transaction that refers to it commits: orphans can only be files without rows.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spool = root / "tmp"

    def create(self) -> None:
        """Make the folders, durably; do nothing where they are.

        Raises:
            StoreError: the disk refused.
        """
        try:
            if not self.spool.is_dir():
                self.spool.mkdir(parents=True, exist_ok=True)
                _fsync_folder(self.root)
                _fsync_folder(self.root.parent)
        except OSError as error:
            raise _disk_error(self.root, error) from error

    def batch(self) -> BlobBatch:
        """Return a context in which blobs are put that become durable together."""
        return BlobBatch(self)

    def put(self, chunks: Iterable[bytes]) -> Blob:
        """Store the bytes durably and return their digest. Memory is one chunk.

        Raises:
            StoreError: the disk refused.
        """
        with self.batch() as batch:
            blob = batch.put(chunks)
            batch.seal()
        return blob

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
        if not self.spool.is_dir():
            return 0
        for left in self.spool.iterdir():
            try:
                if now - left.stat().st_mtime > older_than_s:
                    left.unlink()
                    removed += 1
            except FileNotFoundError:
                continue
        return removed


class BlobBatch:
    """Blobs on their way into the store: ``put`` each, then ``seal`` all at once.

    A disk that is asked for many fsyncs at the same time needs half as long. What is not sealed
    is removed when the context ends.
    """

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._spools: list[_Spool] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spool in self._spools:
            spool.close()

    def put(self, chunks: Iterable[bytes]) -> Blob:
        """Write the bytes and return their digest; they are ours after ``seal``.

        Memory is one chunk. What ``chunks`` raises goes through and leaves nothing behind.

        Raises:
            StoreError: the disk refused.
        """
        if len(self._spools) >= _MAX_UNSEALED:
            self.seal()
        spool = self._new_spool()
        try:
            for chunk in chunks:
                spool.write(chunk)
        except BaseException:
            spool.close()
            raise
        self._spools.append(spool)
        return spool.end()

    def seal(self) -> None:
        """Make what was put durable: the files, their names in place, then the folders.

        Raises:
            StoreError: the disk refused; nothing of the batch may be referred to.
        """
        places = {spool: self._store.path(spool.end().sha256) for spool in self._spools}
        folders = sorted({place.parent for place in places.values()})
        try:
            _at_once(_Spool.sync, self._spools)
            for folder in folders:
                folder.mkdir(exist_ok=True)
            for spool, place in places.items():
                spool.rename(place)
            _at_once(_fsync_folder, folders)
            if folders:
                _fsync_folder(self._store.root)
        except OSError as error:
            raise _disk_error(self._store.root, error) from error
        self._spools.clear()

    def _new_spool(self) -> _Spool:
        try:
            return _Spool(self._store.spool)
        except OSError as error:
            raise _disk_error(self._store.root, error) from error


class _Spool:
    """A temporary file that is hashed while it is written, then renamed into place or removed."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    def end(self) -> Blob:
        return Blob(sha256=self._digest.hexdigest(), size_bytes=self._size_bytes)

    def write(self, chunk: bytes) -> None:
        try:
            view = memoryview(chunk)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise _disk_error(self._path, error) from error
        self._digest.update(chunk)
        self._size_bytes += len(chunk)

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def rename(self, target: Path) -> None:
        os.fchmod(self._file.fileno(), 0o440)
        self._path.rename(target)
        self._file.close()

    def close(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def _at_once(work: Callable[[_Each], None], values: Sequence[_Each]) -> None:
    """Do the work on all values, some at the same time; raise what the first failure raised."""
    if len(values) <= 1:
        for value in values:
            work(value)
        return
    with ThreadPoolExecutor(max_workers=min(len(values), _SYNCED_AT_ONCE)) as pool:
        list(pool.map(work, values))


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_error(place: Path, error: OSError) -> StoreError:
    return StoreError(f"The disk refused at {place}: {error}")
