"""What was thought of a request, as it is stored."""

from __future__ import annotations

import intake.desk.thresholds
from intake import Channel, Intake, RequestDraft, Settings
from intake.classifying.thresholds.gate import Choice, Outcome
from intake.schemas.classifications import Classification, Evidence, Thresholds, Verdict
from intake.store import opinions


def test_a_weight_that_was_no_number_can_still_be_read(tmp_path, database_url):
    settings = Settings(data_dir=tmp_path, database={"url": database_url})
    weightless = Evidence(rule="r", text="t", weight=float("nan"))
    given = Classification(classifier="theirs", version="1", evidence=(weightless,))
    with Intake(settings) as app:
        request = app.submit(RequestDraft(channel=Channel.PHONE, text="Nota"))
        database = app._premises.database
        with database.write() as connection:
            now = database.now(connection)
            opinions.insert_opinions(connection, [(request.id, given)], now)
        last = app.requests.opinions(request.reference)[-1]
    assert [each.weight for each in last.evidence] == [0.0]


def test_thresholds_hear_of_choices_that_nobody_looked_at(tmp_path, database_url, monkeypatch):
    settings = Settings(
        data_dir=tmp_path, database={"url": database_url}, classify={"precision": 0.9}
    )
    told = {}

    def listen(outcomes, *, precision, lately):
        told.update(outcomes=outcomes, lately=lately)
        return Thresholds()

    with Intake(settings) as app:
        topics = ("info.aree-attesa", "info.allerta-meteo")
        for topic, confidence in zip(topics, (0.7, 0.9), strict=True):
            opinion = Classification(
                classifier="learned", version="1", topic=topic, confidence=confidence
            )
            verdict = Verdict(topic=topic, topic_by="model", opinions=(opinion,))
            draft = RequestDraft(channel=Channel.PHONE, text="Nota", topic=topic, topic_by="model")
            last, *_ = app._registrar.submit(draft, verdict)
        app.requests.correct(last.reference, topic=topics[0], by="anna")
        monkeypatch.setattr(intake.desk.thresholds, "choose_thresholds", listen)
        assert not app.classify_options().lessens
    assert told["outcomes"] == [Outcome(0.9, False, topics[1])]
    assert told["lately"] == [Choice(0.7, topics[0]), Choice(0.9, topics[1])]
