"""Folders of messages, one per ``.eml`` file, as mail programs export them."""

from __future__ import annotations

from typing import ClassVar, Literal

from intake.connectors.folders import FolderConnector, FolderOptions


class EmlFolderOptions(FolderOptions):
    """Options of a folder of messages."""

    profile: Literal["mail", "pec", "fax"] = "mail"


class EmlFolderConnector(FolderConnector):
    """Takes each ``.eml`` file of a folder for a message."""

    kind: ClassVar[str] = "eml"
    options_model = EmlFolderOptions

    def is_item(self, name: str) -> bool:
        return name.lower().endswith(".eml") and not name.startswith((".", "~"))
