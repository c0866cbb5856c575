"""Facts -> Request or Notice, and the allowed moves of a request. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from intake.errors import TransitionRefused
from intake.schemas.base import Frozen
from intake.schemas.classifications import Urgency, Verdict
from intake.schemas.documents import Attachment, ParsedMessage, RecognisedDocument
from intake.schemas.letters import Fact, LetterFacts
from intake.schemas.notices import Notice
from intake.schemas.receipts import ItemFacts
from intake.schemas.requests import (
    Channel,
    Kind,
    Request,
    RequestAttachment,
    RequestDraft,
    Sender,
    Status,
)

ALLOWED_MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: frozenset(
        {
            Status.TRIAGED,
            Status.ASSIGNED,
            Status.IN_PROGRESS,
            Status.ANSWERED,
            Status.CLOSED,
            Status.REDIRECTED,
            Status.DUPLICATE,
            Status.SPAM,
        }
    ),
    Status.TRIAGED: frozenset(
        {
            Status.ASSIGNED,
            Status.IN_PROGRESS,
            Status.ANSWERED,
            Status.CLOSED,
            Status.REDIRECTED,
            Status.DUPLICATE,
            Status.SPAM,
        }
    ),
    Status.ASSIGNED: frozenset(
        {Status.TRIAGED, Status.IN_PROGRESS, Status.WAITING, Status.ANSWERED, Status.REDIRECTED}
    ),
    Status.IN_PROGRESS: frozenset(
        {Status.ASSIGNED, Status.WAITING, Status.ANSWERED, Status.CLOSED, Status.REDIRECTED}
    ),
    Status.WAITING: frozenset({Status.IN_PROGRESS, Status.ANSWERED, Status.CLOSED}),
    Status.ANSWERED: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.IN_PROGRESS}),
    Status.REDIRECTED: frozenset({Status.TRIAGED, Status.CLOSED}),
    Status.DUPLICATE: frozenset({Status.TRIAGED}),
    Status.SPAM: frozenset({Status.TRIAGED}),
}
"""From each status, those a person or program may move a request to."""

_OF_TOPIC = ("topic_unsure", "topic_audit")
"""The reasons that end when a person chose the topic."""
_NOTICE_KINDS = frozenset({"bounce", "auto_reply", "mdn", "list"})
_PEC_REQUESTS = frozenset({"transport", "anomaly", "nested-transport", "rem"})
_UNDELIVERED = frozenset({"non-accettazione", "errore-consegna", "preavviso-errore-consegna"})
"""Receipts (X-Ricevuta, DM 2/11/2005) that say that a message did not arrive."""
_PEC_REMARKS = {
    "anomaly": "pec_anomaly",
    "nested-transport": "pec_forwarded",
    "rem": "rem_dispatch",
}
_SURE = 0.85
"""From this confidence on, what a letter says of its sender is taken for the request's."""
_REMARKABLE_DEFECTS = (
    "too_",
    "headers_too_",
    "header_too_",
    "text_too_",
    "daticert_",
    "pec_",
    "hidden_text",
    "locked_",
    "damaged_archive",
    "damaged_file",
    "encrypted_",
    "batch_",
    "archive_",
)


class Readings(Frozen):
    """What came of reading an item's attachments, by attachment path."""

    documents: Mapping[str, RecognisedDocument] = {}
    unread: Mapping[str, str] = {}
    """Why a file could not be read: the code of the error."""
    searchable: Mapping[str, str] = {}
    """The sha256 of the searchable PDF made of a file, where one was."""


class Thread(Frozen):
    """The earlier requests that a message speaks of."""

    answered: Sequence[Request] = ()
    """Those whose Message-ID it answers."""
    quoted: Sequence[Request] = ()
    """Those whose reference stands in its subject."""
    written: Sequence[Request] = ()
    """Those whose reference stands in the letter."""
    same_message_id: Sequence[Request] = ()
    """Those made from another message with its own Message-ID."""


def check_move(request: Request, to: Status) -> None:
    """Prove that the request may be moved.

    Raises:
        TransitionRefused: it may not; the message names the allowed moves.
    """
    allowed = ALLOWED_MOVES[request.status]
    if to not in allowed:
        raise TransitionRefused(
            f"{request.reference} is {request.status} and cannot become {to}; "
            f"allowed: {', '.join(sorted(allowed))}."
        )


