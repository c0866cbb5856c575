"""The demo does the main job on a real mailbox, and a second time receives nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from intake import Intake

DEMO = Path(__file__).parents[2] / "scripts" / "demo.py"


def _demo(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, DEMO, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DEMO_DATA": str(folder), "COLUMNS": "200"},
    )
    return run.stdout


def test_the_demo_files_requests_and_a_second_one_receives_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "demo-data"
    first = _demo(folder)
    assert "Dovecot serves three mailboxes" in first
    assert "25 items received" in first
    assert "not_a_message" in first
    assert "!! emergency" in first
    with Intake.open(folder / "intake.toml") as app:
        requests = app.requests.find()
        quarantined = {receipt.reason_code for receipt in app.quarantine.find()}
    assert {request.channel for request in requests} == {"email", "pec", "fax", "letter"}
    assert requests[0].urgency == "emergency"
    assert {"not_a_message", "encrypted_pdf", "empty"} <= quarantined
    second = _demo(folder)
    assert "Nothing new: 25 items known, 0 received." in second
    with Intake.open(folder / "intake.toml") as app:
        assert len(app.requests.find()) == len(requests)
    _demo(folder, "--clean")
    assert not folder.exists()
