"""Files on a disk that others write to: find them, read them unchanged, move them aside."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, NoReturn, Self

from intake.errors import (
    ItemGone,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    TransientFailure,
)

CHUNK_BYTES = 1024 * 1024
_NAME_BYTES = 255  # the longest name of Linux file systems, in bytes
_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LIBC = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100  # linux/fcntl.h
_RENAME_NOREPLACE = 1  # linux/fs.h; renameat2(2)
_NO_RENAMEAT2 = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


class Fingerprint(NamedTuple):
    """What stays when a file is renamed and changes when it is written to."""

    size_bytes: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @classmethod
    def from_attributes(cls, attributes: Mapping[str, str]) -> Self:
        """Return the fingerprint that ``as_attributes`` wrote."""
        return cls(*(int(attributes[field]) for field in cls._fields))

    def as_attributes(self) -> dict[str, str]:
        return {field: str(value) for field, value in self._asdict().items()}


class FoundFile(NamedTuple):
    """A regular file as a listing showed it."""

    path: Path
    fingerprint: Fingerprint
    ctime_ns: int

    @property
    def place(self) -> tuple[int, int]:
        """Return what files are ordered by: the time of arrival.

        That is ctime, not mtime: it is set by the system that holds the file, and anew when the
        file enters the folder by a copy or a move, so that a late arrival with an old date never
        sorts before what was listed earlier.
        """
        return self.ctime_ns, self.fingerprint.inode

    @property
    def modified_at(self) -> datetime | None:
        """Return mtime; None where it is no date that Python knows."""
        try:
            return datetime.fromtimestamp(self.fingerprint.mtime_ns / 1e9, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def is_settled(self, *, settle_s: float, now_ns: int) -> bool:
        """Tell whether nobody has touched the file for ``settle_s`` seconds.

        An mtime in the future, written by a sender whose clock is wrong, does not count.
        """
        touched = [t for t in (self.ctime_ns, self.fingerprint.mtime_ns) if t <= now_ns]
        return self.ctime_ns <= now_ns and now_ns - max(touched) >= settle_s * 1e9


def find_files(
    root: Path, *, is_wanted: Callable[[str], bool], enters: Callable[[Path], bool]
) -> list[FoundFile]:
    """Return the regular files under ``root`` in order of arrival.

    ``is_wanted`` chooses by name; ``enters`` chooses which subfolders are looked into. Links and
    special files are not followed: they could lead out of the folder, or hang the reader.

    Raises:
        SourceUnavailable: ``root`` is not there.
        SourceRefused: a folder may not be read.
    """
    found: list[FoundFile] = []
    try:
        for parent, folders, names in os.walk(root, onerror=_complain):
            folders[:] = [name for name in folders if enters(Path(parent, name))]
            paths = (Path(parent, name) for name in names if is_wanted(name))
            found.extend(file for path in paths if (file := look_at(path)))
    except OSError as error:
        raise source_error(error, root) from error
    return sorted(found, key=lambda file: file.place)


def look_at(path: Path) -> FoundFile | None:
    """Return the regular file at ``path``, or None if there is none."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return FoundFile(path, Fingerprint.of(status), status.st_ctime_ns)


def read_chunks(file: FoundFile) -> Iterator[bytes]:
    """Yield the bytes in chunks of at most 1 MB.

    Raises:
        ItemGone: the file is no longer there under its name.
        TransientFailure: it is not the file that was listed (code ``changed``), or it cannot be
            read (code ``no_access`` or ``disk``).
    """
    try:
        with open(os.open(file.path, _OPEN_FLAGS), "rb", buffering=0) as stream:  # noqa: PTH123 - pathlib has no O_NOFOLLOW
            _demand_same(file, stream.fileno())
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
            _demand_same(file, stream.fileno())
    except FileNotFoundError as error:
        raise ItemGone(f"The file {shown(file.path)} is no longer there.") from error
    except OSError as error:
        raise _unreadable(file, error) from error


def read_verified(file: FoundFile, sha256: str) -> Iterator[bytes]:
    """Yield the bytes in chunks of at most 1 MB, and prove at the end that they have ``sha256``.

    Raises:
        ItemGone, TransientFailure: as ``read_chunks``.
    """
    digest = hashlib.sha256()
    for chunk in read_chunks(file):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha256:
        _changed(file)


