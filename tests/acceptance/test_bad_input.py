"""Bad input is normal input: it ends flagged or quarantined, and the run goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from intake import Intake, Settings
from intake.store.leases import Lease
from intake.testing.samples import hostile, many_parts, nested_parts, text_mail

FIXTURES = Path(__file__).parents[2] / "fixtures"
BAD_FILES = (
    "empty.tif",
    "cut_off.tif",
    "cut_off.pdf",
    "locked.pdf",
    "bomb_100000_pixels.tif",
    "bomb_60000_pixels.png",
    "bomb_14400_points.pdf",
    "bomb_flate.pdf",
)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Any]:
    """Return two sources: a folder of bad scans with one good letter, and one of bad mail."""
    scans, mails = tmp_path / "scans", tmp_path / "mails"
    scans.mkdir()
    mails.mkdir()
    for name in BAD_FILES:
        shutil.copy(FIXTURES / "hostile" / name, scans / name)
    (scans / "nothing.pdf").write_bytes(b"")
    shutil.copy(FIXTURES / "fax" / "fine_clean.tif", scans / "good.tif")
    samples = hostile() | {"nested": nested_parts(2000), "many": many_parts(2000)}
    for name, raw in samples.items():
        (mails / f"{name}.eml").write_bytes(raw)
    (mails / "good.eml").write_bytes(text_mail())
    return {
        "scans": {"kind": "scan_folder", "path": str(scans), "settle_s": 0},
        "mails": {"kind": "eml", "path": str(mails), "settle_s": 0},
    }


@pytest.mark.same_on_any_database
def test_bad_files_are_flagged_or_quarantined_and_the_run_goes_on(
    folders: dict[str, Any], tmp_path: Path, database_url: str
) -> None:
    with _run(folders, tmp_path, database_url) as app:
        receipts = {r.file_name: r for r in app.receipts.find(limit=500)}
        for name in (*BAD_FILES, "nothing.pdf"):
            receipt = receipts[name]
            if receipt.state == "filed":
                assert app.requests.get(receipt.reference or "").needs_review, name
            else:
                assert (receipt.state, bool(receipt.reason_code)) == ("quarantined", True), name
        good = app.requests.get(receipts["good.tif"].reference or "")
        assert "Contact Center" in good.text or len(good.text) > 200
        assert receipts["good.eml"].state == "filed"


def test_bad_messages_are_flagged_or_quarantined_and_the_run_goes_on(
    folders: dict[str, Any], tmp_path: Path, database_url: str
) -> None:
    with _run({"mails": folders["mails"]}, tmp_path, database_url) as app:
        receipts = {r.file_name: r for r in app.receipts.find(limit=500)}
        for name in ("nested.eml", "many.eml"):
            request = app.requests.get(receipts[name].reference or "")
            assert any(reason.startswith("too_") for reason in request.review_reasons), name
        assert receipts["good.eml"].state == "filed"


@contextmanager
def _run(sources: dict[str, Any], folder: Path, database_url: str) -> Iterator[Intake]:
    """Run once over the sources: nothing waits any more, and something needs a person."""
    settings = Settings(
        data_dir=folder / "data",
        database={"url": database_url},
        sources=sources,
        processing={"retry_delay_s": 0},
    )
    with Intake(settings) as app:
        report = app.run()
        assert report.waiting == 0
        assert report.exit_code == 1
        yield app


def test_a_source_that_is_down_does_not_hinder_the_others(
    folders: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILBOX_PASSWORD", "hunter2")
    down = {
        "kind": "imap",
        "host": "127.0.0.1",
        "port": 1,
        "security": "plain",
        "username": "anna",
        "password": {"env": "MAILBOX_PASSWORD"},
    }
    sources = {"a_down": down, "mails": folders["mails"]}
    with Intake(Settings(data_dir=tmp_path / "data", sources=sources)) as app:
        report = app.poll()
    problem = report.sources["a_down"].problem
    assert problem is not None
    assert (problem.error, problem.exit_code) == ("SourceUnavailable", 75)
    assert "hunter2" not in problem.message
    assert report.sources["mails"].received > 10
    assert report.exit_code == 75


def test_two_runs_never_poll_one_source_at_once(folders: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", sources={"mails": folders["mails"]})
    with Intake(settings) as app:
        app.stats()
        with Lease(app._premises.database, "source:mails", lease_s=60):
            report = app.poll()
        assert report.exit_code == 75
        assert report.sources["mails"].problem is not None
        assert report.sources["mails"].problem.error == "SourceBusy"
        assert app.poll().sources["mails"].received > 10
