"""Topics that were renamed or merged: everything maps forward, and history stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from intake import Channel, Intake, RequestDraft, Settings
from intake.classifying.thresholds.gate import choose_thresholds
from intake.classifying.topics.ranking import surest
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import UsageError
from intake.pipeline.texts.classifiers import open_classifiers
from intake.schemas.classifications import Classification, ClassifierOptions, Verdict
from intake.schemas.documents import Document

TOPIC = """
[[topics]]
id = "{0}"
label = {{ it = "{0}", en = "{0}" }}
description = {{ it = "{0}", en = "{0}" }}
queue = "one"
"""
WORDS = {
    "buche": "una buca profonda nell'asfalto davanti al civico {0}",
    "neve": "il ghiaccio e lo spazzaneve in via Roma {0}",
    "luce": "il lampione spento al palo numero {0}",
}
BEFORE = "".join(map(TOPIC.format, WORDS))
AFTER = (
    TOPIC.format("strade")
    + 'formerly = ["buche", "neve"]\n'
    + TOPIC.format("illuminazione")
    + 'formerly = ["luce"]\n'
)
FEW, ENOUGH = 4, 40


@pytest.fixture
def taxonomy(tmp_path: Path) -> Path:
    path = tmp_path / "taxonomy.toml"
    path.write_text(BEFORE)
    return path


@pytest.fixture
def settings(taxonomy: Path, tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database={"url": database_url},
        classify={
            "taxonomy": taxonomy,
            "model_dir": tmp_path / "models",
            "refit_after": 0,
            "precision": 0.9,
            "embeddings": False,  # which take seconds
        },
    )


def file(app: Intake, texts: int) -> dict[str, str]:
    """File requests, of which a person confirms all but the first; return a reference by topic."""
    references = {}
    for topic, pattern in WORDS.items():
        for number in range(texts):
            draft = RequestDraft(
                channel=Channel.PHONE,
                text=pattern.format(number),
                topic=topic,
                topic_confidence=0.9,
                topic_by="model",
            )
            opinion = Classification(
                classifier="learned", version="1", topic=topic, confidence=0.9, calibrated=True
            )
            verdict = Verdict(topic=topic, opinions=(opinion,))
            request, _ = app._registrar.submit(draft, verdict)
            references[topic] = request.reference
            if number:
                app.requests.correct(request.reference, topic, by="anna")
    return references


@pytest.fixture
def filed(settings: Settings) -> dict[str, str]:
    """Return the reference of a request of each topic, of a few."""
    with Intake(settings) as app:
        app.process()
        return file(app, FEW)


def test_what_was_filed_is_found_under_the_topic_of_today(
    settings: Settings, filed: dict[str, str], taxonomy: Path
) -> None:
    with Intake(settings) as app:
        before = app.requests.get(filed["neve"]), app.requests.history(filed["neve"])
    taxonomy.write_text(AFTER)
    with Intake(settings) as app:
        by_new, by_old = (app.requests.find(topic=name, limit=200) for name in ("strade", "neve"))
        assert len(by_new) == len(by_old) == 2 * FEW
        assert app.stats()["topic"] == {"strade": 2 * FEW, "illuminazione": FEW}
        assert app.requests.find(topic="luce", limit=1)[0].topic == "luce"
        after = app.requests.get(filed["neve"]), app.requests.history(filed["neve"])
    assert after == before, "history is as it was"


def test_front_ends_see_the_topic_of_today_beside_the_one_filed(
    settings: Settings, filed: dict[str, str], taxonomy: Path
) -> None:
    query = text("SELECT topic, current_topic FROM requests_v1 WHERE reference = :reference")

    def seen(app: Intake, topic: str) -> tuple[str, str]:
        with app._premises.database.read() as connection:
            return tuple(connection.execute(query, {"reference": filed[topic]}).one())

    taxonomy.write_text(AFTER)
    with Intake(settings) as app:
        app.process()
        assert seen(app, "buche") == ("buche", "strade")
        assert seen(app, "luce") == ("luce", "illuminazione")
        app.requests.correct(filed["buche"], "illuminazione", by="anna")
        assert seen(app, "buche") == ("illuminazione", "illuminazione")
    taxonomy.write_text(BEFORE)
    with Intake(settings) as app:
        app.process()
        assert seen(app, "neve") == ("neve", "neve")


def test_a_topic_that_is_no_more_counts_against_no_machine(
    settings: Settings, filed: dict[str, str], taxonomy: Path
) -> None:
    taxonomy.write_text("".join(map(TOPIC.format, ("buche", "neve"))))
    with Intake(settings) as app:
        app.process()
        gone = RequestDraft(channel=Channel.PHONE, text="lampione", topic="luce", topic_by="person")
        opinion = Classification(classifier="learned", version="1", topic="buche", confidence=0.9)
        app._registrar.submit(gone, Verdict(topic="buche", opinions=(opinion,)))
        outcomes = app.requests.outcomes()
    assert len(outcomes) == 2 * (FEW - 1)
    assert all(each.is_right for each in outcomes)


def test_corrections_models_and_thresholds_map_forward(settings: Settings, taxonomy: Path) -> None:
    with Intake(settings) as app:
        app.process()
        filed = file(app, ENOUGH)
        record = app.models.train(app.requests.corrections(), by="anna")
        app.models.use(record.version, by="anna")
    taxonomy.write_text(AFTER)
    with Intake(settings) as app:
        outcomes = app.requests.outcomes()
        assert len(outcomes) == 3 * (ENOUGH - 1)
        assert all(each.is_right for each in outcomes)
        thresholds = choose_thresholds(outcomes, precision=0.9)
        assert thresholds.topics.keys() == {"strade", "illuminazione"}
        assert max(thresholds.topics.values()) <= 0.9
        options = ClassifierOptions(taxonomy=taxonomy, embeddings=False)
        model = app.models._folder.current_path()
        (learned,) = open_classifiers((), model, options)
        opinions = learned.classify([Document(text=WORDS["neve"].format(7))])
        assert opinions[0].topic == "neve", "the model knows the topics of its day"
        assert surest(opinions, Taxonomy.load(taxonomy))[0] == "strade"
        record = app.models.train(app.requests.corrections(), by="anna")
        assert record.topics == ("illuminazione", "strade")
        with pytest.raises(UsageError, match="no topic"):
            app.requests.correct(filed["luce"], "marziani", by="anna")
        corrected = app.requests.correct(filed["luce"], "luce", by="anna")
        assert corrected.topic == "illuminazione"
