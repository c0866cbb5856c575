"""Verbs about requests: requests, show, export, correct, stats."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
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
from intake.cli.tables import request as tables
from intake.errors import UnknownReference

if TYPE_CHECKING:
    from intake.app import Intake

ReferenceArgument = Annotated[str, typer.Argument(help="Such as CC-2026-0000042-7.")]
_NEAR_AMONG = 2000


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake requests --channel pec --since 7d --search frana")(requests)
    app.command(epilog="Example: intake show CC-2026-0000042-7")(show)
    app.command(epilog="Example: intake export CC-2026-0000042-7 originals/")(export)
    app.command(epilog="Example: intake correct CC-2026-0000042-7 --topic reclamo")(correct)
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
        unknown = intake.requests.why_no_topic(topic) if topic and not found else None
    if unknown is not None:
        render.complain(unknown.message, unknown.remedy)
    if as_json:
        render.emit_json(found)
    else:
        render.emit(tables.listed(found, zone) if found else "None.")


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
    render.emit(tables.facts(request, zone, opinions))
    if request.text.strip():
        render.emit(render.heading("Text"), render.plain(request.text.strip()))
    if request.letter is not None and (stated := tables.stated(request.letter)):
        render.emit(render.heading("The letter says"), stated)
    if request.attachments:
        render.emit(render.heading("Attachments"), tables.attachments(request))
    if any(opinion.evidence for opinion in opinions):
        render.emit(render.heading("Evidence"), tables.evidence(opinions))
    render.emit(render.heading("Events"), render.events(events, zone))


def correct(
    context: typer.Context,
    reference: ReferenceArgument,
    bare_topic: Annotated[
        str | None, typer.Argument(metavar="topic", help="The same as --topic.")
    ] = None,
    *,
    topic: Annotated[
        str | None, typer.Option(help="The right topic, as the taxonomy names it.")
    ] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down the right topic of a request; `intake train` learns from it.

    The topic of emergencies makes it one, which observers are told; no other takes that back.
    """
    topic = topic or bare_topic
    if topic is None or bare_topic not in (None, topic):
        raise typer.BadParameter("Name one topic.", param_hint="--topic")
    with session(context).open() as intake, _near_references(intake, reference):
        request = intake.requests.correct(reference, topic, by=this_person(by))
    if as_json:
        render.emit_json(request)
    else:
        urgency = ", an emergency" if request.urgency == "emergency" else ""
        render.emit(f"{request.reference}: {request.topic}{urgency}")


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
