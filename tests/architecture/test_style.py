"""The tools that read the code find nothing to say. These are the slow ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        pytest.param(["ruff", "check", "."], ".venv/bin/ruff check --fix .", id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], ".venv/bin/ruff format .", id="format"),
        pytest.param(["mypy"], "give every function its types", id="mypy --strict"),
    ],
)
def test_the_code_is_clean(root: Path, arguments: list[str], remedy: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nTo mend it: {remedy}"
