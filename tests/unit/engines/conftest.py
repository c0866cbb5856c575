"""What tests of processes ask of the kernel."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

IsGone = Callable[[int], bool]


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def is_gone() -> IsGone:
    """Return a function that says whether a process ends within some seconds, or has ended."""
    return _is_gone
