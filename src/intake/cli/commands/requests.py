"""Verbs about requests: requests, show, export, stats."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import (
    ByOption,
    JsonOption,
    LimitOption,
    choice,
    moment,
    session,
    this_person,
)
from intake.errors import UnknownReference

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from intake.app import Intake
    from intake.schemas.classifications import Classification
    from intake.schemas.letters import LetterFacts
    from intake.schemas.requests import Request, Sender

ReferenceArgument = Annotated[str, typer.Argument(help="Such as CC-2026-0000042-7.")]
_NEAR_AMONG = 2000
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


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake requests --channel pec --since 7d --search frana")(requests)
    app.command(epilog="Example: intake show CC-2026-0000042-7")(show)
    app.command(epilog="Example: intake export CC-2026-0000042-7 originals/")(export)
    app.command(epilog="Example: intake correct CC-2026-0000042-7 info.aree-attesa")(correct)
    app.command(epilog="Example: intake stats --json")(stats)


def requests(
    context: typer.Context,
    *,
    channel: Annotated[
        str | None, typer.Option(help="email, pec, fax, letter, web or phone.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="A topic of the taxonomy.")] = None,
    status: Annotated[str | None, typer.Option(help="Such as new, assigned or closed.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Received since 2026-07-01, 2026-07-01T10:30 or 3d.")
    ] = None,
    needs_review: Annotated[
        bool, typer.Option("--needs-review", help="Only those that wait for a person's look.")
    ] = False,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Words in subject, text or sender.")
    ] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List tracked requests: open emergencies first, then high urgency, then the newest."""
    from intake.schemas.requests import Channel, Status

    by_channel = choice(channel, Channel, "--channel")
    by_status = choice(status, Status, "--status")
    with session(context).open() as intake:
        zone = _zone(intake)
        found = intake.requests.find(
            channel=by_channel,
            topic=topic,
            status=by_status,
            since=moment(since, zone),
            needs_review=True if needs_review else None,
            search=search,
            limit=limit,
        )
    if as_json:
        render.emit_json(found)
    else:
        render.emit(_table(found, zone) if found else "None.")


def show(
    context: typer.Context, reference: ReferenceArgument, *, as_json: JsonOption = False
) -> None:
    """Show everything about one request."""
    with session(context).open() as intake:
        zone = _zone(intake)
        with _near_references(intake, reference):
            request = intake.requests.get(reference)
        opinions = intake.requests.opinions(reference)
        events = intake.requests.history(reference)
    if as_json:
        render.emit_json(
            {**request.model_dump(mode="json"), "opinions": opinions, "events": events}
        )
        return
    render.emit(_facts(request, zone, opinions))
    if request.text.strip():
        render.emit(render.heading("Text"), render.plain(request.text.strip()))
    if request.letter is not None and (stated := _letter(request.letter)):
        render.emit(render.heading("The letter says"), stated)
    if request.attachments:
        render.emit(render.heading("Attachments"), _attachments(request))
    if any(opinion.evidence for opinion in opinions):
        render.emit(render.heading("Evidence"), _evidence(opinions))
    render.emit(render.heading("Events"), render.events(events, zone))


def correct(
    context: typer.Context,
    reference: ReferenceArgument,
    topic: Annotated[str, typer.Argument(help="The right topic, as the taxonomy names it.")],
    *,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down the right topic of a request; `intake train` learns from it."""
    with session(context).open() as intake, _near_references(intake, reference):
        request = intake.requests.correct(reference, topic, by=this_person(by))
    if as_json:
        render.emit_json(request)
    else:
        render.emit(f"{request.reference}: {request.topic}")


def export(
    context: typer.Context,
    reference: ReferenceArgument,
    directory: Annotated[Path, typer.Argument(help="The folder to write into.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Write a request's original bytes and attachments, byte for byte, into a folder."""
    options = session(context)
    with options.open() as intake, render.progress(silent=as_json or options.quiet) as tell:
        if tell:
            tell(f"export {reference}", 0, None)
        with _near_references(intake, reference):
            written = intake.export(reference, directory)
    if as_json:
        render.emit_json(written)
    else:
        render.emit(*(str(path) for path in written))


def stats(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Count requests and receipts by their main facts."""
    with session(context).open() as intake:
        counted = intake.stats()
    if as_json:
        render.emit_json(counted)
        return
    rows = [
        (name.replace("_", " "), value, count)
        for name, counts in counted.items()
        for value, count in (counts if isinstance(counts, dict) else {"": counts}).items()
    ]
    render.emit(render.table([Column("by"), Column("value"), Column("items", side="right")], rows))


def _zone(intake: Intake) -> ZoneInfo:
    return ZoneInfo(intake.settings.requests.timezone)


@contextmanager
def _near_references(intake: Intake, reference: str) -> Iterator[None]:
    """Add the nearest reference there is to the message that one is unknown."""
    try:
        yield
    except UnknownReference as error:
        there = [request.reference for request in intake.requests.find(limit=_NEAR_AMONG)]
        near = difflib.get_close_matches(reference.upper(), there, n=1)
        if not near:
            raise
        raise UnknownReference(f"{error.message} Did you mean {near[0]}?") from error


def _table(found: Sequence[Request], zone: ZoneInfo) -> RenderableType:
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


def _facts(request: Request, zone: ZoneInfo, opinions: Sequence[Classification]) -> RenderableType:
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


def _letter(letter: LetterFacts) -> RenderableType | None:
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


def _attachments(request: Request) -> RenderableType:
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


def _evidence(opinions: Sequence[Classification]) -> RenderableType:
    columns = [Column("who"), Column("topic"), Column("weight", side="right"), Column("rule")]
    columns.append(Column("where", rank=1))
    cells = [
        (opinion.classifier, each.topic, f"{each.weight:.2f}", each.rule,
         render.where(each.where), each.text)
        for opinion in opinions
        for each in opinion.evidence
    ]  # fmt: skip
    return render.table([*columns, Column("words", share=1)], cells)
