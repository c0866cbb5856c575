"""Classifiers of others, in real children: the worst of them cost an opinion, never an item."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from intake import Intake, RawItem, Settings, classify
from intake.engines.limits import Limits
from intake.pipeline.stage_options import ClassifyOptions
from intake.pipeline.texts import asking
from intake.testing.samples import text_mail

CLASSIFIERS = """
import os, signal, time
from intake.schemas.classifications import Classification, Evidence

class Sound:
    name, version = "sound", "1"
    def classify(self, documents):
        return [Classification(classifier=self.name, version="1", topic="reclamo", confidence=0.99)]

class Person(Sound):
    name = "person"

class Learned(Sound):
    name = "learned"

class FromWhere(Sound):
    name = "from_where"
    def classify_from(self, documents, origin):
        channels = {each.channel for each in documents}
        topic = "reclamo" if channels == {origin.channel} else None
        seen = Evidence(rule="seen", text=f"{origin.channel} {origin.source} {origin.sender}")
        return [Classification(classifier=self.name, version="1", topic=topic, evidence=(seen,))]

class Killing(Sound):
    name = "killing"
    def classify(self, documents):
        os.kill(os.getpid(), signal.SIGSEGV)

class Hanging(Sound):
    name = "hanging"
    def classify(self, documents):
        time.sleep(60)

class Stubborn(Sound):
    name = "stubborn"
    def classify(self, documents):
        while True:
            try:
                time.sleep(30)
            except BaseException:
                pass

class Leaving(Sound):
    name = "leaving"
    def classify(self, documents):
        os._exit(3)

class Interrupting(Sound):
    name = "interrupting"
    def classify(self, documents):
        raise KeyboardInterrupt

class Printing(Sound):
    name = "printing"
    def classify(self, documents):
        print("thinking")
        os.write(1, b"hard")
        return super().classify(documents)

class Unopened(Sound):
    name = "unopened"
    def __init__(self):
        raise OSError("no model here")

class Endless(Sound):
    name = "endless"
    def __init__(self):
        while True:
            try:
                time.sleep(30)
            except BaseException:
                pass

class Ending(Sound):
    name = "ending"
    def __init__(self):
        os._exit(3)
"""
NAMES = {
    "sound": "Sound",
    "posing": "Person",
    "learned": "Learned",
    "from_where": "FromWhere",
    "killing": "Killing",
    "hanging": "Hanging",
    "unopened": "Unopened",
    "stubborn": "Stubborn",
    "leaving": "Leaving",
    "interrupting": "Interrupting",
    "printing": "Printing",
    "endless": "Endless",
    "ending": "Ending",
}


@pytest.fixture(autouse=True)
def _classifiers(install_plugins):
    install_plugins("intake.classifiers", CLASSIFIERS, NAMES)


def _filed(tmp_path, name, count=1):
    """File messages while the classifier ``name`` is asked; return the app, requests, opinions."""
    settings = Settings(
        data_dir=tmp_path / "data",
        classify={"classifiers": ("keywords", name), "timeout_s": 0.3},
        processing={"workers": 1},
    )
    with Intake(settings) as app:
        for number in range(count):
            raw = text_mail(f"Rischio {number}", text="Vorrei informazioni sul rischio sismico.")
            app.receive(RawItem(source="push", key=str(number), content=raw))
        report = app.process()
        assert (report.processed.filed, report.exit_code) == (count, 0)
        with app._premises.database.read() as connection:
            opinions = connection.execute(
                text("SELECT topic, evidence FROM classifications WHERE classifier = :name"),
                {"name": name},
            ).all()
            failures = connection.execute(text("SELECT MAX(failures) FROM receipts")).scalar_one()
        return app.requests.find(limit=10), opinions, failures


@pytest.mark.parametrize("name", ["posing", "learned"])
def test_one_that_poses_as_a_person_or_as_ours_has_no_opinion(tmp_path, name):
    options = ClassifyOptions(classifiers=("keywords", name))
    verdict = classify("Vorrei informazioni sul rischio sismico.", options=options)
    failed = [
        (each.classifier, each.evidence[0].text)
        for each in verdict.opinions
        if [said.rule for said in each.evidence] == ["failed"]
    ]
    own = "person" if name == "posing" else "learned"
    assert failed == [(f"plugin {name}", f"is not asked: {own!r} is a name of ours")]
    assert "reclamo" not in {each.topic for each in verdict.opinions if each.confidence > 0.9}


def test_a_plugin_that_asks_is_told_where_an_item_comes_from(tmp_path):
    _, opinions, _ = _filed(tmp_path, "from_where")
    ((topic, evidence),) = opinions
    assert topic == "reclamo"
    assert "email push" in evidence
    assert "@" in evidence


def test_a_plugins_opinion_is_one_among_others(tmp_path):
    (request,), opinions, _ = _filed(tmp_path, "sound")

    assert [opinion.topic for opinion in opinions] == ["reclamo"]
    assert request.topic == "reclamo"


@pytest.mark.parametrize("name", ["killing", "hanging", "unopened"])
def test_a_plugin_that_does_its_worst_costs_its_opinion_only(name, tmp_path):
    filed, opinions, failures = _filed(tmp_path, name, count=4)

    assert [request.topic for request in filed] == ["info.rischio-sismico"] * 4
    assert failures == 0
    assert [opinion.topic for opinion in opinions] == [None] * 4
    assert all("failed" in str(opinion.evidence) for opinion in opinions)


@pytest.mark.parametrize("name", ["killing", "stubborn", "leaving", "interrupting", "unopened"])
def test_a_text_of_nobodys_store_is_judged_whatever_a_plugin_does(name, monkeypatch):
    monkeypatch.setattr(asking, "_LIGHT", Limits(timeout_s=4, memory_bytes=1 << 30))
    options = ClassifyOptions(classifiers=("keywords", name), timeout_s=0.3)

    verdict = classify("Aiuto, siamo intrappolati in casa", options=options)

    assert verdict.emergency
    (failed,) = [each for each in verdict.opinions if each.classifier == name]
    assert failed.evidence[0].rule == "failed"


def test_what_a_plugin_prints_is_not_among_the_verdict(capfd):
    options = ClassifyOptions(classifiers=("printing",))

    assert classify("Domanda", options=options).topic == "reclamo"
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("sound", 0, "learned, keywords, sound"),
        ("unopened", 78, "no model here"),
        ("endless", 78, "Took longer than 3 s"),
        ("ending", 78, "ended by itself"),
    ],
)
def test_a_check_opens_what_is_of_others_and_outlives_it(name, code, told, tmp_path):
    settings = Settings(
        data_dir=tmp_path / "data",
        classify={"classifiers": ("keywords", name)},
        processing={"light_timeout_s": 3},
    )
    with Intake(settings) as app:
        (checked,) = [each for each in app.check() if each.name == "classify"]

    assert (checked.exit_code, told in checked.detail) == (code, True), checked
    assert code == 0 or name in checked.detail
