"""The promise under SIGKILL: before every fifth effect, and one of every kind.

``python tests/acceptance/crash_harness.py WORK process sqlite:///`` kills before every single one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from intake.testing.postgres import Postgres

HARNESS = Path(__file__).with_name("crash_harness.py")
LEAST_EFFECTS = {"receive": 100, "process": 200}
"""So that a sweep does not shrink unseen; there were 106 and 206 when this was written."""
LEAST_KINDS = {"receive": 12, "process": 25}
"""There were 15 and 30."""


def _sweep(work: Path, phase: str, url: str, *options: str) -> Any:
    """Run the harness and return its findings."""
    command = [sys.executable, str(HARNESS), str(work), phase, url, *options]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def _assert_promise_held(finding: Any, *, points: int) -> None:
    assert finding["violations"] == []
    assert finding["killed"] == finding["points"] == points
    assert finding["items"] >= 10


@pytest.mark.parametrize(
    ("phase", "planted"), [("receive", "acknowledge-first"), ("process", "two-transactions")]
)
def test_a_kill_before_an_effect_loses_and_doubles_nothing_and_a_planted_defect_is_noticed(
    phase: str, planted: str, tmp_path: Path
) -> None:
    options = ("--every", "5", "--each-kind", "--plant", planted)
    finding = _sweep(tmp_path, phase, "sqlite:///", *options)
    assert finding["effects"] >= LEAST_EFFECTS[phase]
    assert finding["kinds"] >= LEAST_KINDS[phase]
    assert finding["kinds_killed_before"] == finding["kinds"]
    assert finding["points"] >= finding["effects"] // 5
    assert finding["noticed"] == [planted]
    _assert_promise_held(finding, points=finding["points"])


@pytest.mark.parametrize(("phase", "every"), [("receive", 29), ("process", 61)])
def test_a_kill_loses_and_doubles_nothing_on_postgresql(
    phase: str, every: int, tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.create_database()
    finding = _sweep(tmp_path, phase, url, "--every", str(every))
    _assert_promise_held(finding, points=ceil(finding["effects"] / every))


def test_a_kill_with_children_at_work_loses_and_doubles_nothing(tmp_path: Path) -> None:
    where = ("--first", "90", "--every", "90")  # before the first effects no child is at work
    finding = _sweep(tmp_path, "process", "sqlite:///", "--real-children", *where)
    _assert_promise_held(finding, points=finding["effects"] // 90)
    assert finding["points"] >= 2
