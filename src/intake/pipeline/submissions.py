"""Submissions: what a front end left open in its draft is filled as it is of any other item."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime

from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import TransientFailure, UsageError
from intake.filing.drafts import OF_TOPIC, due_within
from intake.pipeline.stages import Stages
from intake.schemas.classifications import Origin, Urgency, Verdict
from intake.schemas.documents import Document
from intake.schemas.requests import Kind, RequestDraft

_log = logging.getLogger(__name__)
_SHA256 = re.compile("[0-9a-f]{64}")
_MOST_BYTES = (1 << 63) - 1
_UNJUDGED = Verdict(
    urgency=Urgency.HIGH, needs_review=True, review_reasons=("alarm_doubted", "topic_unsure")
)


def check(draft: RequestDraft) -> None:
    """Refuse a draft that no database can keep.

    Raises:
        UsageError: the details are no JSON, the confidence is not from 0 to 1, or a file has no
            SHA-256 or size.
    """
    try:
        json.dumps(draft.details)
    except (TypeError, ValueError, RecursionError) as error:
        raise _refused(f"its details are no JSON: {error}") from None
    if not 0 <= draft.topic_confidence <= 1:
        raise _refused(f"its topic_confidence is {draft.topic_confidence}")
    for file in draft.attachments:
        if not _SHA256.fullmatch(file.sha256):
            raise _refused(f"the file {file.path!r} has no SHA-256 in 64 hexadecimal digits")
        if not 0 <= file.size_bytes <= _MOST_BYTES:
            raise _refused(f"the file {file.path!r} has a size of {file.size_bytes} bytes")


def judge(draft: RequestDraft, stages: Stages) -> Verdict:
    """Return topic, urgency and language of what a front end wrote down.

    Where the text is too much for the child that judges, a person must look before its turn:
    nobody tries a submission again.
    """
    texts = {"subject": draft.subject or "", "body": draft.text}
    documents = [
        Document.model_validate({"origin": origin, "text": text, "channel": draft.channel})
        for origin, text in texts.items()
        if text.strip()
    ]
    try:
        return stages.judge(documents, _origin(draft))
    except TransientFailure as failure:
        _log.error("not judged", extra={"action": "submit", "code": failure.code})
        return _UNJUDGED


def completed(
    draft: RequestDraft, verdict: Verdict, taxonomy: Taxonomy, now: datetime
) -> RequestDraft:
    """Return the draft as it is to be filed: what the front end said stays.

    Kind and due time follow the topic, whoever chose it. Urgency is only ever raised, also by the
    taxonomy's emergency topic; an emergency always asks for a person, and takes that topic if it
    has none.
    Where the topic was given a person must look at it only if the taxonomy does not know it, or
    cannot be used and so leaves open what follows from it.
    """
    meant = urgency_of(draft.topic, taxonomy)
    urgency = Urgency.highest((draft.urgency, verdict.urgency, meant))
    changes = {"urgency": urgency, "received_at": draft.received_at or now}
    if draft.topic is None:
        changes |= _topic(verdict, taxonomy, urgency)
    if draft.language is None:
        changes["language"] = verdict.language
    found = _reasons(draft, verdict, taxonomy, urgency)
    if reasons := dict.fromkeys((*draft.review_reasons, *found)):
        changes |= {"needs_review": True, "review_reasons": tuple(reasons)}
    return _with_kind_and_due_time(draft.model_copy(update=changes), taxonomy)


def urgency_of(topic: str | None, taxonomy: Taxonomy) -> Urgency:
    """Return what a topic says of urgency: that of emergencies means one, whoever chose it."""
    found = taxonomy.find(topic) if topic is not None else None
    return Urgency.EMERGENCY if found is not None and found.emergency else Urgency.NORMAL


def _topic(verdict: Verdict, taxonomy: Taxonomy, urgency: Urgency) -> dict[str, object]:
    """Return the topic that was found; of an emergency with none, that of emergencies."""
    alarming = taxonomy.emergency_topic
    if verdict.topic is None and urgency is Urgency.EMERGENCY and alarming is not None:
        return {"topic": alarming.id, "topic_confidence": 0.0, "topic_by": "rule"}
    return {
        "topic": verdict.topic,
        "topic_confidence": verdict.confidence,
        "topic_by": verdict.topic_by,
    }


def _reasons(
    draft: RequestDraft, verdict: Verdict, taxonomy: Taxonomy, urgency: Urgency
) -> Iterator[str]:
    """Yield why a person must look at what the front end left open, or at its topic."""
    if urgency is Urgency.EMERGENCY:
        yield "emergency"
    for reason in verdict.review_reasons:
        if draft.topic is None or reason not in OF_TOPIC:
            yield reason
    if draft.topic is None or taxonomy.find(draft.topic) is not None:
        return
    if len(taxonomy):
        yield "topic_unknown"
    elif draft.kind is None or draft.due_at is None:  # the taxonomy cannot be used
        yield "misconfigured"


def _with_kind_and_due_time(draft: RequestDraft, taxonomy: Taxonomy) -> RequestDraft:
    chosen = taxonomy.find(draft.topic) if draft.topic is not None else None
    is_emergency = draft.urgency is Urgency.EMERGENCY
    changes: dict[str, object] = {}
    if draft.kind is None:
        of_topic = chosen.kind if chosen else Kind.OTHER
        changes["kind"] = Kind.INTERVENTION if is_emergency else of_topic
    days = taxonomy.due_days(draft.topic, is_emergency=is_emergency)
    if draft.due_at is None:
        changes["due_at"] = due_within(days, draft.received_at)
    return draft.model_copy(update=changes)


def _refused(reason: str) -> UsageError:
    return UsageError(
        f"The draft was not filed: {reason}.", remedy="Mend the program that made it."
    )


def _origin(draft: RequestDraft) -> Origin:
    sender = draft.sender
    return Origin(
        channel=draft.channel,
        source=draft.source,
        sender=sender.email or "",
        number=sender.fax_number or sender.phone or "",
    )
