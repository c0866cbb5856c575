"""Readings: what came of reading the files of an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.schemas.base import Frozen
from intake.schemas.documents import ParsedMessage, RecognisedDocument


class Readings(Frozen):
    """What came of reading an item's attachments, by attachment path."""

    documents: Mapping[str, RecognisedDocument] = {}
    unread: Mapping[str, str] = {}
    """Why a file could not be read: the code of the error."""
    searchable: Mapping[str, str] = {}
    """The sha256 of the searchable PDF made of a file, where one was."""

    def joined(self, others: Readings) -> Readings:
        """Return these readings and those of other files."""
        return Readings(
            documents={**self.documents, **others.documents},
            unread={**self.unread, **others.unread},
            searchable={**self.searchable, **others.searchable},
        )


def details(message: ParsedMessage) -> dict[str, Any]:
    """Return what the channel says of a message, as it is kept with a request or a notice."""
    parts = message.model_dump(mode="json", include={"pec", "fax", "form", "device"})
    return {name: part for name, part in parts.items() if part}
