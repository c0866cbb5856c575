"""Verbs about what is learned from examples: train, evaluate, models."""

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
from intake.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.classifying.examples import LabelledText
    from intake.cli.session import Session
    from intake.pipeline.models import Models
    from intake.schemas.evaluations import Gate, GroupScore, Interval, Report
    from intake.schemas.models import ModelRecord

ExamplesArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[EXAMPLES]",
        help='JSON lines: {"text": "...", "topic": "...", "at": "2026-03-02", "channel": "email"}. '
        "Left out: the requests whose topic was corrected; - is standard input.",
        callback=readable,
    ),
]

models = typer.Typer(no_args_is_help=True, help="The learned models and the one in use.")
_HELD = {"time": ", the latest", "random": ", drawn at random", "event": ", event by event"}


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake train examples.jsonl --out topics.model")(train)
    app.command(epilog="Example: intake evaluate examples.jsonl --html report.html")(evaluate)
    models.command("list", epilog="Example: intake models list")(list_models)
    models.command(epilog="Example: intake models use 3f2a90c41b7e --by anna")(use)
    app.add_typer(models, name="models", epilog="Example: intake models list")


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


def list_models(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the models in the folder, the oldest first, and which one is in use."""
    with session(context).open() as intake:
        records, faults = intake.models.readable_records()
        current, fault = _current(intake.models)
    if as_json:
        render.emit_json({"in_use": current, "models": records})
    else:
        _list(records, current)
    for each in (*faults, *([] if fault is None else [fault])):
        render.complain(each.message, each.remedy)
    if faults or fault is not None:
        raise typer.Exit(ConfigError.exit_code)


def _current(folder: Models) -> tuple[str | None, ConfigError | None]:
    """Return the version in use, or why there is none to be found."""
    try:
        return folder.current(), None
    except ConfigError as error:
        return None, error


def _list(records: Sequence[ModelRecord], current: str | None) -> None:
    from intake.classifying.model_folder import UNTRAINED

    columns = ["Model", "Trained", "Texts", "Macro-F1", "In use"]
    rows: list[tuple[object, ...]] = [
        (
            each.version,
            f"{each.trained_at:%Y-%m-%d %H:%MZ}",
            each.examples,
            _share(each.contest.macro_f1),
            "yes" if each.version == current else "",
            each.reason,
        )
        for each in records
    ]
    if current not in (None, UNTRAINED, *(each.version for each in records)):
        rows.append((current, "", "", "", "yes", "Its record is missing or damaged."))
    render.emit(render.table([*map(Column, columns), Column("Why", share=1)], rows))
    if current is not None:
        render.emit(render.plain(f"In use: {current}."))


def use(
    context: typer.Context,
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="As `list` shows it, or: untrained.")
    ],
    *,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a model to use, such as an earlier one; `untrained` is none."""
    with session(context).open() as intake:
        intake.models.use(version, by=this_person(by))
        current = intake.models.current()
    if as_json:
        render.emit_json({"in_use": current})
        return
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
        _show(report)
        if html is not None:
            render.emit(render.plain(f"Written: {html}."))
    _warn(labelled, options.taxonomy)
    for fault in report.faults:
        render.complain(f"Measured without it: {fault.message}", fault.remedy)
    if report.faults:
        raise typer.Exit(ConfigError.exit_code)


def _labelled(active: Session, examples: Path | None) -> list[LabelledText]:
    from intake.classifying.examples import read, read_stream

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


def _show(report: Report) -> None:
    render.emit(
        render.facts(
            [
                ("learned from", report.learned_from),
                ("measured on", f"{report.measured_on}{_HELD.get(report.split or '', '')}"),
                ("macro-F1", _ranged(report.macro_f1, report.macro_f1_interval)),
                ("accuracy", _ranged(report.accuracy, report.accuracy_interval)),
                ("calibration error", f"{report.calibration_error:.3f}"),
                (
                    f"at confidence {report.threshold:.2f}",
                    f"{report.coverage:.0%} need no person, {report.accuracy_covered:.1%} right",
                ),
                ("topics not learned", ", ".join(report.unknown_topics) or None),
            ]
        ),
        render.table(
            [Column("Topic"), Column("Texts"), Column("Precision"), Column("Recall"), Column("F1")],
            [
                (each.topic, each.examples, *map(_share, (each.precision, each.recall, each.f1)))
                for each in report.topics
            ],
        ),
        _groups("Channel", [(each.channel, each) for each in report.channels]),
        render.table(
            [Column("Beside"), Column("Macro-F1"), Column("Accuracy"), Column("Lead, 95 %")],
            [
                (
                    f"{each.name} *" if each.may_have_learned else each.name,
                    _share(each.macro_f1),
                    _share(each.accuracy),
                    _lead(each.lead),
                )
                for each in report.rivals
            ],
        ),
    )
    if any(each.may_have_learned for each in report.rivals):
        render.emit("* It may have learned from these very texts, which flatters it.")
    if report.gate is not None:
        _show_gate(report.gate)
    if report.events:
        render.emit(_groups("Event", [(each.event, each) for each in report.events]))


def _show_gate(gate: Gate) -> None:
    told = f"{gate.coverage:.0%} need no person, {gate.accuracy_covered:.1%} right"
    render.emit(
        render.facts(
            [
                (f"for a precision of {gate.precision:.2f}", told),
                ("threshold", _threshold(gate.threshold)),
            ]
        ),
        render.table(
            [Column("Topic"), Column("Threshold"), Column("Filed"), Column("Of these right")],
            [
                (each.topic, _threshold(each.threshold), each.filed, each.right)
                for each in gate.topics
            ],
        ),
    )


def _threshold(threshold: float | None) -> str:
    return "a person sees all" if threshold is None else f"{threshold:.2f}"


def _groups(title: str, rows: Sequence[tuple[str, GroupScore]]) -> RenderableType:
    columns = [
        "Texts",
        "Accuracy",
        "Macro-F1",
        "Calibration error",
        "By chance",
        "Need no person",
        "Of these right",
    ]
    return render.table(
        [Column(title), *map(Column, columns)],
        [
            (
                name,
                each.examples,
                *map(_share, (each.accuracy, each.macro_f1)),
                f"{each.calibration_error:.3f}",
                f"{each.calibration_by_chance:.3f}",
                *map(_share, (each.coverage, each.accuracy_covered)),
            )
            for name, each in rows
        ],
    )


def _ranged(figure: float, interval: Interval) -> str:
    return f"{figure:.3f} (95 %: {interval.low:.3f} to {interval.high:.3f})"


def _lead(interval: Interval) -> str:
    return f"{interval.low:+.2f} to {interval.high:+.2f}"


def _share(figure: float) -> str:
    return f"{figure:.2f}"
