"""Maildir: a mailbox of one file per message (https://cr.yp.to/proto/maildir.html)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from intake.connectors.files import FoundFile
from intake.connectors.folders import FolderConnector, FolderName, FolderOptions


class MaildirOptions(FolderOptions):
    """Options of a Maildir."""

    profile: Literal["mail", "pec", "fax"] = "mail"
    settle_s: float = Field(default=0, ge=0)
    """Seconds; 0, since a message enters ``new`` complete, by a rename out of ``tmp``."""
    processed: FolderName = ".processed"
    """The subfolder into which messages are moved: a Maildir++ folder begins with a dot."""


class MaildirConnector(FolderConnector):
    """Takes each message in ``new`` and ``cur`` for an item; ``tmp`` and subfolders are not read.

    Flags, which mail programs write into the name after ``:``, are neither read nor changed.
    """

    kind: ClassVar[str] = "maildir"
    options_model = MaildirOptions

    def folders(self) -> Sequence[Path]:
        return self.options.path / "new", self.options.path / "cur"

    def is_item(self, name: str) -> bool:
        return not name.startswith(".")

    def key_of(self, file: FoundFile, sha256: str) -> str:
        """Return the item's key, of content and unique name.

        The unique name, all before ``:``, survives a change of flags, the way from ``new`` to
        ``cur`` and a restored backup; the content tells apart what careless programs name alike.
        """
        unique_name, _, _ = file.path.name.partition(":")
        return f"{sha256[:32]}-{hashlib.sha256(os.fsencode(unique_name)).hexdigest()[:16]}"

    def shelf(self, file: FoundFile) -> Path:
        return self.options.path / self.options.processed / file.path.parent.name
