"""Verbs about the folder of learned models: models list, models use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import ByOption, JsonOption, session, this_person
from intake.cli.tables.evaluation import share
from intake.errors import ConfigError

if TYPE_CHECKING:
    from intake.pipeline.learning.models import Models
    from intake.schemas.models import ModelRecord

models = typer.Typer(no_args_is_help=True, help="The learned models and the one in use.")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    models.command("list", epilog="Example: intake models list")(list_models)
    models.command(epilog="Example: intake models use 3f2a90c41b7e --by anna")(use)
    app.add_typer(models, name="models", epilog="Example: intake models list")


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
    from intake.classifying.models.model_folder import UNTRAINED

    columns = ["Model", "Trained", "Texts", "Macro-F1", "In use"]
    rows: list[tuple[object, ...]] = [
        (
            each.version,
            f"{each.trained_at:%Y-%m-%d %H:%MZ}",
            each.examples,
            share(each.contest.macro_f1),
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
