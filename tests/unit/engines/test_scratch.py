from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from intake.engines.scratch import scratch_folder

HOLD = """
import sys, time
from intake.engines.scratch import scratch_folder
with scratch_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _age(folder: Path) -> None:
    os.utime(folder, (1, 1))


def test_a_folder_is_private_and_gone_afterwards() -> None:
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_what_a_killed_process_left_goes_with_the_next_call(tmp_path: Path) -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    with held:
        assert held.stdout is not None
        left = Path(held.stdout.readline().strip())
        _age(left)
        with scratch_folder():
            assert left.is_dir()  # its owner lives
        held.send_signal(signal.SIGKILL)
        held.wait()
        with scratch_folder():
            assert not left.exists()


def test_nothing_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("x")
    (tmp_path / "intake-scratch-link").symlink_to(elsewhere)
    with scratch_folder():
        assert (elsewhere / "kept").exists()