def find_notice(
    message: ParsedMessage, verdict: Verdict, *, own_addresses: Collection[str] = ()
) -> Notice | None:
    """Return the notice that a machine's message is, or None if a person must answer it.

    An emergency is never a notice, whoever seems to have sent it: except a bounce, which
    quotes what we wrote ourselves.
    """
    if message.auto.kind == "bounce":
        return _notice("bounce", message, message.auto.about)
    if message.pec is not None and message.pec.pec_kind not in _PEC_REQUESTS:
        about = message.pec.x_riferimento_message_id
        return _notice(f"pec_{message.pec.pec_kind}", message, about and about.strip("<>"))
    if verdict.emergency:
        return None
    if message.fax is not None and message.fax.status == "failed" and not message.attachments:
        return _notice("fax_failed", message, None)
    if message.auto.kind in _NOTICE_KINDS:
        return _notice(message.auto.kind, message, message.auto.about)
    is_own = message.sender is not None and message.sender.address.casefold() in own_addresses
    return _notice("own_message", message, message.in_reply_to) if is_own else None


def is_undelivered(notice: Notice) -> bool:
    """Return whether a notice says that what we sent did not arrive."""
    return notice.kind == "bounce" or _ricevuta(notice) in _UNDELIVERED


def summarise_notice(notice: Notice) -> dict[str, Any]:
    """Return what a request is told of a notice; ``x_ricevuta`` names the PEC receipt."""
    return {"kind": notice.kind, "about": notice.about, "x_ricevuta": _ricevuta(notice)}


def _ricevuta(notice: Notice) -> str | None:
    pec: Mapping[str, Any] = notice.facts.get("pec") or {}
    return pec.get("x_ricevuta")


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
    reasons = _review_reasons(message, readings, verdict)
    follows, thread_reasons = _follow(thread, sender)
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
        due_at=_due_at(item, verdict),
        follows=follows,
        attachments=tuple(_attachment(each, readings) for each in message.attachments),
        external_ids=_external_ids(message),
        details=_details(message) | _batch(item),
        letter=letter,
    )


def audited(draft: RequestDraft) -> RequestDraft:
    """Return a request that needs no person, to be looked at by one all the same."""
    return draft.model_copy(update={"needs_review": True, "review_reasons": ("topic_audit",)})


def corrected(request: Request, topic: str, *, kind: Kind, due_days: int | None) -> dict[str, Any]:
    """Return the values of a request that change when a person chooses its topic.

    ``kind`` and ``due_days`` (calendar days from receipt) are what the taxonomy says of it.
    """
    reasons = tuple(reason for reason in request.review_reasons if reason not in _OF_TOPIC)
    received = request.received_at or request.created_at
    due_at = None if due_days is None else received + timedelta(days=due_days)
    return {
        "topic": topic,
        "topic_confidence": 1.0,
        "topic_by": "person",
        "kind": kind,
        "due_at": due_at,
        "review_reasons": list(reasons),
        "needs_review": bool(reasons),
    }


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


def _notice(kind: str, message: ParsedMessage, about: str | None) -> Notice:
    facts: dict[str, Any] = {
        "sender": message.sender.address if message.sender else None,
        "evidence": list(message.auto.evidence),
        "text": message.text[:2000],
    }
    return Notice(kind=kind, subject=message.subject, about=about, facts=facts | _details(message))


def channel_of(item: ItemFacts, message: ParsedMessage) -> Channel:
    """Return by which way an item reached us."""
    if message.pec is not None and message.pec.pec_kind == "transport":
        return Channel.PEC
    if message.fax is not None or item.profile == "fax":
        return Channel.FAX
    if message.device is not None or item.profile == "scan":
        return Channel.LETTER
    return {"form": Channel.WEB, "phone": Channel.PHONE}.get(item.profile, Channel.EMAIL)


def sender_of(
    channel: Channel, message: ParsedMessage, letter: LetterFacts | None = None
) -> Sender:
    """Return who sent a message, as far as it and the ``letter`` in it say."""
    if channel is Channel.FAX:
        return _completed(_fax_sender(message), letter)
    if channel is Channel.LETTER:
        return _completed(Sender(), letter)
    who = message.sender
    return Sender(
        name=(who.name or None) if who else None,
        email=(who.address or None) if who else None,
        phone=message.sender_phone,
        verified_by="pec" if _is_trusted_pec(message) else None,
    )


def _completed(sender: Sender, letter: LetterFacts | None) -> Sender:
    """Return the sender with what the letter itself says surely; nothing verifies that."""
    facts = letter or LetterFacts()
    return sender.model_copy(
        update={
            "name": sender.name or _sure(facts.name),
            "email": _sure(facts.email) or _sure(facts.pec),
            "phone": _sure(facts.phone),
            "organisation": _sure(facts.organisation),
        }
    )


def _sure(fact: Fact | None) -> str | None:
    return fact.value if fact is not None and fact.confidence >= _SURE else None


