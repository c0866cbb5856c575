"""FolderConnector: what the connectors share that take each file of a folder for an item."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field

from intake.connectors.files import (
    Fingerprint,
    FoundFile,
    digest_of,
    find_files,
    look_at,
    move_aside,
    now_ns,
    read_verified,
    shown,
    source_error,
)
from intake.errors import ItemGone, SourceRefused, TransientFailure
from intake.schemas.base import Frozen
from intake.schemas.receipts import ItemContent, RawItem, Receipt

_TICK_NS = 1_000_000_000


def _plain_name(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError("the name of a subfolder, without a slash")
    return name


FolderName = Annotated[str, AfterValidator(_plain_name)]
"""The name of a folder within another."""


class FolderOptions(Frozen):
    """What every source made of files can be told."""

    path: Path
    """The folder."""
    profile: Literal["mail", "pec", "fax", "scan"] = "mail"
    """Which parser reads the items."""
    settle_s: float = Field(default=10, ge=0)
    """Seconds for which nobody may have touched a file before it is taken for complete."""
    after_receive: Literal["leave", "move"] = "leave"
    """What happens to a file once it is safely ours: nothing, or it is moved aside."""
    processed: FolderName = "processed"
    """The subfolder into which files are moved."""


class FolderConnector(ABC):
    """Lists the files of a folder, oldest arrival first, and moves them aside if told to.

    Files that are moved leave the listing, which is therefore always whole. Files that are left
    are listed from the cursor on: the time of arrival (ctime) and inode of the last file that is
    ours. A cursor is withheld from files that arrived within the last second, or after a file
    that is not complete yet, so that none is overtaken; a cursor from the future (the clock was
    set back) is ignored.
    """

    kind: ClassVar[str]
    options_model: ClassVar[type[BaseModel]]

    def __init__(self, source: str, options: FolderOptions) -> None:
        self.source = source
        self.options = options

    def __enter__(self) -> Self:
        self.check()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def check(self) -> None:
        """List the folders and look whether files could be moved; change nothing."""
        for folder in self.folders():
            try:
                next(folder.iterdir(), None)
            except OSError as error:
                raise source_error(error, folder) from error
            if self._moves and not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
                raise SourceRefused(
                    f"Files cannot be moved out of {folder}: no right to write.",
                    remedy=f"Give the user that runs intake the right to write in {folder}, "
                    'or set after_receive = "leave".',
                )

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
        """Yield at most ``limit`` complete files. Each is read once for its key."""
        now = now_ns()
        settled, waiting = self._list(now)
        horizon = min([now - _TICK_NS, *(file.ctime_ns for file in waiting)])
        place = None if self._moves else _place_of(after, now)
        yielded: set[str] = set()
        for file in settled:
            if len(yielded) >= limit:
                return
            if place is not None and file.place <= place:
                continue
            item = self._item(file, may_resume=file.ctime_ns < horizon)
            if item is not None and item.key not in yielded:
                yielded.add(item.key)
                yield item

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Move the files aside whose bytes are stored, wherever they were renamed to."""
        if not self._moves:
            return
        taken = [item for item, receipt in items if receipt.sha256 is not None]
        problems: list[OSError] = []
        for file in self._find_again(taken):
            try:
                move_aside(file, self.shelf(file))
            except OSError as error:  # the others are moved first, then it is reported
                problems.append(error)
        if problems:
            raise source_error(problems[0], self.options.path) from problems[0]

    def folders(self) -> Sequence[Path]:
        """Return the folders that must be there."""
        return (self.options.path,)

    @abstractmethod
    def is_item(self, name: str) -> bool:
        """Tell by its name whether a file is an item."""

    def enters(self, folder: Path) -> bool:  # noqa: ARG002 - subclasses look at it
        """Tell whether the files of a subfolder are items too."""
        return False

    def notes(self) -> dict[str, str]:
        """Return what the options say of every item, for whoever reads it later."""
        return {}

    def key_of(self, file: FoundFile, sha256: str) -> str:
        """Return the item's key, of content and file but not of the name.

        The same at every poll although the file is renamed meanwhile; another when a new file
        takes an old name, and for two files of identical content.
        """
        return f"{sha256[:32]}-{file.fingerprint.mtime_ns}-{file.fingerprint.inode}"

    def shelf(self, file: FoundFile) -> Path:
        """Return the folder into which ``file`` is moved."""
        below = file.path.parent.relative_to(self.options.path)
        return self.options.path / self.options.processed / below

    @property
    def _moves(self) -> bool:
        return self.options.after_receive == "move"

    def _found(self) -> list[FoundFile]:
        return [
            file
            for folder in self.folders()
            for file in find_files(folder, is_wanted=self.is_item, enters=self.enters)
        ]

    def _list(self, now: int) -> tuple[list[FoundFile], list[FoundFile]]:
        """Return the complete files in order of arrival, and those still being written."""
        settled: list[FoundFile] = []
        waiting: list[FoundFile] = []
        for file in sorted(self._found(), key=lambda file: file.place):
            complete = file.is_settled(settle_s=self.options.settle_s, now_ns=now)
            (settled if complete else waiting).append(file)
        return settled, waiting

    def _item(self, file: FoundFile, *, may_resume: bool) -> RawItem | None:
        """Return the item; None when the file changed or went away since it was listed."""
        content: ItemContent
        try:
            sha256 = digest_of(file)
            content = partial(read_verified, file, sha256)
        except ItemGone:
            return None
        except TransientFailure as failure:
            if failure.code == "changed":
                return None
            sha256 = "unreadable"
            content = partial(_fail, failure)
        received_at = file.modified_at
        return RawItem(
            source=self.source,
            key=self.key_of(file, sha256),
            content=content,
            profile=self.options.profile,
            size_bytes=file.fingerprint.size_bytes,
            received_at=received_at,
            received_at_by="file" if received_at else "intake",
            file_name=shown(file.path.name),
            attributes={
                "path": self._relative(file),
                **file.fingerprint.as_attributes(),
                **self.notes(),
            },
            cursor=None if self._moves or not may_resume else "{}-{}".format(*file.place),
        )

    def _relative(self, file: FoundFile) -> str:
        return shown(file.path.relative_to(self.options.path))

    def _find_again(self, items: Sequence[RawItem]) -> Iterator[FoundFile]:
        """Yield the files of ``items`` that are still there, first by name, else by looking."""
        missing: set[Fingerprint] = set()
        for item in items:
            wanted = Fingerprint.from_attributes(item.attributes)
            file = look_at(self.options.path / item.attributes["path"])
            if file is not None and file.fingerprint == wanted:
                yield file
            else:
                missing.add(wanted)
        if missing:
            yield from (file for file in self._found() if file.fingerprint in missing)


def _place_of(cursor: str | None, now: int) -> tuple[int, int] | None:
    ctime_ns, _, inode = (cursor or "").partition("-")
    if not (ctime_ns.isdecimal() and inode.isdecimal()) or int(ctime_ns) > now:
        return None
    return int(ctime_ns), int(inode)


def _fail(failure: TransientFailure) -> Iterator[bytes]:
    raise failure
