"""Kinds of values that settings have, each with what a wrong one is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from intake.config.mistakes import nearest
from intake.config.reading import anchor, current


def _not_a_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(  # noqa: TRY004 - pydantic reports ValueError only
            f"must be a number, not {str(value).lower()}"
        )
    return value


def _words(value: Any) -> Any:
    """Take "ita, eng" for a list, as it is easiest to write in an environment variable."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def _anchored(path: Path) -> Path:
    return anchor(path, current().folder)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones())
        hint = f"; did you mean {near!r}?" if near else ", such as 'Europe/Rome'"
        raise ValueError(f"must be a time zone of the IANA database, not {name!r}{hint}") from None
    return name


def _source_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        better = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "inbox"
        raise ValueError(
            "is no name for a source: use small letters, digits and _, beginning with a letter, "
            f"such as `{better}`"
        )
    return name


def _database_url(url: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+\w+)?:", url):
        raise ValueError(
            "must begin with sqlite:/// or postgresql://, such as postgresql://intake@db/intake"
        )
    if file := re.fullmatch(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)", url):
        return f"{file[1]}{_anchored(Path(file[2]))}"
    return url


Whole = Annotated[int, BeforeValidator(_not_a_truth)]
Number = Annotated[float, BeforeValidator(_not_a_truth)]
Share = Annotated[Number, Field(ge=0, le=1)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
LocalPath = Annotated[Path, AfterValidator(_anchored)]
SourceName = Annotated[str, AfterValidator(_source_name)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
