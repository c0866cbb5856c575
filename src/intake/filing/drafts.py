"""Drafts: the request that an item makes, and what changes when a person chose its topic."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from intake.filing.readings import Readings, details
from intake.filing.reasons import review_reasons
from intake.filing.senders import channel_of, fax_sender, sender_of
from intake.filing.threads import Thread, follow
from intake.schemas.classifications import Urgency, Verdict
from intake.schemas.documents import Attachment, ParsedMessage
from intake.schemas.letters import LetterFacts
from intake.schemas.receipts import ItemFacts
from intake.schemas.requests import (
    Channel,
    Kind,
    Request,
    RequestAttachment,
    RequestDraft,
)

OF_TOPIC = ("topic_unsure", "topic_unknown", "topic_audit", "misconfigured")
"""The reasons that end when a person chose the topic."""
_OF_BATCH = {"receipt": "batch", "pages": "pages"}


def draft_request(
    item: ItemFacts,
    message: ParsedMessage,
    readings: Readings,
    verdict: Verdict,
    thread: Thread,
    *,
    letter: LetterFacts | None = None,
) -> RequestDraft:
    """Return the request that an item makes."""
    channel = channel_of(item, message)
    sender = sender_of(channel, message, letter)
    reasons = review_reasons(message, readings, verdict)
    follows, thread_reasons = follow(thread, sender)
    reasons += thread_reasons
    text = _text(channel, message, readings)
    if not text.strip():
        reasons.append("no_text")
    return RequestDraft(
        channel=channel,
        source=item.source,
        kind=_kind(verdict),
        subject=_subject(channel, item, message),
        text=text,
        language=verdict.language,
        topic=verdict.topic,
        topic_confidence=verdict.confidence,
        topic_by=verdict.topic_by,
        urgency=verdict.urgency,
        needs_review=bool(reasons),
        review_reasons=tuple(dict.fromkeys(reasons)),
        sender=sender,
        received_at=item.received_at,
        received_at_by=item.received_at_by,
        claimed_at=_claimed_at(message, letter),
        claimed_at_has_time=letter is None or letter.date is None,
        due_at=due_within(verdict.due_days, item.received_at),
        follows=follows,
        attachments=tuple(_attachment(each, readings) for each in message.attachments),
        external_ids=_external_ids(message),
        details=details(message) | _batch(item),
        letter=letter,
    )


def draft_unread(item: ItemFacts, reason_code: str) -> RequestDraft:
    """Return the request that a person makes of a quarantined item: its bytes, unread."""
    channel = channel_of(item, ParsedMessage(profile=item.profile))
    return RequestDraft(
        channel=channel,
        source=item.source,
        subject=item.file_name,
        needs_review=True,
        review_reasons=("released_from_quarantine", reason_code),
        received_at=item.received_at,
        received_at_by=item.received_at_by,
    )


def audited(draft: RequestDraft) -> RequestDraft:
    """Return a request that needs no person, to be looked at by one all the same."""
    return draft.model_copy(update={"needs_review": True, "review_reasons": ("topic_audit",)})


def corrected(
    request: Request, topic: str, *, kind: Kind, due_days: int | None, urgency: Urgency
) -> dict[str, Any]:
    """Return the values of a request that change when a person chooses its topic.

    ``kind``, ``due_days`` (calendar days from receipt) and ``urgency``, at least the one it has,
    are what the taxonomy says of it; a correction puts off no emergency.
    """
    reasons = [reason for reason in request.review_reasons if reason not in OF_TOPIC]
    if urgency is not request.urgency:
        reasons.append(urgency.value)
    due_at = due_within(due_days, request.received_at or request.created_at)
    if request.urgency is Urgency.EMERGENCY and request.due_at is not None:
        due_at = min(due_at or request.due_at, request.due_at)
    return {
        "topic": topic,
        "topic_confidence": 1.0,
        "topic_by": "person",
        "urgency": urgency,
        "kind": kind,
        "due_at": due_at,
        "review_reasons": reasons,
        "needs_review": bool(reasons),
    }


def due_within(days: int | None, received_at: datetime | None) -> datetime | None:
    """Return when a request is to be answered; None where nothing is promised, or where ``days``
    after ``received_at`` is beyond the year 9999."""
    if days is None or received_at is None:
        return None
    try:
        return received_at + timedelta(days=days)
    except OverflowError:
        return None


def _claimed_at(message: ParsedMessage, letter: LetterFacts | None) -> datetime | None:
    """Return when the citizen says to have written: the letter's day at 00:00 UTC, or the mail's.

    At that hour it is the same day in Italy and in UTC.
    """
    if letter is None or letter.date is None:
        return message.date
    return datetime.combine(date.fromisoformat(letter.date.value), time.min, tzinfo=UTC)


def _subject(channel: Channel, item: ItemFacts, message: ParsedMessage) -> str | None:
    if channel is Channel.FAX:
        sender = fax_sender(message)
        return f"Fax da {sender.name or sender.fax_number or 'numero sconosciuto'}"
    if channel is Channel.LETTER:
        return f"Lettera {item.file_name}" if item.file_name else "Lettera"
    return message.subject


def _text(channel: Channel, message: ParsedMessage, readings: Readings) -> str:
    """Return the citizen's words: of the page for fax and letter, else of the message."""
    read = "\n\n".join(document.text for document in readings.documents.values())
    if channel in (Channel.FAX, Channel.LETTER):
        return read or message.text
    return message.new_text or message.text or read


def _kind(verdict: Verdict) -> Kind:
    if verdict.urgency is Urgency.EMERGENCY:
        return Kind.INTERVENTION
    return Kind(verdict.kind) if verdict.kind else Kind.OTHER


def _attachment(each: Attachment, readings: Readings) -> RequestAttachment:
    document = readings.documents.get(each.path)
    return RequestAttachment(
        **each.model_dump(exclude={"content_id", "reason", "unwrapped"}),
        reason=each.reason or readings.unread.get(each.path),
        page_count=len(document.pages) if document else None,
        languages=document.languages if document else (),
        text=document.text if document else None,
        confidence=document.confidence if document else None,
        searchable_sha256=readings.searchable.get(each.path),
    )


def _external_ids(message: ParsedMessage) -> dict[str, str]:
    daticert = (message.pec.daticert or {}) if message.pec else {}
    found = {
        "message_id": message.message_id,
        "pec_id": daticert.get("identificativo"),
        "fax_id": message.fax.comm_id if message.fax else None,
    }
    return {name: str(value) for name, value in found.items() if value}


def _batch(item: ItemFacts) -> dict[str, Any]:
    """Return which pages of which batch a letter was, if it came in one."""
    if "batch" not in item.attributes:
        return {}
    return {"batch": {name: item.attributes.get(at) for name, at in _OF_BATCH.items()}}
