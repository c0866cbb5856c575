"""Whatever a user can name - plugin, verb, setting, error, promise - is named in the docs."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest
import typer.main

import intake
from intake import errors
from intake.cli.main import app
from intake.config.settings import fields

REMEDY = "Run `make reference`."


@pytest.fixture(scope="module")
def docs(root: Path) -> str:
    return "\n".join(path.read_text() for path in sorted((root / "docs").rglob("*.md")))


def unnamed(docs: str, names: list[str]) -> list[str]:
    return [name for name in names if f"`{name}" not in docs]


def verbs() -> list[str]:
    """Return every verb, such as ``intake quarantine list``."""
    group = typer.main.get_command(app)
    found = []
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        inner = sorted(getattr(command, "commands", ()))
        found += [f"intake {name} {each}" for each in inner] or [f"intake {name}"]
    return found


def test_the_reference_says_what_the_code_says(root: Path) -> None:
    script = root / "scripts" / "reference.py"
    pages = runpy.run_path(str(script))["pages"]()

    stale = [
        name
        for name, text in pages.items()
        if not (path := root / "docs" / "reference" / name).exists() or path.read_text() != text
    ]

    assert not stale, f"{stale}: {REMEDY}"


def test_every_verb_is_documented(docs: str) -> None:
    assert not unnamed(docs, verbs()), REMEDY


def test_every_setting_is_documented(docs: str) -> None:
    assert not unnamed(docs, [".".join(key) for key, _ in fields()]), REMEDY


def test_every_error_is_documented_with_its_exit_code(docs: str) -> None:
    family = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.IntakeError)
    ]

    missing = [
        each.__name__ for each in family if f"| `{each.__name__}` | {each.exit_code} |" not in docs
    ]

    assert not missing, REMEDY


def test_every_plugin_of_ours_is_documented(root: Path, docs: str) -> None:
    groups = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]
    ours = [name for group, points in groups.items() if group != "pytest11" for name in points]

    assert not unnamed(docs, ours), REMEDY


def test_every_exported_name_is_documented(docs: str) -> None:
    names = [name for name in intake.__all__ if name != "__version__"]

    assert not unnamed(docs, names), REMEDY
