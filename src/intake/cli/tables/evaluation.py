"""An evaluation for people: figures with their intervals, by topic, channel, rival and event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intake.cli import render
from intake.cli.render import Column

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.schemas.evaluations import Gate, GroupScore, Interval, Report

_HELD = {"time": ", the latest", "random": ", drawn at random", "event": ", event by event"}


def show(report: Report) -> None:
    """Print how the texts held out were judged, and how sure one may be of it."""
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
                (each.topic, each.examples, *map(share, (each.precision, each.recall, each.f1)))
                for each in report.topics
            ],
        ),
        _groups("Channel", [(each.channel, each) for each in report.channels]),
        render.table(
            [Column("Beside"), Column("Macro-F1"), Column("Accuracy"), Column("Lead, 95 %")],
            [
                (
                    f"{each.name} *" if each.may_have_learned else each.name,
                    share(each.macro_f1),
                    share(each.accuracy),
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
                *map(share, (each.accuracy, each.macro_f1)),
                f"{each.calibration_error:.3f}",
                f"{each.calibration_by_chance:.3f}",
                *map(share, (each.coverage, each.accuracy_covered)),
            )
            for name, each in rows
        ],
    )


def _ranged(figure: float, interval: Interval) -> str:
    return f"{figure:.3f} (95 %: {interval.low:.3f} to {interval.high:.3f})"


def _lead(interval: Interval) -> str:
    return f"{interval.low:+.2f} to {interval.high:+.2f}"


def share(figure: float) -> str:
    """Return a share of one with two digits."""
    return f"{figure:.2f}"
