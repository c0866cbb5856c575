"""The folder of models: a file and a record for each version, and the name of the one in use.

Versions are never overwritten, unless they are damaged. The name is replaced in one step
(rename(2)): whoever is killed leaves the former one in use.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from intake.classifying.models.model_version import digest, is_version
from intake.errors import ConfigError, StoreError, UsageError
from intake.schemas.models import ModelRecord

UNTRAINED = "untrained"
"""Stands for no model: the rules and what the topics say of themselves."""
_CURRENT = "current"
_UNFINISHED = ".unfinished-"
_LEFTOVER_S = 3600.0
_REMEDY = "See `intake models list`, then `intake models use VERSION`."


class ModelFolder:
    """The models in the folder ``root``, which is made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self, known: str = UNTRAINED) -> str:
        """Return the version in use, or ``untrained``.

        ``known`` is the one that was put to use last, as others remember it: where the folder
        names none, it or its file ``current`` is lost, and that is not the same as no model.

        Raises:
            ConfigError: what the folder names as in use is no version of it, or it is lost.
        """
        try:
            named = (self.root / _CURRENT).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError as error:
            if known != UNTRAINED:
                raise ConfigError(
                    f"The model {known[:40]!r} was put to use, and {self.root / _CURRENT} is gone.",
                    remedy="Put the folder back, or choose a model: `intake models list`, then "
                    "`intake models use VERSION`; `untrained` is none.",
                ) from error
            return UNTRAINED
        except OSError as error:
            raise _refused(self.root, error) from error
        if named != UNTRAINED and not self._has(named):
            raise ConfigError(
                f"The model {named[:40]!r}, which is in use, is not in {self.root}.",
                remedy=_REMEDY,
            )
        return named

    def current_path(self, known: str = UNTRAINED) -> Path | None:
        """Return the file of the model in use; None for none. ``known`` is as for ``current``.

        Raises:
            ConfigError: what the folder names as in use is no version of it, or it is lost.
        """
        named = self.current(known)
        return None if named == UNTRAINED else self._file(named)

    def records(self) -> list[ModelRecord]:
        """Return what is known of each version, the oldest first.

        Raises:
            ConfigError: a record cannot be read.
        """
        found, faults = self.readable_records()
        for fault in faults:
            raise fault
        return found

    def readable_records(self) -> tuple[list[ModelRecord], list[ConfigError]]:
        """Return what is known of each version, the oldest first, and why the records of others
        cannot be read."""
        found, faults = [], []
        for path in sorted(self.root.glob("*.json")):
            if self._has(path.stem):
                try:
                    found.append(ModelRecord.model_validate_json(path.read_bytes()))
                except (OSError, ValidationError) as error:
                    faults.append(_unreadable(path, error))
        return sorted(found, key=lambda record: (record.trained_at, record.version)), faults

    def add(self, content: bytes, record: ModelRecord) -> None:
        """Keep a model and its record; a version that is there is left as it is, but a file that
        is no longer what its name says is made whole.

        Raises:
            StoreError: the disk refused; no model is in the folder by half.
        """
        with _on_disk(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._keep(self.root / f"{record.version}.json", _written(record))
            self._keep(self._file(record.version), content)

    def use(self, version: str) -> None:
        """Put ``version`` to use, or none with ``untrained``, in one step.

        Raises:
            UsageError: the folder has no such version.
            StoreError: the disk refused; the former one is still in use.
        """
        if version != UNTRAINED and not self._has(version):
            raise UsageError(f"There is no model {version[:40]!r} in {self.root}.", remedy=_REMEDY)
        with _on_disk(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._unfinished(_named(version)).replace(self.root / _CURRENT)
            self._sync()

    @contextmanager
    def using(self, version: str) -> Iterator[None]:
        """Put ``version`` to use, as ``use`` does; the former one again if what follows fails.

        Raises:
            UsageError, StoreError: as ``use`` does.
        """
        current = self.root / _CURRENT
        with _on_disk(self.root):
            former = current.read_bytes() if current.exists() else None
        try:
            self.use(version)
            yield
        except BaseException:
            with _on_disk(self.root):
                self._put_back(former, version)
            raise

    def _put_back(self, former: bytes | None, version: str) -> None:
        """Name the former version as in use, unless ``version`` no longer is."""
        current = self.root / _CURRENT
        if not current.exists() or current.read_bytes() != _named(version):
            return
        if former is None:
            current.unlink()
        else:
            self._unfinished(former).replace(current)
        self._sync()

    def _has(self, version: str) -> bool:
        return is_version(version) and self._file(version).is_file()

    def _file(self, version: str) -> Path:
        return self.root / f"{version}.model"

    def _keep(self, path: Path, content: bytes) -> None:
        unfinished = self._unfinished(content)
        try:
            os.link(unfinished, path)  # unlike a rename it never replaces
        except FileExistsError:
            if _is_named_after(content, path) and not _is_named_after(path.read_bytes(), path):
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        self._sync()

    def _unfinished(self, content: bytes) -> Path:
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.root)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fchmod(handle, 0o644)
                os.fsync(handle)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def _sync(self) -> None:
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _sweep(self) -> None:
        """Remove what killed runs left."""
        for left in self.root.glob(f"{_UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > _LEFTOVER_S:
                left.unlink(missing_ok=True)


def _unreadable(path: Path, error: OSError | ValidationError) -> ConfigError:
    return ConfigError(
        f"The record {path} of a model cannot be read: {_reason(error)}.",
        remedy="Take it and the model's file out of the folder.",
    )


def _reason(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def _is_named_after(content: bytes, path: Path) -> bool:
    """Return whether ``path`` is named by the digest of ``content``: a damaged model is not."""
    return digest(content) == path.stem


def _named(version: str) -> bytes:
    return f"{version}\n".encode()


def _written(record: ModelRecord) -> bytes:
    return f"{record.model_dump_json(indent=2)}\n".encode()


@contextmanager
def _on_disk(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refused(root, error) from error


def _refused(root: Path, error: OSError) -> StoreError:
    return StoreError(f"The disk refused at {root}: {error}")
