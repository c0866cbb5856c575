"""The promise under SIGKILL: before every single effect of receive and of process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from intake.testing.postgres import Postgres

HARNESS = Path(__file__).with_name("crash_harness.py")


def _sweep(work: Path, phase: str, url: str, *options: str, shares: int = 1) -> list[Any]:
    """Run the harness, in as many processes as there are shares, and return their findings."""
    running = []
    for share in range(shares):
        place = work / str(share)
        place.mkdir()
        step = ["--every", str(shares), "--offset", str(share)] if shares > 1 else []
        command = [sys.executable, str(HARNESS), str(place), phase, url, *step, *options]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    findings = []
    for process in running:
        output, _ = process.communicate()
        assert process.returncode == 0
        findings.append(json.loads(output.splitlines()[-1]))
    return findings


def _assert_promise_held(findings: list[Any], *, of_effects: int) -> None:
    assert [finding["violations"] for finding in findings] == [[]] * len(findings)
    points = sum(finding["points"] for finding in findings)
    assert sum(finding["killed"] for finding in findings) == points
    assert points >= of_effects
    assert findings[0]["items"] >= 10


@pytest.mark.parametrize("phase", ["receive", "process"])
def test_a_kill_before_any_effect_loses_and_doubles_nothing(phase: str, tmp_path: Path) -> None:
    findings = _sweep(tmp_path, phase, "sqlite:///", shares=2)
    _assert_promise_held(findings, of_effects=findings[0]["effects"])


@pytest.mark.parametrize(("phase", "every"), [("receive", 23), ("process", 37)])
def test_a_kill_loses_and_doubles_nothing_on_postgresql(
    phase: str, every: int, tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.create_database()
    findings = _sweep(tmp_path, phase, url, "--every", str(every))
    _assert_promise_held(findings, of_effects=findings[0]["effects"] // every)


def test_a_kill_with_children_at_work_loses_and_doubles_nothing(tmp_path: Path) -> None:
    findings = _sweep(tmp_path, "process", "sqlite:///", "--real-children", "--every", "90")
    _assert_promise_held(findings, of_effects=2)


@pytest.mark.parametrize(
    ("planted", "phase"), [("acknowledge-first", "receive"), ("two-transactions", "process")]
)
def test_the_harness_notices_a_planted_defect(planted: str, phase: str, tmp_path: Path) -> None:
    [finding] = _sweep(tmp_path, phase, "sqlite:///", "--plant", planted)
    assert finding["violations"]
