"""Verbs that set intake up: init, check, config, plugins, db."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import JsonOption, session
from intake.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.checks import CheckResult

db = typer.Typer(no_args_is_help=True, help="The database's tables.")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake init")(init)
    app.command(epilog="Example: intake check")(check)
    app.command(epilog="Example: intake config --json")(config)
    app.command(epilog="Example: intake plugins")(plugins)
    db.command(epilog="Example: intake db upgrade")(upgrade)
    db.command(epilog="Example: intake db current")(current)
    app.add_typer(db, name="db", epilog="Example: intake db upgrade")


def init(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(help="The file to write; intake.toml if left out.")
    ] = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a commented intake.toml."""
    from intake.config import template

    target = (path or session(context).config or Path("intake.toml")).expanduser().absolute()
    try:
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise UsageError(
            f"{target} is there already; nothing was written.",
            remedy="Name another file, or write over it with --force.",
        ) from None
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    if as_json:
        render.emit_json({"path": target})
    else:
        render.emit(f"Wrote {target}. Add your sources to it, then run: intake check")


def check(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Open everything a run would open; change nothing."""
    options = session(context)
    with options.open() as intake:
        results = intake.check()
    failed = [result for result in results if not result.ok]
    if as_json:
        render.emit_json(results)
    elif failed or not options.quiet:
        render.emit(_checks(results))
        for result in failed:
            render.complain(f"{result.name}: {result.detail}", result.remedy)
    from intake.schemas.reports import most_serious

    raise typer.Exit(most_serious([result.exit_code for result in failed]))


def config(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Print every setting in use, where it came from and what it does."""
    from intake.config import describe

    settings = session(context).settings()
    rows = describe(settings)
    if as_json:
        render.emit_json({"path": settings.path, "settings": rows})
        return
    columns = [Column("setting"), Column("value", share=2), Column("from"), Column("what", 3, 1)]
    origin = {"default": "", "file": "file", "environment": "environment", "argument": "argument"}
    cells = [(row.key, row.value, origin[row.origin], row.description) for row in rows]
    render.emit(f"File: {settings.path or 'none'}", render.table(columns, cells))


def plugins(*, as_json: JsonOption = False) -> None:
    """List the installed plugins and whether each can be used."""
    from intake.plugins import installed

    found = installed()
    if as_json:
        render.emit_json(found)
        return
    columns = [Column("group"), Column("name"), Column("package"), Column("problem", share=1)]
    cells = [
        (each.group, each.name, f"{each.package} {each.version}", each.error) for each in found
    ]
    render.emit(render.table(columns, cells))


def upgrade(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Bring the tables to the newest revision; back the database up first."""
    with session(context).open() as intake:
        before, now = intake.upgrade_database()
    if as_json:
        render.emit_json({"before": before, "now": now})
    elif before == now:
        render.emit(f"The database is at revision {now} already.")
    else:
        render.emit(f"The database went from revision {before or 'none'} to {now}.")


def current(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Print the revision of the tables and the newest there is."""
    with session(context).open() as intake:
        revision, newest = intake.database_revision()
    if as_json:
        render.emit_json({"revision": revision, "newest": newest})
    else:
        state = "the newest" if revision == newest else f"the newest is {newest}"
        render.emit(f"The database is at revision {revision or 'none'}; {state}.")


def _checks(results: list[CheckResult]) -> RenderableType:
    columns = [Column(""), Column("what"), Column("found", share=1)]
    cells = [
        (
            render.marked("ok", "green") if result.ok else render.marked("no", "bold red"),
            result.name,
            result.detail,
        )
        for result in results
    ]
    return render.table(columns, cells)
