"""Scan folders: paper letters that a scanner drops as files."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from intake.connectors.folders import FolderConnector, FolderOptions

_UNFINISHED = ("*.tmp", "*.part", ".*", "~*", "*~")
_OF_WINDOWS = ("thumbs.db", "desktop.ini")


class ScanFolderOptions(FolderOptions):
    """Options of a scan folder."""

    profile: Literal["scan"] = "scan"
    after_receive: Literal["leave", "move"] = "move"
    patterns: tuple[str, ...] = ("*",)
    """Which names are letters, such as ``*.pdf``; capitals do not matter."""
    recursive: bool = False
    """Whether the subfolders are looked into as well."""
    separate: Literal["none", "blank", "barcode", "patch"] = "none"
    """Which pages separate the letters of one file: none, blank ones, sheets with a barcode or
    with a patch code."""
    separator: str = Field(default="PATCHT", min_length=1, max_length=100)
    """What the barcode on a separator sheet says; capitals do not matter."""


class ScanFolderConnector(FolderConnector):
    """Takes each complete file of a folder for a letter.

    A file is complete when its name is not that of an unfinished one (``.x``, ``~x``, ``x~``,
    ``x.tmp``, ``x.part``), nobody touched it for ``settle_s`` seconds, and it did not change
    while it was read.
    """

    kind: ClassVar[str] = "scan_folder"
    options_model = ScanFolderOptions
    options: ScanFolderOptions

    def is_item(self, name: str) -> bool:
        if _matches(name, (*_UNFINISHED, *_OF_WINDOWS)):
            return False
        return _matches(name, self.options.patterns)

    def notes(self) -> dict[str, str]:
        if self.options.separate == "none":
            return {}
        return {"separate": self.options.separate, "separator": self.options.separator}

    def enters(self, folder: Path) -> bool:
        is_shelf = folder == self.options.path / self.options.processed
        return self.options.recursive and not is_shelf and not folder.name.startswith(".")


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
