"""Batches: one file from the scanner that holds several letters becomes an item for each.

The batch is one item with one receipt, and ends as a notice that names its letters. Each letter
is a part: its pages copied into a file of their own, received with the commit that ends the
batch. So a kill leaves either the batch unread or all its letters received, never some of them;
and everything after that treats a letter from a batch as any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from pydantic import ValidationError

from intake.errors import UnreadableItem
from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.schemas.letters import SeparatorRule
from intake.schemas.notices import Notice
from intake.schemas.receipts import RawItem, Receipt
from intake.store import receipts
from intake.store.arrivals import Arrival, record
from intake.store.blobs import Blob
from intake.store.database import Connection

BATCH = "batch"
"""Kind of the notice that a batch ends as, and the attribute of a letter that names its batch."""
_LONGEST_KEY = 480


class Part(Frozen):
    """A letter of a batch: its stored bytes, and which pages of the batch it is."""

    blob: Blob
    first: int
    last: int
    """The page numbers of its first and its last page in the batch."""

    @property
    def pages(self) -> str:
        """Return which pages it is, such as ``4-6``."""
        return f"{self.first}-{self.last}"


def rule_of(receipt: Receipt) -> SeparatorRule | None:
    """Return how the letters of an item are told apart; None if it is one letter.

    Raises:
        UnreadableItem: its attributes name no way that is known (``unknown_separator``).
    """
    kind = receipt.attributes.get("separate", "none")
    if receipt.profile != "scan" or kind == "none":
        return None
    text = receipt.attributes.get("separator")
    values = {"kind": kind} | ({"text": text} if text else {})
    try:
        return SeparatorRule.model_validate(values)
    except ValidationError as error:
        raise UnreadableItem(
            f"Letters cannot be separated by {kind!r}.", code="unknown_separator"
        ) from error


def receive_parts(
    connection: Connection, batch: Receipt, parts: Sequence[Part], now: datetime
) -> tuple[Notice, list[Event]]:
    """Receive the letters of a batch; return the notice that the batch ends as.

    Raises:
        UnreadableItem: another item of the source has the key of a part (``key_taken``).
    """
    arrivals = [
        Arrival(item=_item(batch, number, part), blob=part.blob)
        for number, part in enumerate(parts, start=1)
    ]
    taken = receipts.known(connection, batch.source, [each.item.key for each in arrivals])
    if taken:
        raise UnreadableItem(
            f"The key {min(taken)!r} of a letter of this batch is taken.", code="key_taken"
        )
    recorded, events = record(connection, arrivals, now)
    ids = {each.key: each.id for each in recorded}
    letters = [
        {"receipt": ids[each.item.key], "pages": part.pages}
        for each, part in zip(arrivals, parts, strict=True)
    ]
    notice = Notice(kind=BATCH, subject=batch.file_name, facts={"letters": letters})
    return notice, events


def letters_of(notice: Notice) -> list[int]:
    """Return the receipts of the letters that a batch held; none for any other notice."""
    letters = notice.facts.get("letters", ()) if notice.kind == BATCH else ()
    return [letter["receipt"] for letter in letters]


def _item(batch: Receipt, number: int, part: Part) -> RawItem:
    name = PurePath(batch.file_name or "batch")
    return RawItem(
        source=batch.source,
        key=f"{_stem(batch.key)}/{number}",
        profile=batch.profile,
        content=b"",  # it is in the blob store already
        size_bytes=part.blob.size_bytes,
        received_at=batch.received_at,
        received_at_by=batch.received_at_by,
        file_name=f"{name.stem}-{number}{name.suffix}",
        media_type=batch.media_type,
        attributes={BATCH: str(batch.id), "pages": part.pages},
    )


def _stem(key: str) -> str:
    """Return a key short enough to be lengthened."""
    if len(key) <= _LONGEST_KEY:
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
