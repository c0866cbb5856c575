"""Verbs about what came in: receipts, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import ByOption, JsonOption, LimitOption, choice, session, this_person

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.schemas.receipts import Receipt

quarantine = typer.Typer(no_args_is_help=True, help="Items that could not be read.")
IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The receipt's number.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake receipts --state quarantined")(receipts)
    quarantine.command("list", epilog="Example: intake quarantine list")(list_quarantined)
    quarantine.command(epilog="Example: intake quarantine show 42")(show)
    quarantine.command(epilog="Example: intake quarantine retry 42")(retry)
    quarantine.command(epilog="Example: intake quarantine release 42 --by anna")(release)
    app.add_typer(quarantine, name="quarantine", epilog="Example: intake quarantine list")


def receipts(
    context: typer.Context,
    *,
    state: Annotated[
        str | None,
        typer.Option(help="received, processing, filed, linked, noted or quarantined."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only what this source brought.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List what came in and where each item stands, newest first."""
    from intake.schemas.receipts import ReceiptState

    wanted = choice(state, ReceiptState, "--state")
    with session(context).open() as intake:
        found = intake.receipts.find(state=wanted, source=source, limit=limit)
        _emit_receipts(found, ZoneInfo(intake.settings.requests.timezone), as_json=as_json)


def list_quarantined(
    context: typer.Context, *, limit: LimitOption = 50, as_json: JsonOption = False
) -> None:
    """List the items in quarantine with the reason of each."""
    with session(context).open() as intake:
        found = intake.quarantine.find(limit=limit)
        _emit_receipts(found, ZoneInfo(intake.settings.requests.timezone), as_json=as_json)


def show(context: typer.Context, number: IdArgument, *, as_json: JsonOption = False) -> None:
    """Show one quarantined item: the reason, its facts and its history."""
    with session(context).open() as intake:
        receipt, events = intake.quarantine.get(number), intake.quarantine.history(number)
        zone = ZoneInfo(intake.settings.requests.timezone)
    if as_json:
        render.emit_json({**receipt.model_dump(mode="json"), "events": events})
        return
    render.emit(_facts(receipt, zone), render.heading("Events"), render.events(events, zone))


def retry(
    context: typer.Context, number: IdArgument, *, by: ByOption = None, as_json: JsonOption = False
) -> None:
    """Put an item back in the queue; the next run processes it."""
    with session(context).open() as intake:
        receipt = intake.quarantine.retry(number, by=this_person(by))
    if as_json:
        render.emit_json(receipt)
    else:
        render.emit(f"Receipt {receipt.id} is {receipt.state} again; process it: intake process")


def release(
    context: typer.Context, number: IdArgument, *, by: ByOption = None, as_json: JsonOption = False
) -> None:
    """File an item, unread as it is, as a request for a person."""
    with session(context).open() as intake:
        request = intake.quarantine.release(number, by=this_person(by))
    if as_json:
        render.emit_json(request)
    else:
        render.emit(f"Receipt {number} is request {request.reference} now.")


def _emit_receipts(found: Sequence[Receipt], zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        render.emit_json(found)
    elif not found:
        render.emit("None.")
    else:
        render.emit(_table(found, zone))


def _table(found: Sequence[Receipt], zone: ZoneInfo) -> RenderableType:
    columns = [
        Column("id", side="right"),
        Column("stored"),
        Column("source"),
        Column("state"),
        Column("request or reason", share=2),
        Column("bytes", side="right", rank=1),
        Column("name", share=1, rank=2),
    ]
    cells = [
        (
            receipt.id,
            render.local(receipt.stored_at, zone),
            receipt.source,
            receipt.state,
            receipt.reference or _reason(receipt),
            "" if receipt.size_bytes is None else f"{receipt.size_bytes:,}",
            receipt.file_name or receipt.key,
        )
        for receipt in found
    ]
    return render.table(columns, cells)


def _facts(receipt: Receipt, zone: ZoneInfo) -> RenderableType:
    return render.facts(
        [
            ("receipt", receipt.id),
            ("reason", _reason(receipt)),
            ("source", receipt.source),
            ("key", receipt.key),
            ("profile", receipt.profile),
            ("file name", receipt.file_name),
            ("stored", render.local(receipt.stored_at, zone)),
            ("size", f"{receipt.size_bytes:,} bytes" if receipt.size_bytes is not None else None),
            ("sha256", receipt.sha256 or "none: the source never delivered the bytes"),
            ("failures", f"{receipt.failures} in {receipt.attempt} attempts"),
            *receipt.attributes.items(),
        ]
    )


def _reason(receipt: Receipt) -> str:
    return ": ".join(filter(None, (receipt.reason_code, receipt.reason_detail)))
