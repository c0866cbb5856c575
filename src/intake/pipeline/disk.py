"""What the disk refuses is never charged to an item."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from intake.errors import StoreError, TransientFailure


@contextmanager
def on_disk(place: Path) -> Iterator[None]:
    """Turn what the operating system says of our own files into StoreError: the run ends."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"The disk refused at {place}: {error}") from error


def open_blob(path: Path) -> BinaryIO:
    """Open the stored bytes of an item.

    Raises:
        TransientFailure: this file alone is gone (code ``blob_missing``); the others go on.
        StoreError: the disk refused, or the whole store is away.
    """
    with on_disk(path):
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            if not path.parent.parent.is_dir():
                raise
            raise TransientFailure(
                f"The stored bytes are gone: {path}",
                code="blob_missing",
                remedy="Restore the file from a backup, then retry the item.",
            ) from error


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file of ours.

    Raises:
        StoreError: the disk refused.
    """
    with on_disk(path), path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk
