"""What every verb needs: the options before the verb, the opened Intake, arguments understood."""

from __future__ import annotations

import getpass
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:  # loaded when a verb needs them: `intake --help` must be quick
    from intake.app import Intake
    from intake.config import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs on stdout.")]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="How many, at most.")
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who does this; the user of this computer if left out.")
]

STANDARD_INPUT = "-"
"""In place of a file's name."""
Choice = TypeVar("Choice", bound=StrEnum)
_AGES = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Session:
    """The options given before the verb."""

    config: Path | None = None
    quiet: bool = False

    def settings(self) -> Settings:
        """Read the settings.

        Raises:
            ConfigError: something is wrong in them.
        """
        from intake.config import Settings

        return Settings.load(self.config)

    def open(self) -> Intake:
        """Open intake as the settings say.

        Raises:
            ConfigError, StoreError: it cannot be opened.
        """
        from intake.app import Intake

        return Intake(self.settings())


def session(context: typer.Context) -> Session:
    """Return the session of a verb's context."""
    found = context.find_object(Session)
    return found or Session()


def this_person(given: str | None) -> str:
    """Return who is written down as having done something; a user that the computer has no name
    for, as in some containers, is ``uid`` and a number."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError):  # the latter from Python 3.13 on
        return f"uid {os.getuid()}"


def readable(file: Path | None) -> Path | None:
    """Refuse what is no file that can be read; ``exists`` of Typer 0.29 refuses - too."""
    if file is None or str(file) == STANDARD_INPUT:
        return file
    if not file.exists():
        raise typer.BadParameter(f"file '{file}' does not exist.")
    if file.is_dir() or not os.access(file, os.R_OK):
        raise typer.BadParameter(f"'{file}' is no file that can be read.")
    return file


def choice(value: str | None, choices: type[Choice], option: str) -> Choice | None:
    """Return the member of ``choices`` named by ``value``; a wrong name is a usage error."""
    if value is None:
        return None
    try:
        return choices(value.lower())
    except ValueError:
        names = ", ".join(choices)
        raise typer.BadParameter(f"{value!r} is none of: {names}.", param_hint=option) from None


def moment(value: str | None, zone: ZoneInfo, *, now: datetime | None = None) -> datetime | None:
    """Return a point in time written as ``2026-07-01``, ``2026-07-01T10:30``, ``3d`` or ``12h``.

    A time without a zone is one of ``zone``; an age counts back from ``now``.
    """
    if value is None:
        return None
    if age := re.fullmatch(r"(\d{1,5})([mhdw])", value):
        return (now or datetime.now(UTC)) - timedelta(**{_AGES[age[2]]: int(age[1])})
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{value!r} is no time: write 2026-07-01, 2026-07-01T10:30, or an age such as 3d.",
            param_hint="--since",
        ) from None
