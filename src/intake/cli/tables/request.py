"""A request for people: its facts, what its letter states, its attachments and the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intake.cli import render
from intake.cli.render import Column

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import RenderableType
    from rich.text import Text

    from intake.schemas.classifications import Classification
    from intake.schemas.letters import LetterFacts
    from intake.schemas.requests import Request, Sender

_MEANINGS = {
    "emergency": "somebody may be in danger now",
    "alarm_doubted": "it may be a call for help, or is too long to judge: read it before its turn",
    "called_again": "the same call for help came again: somebody may be waiting",
    "other_language": "a part is in a language in which only danger was looked for",
    "topic_unsure": "no topic is sure enough to be filed under",
    "topic_unknown": "the taxonomy does not know the topic that the front end gave",
    "misconfigured": "the topic was found without what the settings name: see `intake check`",
    "page_hard_to_read": "a page was read with little confidence",
    "no_text": "nothing could be read",
    "possible_follow_up": "it names an earlier request, but another sender",
    "possible_duplicate": "another message has the same Message-ID",
    "pec_signature_unproved": "the signature of the PEC envelope could not be proved",
    "fax_pages_missing": "fewer pages came than the fax announced",
}


def listed(found: Sequence[Request], zone: ZoneInfo) -> RenderableType:
    """Return requests as a table, one a line."""
    columns = [
        Column("reference"),
        Column("received", rank=1),
        Column("channel"),
        Column("urgency"),
        Column("topic", rank=2),
        Column("sender", share=1, rank=3),
        Column("subject", share=2),
    ]
    cells = [
        (
            request.reference,
            render.local(request.received_at, zone),
            request.channel,
            _urgency(request),
            request.topic,
            _who(request.sender),
            request.subject,
        )
        for request in found
    ]
    return render.table(columns, cells)


def _urgency(request: Request) -> Text:
    review = " ? review" if request.needs_review else ""
    style = {"emergency": "bold white on red", "high": "bold yellow"}.get(request.urgency)
    mark = "!! " if request.urgency == "emergency" else ""
    return render.marked(f"{mark}{request.urgency}{review}", style or ("yellow" if review else ""))


def _who(sender: Sender) -> str:
    return sender.name or sender.email or sender.fax_number or sender.phone or ""


def facts(request: Request, zone: ZoneInfo, opinions: Sequence[Classification]) -> RenderableType:
    """Return what one request is, a fact a line."""
    topic = f"{request.topic} ({request.topic_confidence:.2f}, by {request.topic_by})"
    sender = request.sender
    return render.facts(
        [
            ("reference", request.reference),
            ("status", request.status),
            ("channel", f"{request.channel} (source {request.source or 'none'})"),
            ("urgency", _urgency(request)),
            ("kind", request.kind),
            ("topic", topic if request.topic else None),
            ("might be", None if request.topic else _likely(opinions)),
            ("review because of", "; ".join(map(_reason, request.review_reasons))),
            ("subject", request.subject),
            ("language", request.language),
            ("sender", sender.name),
            ("organisation", sender.organisation),
            ("e-mail", sender.email),
            ("phone", sender.phone),
            ("fax", sender.fax_number),
            ("verified by", sender.verified_by),
            ("received", f"{render.local(request.received_at, zone)} ({request.received_at_by})"),
            ("claims", _claimed_at(request, zone)),
            ("due", render.local(request.due_at, zone)),
            ("follows", request.follows),
            ("protocol", request.protocol_reference),
            *((f"id: {name}", value) for name, value in request.external_ids.items()),
            ("tracking token", request.tracking_token),
        ]
    )


def _claimed_at(request: Request, zone: ZoneInfo) -> str:
    if request.claimed_at is not None and not request.claimed_at_has_time:
        return f"{request.claimed_at:%Y-%m-%d} (no time given)"
    return render.local(request.claimed_at, zone)


def stated(letter: LetterFacts) -> RenderableType | None:
    """Return what a letter states of itself; None if it states nothing."""
    columns = [Column("what"), Column("value"), Column("confidence", side="right")]
    columns += [Column("page", side="right", rank=1), Column("where", rank=1)]
    named = [(name, fact) for name, fact in letter if name != "references" and fact is not None]
    named += [("reference", fact) for fact in letter.references]
    cells = [
        (name.replace("_", " "), fact.value, f"{fact.confidence:.2f}", fact.page, fact.place,
         fact.evidence)
        for name, fact in named
    ]  # fmt: skip
    return render.table([*columns, Column("words", share=1)], cells) if cells else None


def _likely(opinions: Sequence[Classification]) -> str:
    """Return the three topics that any opinion is surest of."""
    surest: dict[str, float] = {}
    for opinion in opinions:
        if opinion.topic is not None:
            surest[opinion.topic] = max(opinion.confidence, surest.get(opinion.topic, 0.0))
    ordered = sorted(surest.items(), key=lambda entry: (-entry[1], entry[0]))
    return ", ".join(f"{topic} ({confidence:.2f})" for topic, confidence in ordered[:3])


def _reason(code: str) -> str:
    """Return a reason to look, with what it means where the code alone does not say it."""
    return f"{code}: {_MEANINGS[code]}" if code in _MEANINGS else code


def attachments(request: Request) -> RenderableType:
    """Return the attachments of a request and what became of them."""
    columns = [
        Column("file", share=1),
        Column("type"),
        Column("bytes", side="right"),
        Column("pages", side="right", rank=1),
        Column("confidence", side="right", rank=1),
        Column("became"),
        Column("sha256", rank=2),
    ]
    cells = [
        (
            attachment.filename or attachment.path,
            attachment.media_type,
            f"{attachment.size_bytes:,}",
            attachment.page_count,
            "" if attachment.confidence is None else f"{attachment.confidence:.2f}",
            ": ".join(filter(None, (attachment.disposition, attachment.reason))),
            attachment.sha256[:12],
        )
        for attachment in request.attachments
    ]
    return render.table(columns, cells)


def evidence(opinions: Sequence[Classification]) -> RenderableType:
    """Return what the opinions on a request rest on, one a line."""
    columns = [Column("who"), Column("topic"), Column("weight", side="right"), Column("rule")]
    columns.append(Column("where", rank=1))
    cells = [
        (opinion.classifier, each.topic, f"{each.weight:.2f}", each.rule,
         render.where(each.where), each.text)
        for opinion in opinions
        for each in opinion.evidence
    ]  # fmt: skip
    return render.table([*columns, Column("words", share=1)], cells)
