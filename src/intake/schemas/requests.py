"""Request: the tracked business record, and the draft it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from intake.schemas.base import Frozen, UtcTime
from intake.schemas.classifications import Urgency
from intake.schemas.letters import LetterFacts
from intake.schemas.receipts import AssertedBy


class Channel(StrEnum):
    """The way by which a citizen reached us."""

    EMAIL = "email"
    PEC = "pec"
    FAX = "fax"
    LETTER = "letter"
    WEB = "web"
    PHONE = "phone"


class Kind(StrEnum):
    """What the citizen wants of us."""

    INFORMATION = "information"
    REPORT = "report"
    INTERVENTION = "intervention"
    OTHER = "other"


class Status(StrEnum):
    """Where a request stands; the allowed moves are in ``intake.filing.moves``."""

    NEW = "new"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"
    REDIRECTED = "redirected"
    DUPLICATE = "duplicate"
    SPAM = "spam"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self in OPEN_STATUSES


OPEN_STATUSES = (
    Status.NEW,
    Status.TRIAGED,
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.WAITING,
)


class Sender(Frozen):
    """Who wrote, as far as it is known, and what vouches for it."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    fax_number: str | None = None
    organisation: str | None = None
    verified_by: Literal["pec", "operator"] | None = None


class RequestAttachment(Frozen):
    """A file of a request: where its bytes are, what became of it, the text read in it."""

    filename: str | None = None
    media_type: str
    size_bytes: int
    sha256: str
    path: str
    inline: bool = False
    disposition: Literal["stored", "expanded", "refused"] = "stored"
    reason: str | None = None
    page_count: int | None = None
    languages: tuple[str, ...] = ()
    """Those its pages were read in, as the OCR engine names them; see ``Page.languages``."""
    text: str | None = None
    confidence: float | None = None
    searchable_sha256: str | None = None
    """Of the searchable PDF made from the file, where the settings ask for one."""


class RequestDraft(Frozen):
    """A request before it has a number: what the pipeline or a front end files.

    A front end that has no raw bytes (an operator who takes a call) files a draft with
    ``Intake.submit``; everything but ``channel`` may be left out, and is then found if it can be.
    """

    channel: Channel
    source: str = ""
    kind: Kind | None = None
    """None where it is left open: what the topic says."""
    subject: str | None = None
    text: str = ""
    language: str | None = None
    topic: str | None = None
    topic_confidence: float = 0.0
    topic_by: Literal["rule", "model", "person"] | None = None
    urgency: Urgency = Urgency.NORMAL
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    sender: Sender = Sender()
    received_at: UtcTime | None = None
    received_at_by: AssertedBy = "intake"
    claimed_at: UtcTime | None = None
    """When the citizen says to have written; of a letter's date, that day at 00:00 UTC."""
    claimed_at_has_time: bool = True
    """False where the citizen gave a day and no hour: that of ``claimed_at`` means nothing."""
    due_at: UtcTime | None = None
    follows: str | None = None
    """The id of an earlier request; a front end may give its reference instead."""
    attachments: tuple[RequestAttachment, ...] = ()
    external_ids: Mapping[str, str] = Field(default_factory=dict)
    details: Mapping[str, Any] = Field(default_factory=dict)
    """Facts of the channel: the ``pec``, ``fax`` or ``form`` part of the parsed message."""
    letter: LetterFacts | None = None
    """What a letter or fax says of itself: date, sender, references. Claims, never verified."""
    submission_key: str | None = Field(default=None, max_length=200)
    """A front end's own key for this call or form; the same key is filed once."""


class Request(RequestDraft):
    """A tracked request. ``reference`` is for the citizen, ``tracking_token`` for look-ups."""

    id: str
    """UUIDv7 (RFC 9562 §5.7)."""
    kind: Kind = Kind.OTHER
    reference: str
    """``CC-2026-0000042-7``: prefix, year, gap-free number, ISO 7064 MOD 11,10 check digit."""
    tracking_token: str
    status: Status = Status.NEW
    protocol_reference: str | None = None
    created_at: UtcTime
    updated_at: UtcTime
