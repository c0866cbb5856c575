"""Verbs about what is learned from examples: train, evaluate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column, Tell
from intake.cli.session import JsonOption, session

if TYPE_CHECKING:
    from intake.classifying.evaluation import Report
    from intake.classifying.examples import LabelledText
    from intake.cli.session import Session

ExamplesArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[EXAMPLES]",
        help='JSON lines: {"text": "…", "topic": "…", "at": "2026-03-02", "channel": "mail"}. '
        "Left out: the requests whose topic was corrected.",
        exists=True,
        dir_okay=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake train examples.jsonl --out topics.model")(train)
    app.command(epilog="Example: intake evaluate examples.jsonl --json")(evaluate)


def train(
    context: typer.Context,
    examples: ExamplesArgument = None,
    *,
    out: Annotated[
        Path, typer.Option(help="The model's file; [classify] model names it.", dir_okay=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Learn topics from labelled texts, or from corrections, and write a model."""
    from intake.app import train_model

    active = session(context)
    with render.progress(silent=as_json or active.quiet) as tell:
        manifest = train_model(
            _labelled(active, examples),
            out,
            taxonomy=active.settings().classify.taxonomy,
            rules=active.settings().classify.rules,
            progress=_told(tell),
        )
    if as_json:
        render.emit_json(manifest)
        return
    rows = zip(manifest.topics, manifest.examples, strict=True)
    render.emit(render.table([Column("Topic"), Column("Examples")], list(rows)))
    render.emit(render.plain(f'Written: {out}. Use it with [classify] model = "{out}".'))


def evaluate(
    context: typer.Context, examples: ExamplesArgument = None, *, as_json: JsonOption = False
) -> None:
    """Learn from the earlier 70 % of labelled texts and tell how the rest is judged."""
    from intake.app import evaluate_model

    active = session(context)
    with render.progress(silent=as_json or active.quiet) as tell:
        report = evaluate_model(
            _labelled(active, examples),
            threshold=active.settings().classify.threshold,
            progress=_told(tell),
        )
    if as_json:
        render.emit_json(report)
        return
    _show(report)


def _labelled(active: Session, examples: Path | None) -> list[LabelledText]:
    from intake.classifying.examples import read

    if examples is not None:
        return list(read(examples))
    with active.open() as intake:
        return intake.requests.corrections()


def _told(tell: Tell | None) -> Callable[[int, int], None] | None:
    if tell is None:
        return None
    return lambda done, total: tell("train", done, total)


def _show(report: Report) -> None:
    render.emit(
        render.facts(
            [
                ("learned from", report.learned_from),
                ("measured on", f"{report.measured_on}, the latest"),
                ("macro-F1", f"{report.macro_f1:.3f}"),
                ("accuracy", f"{report.accuracy:.3f}"),
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
        render.table(
            [Column("Channel"), Column("Texts"), Column("Accuracy")],
            [(each.channel, each.examples, _share(each.accuracy)) for each in report.channels],
        ),
    )


def _share(figure: float) -> str:
    return f"{figure:.2f}"
