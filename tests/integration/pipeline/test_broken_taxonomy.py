"""A taxonomy that cannot be used costs topics, and hides neither danger nor what is filed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

import intake
from intake import Channel, Intake, RawItem, RequestDraft, Settings
from intake.errors import ConfigError
from intake.options import classify_options
from intake.testing.samples import text_mail

TRAPPED = "AIUTO SIAMO BLOCCATI IN CASA E BRUCIA TUTTO"
TOPIC = """
[[topics]]
id = "{0}"
label = {{ it = "{0}", en = "{0}" }}
description = {{ it = "{0}", en = "{0}" }}
queue = "one"
"""
WHOLE = TOPIC.format("strade") + 'formerly = ["buche"]\n' + TOPIC.format("luce")
BROKEN: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "cut off": lambda path: path.write_text(WHOLE[:-8]),
    "a key is wrong": lambda path: path.write_text(WHOLE.replace("queue", "desk")),
    "no topic": lambda path: path.write_text(""),
}


@pytest.fixture
def taxonomy(tmp_path: Path) -> Path:
    path = tmp_path / "taxonomy.toml"
    path.write_text(WHOLE)
    return path


@pytest.fixture
def settings(taxonomy: Path, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", classify={"taxonomy": taxonomy, "precision": 0.9})


@pytest.fixture
def filed(settings: Settings) -> str:
    """Return the reference of a request filed under a former name of a topic."""
    with Intake(settings) as app:
        app.process()
        draft = RequestDraft(channel=Channel.PHONE, text="Una buca", topic="buche")
        return app.submit(draft).reference


@pytest.mark.parametrize("how", BROKEN)
def test_items_are_filed_and_danger_is_found(how: str, settings: Settings, taxonomy: Path) -> None:
    BROKEN[how](taxonomy)
    with Intake(settings) as app:
        app.receive(RawItem(source="push", key="1", content=text_mail("Casa", text=TRAPPED)))
        app.receive(RawItem(source="push", key="2", content=text_mail("Vi", text="Domanda.")))
        report = app.process()
        urgent, calm = app.requests.find()
        (checked,) = [each for each in app.check() if each.name == "classify"]
    assert (report.processed.filed, report.processed.emergencies, report.waiting) == (2, 1, 0)
    assert report.processed.problem is not None
    assert report.processed.problem.message == checked.detail
    assert (report.exit_code, checked.exit_code) == (78, 78)
    assert str(taxonomy) in checked.detail
    assert (urgent.urgency, urgent.topic, urgent.due_at) == ("emergency", None, urgent.received_at)
    assert {"emergency", "misconfigured"} <= set(urgent.review_reasons)
    assert calm.topic is None
    assert {"topic_unsure", "misconfigured"} <= set(calm.review_reasons)


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_filed_is_seen_and_exported(
    how: str, settings: Settings, filed: str, taxonomy: Path, tmp_path: Path
) -> None:
    BROKEN[how](taxonomy)
    with Intake(settings) as app:
        app.process()
        assert app.requests.get(filed).topic == "buche"
        assert [each.reference for each in app.requests.find(topic="buche")] == [filed]
        assert app.stats()["topic"] == {"buche": 1}
        assert app.export(filed, tmp_path / "out") == []
        told = app.submit(RequestDraft(channel=Channel.PHONE, text=TRAPPED))
        with pytest.raises(ConfigError, match=taxonomy.name):
            app.requests.correct(filed, "strade", by="anna")
        query = text("SELECT current_topic FROM requests_v1 WHERE reference = :reference")
        with app._premises.database.read() as connection:
            seen = connection.execute(query, {"reference": filed}).scalar_one()
    assert (told.urgency, told.topic, told.due_at) == ("emergency", None, told.received_at)
    assert seen == "strade", "the names of before are known still"


@pytest.mark.parametrize("how", BROKEN)
def test_a_text_is_judged_for_danger(how: str, settings: Settings, taxonomy: Path) -> None:
    BROKEN[how](taxonomy)
    verdict = intake.classify(TRAPPED, options=classify_options(settings))
    assert (verdict.emergency, verdict.topic, verdict.due_days) == (True, None, 0)
    assert "misconfigured" in verdict.review_reasons
    assert taxonomy.name in verdict.faults[0].message
    assert len(verdict.faults) == 1


def test_a_check_tells_what_is_wrong_in_each_file(tmp_path: Path, taxonomy: Path) -> None:
    taxonomy.write_text(WHOLE + 'parent = "gone"\n')
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rules]]\ntopic = "luce"\nname = "lamp"\nit = ["..", "a .."]\n')
    model = tmp_path / "topics.model"
    model.write_bytes(b"no archive")
    section = {"taxonomy": taxonomy, "rules": rules, "classifiers": ["keywords", "absent"]}
    section |= {"model": model}
    with Intake(Settings(data_dir=tmp_path / "data", classify=section)) as app:
        (checked,) = [each for each in app.check() if each.name == "classify"]
    assert checked.exit_code == 78
    assert all(each in checked.detail for each in ("'gone'", "'lamp'", "absent", "topics.model"))
    assert "archive. No plugin" in checked.detail
