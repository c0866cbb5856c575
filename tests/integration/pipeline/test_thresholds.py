"""Thresholds that follow outcomes: what they cost a front end, and how soon they follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import event

from intake import Channel, Intake, Request, RequestDraft, Settings
from intake.classifying.thresholds import gate
from intake.desk import requests as desk
from intake.schemas.classifications import Classification, Verdict

REMEMBERED = 20
AUDITED_AWAY = {"precision": 0.5, "audit_share": 0.0}
TOPIC = "info.aree-attesa"
ASKED = "Dove sono le aree di attesa? Dov'è la più vicina area di attesa del mio comune?"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path, database={"url": database_url}, classify=AUDITED_AWAY)


@pytest.fixture
def remembers_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "REMEMBERED", REMEMBERED)
    monkeypatch.setattr(gate, "_LEAST_OUTCOMES", REMEMBERED)


def judged(app: Intake, count: int, *, topic: str = TOPIC) -> None:
    """File requests that a machine was sure of, and let a person say ``topic`` of each."""
    opinion = Classification(classifier="learned", version="1", topic=TOPIC, confidence=0.5)
    verdict = Verdict(topic=TOPIC, topic_by="model", opinions=(opinion,))
    draft = RequestDraft(channel=Channel.PHONE, text="Nota", topic=TOPIC, topic_by="model")
    for _ in range(count):
        request, _ = app._registrar.submit(draft, verdict)
        app.requests.correct(request.reference, topic, by="anna")


def submit(app: Intake) -> Request:
    return app.submit(RequestDraft(channel=Channel.PHONE, text=ASKED))


@contextmanager
def statements(app: Intake) -> Iterator[list[tuple[str, object]]]:
    """Give the list of what the database is asked meanwhile."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, text: str, values: object, *_: object) -> None:
        asked.append((text, values))

    engine = app._premises.database._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("remembers_few")
def test_a_submission_asks_no_more_where_more_was_filed(settings: Settings) -> None:
    with Intake(settings) as app:
        submit(app)  # the first of a year is numbered otherwise
        asked = []
        for _ in range(2):
            judged(app, REMEMBERED)
            for _ in ("outcomes are new", "none is new"):
                with statements(app) as of_one:
                    submit(app)
                asked.append(len(of_one))
    new, old, *later = asked
    assert later == [new, old]
    assert old < new


@pytest.mark.same_on_any_database
@pytest.mark.usefixtures("remembers_few")
def test_a_submission_reads_no_table_from_end_to_end(settings: Settings) -> None:
    with Intake(settings) as app:
        judged(app, 1)
        with statements(app) as asked:
            submit(app)
        with app._premises.database.read() as connection:
            plans = [
                step.detail
                for text, values in asked
                if text.startswith(("SELECT", "WITH"))
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            ]
    assert any("ix_requests_topic_by" in step for step in plans)
    whole = ("SCAN requests", "SCAN classifications")
    assert [step for step in plans if step.startswith(whole) and "INDEX" not in step] == []


@pytest.mark.usefixtures("remembers_few")
def test_a_submission_is_filed_by_what_persons_said_a_moment_ago(settings: Settings) -> None:
    with Intake(settings) as app, Intake(settings) as other:
        assert submit(app).review_reasons == ("topic_unsure",)
        judged(other, REMEMBERED)
        assert (submit(app).topic, submit(app).review_reasons) == (TOPIC, ())
        judged(other, REMEMBERED, topic="reclamo")
        assert submit(app).review_reasons == ("topic_unsure",)


@pytest.mark.same_on_any_database
@pytest.mark.usefixtures("remembers_few")
def test_what_is_known_of_a_topic_is_known_at_once_under_another_name(
    settings: Settings, tmp_path: Path
) -> None:
    shipped, today = resources.files("intake") / "classifying/data", "info.punti-di-raccolta"
    files = {"taxonomy": tmp_path / "taxonomy.toml", "rules": tmp_path / "keywords.toml"}
    for path in files.values():
        path.write_text((shipped / path.name).read_text("utf-8"), "utf-8")
    classify = settings.classify.model_copy(update=files)
    with Intake(settings.model_copy(update={"classify": classify})) as app:
        judged(app, REMEMBERED)
        assert (submit(app).topic, submit(app).review_reasons) == (TOPIC, ())
        for path in files.values():
            given = path.read_text("utf-8").replace(TOPIC, today)
            named = f'id = "{today}"'
            path.write_text(given.replace(named, f'{named}\nformerly = ["{TOPIC}"]'), "utf-8")
        request = submit(app)
        assert (request.topic, request.review_reasons) == (today, ())


@pytest.mark.usefixtures("remembers_few")
def test_what_comes_moves_the_thresholds_though_no_person_says_anything(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Intake(settings) as app:
        judged(app, REMEMBERED)
        submit(app)
        told = []
        choices = desk.Requests.choices
        monkeypatch.setattr(
            desk.Requests, "choices", lambda self: told.append(True) or choices(self)
        )
        for _ in range(gate.JUDGED_ALIKE):
            submit(app)
        assert len(told) == 1
        app.process()
        assert len(told) == 2, "a run learns them anew"
