"""Mailboxes of a throw-away Dovecot as files: mail is put there and looked at byte for byte."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

from intake.testing.server_owner import give_away


class Maildirs:
    """The Maildir++ folders below ``root``, one for each user."""

    def __init__(self, root: Path, namespace: tuple[str, str]) -> None:
        """Keep the arguments; ``namespace`` is the prefix and the separator of folder names."""
        self._root = root
        self._namespace = namespace
        self._numbers = count(time.time_ns())

    def deliver(self, user: str, message: bytes, folder: str) -> None:
        """Drop ``message`` into a mailbox, byte for byte, as a delivery agent would."""
        maildir = self.make(user, folder)
        number = next(self._numbers)
        name = f"{int(time.time())}.Q{number:020d}.intake,S={len(message)}"
        draft = maildir / "tmp" / name
        draft.write_bytes(message)
        give_away(draft)
        draft.rename(maildir / "new" / name)

    def messages(self, user: str, folder: str) -> list[bytes]:
        """Return the messages of a mailbox, byte for byte as they are stored, oldest first."""
        maildir = self._path(user, folder)
        files = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]

    def make(self, user: str, folder: str) -> Path:
        """Return a mailbox's folder, made where it is not there."""
        maildir = self._path(user, folder)
        for path in (maildir, *(maildir / part for part in ("cur", "new", "tmp"))):
            if not path.exists():
                path.mkdir(parents=True)
                give_away(path)
        return maildir

    def _path(self, user: str, folder: str) -> Path:
        """Return a mailbox's folder, by the Maildir++ names that Dovecot gives."""
        root = self._root / user
        prefix, delimiter = self._namespace
        if folder.upper() == "INBOX":
            return root
        return root / ("." + folder.removeprefix(prefix).replace(delimiter, "."))
