"""The reference pages that the code writes are fresh, and every name of ours is in the docs."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest

import intake

REMEDY = "Run `make reference`."


@pytest.fixture(scope="module")
def docs(root: Path) -> str:
    return "\n".join(path.read_text() for path in sorted((root / "docs").rglob("*.md")))


def unnamed(docs: str, names: list[str]) -> list[str]:
    return [name for name in names if f"`{name}" not in docs]


def test_the_reference_says_what_the_code_says(root: Path) -> None:
    script = root / "scripts" / "reference.py"
    pages = runpy.run_path(str(script))["pages"]()

    stale = [
        name
        for name, text in pages.items()
        if not (path := root / "docs" / "reference" / name).exists() or path.read_text() != text
    ]

    assert not stale, f"{stale}: {REMEDY}"


def test_every_plugin_of_ours_is_documented(root: Path, docs: str) -> None:
    groups = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]
    ours = [name for group, points in groups.items() if group != "pytest11" for name in points]

    assert not unnamed(docs, ours), REMEDY


def test_every_exported_name_is_documented(docs: str) -> None:
    names = [name for name in intake.__all__ if name != "__version__"]

    assert not unnamed(docs, names), REMEDY