def digest_of(file: FoundFile) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal.

    Raises:
        ItemGone, TransientFailure: as ``read_chunks``.
    """
    digest = hashlib.sha256()
    for chunk in read_chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def move_aside(file: FoundFile, folder: Path) -> None:
    """Move the file into ``folder`` under a free name, made on disk before it returns.

    Never overwrites: the second ``scan.pdf`` becomes ``scan-2.pdf``. Never takes another file
    along: if one took the name in the meantime it is put back. A file that is gone is no error.

    Raises:
        OSError: the file system refused.
    """
    _make_folder(folder)
    try:
        target = _rename_to_free_name(file.path, folder)
    except FileNotFoundError:
        return
    if Fingerprint.of(target.lstat()) != file.fingerprint:
        _rename_to_free_name(target, file.path.parent)
    _flush_folder(folder)
    _flush_folder(file.path.parent)


def shown(path: Path | str) -> str:
    """Return ``path`` as text for people and tables: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def now_ns() -> int:
    """Return the time in the unit of file times."""
    return time.time_ns()


def source_error(error: OSError, path: Path) -> SourceError:
    """Return what ``error`` at ``path`` means for the source."""
    reason = f"{shown(error.filename or path)}: {error.strerror}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EXDEV):
        return SourceRefused(
            reason, remedy=f"Give the user that runs intake rights to {shown(path)}."
        )
    return SourceUnavailable(reason)


def _complain(error: OSError) -> None:
    """Let a subfolder vanish while we look; let nothing else pass."""
    is_below = isinstance(error, FileNotFoundError) and Path(error.filename).parent.is_dir()
    if not is_below:
        raise error


def _demand_same(file: FoundFile, descriptor: int) -> None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or Fingerprint.of(status) != file.fingerprint:
        _changed(file)


def _unreadable(file: FoundFile, error: OSError) -> TransientFailure:
    name = shown(file.path)
    message = f"The file {name} cannot be read: {error.strerror}."
    if error.errno in (errno.EACCES, errno.EPERM):
        remedy = f"Give the user that runs intake the right to read {name}."
        return TransientFailure(message, code="no_access", remedy=remedy)
    return TransientFailure(message, code="disk", remedy=f"Look at the disk that holds {name}.")


def _changed(file: FoundFile) -> NoReturn:
    raise TransientFailure(
        f"The file {shown(file.path)} changed while it was read.",
        code="changed",
        remedy="Nothing to do: it is read again when its writer has finished.",
    )


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk (fsync(2): a file's fsync does not)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename_to_free_name(source: Path, folder: Path) -> Path:
    number = 1
    while True:
        target = folder / _numbered(source.name, number)
        try:
            _rename_without_replacing(source, target)
        except FileExistsError:
            number += 1
        else:
            return target


def _numbered(name: str, number: int) -> str:
    """Return ``scan.pdf``, ``scan-2.pdf``, ..., cut where the name would be too long."""
    if number == 1:
        return name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    tail = os.fsencode(f"-{number}{suffix}")
    return os.fsdecode(os.fsencode(stem)[: _NAME_BYTES - len(tail)] + tail)


def _rename_without_replacing(source: Path, target: Path) -> None:
    """Rename in one step; FileExistsError if ``target`` exists."""
    renameat2 = getattr(_LIBC, "renameat2", None)
    if renameat2 is None:
        return _rename_onto_reservation(source, target)
    names = os.fsencode(source), os.fsencode(target)
    if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE) == 0:
        return None
    code = ctypes.get_errno()
    if code in _NO_RENAMEAT2:  # NFS and old kernels
        return _rename_onto_reservation(source, target)
    raise OSError(code, os.strerror(code), str(source), None, str(target))


def _rename_onto_reservation(source: Path, target: Path) -> None:
    """Take the free name with an empty file of ours, then rename over it."""
    target.touch(mode=0o600, exist_ok=False)
    try:
        source.rename(target)
    except OSError:
        target.unlink()
        raise
