"""Event: one line of the append-only journal."""

from __future__ import annotations

from pydantic import Field

from intake.schemas.base import CleanJson, CleanText, Frozen, UtcTime


class Event(Frozen):
    """One thing that happened to a receipt or a request.

    Events of one ``stream`` (``receipt:42`` or ``request:UUID``) are numbered from 1 without
    gaps; ``hash`` is the SHA-256 of the previous event's hash and this event's canonical JSON.
    """

    stream: str
    seq: int
    type: str
    """Such as ``receipt.received``, ``request.filed``, ``request.emergency``."""
    at: UtcTime
    actor: CleanText = "intake"
    receipt_id: int | None = None
    request_id: str | None = None
    data: CleanJson = Field(default_factory=dict)
    hash: str = ""
