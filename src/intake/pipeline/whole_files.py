"""Files that somebody asks for by name: whole or not at all, and refused before the work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intake.errors import UsageError
from intake.pipeline.disk import on_disk


def check_place(target: Path) -> None:
    """Refuse a place where no file can be written, before minutes are spent on what it holds.

    Raises:
        UsageError: it is a folder, or its folder is not there or takes no file.
    """
    try:
        _check_kind(target)
        beside = _beside(target.resolve())
        beside.touch()
        beside.unlink()
    except PermissionError:
        raise _refused(
            target,
            f"no right to write into {target.parent}",
            "Name a file in a folder of yours.",
        ) from None
    except OSError as error:
        raise _refused(target, f"{error.strerror}", "Name another file.") from error


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a path beside ``target`` to write to; it takes the place of ``target`` at the end.

    If anything goes wrong ``target`` stays as it was and nothing is left beside it.

    Raises:
        StoreError: the disk refused.
    """
    target = target.resolve()  # a link stays one
    unfinished = _beside(target)
    with on_disk(target):
        try:
            yield unfinished
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def _check_kind(target: Path) -> None:
    if target.is_dir():
        raise _refused(target, "it is a folder", "Name a file in that folder.")
    if target.exists() and not target.is_file():
        raise _refused(target, "it is no file", "Name a file.")
    if not target.parent.is_dir():
        raise _refused(
            target,
            f"the folder {target.parent} is not there",
            "Make the folder, or name another file.",
        )


def _beside(target: Path) -> Path:
    name = os.fsencode(target.name)[:200].decode("utf-8", "ignore")  # a name has 255 bytes at most
    return target.with_name(f".{name}.{os.getpid()}")


def _refused(target: Path, reason: str, remedy: str) -> UsageError:
    return UsageError(f"{target} cannot be written: {reason}.", remedy=remedy)
