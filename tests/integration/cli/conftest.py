"""The command, run in this process or in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from intake.cli.main import main


class Result(NamedTuple):
    """How a command ended, and what it wrote."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def intake(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def intake(*arguments: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return Result(ended.value.code or 0, captured.out, captured.err)

    return intake


@pytest.fixture(scope="session")
def intake_apart() -> Callable[..., Result]:
    """Return what runs the command in a folder, in a process of its own."""

    def intake_apart(folder: Path, *arguments: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "intake", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return intake_apart
