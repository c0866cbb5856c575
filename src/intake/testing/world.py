"""A source as its owner sees it, and what a contract puts into it and finds there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol

from intake.interfaces import Connector
from intake.schemas.receipts import RawItem, Receipt
from intake.testing import samples

MANY = 1000
"""A limit that no contract reaches."""


class World(Protocol):
    """The source as its owner sees it: what an author writes so that the contract can act."""

    def put(self, content: bytes) -> bytes:
        """Put one more item into the source, younger than all others, complete and ready.

        Return the bytes that the source now holds, where it cannot hold ``content`` as it is.
        """

    def snapshot(self) -> object:
        """Return all that others can see of the source, comparable with ``==``."""

    def take_away_oldest(self) -> None:
        """Remove the oldest item, as the owner of the source might."""

    def become_unreachable(self) -> None:
        """Make the source unreachable for the rest of the test."""


MakeConnector = Callable[[], Connector]
"""Makes a new connector to the same source."""


def put_three(world: World) -> list[bytes]:
    """Put three different items into the source; return the bytes it holds, the oldest first."""
    texts = ("prima", "seconda", "terza")
    return [
        world.put(samples.text_mail(text=text, message_id=f"{text}@example.org")) for text in texts
    ]


def poll(connector: MakeConnector) -> list[RawItem]:
    """Return all items that a new connector finds."""
    with connector() as opened:
        return list(opened.poll(after=None, limit=MANY))


def read(item: RawItem) -> bytes:
    """Return the bytes of the item."""
    return b"".join(item.chunks())


def receipt_of(item: RawItem, content: bytes | None = None) -> Receipt:
    """Return the receipt that proves the item is ours; reads the item if ``content`` is None."""
    facts = item.model_dump(exclude={"cursor", "content"})
    sha256 = hashlib.sha256(read(item) if content is None else content).hexdigest()
    return Receipt(id=1, sha256=sha256, stored_at=datetime.now(UTC), **facts)


def cursor_of(items: Iterable[RawItem]) -> str | None:
    """Return the cursor that stands once all of ``items`` are ours."""
    return next((item.cursor for item in reversed(list(items)) if item.cursor), None)
