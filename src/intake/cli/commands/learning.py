"""Verbs about what is learned from examples: train, evaluate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column, Tell
from intake.cli.session import (
    STANDARD_INPUT,
    ByOption,
    JsonOption,
    choice,
    readable,
    session,
    this_person,
)
from intake.cli.tables.evaluation import show
from intake.errors import ConfigError

if TYPE_CHECKING:
    from intake.classifying.models.examples import LabelledText
    from intake.cli.session import Session

ExamplesArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[EXAMPLES]",
        help='JSON lines: {"text": "...", "topic": "...", "at": "2026-03-02", "channel": "email"}. '
        "Left out: the requests whose topic was corrected; - is standard input.",
        callback=readable,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake train examples.jsonl --out topics.model")(train)
    app.command(epilog="Example: intake evaluate examples.jsonl --html report.html")(evaluate)


def train(
    context: typer.Context,
    examples: ExamplesArgument = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The model's file; `classify.model` names it. Left out: a version in the folder "
            "`classify.model_dir`, in use if it beats the one in use.",
            dir_okay=False,
        ),
    ] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn topics from labelled texts, or from corrections, and write a model."""
    from intake.learning import train_model

    active = session(context)
    if out is None:
        _train_version(active, examples, this_person(by), as_json=as_json)
        return
    section = active.settings().classify
    labelled = _labelled(active, examples)
    with render.progress(silent=as_json or active.quiet) as tell:
        manifest = train_model(
            labelled,
            out,
            taxonomy=section.taxonomy,
            rules=section.rules,
            embeddings=section.embeddings,
            progress=_told(tell),
        )
    _warn(labelled, section.taxonomy)
    if as_json:
        render.emit_json(manifest)
        return
    rows = zip(manifest.topics, manifest.examples, strict=True)
    render.emit(render.table([Column("Topic"), Column("Examples")], list(rows)))
    render.emit(render.plain(f'Written: {out}. Use it with [classify] model = "{out}".'))


def _train_version(active: Session, examples: Path | None, person: str, *, as_json: bool) -> None:
    """Train a version in the folder of models."""
    with active.open() as intake, render.progress(silent=as_json or active.quiet) as tell:
        folder, labelled = intake.models, _labelled(active, examples)
        record = folder.train(labelled, by=person, progress=_told(tell))
        current = folder.current()
        taxonomy = intake.settings.classify.taxonomy
    _warn(labelled, taxonomy)
    if as_json:
        render.emit_json(record)
        return
    render.emit(render.plain(f"Trained model {record.version}. {record.reason}"))
    render.emit(render.plain(f"In use: {current}."))


def evaluate(
    context: typer.Context,
    examples: ExamplesArgument = None,
    *,
    split: Annotated[
        str,
        typer.Option(
            help="time: the latest 30 % are held out; random: any 30 %; event: one event at a time."
        ),
    ] = "time",
    html: Annotated[
        Path | None, typer.Option(help="Write the report as a page too.", dir_okay=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Of the page: en or it.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Learn from some of the labelled texts and tell how the others are judged."""
    from intake.learning import check_page, evaluate_model, evaluation_page
    from intake.options import classify_options
    from intake.pipeline.whole_files import whole_file
    from intake.schemas.evaluations import Split

    active = session(context)
    options = classify_options(active.settings())
    chosen = choice(split, Split, "--split") or Split.TIME
    check_page(language, html)
    labelled = _labelled(active, examples)
    with render.progress(silent=as_json or active.quiet) as tell:
        report = evaluate_model(
            labelled,
            options=options,
            split=chosen,
            precision=active.settings().classify.precision,
            progress=_told(tell),
        )
    if html is not None:
        page = evaluation_page(report, language, taxonomy=options.taxonomy)
        with whole_file(html) as unfinished:
            unfinished.write_text(page, encoding="utf-8")
    if as_json:
        render.emit_json(report)
    else:
        show(report)
        if html is not None:
            render.emit(render.plain(f"Written: {html}."))
    _warn(labelled, options.taxonomy)
    for fault in report.faults:
        render.complain(f"Measured without it: {fault.message}", fault.remedy)
    if report.faults:
        raise typer.Exit(ConfigError.exit_code)


def _labelled(active: Session, examples: Path | None) -> list[LabelledText]:
    from intake.classifying.models.examples import read, read_stream

    if examples is not None and str(examples) == STANDARD_INPUT:
        return list(read_stream(sys.stdin.buffer, "standard input"))
    if examples is not None:
        return list(read(examples))
    with active.open() as intake:
        return intake.requests.corrections()


def _warn(examples: Sequence[LabelledText], taxonomy: Path | None) -> None:
    """Name the topics of examples under which nothing is ever filed."""
    from intake.learning import unknown_topics

    if unknown := unknown_topics(examples, taxonomy):
        named = ", ".join(f"{topic} ({count})" for topic, count in unknown.items())
        render.complain(
            f"The taxonomy lacks {len(unknown)} of the topics of the examples, with so many texts: "
            f"{named}.",
            "Nothing is filed under them: name the right taxonomy in [classify], or write them as "
            "`formerly` of its topics.",
        )


def _told(tell: Tell | None) -> Callable[[int, int], None] | None:
    if tell is None:
        return None
    return lambda done, total: tell("train", done, total)