def _claimed_at(message: ParsedMessage, letter: LetterFacts | None) -> datetime | None:
    """Return when the citizen says to have written: the letter's day at 00:00 UTC, or the mail's.

    At that hour it is the same day in Italy and in UTC.
    """
    if letter is None or letter.date is None:
        return message.date
    return datetime.combine(date.fromisoformat(letter.date.value), time.min, tzinfo=UTC)


def _fax_sender(message: ParsedMessage) -> Sender:
    fax = message.fax
    if fax is None:
        return Sender()
    return Sender(
        name=fax.caller_name,
        fax_number=fax.caller_number_e164 or fax.caller_number_raw or fax.remote_station_id,
    )


def _is_trusted_pec(message: ParsedMessage) -> bool:
    if message.pec is None or message.pec.signature is None:
        return False
    signature = message.pec.signature
    return signature.get("integrity") == "ok" and str(signature.get("chain")).startswith("trusted")


def _subject(channel: Channel, item: ItemFacts, message: ParsedMessage) -> str | None:
    if channel is Channel.FAX:
        sender = _fax_sender(message)
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


def _due_at(item: ItemFacts, verdict: Verdict) -> datetime | None:
    if item.received_at is None or verdict.due_days is None:
        return None
    return item.received_at + timedelta(days=verdict.due_days)


def _review_reasons(message: ParsedMessage, readings: Readings, verdict: Verdict) -> list[str]:
    reasons = []
    if verdict.emergency:
        reasons.append("emergency")
    if verdict.topic is None or verdict.needs_review:
        reasons.append("topic_unsure")
    if any(document.needs_review for document in readings.documents.values()):
        reasons.append("page_hard_to_read")
    kinds = {page.kind for each in readings.documents.values() for page in each.pages}
    reasons += [f"page_{kind}" for kind in sorted(kinds - {"print", "blank"})]
    if any(
        defect.code == "page_lost"
        for each in readings.documents.values()
        for defect in each.defects
    ):
        reasons.append("page_lost")
    reasons += [f"unread_{code}" for code in readings.unread.values()]
    reasons += [
        defect.code for defect in message.defects if defect.code.startswith(_REMARKABLE_DEFECTS)
    ]
    return reasons + _pec_reasons(message) + _fax_reasons(message, readings)


def _pec_reasons(message: ParsedMessage) -> list[str]:
    if message.pec is None:
        return []
    if message.pec.pec_kind in _PEC_REMARKS:
        return [_PEC_REMARKS[message.pec.pec_kind]]
    return [] if _is_trusted_pec(message) else ["pec_signature_unproved"]


def _fax_reasons(message: ParsedMessage, readings: Readings) -> list[str]:
    fax = message.fax
    if fax is None:
        return []
    is_whole = fax.status in (None, "ok")
    reasons = [] if is_whole else [f"fax_{str(fax.status).replace('-', '_')}"]
    page_count = sum(len(document.pages) for document in readings.documents.values())
    if fax.pages_declared is not None and page_count < fax.pages_declared:
        reasons.append("fax_pages_missing")
    return reasons


def _follow(thread: Thread, sender: Sender) -> tuple[str | None, list[str]]:
    """Return the request that this one follows, and what a person must look at.

    A stranger's mail is never attached by number alone: the sender must be the same.
    """
    for earlier in (*thread.answered, *thread.quoted):
        if _is_same_sender(earlier.sender, sender):
            return earlier.id, []
    reasons = ["possible_follow_up"] if thread.answered or thread.quoted or thread.written else []
    if thread.same_message_id:
        reasons.append("possible_duplicate")
    return None, reasons


def _is_same_sender(one: Sender, other: Sender) -> bool:
    return bool(one.email and other.email) and one.email.casefold() == other.email.casefold()  # type: ignore[union-attr] # bool() proved both


def _attachment(each: Attachment, readings: Readings) -> RequestAttachment:
    document = readings.documents.get(each.path)
    return RequestAttachment(
        **each.model_dump(exclude={"content_id", "reason", "unwrapped"}),
        reason=each.reason or readings.unread.get(each.path),
        page_count=len(document.pages) if document else None,
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


def _details(message: ParsedMessage) -> dict[str, Any]:
    parts = message.model_dump(mode="json", include={"pec", "fax", "form", "device"})
    return {name: part for name, part in parts.items() if part}


def _batch(item: ItemFacts) -> dict[str, Any]:
    """Return which pages of which batch a letter was, if it came in one."""
    if "batch" not in item.attributes:
        return {}
    return {"batch": {name: item.attributes.get(at) for name, at in _OF_BATCH.items()}}


_OF_BATCH = {"receipt": "batch", "pages": "pages"}
