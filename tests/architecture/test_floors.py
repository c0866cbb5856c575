"""The house: one-way floors, and nothing that belongs nowhere."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest


def test_no_room_imports_a_higher_floor_or_a_neighbour(root: Path) -> None:
    program = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([program], cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, (
        f"{done.stdout}\nMove what is shared to a lower floor, or join the rooms one floor up."
    )


def test_a_new_room_must_be_given_its_floor(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]

    floors = next(each for each in settings["contracts"] if each["type"] == "layers")

    assert floors["exhaustive"] is True
    assert "ignore_imports" not in floors


def test_every_helper_has_a_name_that_says_what_it_is(package: Path) -> None:
    vague = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "tools.py"}

    found = [str(path) for path in package.rglob("*.py") if path.name in vague]

    assert not found, f"{found}: put each function beside its only user, or name the noun it is."


@pytest.mark.parametrize("mark", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later_in_the_code(package: Path, mark: str) -> None:
    found = [
        f"{path.relative_to(package)}:{number}"
        for path in package.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if mark in line.split()
    ]

    assert not found, f"{mark} in {found}: do it now, or write an issue."


def test_the_project_is_tied_to_no_provider_of_ci(root: Path) -> None:
    names = (".github", ".gitlab-ci.yml", ".travis.yml", ".circleci", "azure-pipelines.yml")

    found = [name for name in names if (root / name).exists()]

    assert not found, f"{found}: what CI runs is .ci/run, which any provider can call."
