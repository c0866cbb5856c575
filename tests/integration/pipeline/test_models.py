"""The life of models on both databases: corrected, trained, live only if better, and back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from intake.classifying.models.examples import LabelledText
from intake.classifying.models.model_folder import UNTRAINED, ModelFolder
from intake.classifying.models.model_version import version_of
from intake.classifying.topics.taxonomy import Taxonomy
from intake.desk.requests import Requests
from intake.errors import SourceBusy, StoreError, UsageError
from intake.pipeline.learning import contest as room
from intake.pipeline.learning.contest import _is_held_out
from intake.pipeline.learning.models import Models, put_to_use
from intake.pipeline.settling.outcomes import Registrar
from intake.pipeline.settling.settle import FilingOptions
from intake.schemas.classifications import ClassifierOptions
from intake.schemas.evaluations import Interval
from intake.schemas.events import Event
from intake.schemas.models import Contest, ModelRecord
from intake.schemas.requests import Channel, RequestDraft
from intake.store import journal
from intake.store.blobs import BlobStore
from intake.store.database import Connection, Database
from intake.store.leases import Lease

TOPIC = """
[[topics]]
id = "{0}"
label = {{ it = "{0}", en = "{0}" }}
description = {{ it = "{0}", en = "{0}" }}
kind = "information"
queue = "one"
"""
WORDS = {
    "acqua": ["tubo", "perdita", "pressione", "contatore", "rubinetto", "fontana", "pozzo"],
    "rifiuti": ["cassonetto", "sacchi", "raccolta", "plastica", "vetro", "umido", "discarica"],
    "strade": ["buca", "asfalto", "semaforo", "marciapiede", "lampione", "incrocio", "corsia"],
}
COMMON = ["buongiorno", "vorrei", "segnalare", "che", "in", "via", "da", "giorni", "casa", "mia"]


def labelled(count: int, *, seed: int) -> list[LabelledText]:
    """Return invented texts, each with two words of its topic among common ones."""
    chance = random.Random(seed)
    examples = []
    for number in range(count):
        topic = chance.choice(sorted(WORDS))
        words = chance.sample(COMMON, 6) + chance.sample(WORDS[topic], 2)
        chance.shuffle(words)
        text = " ".join([*words, f"pratica {number}"])
        examples.append(LabelledText(text=text, topic=topic))
    return examples


@pytest.fixture
def options(tmp_path: Path) -> ClassifierOptions:
    path = tmp_path / "topics.toml"
    path.write_text("".join(TOPIC.format(topic) for topic in WORDS))
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rules]]\ntopic = "acqua"\nname = "none"\nweight = 1.0\nit = ["xyzzy"]\n')
    return ClassifierOptions(taxonomy=path, rules=rules, embeddings=False)  # which take seconds


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def models(
    database: Database, options: ClassifierOptions, tmp_path: Path, told: list[Event]
) -> Models:
    return Models(database, ModelFolder(tmp_path / "models"), options, told.extend)


@pytest.fixture
def desk(database: Database, blobs: BlobStore, options: ClassifierOptions) -> Requests:
    return Requests(database, blobs, lambda _events: None, Taxonomy.load(options.taxonomy))


def file(database: Database, desk: Requests, examples: Sequence[LabelledText]) -> None:
    """File requests and let a person say their topics."""
    registrar = Registrar(database, FilingOptions())
    for each in examples:
        draft = RequestDraft(channel=Channel.PHONE, text=each.text)
        request, _ = registrar.submit(draft, None)
        desk.correct(request.reference, each.topic, by="anna")


def a_record(version: str) -> ModelRecord:
    """Return the record of a model that won."""
    return ModelRecord(
        version=version,
        trained_at=datetime(2026, 3, 2, tzinfo=UTC),
        examples=3,
        data_digest="",
        seed=0,
        topics=("acqua", "strade"),
        contest=Contest(
            rival=UNTRAINED,
            measured_on=3,
            macro_f1=0.9,
            rival_macro_f1=0.1,
            lead=Interval(low=0.0, high=1.0),
            odds=1.0,
            is_won=True,
        ),
        reason="Better.",
    )


def test_enough_corrections_make_a_model_that_goes_live_once(
    database: Database, desk: Requests, models: Models, told: list[Event], tmp_path: Path
) -> None:
    file(database, desk, labelled(150, seed=1))
    assert models.refit(desk.corrections, after=151, scratch=tmp_path) is None
    assert models.current() == UNTRAINED, "too few corrections"

    record = models.refit(desk.corrections, after=100, scratch=tmp_path)

    assert record is not None
    assert record.contest.is_won, record.reason
    assert record.contest.rival == UNTRAINED
    assert models.current() == record.version
    assert models.records() == [record]
    assert record.examples + record.contest.measured_on == 150
    assert version_of(tmp_path / "models" / f"{record.version}.model") == record.version
    (event,) = models.history()
    assert (event.type, event.data["version"]) == ("model.live", record.version)
    assert event.data["reason"] == record.reason
    assert journal.is_chained([event])
    assert [each.type for each in told] == ["model.live"], "observers hear of it"

    assert models.refit(desk.corrections, after=100, scratch=tmp_path) is None, "nothing new came"


@pytest.mark.same_on_any_database
def test_of_more_text_than_can_be_learned_from_the_latest_counts(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = labelled(150, seed=1)
    old = [
        each.model_copy(update={"topic": "rifiuti", "text": f"vecchio {each.text}"})
        for each in labelled(300, seed=2)
    ]
    too_long = LabelledText(text="a " * 100_000, topic="acqua")
    timed = [
        each.model_copy(update={"at": f"2026-0{month}-02"})
        for month, group in ((3, [*new, too_long]), (2, old))
        for each in group
    ]
    monkeypatch.setattr(room, "_MOST_CHARACTERS", sum(len(each.text) for each in new))
    record = models.train(timed, by="anna")
    assert record.examples + record.contest.measured_on == len(new)
    assert record == models.train(new, by="anna").model_copy(
        update={"trained_at": record.trained_at, "reason": record.reason, "contest": record.contest}
    )


def test_a_worse_model_is_kept_but_not_used_and_a_person_can_go_back(models: Models) -> None:
    examples = labelled(240, seed=2)
    good = models.train(examples, by="anna")
    assert good.contest.is_won, good.reason

    confused = [
        each
        if _is_held_out(each.text)
        else each.model_copy(update={"topic": sorted(WORDS)[number % 3]})
        for number, each in enumerate(examples[:160])
    ]
    worse = models.train([*confused, *labelled(240, seed=3)[:30]], by="anna")

    assert not worse.contest.is_won
    assert worse.contest.rival == good.version
    assert models.current() == good.version
    assert [each.version for each in models.records()] == [good.version, worse.version]
    assert models.history()[-1].type == "model.kept"
    assert models.history()[-1].data["reason"].startswith("Not surely better")

    models.use(worse.version, by="anna")
    assert models.current() == worse.version
    models.use(good.version, by="bruno")
    assert models.current() == good.version
    chosen = models.history()[-1]
    assert (chosen.type, chosen.actor) == ("model.chosen", "bruno")
    with pytest.raises(UsageError, match="no model"):
        models.use("f" * 12, by="anna")


def test_the_same_examples_are_the_same_version_and_no_victory(models: Models) -> None:
    examples = labelled(200, seed=4)
    first = models.train(examples, by="anna")
    again = models.train(list(reversed(examples)), by="anna")
    assert again.version == first.version
    assert not again.contest.is_won
    assert models.records() == [first]


def test_two_processes_never_train_at_once(
    database: Database, desk: Requests, models: Models, tmp_path: Path
) -> None:
    file(database, desk, labelled(2, seed=5))
    with Lease(database, "models", lease_s=60):
        assert models.refit(desk.corrections, after=1, scratch=tmp_path) is None
        with pytest.raises(SourceBusy):
            models.train(labelled(150, seed=5), by="anna")
    assert models.history() == []


def test_too_few_texts_are_told_once_and_tried_again_when_more_came(
    database: Database, desk: Requests, models: Models, tmp_path: Path
) -> None:
    file(database, desk, labelled(3, seed=6))
    assert models.refit(desk.corrections, after=3, scratch=tmp_path) is None
    assert models.refit(desk.corrections, after=3, scratch=tmp_path) is None
    (event,) = models.history()
    assert event.type == "model.not_trained"
    assert "held out" in event.data["reason"]
    assert models.current() == UNTRAINED


def test_topics_that_are_changed_again_count(
    database: Database, desk: Requests, models: Models, tmp_path: Path
) -> None:
    file(database, desk, labelled(3, seed=6))
    said = RequestDraft(channel=Channel.PHONE, text="tubo", topic="acqua", topic_by="person")
    Registrar(database, FilingOptions()).submit(said, None)
    assert models.refit(desk.corrections, after=4, scratch=tmp_path) is None
    assert [each.data["corrections"] for each in models.history()] == [4]
    for request in desk.find():
        other = next(topic for topic in WORDS if topic != request.topic)
        desk.correct(request.reference, other, by="anna")
        desk.correct(request.reference, other, by="anna")
    assert models.refit(desk.corrections, after=3, scratch=tmp_path) is None
    assert [each.data["corrections"] for each in models.history()] == [4, 7], (
        "what a person says is counted once for a request that a front end filed with its topic"
    )


def test_a_training_by_hand_counts_as_the_last_time(
    database: Database, desk: Requests, models: Models, tmp_path: Path
) -> None:
    file(database, desk, labelled(3, seed=6))
    models.train(labelled(150, seed=6), by="anna")
    assert models.refit(desk.corrections, after=3, scratch=tmp_path) is None
    assert [each.type for each in models.history()] == ["model.live"]


@pytest.mark.parametrize("refused", ["the folder of models", "the scratch folder"])
def test_a_disk_that_refuses_is_told_and_the_training_rests(
    refused: str,
    *,
    database: Database,
    desk: Requests,
    models: Models,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file(database, desk, labelled(3, seed=6))
    trained: list[int] = []
    record = a_record("0" * 12)

    def in_child(examples: Sequence[LabelledText], folder: Path) -> ModelRecord:
        trained.append(len(examples))
        (folder / "new.model").write_bytes(b"numbers")
        return record

    monkeypatch.setattr(models, "_in_child", in_child)
    scratch = tmp_path / "scratch"
    if refused == "the scratch folder":
        scratch.write_bytes(b"no folder")
    else:
        scratch.mkdir()
        full = StoreError("The disk refused at models: full")
        monkeypatch.setattr(models._folder, "add", Mock(side_effect=full))
    with pytest.raises(StoreError, match="refused"):
        models.refit(desk.corrections, after=3, scratch=scratch)
    (event,) = models.history()
    assert (event.type, "refused" in event.data["reason"]) == ("model.not_trained", True)
    assert models.refit(desk.corrections, after=3, scratch=scratch) is None, "it rests"
    assert len(trained) == (refused != "the scratch folder")

    if scratch.is_file():
        scratch.unlink()
        scratch.mkdir()
    else:
        monkeypatch.undo()
        monkeypatch.setattr(models, "_in_child", in_child)
    monkeypatch.setattr(database, "now", lambda _connection: event.at + timedelta(hours=7))
    assert models.refit(desk.corrections, after=3, scratch=scratch) == record
    assert models.current() == record.version


@pytest.mark.parametrize("how", ["by hand", "by a run"])
def test_what_a_person_puts_to_use_during_a_training_stays(
    how: str,
    *,
    database: Database,
    desk: Requests,
    models: Models,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file(database, desk, labelled(3, seed=6))
    for version in ("1" * 12, "2" * 12):
        models._folder.add(b"numbers", a_record(version))
    models.use("1" * 12, by="anna")
    record = a_record("0" * 12)

    def contest(*_: object, **__: object) -> tuple[bytes, ModelRecord]:
        models.use("2" * 12, by="bruno")
        return b"numbers", record

    def in_child(_: Sequence[LabelledText], folder: Path) -> ModelRecord:
        content, won = contest()
        (folder / "new.model").write_bytes(content)
        return won

    monkeypatch.setattr("intake.pipeline.learning.contest.contest", contest)
    monkeypatch.setattr(models, "_in_child", in_child)
    if how == "by hand":
        told = models.train([], by="anna")
    else:
        told = models.refit(desk.corrections, after=3, scratch=tmp_path)
    assert told is not None
    assert models.current() == "2" * 12
    assert told.reason.startswith("Better. Not put to use")
    assert told in models.records(), "it is kept"
    event = models.history()[-1]
    assert (event.type, event.data["version"]) == ("model.kept", record.version)
    assert event.data["reason"] == told.reason
    assert journal.is_chained(models.history())


def test_a_commit_that_fails_leaves_the_former_model_in_use(
    database: Database, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1" * 12, "2" * 12):
        models._folder.add(b"numbers", a_record(version))

    @contextmanager
    def broken() -> Iterator[Connection]:
        with write() as connection:
            yield connection
            raise StoreError("The database is full.")

    write = database.write
    for former in (UNTRAINED, "1" * 12):
        if former != UNTRAINED:
            models.use(former, by="anna")
        with monkeypatch.context() as patched:
            patched.setattr(database, "write", broken)
            with pytest.raises(StoreError, match="full"):
                models.use("2" * 12, by="anna")
        assert models.current() == former
        assert put_to_use(database) == former


def test_nobody_waits_while_a_model_is_written(
    database: Database, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, added = models._folder.add, []

    def slow(content: bytes, record: ModelRecord) -> None:
        with database.write():
            add(content, record)
        added.append(record.version)

    monkeypatch.setattr(models._folder, "add", slow)
    monkeypatch.setattr(
        "intake.pipeline.learning.contest.contest",
        lambda *_, **__: (b"numbers", a_record("0" * 12)),
    )
    models.train([], by="anna")
    assert added == [models.current()] == ["0" * 12]


def test_a_model_that_is_chosen_later_is_not_told_to_be_out_of_use(
    database: Database, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1" * 12, "2" * 12):
        models._folder.add(b"numbers", a_record(version))
    models.use("1" * 12, by="anna")

    def contest(*_: object, **__: object) -> tuple[bytes, ModelRecord]:
        models.use("2" * 12, by="bruno")
        models.use("1" * 12, by="bruno")
        return b"numbers", a_record("0" * 12)

    monkeypatch.setattr("intake.pipeline.learning.contest.contest", contest)
    told = models.train([], by="anna")
    assert models.current() == "1" * 12, "a person chose it while it was trained"
    assert told.reason.startswith("Better. Not put to use")
    assert told in models.records()
    models.use("0" * 12, by="anna")
    assert a_record("0" * 12) in models.records()
    assert put_to_use(database) == "0" * 12
