"""Reads intake.toml and the INTAKE_* variables, and remembers what came from where."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from intake.errors import ConfigError

FILE_NAME = "intake.toml"
PREFIX = "INTAKE_"
DELIMITER = "__"
NOT_SETTINGS = frozenset({"INTAKE_CONFIG", "INTAKE_DEBUG", "INTAKE_NO_APT"})
"""Variables of the command line and of ``scripts/setup.sh``, which are no settings."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What was read: the file's values, the variables' values, and where each stands."""

    path: Path | None = None
    text: str = ""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The values of the file."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """The values of the variables, nested like those of the file."""
    variables: Mapping[Key, str] = field(default_factory=dict)
    """The variable's name of each key that the environment sets."""
    folder: Path = field(default_factory=Path.cwd)
    """The folder that relative paths start from."""

    @classmethod
    def of(cls, path: Path | None) -> Self:
        """Read the file at ``path`` (None: no file) and the environment.

        Raises:
            ConfigError: the file cannot be read, or is not TOML.
        """
        text = _text(path) if path else ""
        written = _parsed(text, path) if path else {}
        named = _variables(os.environ, _secret_names(written.get("sources")))
        variables = {key: name for key, (name, _) in named}
        folder = path.parent if path else Path.cwd()
        return cls(path, text, written, _nested(named), variables, folder)

    def origin(self, key: Key) -> Literal["environment", "file"] | None:
        """Return ``environment`` or ``file``, whichever sets ``key``; None when neither does."""
        if _has(self.environment, key):
            return "environment"
        return "file" if _has(self.written, key) else None

    def variable(self, key: Key) -> str | None:
        """Return the variable that sets ``key``, the table it is in, or something inside it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.variables:
                return self.variables[key[:length]]
        inside = (name for other, name in self.variables.items() if other[: len(key)] == key)
        return next(inside, None)

    def place(self, key: Key) -> str:
        """Return where ``key`` is set: a variable's name, ``intake.toml:12``, or nothing."""
        if _has(self.environment, key) and (name := self.variable(key)):
            return name
        if self.path and _has(self.written, key):
            return f"{self.path.name}:{line_of(self.text, key)}"
        return ""


_current: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def use(reading: Reading) -> Iterator[Reading]:
    """Make ``reading`` the one that settings are built from inside the block."""
    token = _current.set(reading)
    try:
        yield reading
    finally:
        _current.reset(token)


def current() -> Reading:
    """Return the reading in use; without one, the environment alone."""
    return _current.get() or Reading.of(None)


def find_file(path: Path | str | None) -> Path | None:
    """Return the file to read: ``path``, else $INTAKE_CONFIG, else ./intake.toml if it is there."""
    chosen = path or os.environ.get("INTAKE_CONFIG")
    if chosen:
        return Path(chosen).expanduser().absolute()
    here = Path.cwd() / FILE_NAME
    return here if here.is_file() else None


def anchor(path: Path, folder: Path) -> Path:
    """Return ``path`` absolute: ``~`` is the home folder, a relative path starts at ``folder``."""
    return folder / path.expanduser()


def line_of(text: str, key: Key) -> int:
    """Return the line (from 1) of TOML ``text`` on which ``key`` or the table it is in stands."""
    table: Key = ()
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\[?([^\]]+)\]", line):
            table = _split(header[1])
            found = table
        elif assigned := re.match(r"\s*((?:[\w-]+|\"[^\"]*\"|\s*\.\s*)+)\s*=", line):
            found = table + _split(assigned[1])
        else:
            continue
        if len(found) > depth and key[: len(found)] == found:
            best, depth = number, len(found)
    return best


def _split(dotted: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration file {path}.",
            remedy="Name the right file with --config or INTAKE_CONFIG; `intake init` writes one.",
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text: {error}.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = place[1] if place else str(len(text.splitlines()))
        reason = str(error).split(" (at ")[0]
        raise ConfigError(
            f"{path}:{line}: this is not TOML: {reason}.",
            remedy=f"Correct line {line} of {path}; texts stand in quotes, lists in [ ].",
        ) from error


def _variables(
    environment: Mapping[str, str], secrets: frozenset[str]
) -> list[tuple[Key, tuple[str, str]]]:
    """Return (key, (variable, value)) of every INTAKE_* variable that is meant as a setting."""
    return sorted(
        (tuple(name[len(PREFIX) :].lower().split(DELIMITER)), (name, value))
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and name not in secrets
    )


def _secret_names(node: Any) -> frozenset[str]:
    """Return the variables named as ``{ env = "NAME" }`` anywhere under ``node``."""
    if not isinstance(node, Mapping):
        return frozenset()
    own = {node["env"]} if isinstance(node.get("env"), str) else set()
    return frozenset(own.union(*(_secret_names(child) for child in node.values())))


def _nested(named: list[tuple[Key, tuple[str, str]]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, (_, value) in named:  # sorted: a table comes before what is in it
        node: Any = tree
        for part in key[:-1]:
            node = node.setdefault(part, {}) if isinstance(node, dict) else node
        if isinstance(node, dict):
            node[key[-1]] = _decoded(value)
    return tree


def _decoded(value: str) -> Any:
    """Return the value of a variable; tables and lists may be written as JSON."""
    if value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _has(tree: Any, key: Key) -> bool:
    for part in key:
        if isinstance(tree, list):
            tree = dict(enumerate(tree)).get(int(part)) if part.isdigit() else None
        elif not isinstance(tree, Mapping) or part not in tree:
            return False
        else:
            tree = tree[part]
    return True
