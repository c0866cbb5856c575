"""Data files: the TOML tables of this room, read into frozen models with errors one can act on."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from intake.errors import ConfigError
from intake.schemas.base import Frozen

M = TypeVar("M", bound=Frozen)
_MOST_TOLD = 20


class DataFile(NamedTuple):
    """One TOML file: its name for messages, its content, the start of its SHA-256."""

    name: str
    table: dict[str, Any]
    digest: str


def read(path: Path | None, *, shipped: str) -> DataFile:
    """Return the file at ``path``, or our own file named ``shipped`` when it is None.

    Raises:
        ConfigError: the file cannot be read or is not TOML.
    """
    source = files("intake.classifying").joinpath("data", shipped) if path is None else path
    name = shipped if path is None else str(path)
    try:
        content = source.read_bytes()
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{name} cannot be read: {error}",
            remedy=f"Correct {name}; docs/howto/change-the-topics.md shows its format.",
        ) from error
    return DataFile(name, table, hashlib.sha256(content).hexdigest()[:12])


def validate(file: DataFile, model: type[M]) -> M:
    """Return the file's content as ``model``.

    Raises:
        ConfigError: keys are missing, unknown or wrong; names the file, and entry and key of each.
    """
    try:
        return model.model_validate(file.table)
    except ValidationError as error:
        problems = [f"{_describe(file.table, e['loc'])}: {e['msg']}" for e in error.errors()]
        raise refuse(file, *problems) from error


def refuse(file: DataFile, *problems: str) -> ConfigError:
    """Return the error that says what is wrong in ``file``, at most so much as can be read."""
    told = [*problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        told.append(f"and {len(problems) - _MOST_TOLD} more")
    return ConfigError(
        f"{file.name}: {'; '.join(told)}",
        remedy=f"Correct {file.name}; docs/howto/change-the-topics.md shows its format.",
    )


def _describe(table: Mapping[str, Any], loc: Sequence[str | int]) -> str:
    """Return ``topic 'x', key 'y'`` for a place such as ``("topics", 3, "y")``."""
    entry = f"entry {int(loc[1]) + 1}" if len(loc) > 1 and isinstance(loc[1], int) else ""
    try:
        named = table[str(loc[0])][loc[1]] if entry else {}
    except (KeyError, IndexError, TypeError):
        named = {}
    for key in ("id", "topic", "name"):
        if isinstance(named, Mapping) and key in named:
            entry = f"{'topic' if key == 'id' else key} {named[key]!r}"
            break
    key_path = ".".join(str(step) for step in (loc[2:] if entry else loc))
    return ", ".join(part for part in (entry, f"key {key_path!r}" if key_path else "") if part)
