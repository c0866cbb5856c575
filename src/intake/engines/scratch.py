"""Folders for the files of one call, gone when it ends; those of killed processes go later."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intake.errors import StoreError

_PREFIX = "intake-scratch-"
_LOCK = "lock"
_NEWBORN_S = 60.0
"""A folder so young may be about to be locked."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a new private folder; before that, remove what killed processes of this user left.

    The kernel frees a lock when its holder ends, however it ends: a folder whose lock is free has
    no owner any more.

    Raises:
        StoreError: the disk refused.
    """
    parent = Path(tempfile.gettempdir())
    try:
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        held = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StoreError(f"The disk refused at {parent}: {error}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            about = folder.lstat()
            is_ours = about.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()
            if is_ours and _is_orphan(folder, time.time() - about.st_mtime):
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # another process was quicker
            continue


def _is_orphan(folder: Path, age_s: float) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return age_s > _NEWBORN_S
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return age_s > _NEWBORN_S
