"""Verbs that work: poll, process, run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import JsonOption, Session, session

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.schemas.reports import Problem, RunReport

SourcesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="All that are enabled, if none.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Items processed at the same time.")
]
_TRY_LATER = 75


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake poll inbox")(poll)
    app.command(epilog="Example: intake process --workers 2")(process)
    app.command(epilog="Example, as a cron line: intake --quiet run")(run)


def poll(
    context: typer.Context, sources: SourcesArgument = None, *, as_json: JsonOption = False
) -> None:
    """Receive from the sources; process nothing."""
    options = session(context)
    with options.open() as intake, render.progress(silent=as_json or options.quiet) as tell:
        report = intake.poll(sources or (), progress=tell)
    _finish(report, options, as_json=as_json)


def process(
    context: typer.Context, *, workers: WorkersOption = None, as_json: JsonOption = False
) -> None:
    """Process what is received."""
    options = session(context)
    with options.open() as intake, render.progress(silent=as_json or options.quiet) as tell:
        report = intake.process(workers=workers, progress=tell)
    _finish(report, options, as_json=as_json)


def run(
    context: typer.Context,
    sources: SourcesArgument = None,
    *,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Poll, then process, once: the cron line."""
    options = session(context)
    with options.open() as intake, render.progress(silent=as_json or options.quiet) as tell:
        report = intake.run(sources or (), workers=workers, progress=tell)
    _finish(report, options, as_json=as_json)


def _finish(report: RunReport, options: Session, *, as_json: bool) -> None:
    """Print the report and end with its code; quiet speaks only when a person is needed."""
    if as_json:
        render.emit_json({**report.model_dump(mode="json"), "exit_code": report.exit_code})
    elif not options.quiet or report.exit_code not in (0, _TRY_LATER):
        render.emit(*_summary(report))
        for name, problem in _problems(report):
            render.complain(f"{name}: {problem.message}", problem.remedy)
    raise typer.Exit(report.exit_code)


def _summary(report: RunReport) -> Iterator[RenderableType]:
    if report.sources:
        yield _polled(report)
    done = report.processed
    outcomes = [
        ("filed", done.filed, "new requests"),
        ("linked", done.linked, "joined to a request that was there"),
        ("noted", done.noted, "notices, such as bounces, receipts and batches"),
        ("quarantined", done.quarantined, "see: intake quarantine list"),
        ("retried", done.retried, "failed, and are tried again"),
        ("emergencies", done.emergencies, "see: intake requests"),
        ("needs review", done.needs_review, "see: intake requests --needs-review"),
        ("waiting", report.waiting, "received and not yet processed"),
    ]
    shown = [row for row in outcomes if row[1]]
    columns = [Column("outcome"), Column("items", side="right"), Column("", share=1)]
    yield render.table(columns, shown) if shown else "Nothing to process."
    if report.trained:
        yield render.plain(f"Trained model {report.trained.version}. {report.trained.reason}")


def _polled(report: RunReport) -> RenderableType:
    counts = ("received", "known", "failed", "gone", "quarantined", "acknowledged")
    columns = [
        Column("source"),
        *(Column(name, side="right", rank=int(index > 2)) for index, name in enumerate(counts)),
        Column("problem", share=1),
    ]
    rows = [
        (
            name,
            *(getattr(source, count) for count in counts),
            render.marked(source.problem.error, "bold red") if source.problem else "",
        )
        for name, source in report.sources.items()
    ]
    return render.table(columns, rows)


def _problems(report: RunReport) -> Iterator[tuple[str, Problem]]:
    for name, source in report.sources.items():
        if source.problem:
            yield name, source.problem
    if report.processed.problem:
        yield "process", report.processed.problem
    if report.not_trained:
        yield "no model was trained", report.not_trained
