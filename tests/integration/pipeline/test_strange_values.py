"""Texts and times that a database refuses, or gives back otherwise: none spoils what is stored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake import Channel, Intake, RawItem, RequestDraft, Settings
from intake.errors import UnknownReference
from intake.store import journal

STRANGE = "a\0b\udcff\ud800c"
CLEAN = "a\N{REPLACEMENT CHARACTER}b??c"
CALL = b"Subject: Aiuto\r\nDate: %s\r\n\r\nAiuto, siamo intrappolati sotto le macerie!\r\n"
LATEST = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", database={"url": database_url})


@pytest.fixture
def app(settings: Settings) -> Iterator[Intake]:
    with Intake(settings) as opened:
        yield opened


def submitted(app: Intake) -> str:
    return app.submit(RequestDraft(channel=Channel.PHONE, text="Vorrei sapere.")).reference


def test_who_does_something_may_have_any_name(app: Intake) -> None:
    reference = submitted(app)
    app.requests.correct(reference, "reclamo", by=STRANGE)
    app.requests.transition(reference, to="triaged", by=STRANGE, note=STRANGE)
    app.requests.record_reply(reference, "<1@example.org>", by=STRANGE)
    history = app.requests.history(reference)
    assert [each.actor for each in history] == ["intake", CLEAN, CLEAN, CLEAN]
    assert journal.is_chained(history)


def test_an_item_is_released_by_whoever_has_any_name(app: Intake) -> None:
    receipt = app.receive(RawItem(source="push", key="1", content=b""))
    app.process()
    app.quarantine.release(receipt.id, by=STRANGE)
    assert journal.is_chained(app.receipts.history(receipt.id))


@pytest.mark.parametrize("reference", ["\0", "\udcff", STRANGE])
def test_what_is_no_text_names_no_request(app: Intake, reference: str) -> None:
    with pytest.raises(UnknownReference):
        app.requests.get(reference)
    with pytest.raises(UnknownReference):
        app.requests.correct(reference, "reclamo", by="anna")


def test_a_submission_follows_a_request_by_id_or_reference_and_no_other(app: Intake) -> None:
    first = app.requests.get(submitted(app))
    for follows in (first.id, first.reference, first.reference.lower()):
        draft = RequestDraft(channel=Channel.PHONE, text="Ancora io.", follows=follows)
        assert app.submit(draft).follows == first.id
    for unknown in ("CC-1999-0000001-1", STRANGE):
        with pytest.raises(UnknownReference):
            app.submit(RequestDraft(channel=Channel.PHONE, text="Ancora.", follows=unknown))


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 +0000", "Mon, 1 Jan 0001 00:00:00 +0000"]
)
def test_a_mail_of_the_end_of_time_hides_no_request(app: Intake, date: str) -> None:
    receipt = app.receive(RawItem(source="push", key="1", content=CALL % date.encode()))
    app.process()
    other = submitted(app)
    found = {each.reference for each in app.requests.find()}
    assert found == {app.receipts.get(receipt.id).reference, other}


@pytest.mark.parametrize("at", [LATEST, EARLIEST])
@pytest.mark.parametrize("text", [CALL % b"", b"Subject: Reclamo\r\n\r\nNessuno risponde.\r\n"])
def test_an_item_received_at_the_end_of_time_is_filed(
    app: Intake, at: datetime, text: bytes
) -> None:
    app.receive(RawItem(source="push", key="1", content=text, received_at=at))
    report = app.process()
    assert (report.processed.filed, report.processed.retried) == (1, 0)
    [request] = app.requests.find()
    assert request.received_at == at


def test_what_is_due_beyond_the_end_of_time_is_due_at_no_time(app: Intake) -> None:
    request = app.submit(RequestDraft(channel=Channel.PHONE, topic="reclamo", received_at=LATEST))
    assert (request.received_at, request.due_at) == (LATEST, None)
    corrected = app.requests.correct(request.reference, "accesso", by="anna")
    assert corrected.due_at is None


@pytest.mark.same_on_any_database
@pytest.mark.parametrize("seconds", [253402300799, 999_999_999_999, -62_135_596_800, -(2**40)])
def test_a_file_of_any_age_is_received(settings: Settings, tmp_path: Path, seconds: int) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.eml").write_bytes(CALL % b"")
    os.utime(folder / "1.eml", (seconds, seconds))
    source = {"kind": "eml", "path": folder, "settle_s": 0}
    with Intake(Settings(**settings.model_dump() | {"sources": {"a": source}})) as app:
        report = app.run()
    assert (report.sources["a"].received, report.processed.filed) == (1, 1), report
