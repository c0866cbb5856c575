"""Submitted requests: what a front end says stays, what it left open is as of any other item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import intake.desk.thresholds
from intake import Channel, Intake, RequestDraft, Settings
from intake.engines.children import Child
from intake.errors import TransientFailure, UsageError
from intake.schemas.classifications import Thresholds, Urgency
from intake.schemas.requests import Kind

TOPIC = """
[[topics]]
id = "{0}"
label = {{ it = "{0}", en = "{0}" }}
description = {{ it = "{0}", en = "{0}" }}
keywords = ["{1}"]
kind = "{2}"
queue = "one"
due_days = {3}
"""
FOUND = TOPIC.format("strade", "buca", "report", 10) + TOPIC.format("luce", "lampione", "other", 3)
RULES = '[[rules]]\ntopic = "strade"\nname = "hole"\nweight = 3.0\nit = ["buca"]\n'
HOLE = "Una buca profonda in via Roma: il fondo stradale ha una buca."
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def draft(**given: Any) -> RequestDraft:
    return RequestDraft(channel=Channel.PHONE, received_at=AT, **given)


@pytest.fixture
def section(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "taxonomy.toml").write_text(FOUND)
    (tmp_path / "rules.toml").write_text(RULES)
    return {"taxonomy": tmp_path / "taxonomy.toml", "rules": tmp_path / "rules.toml"}


@pytest.fixture
def app(tmp_path: Path, section: dict[str, Any]) -> Iterator[Intake]:
    with Intake(Settings(data_dir=tmp_path / "data", classify=section)) as opened:
        yield opened


def test_a_note_of_which_no_topic_is_found_goes_to_a_person(app: Intake) -> None:
    request = app.submit(draft(text="Vorrei parlare con qualcuno."))
    assert (request.topic, request.kind, request.due_at) == (None, "other", None)
    assert (request.needs_review, request.review_reasons) == (True, ("topic_unsure",))


def test_what_the_topic_tells_is_filled(app: Intake) -> None:
    request = app.submit(draft(text=HOLE))
    assert (request.topic, request.topic_by, request.kind) == ("strade", "rule", "report")
    assert request.due_at == AT + timedelta(days=10)
    assert (request.needs_review, request.review_reasons) == (False, ())


def test_what_the_front_end_says_stays(app: Intake) -> None:
    due_at = AT + timedelta(days=1)
    said = draft(
        text=HOLE,
        topic="luce",
        topic_by="person",
        kind=Kind.OTHER,
        due_at=due_at,
        needs_review=True,
        review_reasons=("angry",),
    )
    request = app.submit(said)
    assert (request.topic, request.topic_by, request.kind) == ("luce", "person", "other")
    assert (request.due_at, request.review_reasons) == (due_at, ("angry",))


def test_kind_and_due_time_follow_the_topic_that_the_front_end_says(app: Intake) -> None:
    request = app.submit(draft(text="Vorrei parlare con qualcuno.", topic="strade"))
    assert (request.topic, request.topic_by, request.kind) == ("strade", None, "report")
    assert request.due_at == AT + timedelta(days=10)
    assert (request.needs_review, request.review_reasons) == (False, ()), "it left no topic open"


def test_an_emergency_is_looked_at_whoever_says_so(app: Intake) -> None:
    found = app.submit(draft(text="Aiuto, siamo intrappolati!", topic="luce"))
    said = app.submit(draft(text=HOLE, urgency=Urgency.EMERGENCY))
    for request in (found, said):
        assert (request.urgency, request.kind) == ("emergency", "intervention")
        assert (request.needs_review, request.review_reasons) == (True, ("emergency",))
        assert request.due_at == AT


def test_what_cannot_be_used_asks_for_a_person_where_the_topic_is_open(
    tmp_path: Path, section: dict[str, Any]
) -> None:
    classify = section | {"model": tmp_path / "gone.model"}
    with Intake(Settings(data_dir=tmp_path / "data", classify=classify)) as app:
        left_open, said = app.submit(draft(text=HOLE)), app.submit(draft(text=HOLE, topic="luce"))
    assert (left_open.topic, left_open.review_reasons) == ("strade", ("misconfigured",))
    assert (left_open.needs_review, said.needs_review) == (True, False)


def test_nothing_is_filed_without_a_person_before_outcomes_say_so(
    tmp_path: Path, section: dict[str, Any]
) -> None:
    settings = Settings(data_dir=tmp_path / "data", classify=section | {"precision": 0.9})
    with Intake(settings) as app:
        request = app.submit(draft(text=HOLE))
    assert (request.topic, request.review_reasons) == (None, ("topic_unsure",))


def test_the_audited_share_holds_for_what_is_submitted(
    tmp_path: Path, section: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        intake.desk.thresholds,
        "choose_thresholds",
        lambda *_, **__: Thresholds(general=0.1, topics={}),
    )
    classify = section | {"precision": 0.9, "audit_share": 1.0}
    with Intake(Settings(data_dir=tmp_path / "data", classify=classify)) as app:
        found = app.submit(draft(text=HOLE))
        said = app.submit(draft(text=HOLE, topic="strade", topic_by="person"))
    assert (found.topic, found.review_reasons) == ("strade", ("topic_audit",))
    assert (said.needs_review, said.review_reasons) == (False, ()), "a person has chosen"


def test_what_a_broken_taxonomy_leaves_open_asks_for_a_person(
    tmp_path: Path, section: dict[str, Any]
) -> None:
    section["taxonomy"].write_text("[[topics]]\nid =")
    with Intake(Settings(data_dir=tmp_path / "data", classify=section)) as app:
        left_open = app.submit(draft(text=HOLE, topic="strade"))
        said = app.submit(draft(text=HOLE, topic="strade", kind=Kind.REPORT, due_at=AT))
    assert (left_open.topic, left_open.kind, left_open.due_at) == ("strade", "other", None)
    assert (left_open.needs_review, left_open.review_reasons) == (True, ("misconfigured",))
    assert (said.kind, said.due_at, said.needs_review) == ("report", AT, False)


def test_a_topic_that_the_taxonomy_does_not_know_asks_for_a_person(app: Intake) -> None:
    said = app.submit(draft(text=HOLE, topic="no.such.topic", kind=Kind.REPORT, due_at=AT))
    assert (said.topic, said.kind, said.due_at) == ("no.such.topic", "report", AT)
    assert (said.needs_review, said.review_reasons) == (True, ("topic_unknown",))
    corrected = app.requests.correct(said.reference, "strade", by="anna")
    assert (corrected.needs_review, list(corrected.review_reasons)) == (False, [])


@pytest.mark.parametrize(
    "given",
    [{"text": "Aiuto, siamo intrappolati!"}, {"text": HOLE}, {"topic": "luce", "kind": Kind.OTHER}],
)
def test_a_draft_is_filed_the_same_after_it_was_json(app: Intake, given: dict[str, Any]) -> None:
    said = draft(**given)
    sent = RequestDraft.model_validate_json(said.model_dump_json())
    first, second = app.submit(said), app.submit(sent)
    assert first.kind == second.kind
    assert (first.topic, first.due_at) == (second.topic, second.due_at)


def test_an_emergency_that_the_front_end_states_takes_the_topic_of_emergencies(
    tmp_path: Path, section: dict[str, Any]
) -> None:
    alarming = TOPIC.format("pericolo", "xyzzy", "intervention", 0) + "emergency = true\n"
    section["taxonomy"].write_text(FOUND + alarming)
    with Intake(Settings(data_dir=tmp_path / "data", classify=section)) as app:
        none = app.submit(draft(text="Vorrei parlare.", urgency=Urgency.EMERGENCY))
        found = app.submit(draft(text=HOLE, urgency=Urgency.EMERGENCY))
    assert (none.topic, none.topic_by, none.topic_confidence) == ("pericolo", "rule", 0.0)
    assert (none.kind, none.due_at) == ("intervention", AT)
    assert {"emergency", "topic_unsure"} == set(none.review_reasons)
    assert found.topic == "strade", "it has one"


DANGER = TOPIC.format("pericolo", "pericolo", "intervention", 0) + "emergency = true\n"


@pytest.fixture
def alarmed(tmp_path: Path, section: dict[str, Any]) -> Iterator[Intake]:
    section["taxonomy"].write_text(FOUND + DANGER)
    with Intake(Settings(data_dir=tmp_path / "data", classify=section)) as opened:
        yield opened


def _types(app: Intake, reference: str) -> list[str]:
    return [event.type for event in app.requests.history(reference)]


def test_the_emergency_topic_that_a_front_end_says_makes_an_emergency(alarmed: Intake) -> None:
    request = alarmed.submit(draft(text="Vedi nota.", topic="pericolo", topic_by="person"))
    assert (request.urgency, request.kind, request.due_at) == ("emergency", "intervention", AT)
    assert "emergency" in request.review_reasons
    assert _types(alarmed, request.reference) == ["request.filed", "request.emergency"]


def test_the_emergency_topic_that_a_person_corrects_to_makes_an_emergency(alarmed: Intake) -> None:
    filed = alarmed.submit(draft(text=HOLE))
    assert filed.urgency == "normal"
    alarmed.requests.correct(filed.reference, "pericolo", by="op1")
    request = alarmed.requests.get(filed.reference)
    assert (request.urgency, request.kind, request.due_at) == ("emergency", "intervention", AT)
    assert (request.needs_review, request.review_reasons) == (True, ("emergency",))
    told = ["request.filed", "request.corrected", "request.emergency"]
    assert _types(alarmed, request.reference) == told
    assert alarmed.requests.find()[0].urgency == "emergency"
    alarmed.requests.correct(filed.reference, "pericolo", by="op1")
    assert _types(alarmed, request.reference) == told


@pytest.mark.parametrize(
    ("given", "urgency"),
    [({}, Urgency.HIGH), ({"urgency": Urgency.EMERGENCY, "topic": "luce"}, Urgency.EMERGENCY)],
)
def test_a_note_is_filed_for_a_person_also_where_nothing_can_judge_it(
    app: Intake,
    given: dict[str, Any],
    urgency: Urgency,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_child: Child, _task: str, payload: dict[str, Any], **_how: Any) -> dict[str, Any]:
        raise TransientFailure(f"ValueError: {payload['documents']}", code="defect")

    monkeypatch.setattr(Child, "call", fail)
    request = app.submit(draft(text=HOLE, **given))
    assert (request.text, request.urgency, request.needs_review) == (HOLE, urgency, True)
    assert "alarm_doubted" in request.review_reasons
    assert [vars(record)["code"] for record in caplog.records] == ["defect"]
    assert "buca" not in caplog.text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"details": {"when": AT}}, "details"),
        ({"topic_confidence": float("nan")}, "topic_confidence"),
        ({"topic_confidence": 1.01}, "topic_confidence"),
        ({"attachments": [{"sha256": "abc"}]}, "SHA-256"),
        ({"attachments": [{"size_bytes": 1 << 70}]}, "size"),
    ],
)
def test_what_no_database_can_keep_is_refused_by_its_name(
    app: Intake, given: dict[str, Any], named: str
) -> None:
    file = {"media_type": "text/plain", "size_bytes": 1, "sha256": "0" * 64, "path": "1"}
    files = [file | each for each in given.get("attachments", ())]
    with pytest.raises(UsageError, match=named):
        app.submit(draft(text=HOLE, **given | {"attachments": files}))
    assert app.requests.find() == []
