"""fixtures/README.md says of every fixture how it was made, its licence and what it tests."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def listed(root: Path) -> list[str]:
    """Return the names and patterns in backquotes in the first column of the table."""
    readme = root / "fixtures" / "README.md"
    assert readme.exists(), "Write fixtures/README.md: file | made how, or from | licence | tests"
    rows = [line for line in readme.read_text().splitlines() if line.startswith("|")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.fixture(scope="module")
def present(root: Path) -> list[str]:
    """Return the files under fixtures/, relative to it."""
    folder = root / "fixtures"
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in files if "__pycache__" not in path.parts]


def test_every_fixture_has_a_row(listed: list[str], present: list[str]) -> None:
    unlisted = [
        name
        for name in sorted(present)
        if name != "README.md" and not any(fnmatch(name, pattern) for pattern in listed)
    ]

    assert not unlisted, f"Give each of these a row in fixtures/README.md: {unlisted}"


def test_every_row_has_a_fixture(listed: list[str], present: list[str]) -> None:
    empty = [pattern for pattern in listed if not any(fnmatch(name, pattern) for name in present)]

    assert not empty, f"These rows of fixtures/README.md name no file: {empty}"
