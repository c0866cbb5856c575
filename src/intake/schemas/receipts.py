"""RawItem: one thing found at a source. Receipt: the durable proof that it is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SkipValidation

from intake.schemas.base import CleanText, Frozen, UtcTime

AssertedBy = Literal["server", "gateway", "file", "operator", "form", "intake"]
"""Who says when the item was received."""

ItemContent = Annotated[bytes | Callable[[], Iterable[bytes]], SkipValidation]
"""The verbatim bytes, or a function that yields them in chunks when called."""


class ReceiptState(StrEnum):
    """Where an item stands. The last four are settled: nothing more happens by itself."""

    RECEIVED = "received"
    PROCESSING = "processing"
    FILED = "filed"
    LINKED = "linked"
    NOTED = "noted"
    QUARANTINED = "quarantined"

    @property
    def is_settled(self) -> bool:
        return self not in (ReceiptState.RECEIVED, ReceiptState.PROCESSING)


class Phase(StrEnum):
    """Which half of the work is due: text first (milliseconds), pictures after (seconds)."""

    TRIAGE = "triage"
    ENRICH = "enrich"


class ItemFacts(Frozen):
    """What is known of an item before anyone reads it."""

    source: str = ""
    key: str = ""
    profile: str = "mail"
    """Names the parser: ``mail``, ``pec``, ``fax``, ``scan``, ``form``, ``phone``."""
    size_bytes: int | None = None
    received_at: UtcTime | None = None
    received_at_by: AssertedBy = "intake"
    file_name: CleanText | None = None
    media_type: CleanText | None = None
    attributes: Mapping[str, CleanText] = Field(default_factory=dict)
    """Facts of the source, such as mailbox and UID, kept on the receipt as they are."""


class RawItem(ItemFacts):
    """One thing found at a source: verbatim bytes, a key and the profile that reads them.

    ``key`` names the item within its source and must be the same at every poll until the
    item is acknowledged. ``content`` is bytes, or a function that yields chunks; it is
    called at most once per poll, before the next group of items is acknowledged, and may raise
    ``TransientFailure`` (tried again at the next poll) or ``ItemGone``.
    ``cursor`` is the value of ``after`` from which a later poll may go on once this item and
    all items before it are ours; None where the source is always listed whole.
    """

    source: str
    key: CleanText = Field(min_length=1, max_length=500)
    content: ItemContent = Field(repr=False, exclude=True)
    cursor: str | None = None

    def chunks(self) -> Iterator[bytes]:
        """Yield the verbatim bytes in order."""
        if isinstance(self.content, bytes):
            yield self.content
        else:
            yield from self.content()


class Receipt(ItemFacts):
    """The durable proof that an item is ours. Unique by (source, key)."""

    id: int
    sha256: str | None
    """Digest of the stored bytes; None when the source could never deliver them."""
    stored_at: UtcTime
    state: ReceiptState = ReceiptState.RECEIVED
    phase: Phase = Phase.TRIAGE
    priority: int = 0
    """Higher goes first: text, then text that takes long, then pictures."""
    attempt: int = 0
    """Counts every claim; the fencing token of the worker that holds the item."""
    failures: int = 0
    """Counts the failures that are the item's own fault."""
    lost: int = 0
    """Counts the workers in a row that died while they held it, whoever's fault it was."""
    not_before: UtcTime | None = None
    duplicate_of: int | None = None
    """The earlier receipt of the same source whose bytes are identical."""
    request_id: str | None = None
    reference: str | None = None
    reason_code: str | None = None
    reason_detail: str | None = None
    acknowledged_at: UtcTime | None = None
