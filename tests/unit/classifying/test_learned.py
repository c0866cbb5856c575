"""What is learned from examples: features, training, a model's file, opinions and figures."""

from __future__ import annotations

import copy
import json
import pickle
import random
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from intake.classifying.decide import judge
from intake.classifying.measuring.evaluation import evaluate, measure
from intake.classifying.models import examples as example_files
from intake.classifying.models.examples import Example, LabelledText
from intake.classifying.models.learned import LearnedClassifier
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.model_version import digest
from intake.classifying.models.training import train
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Label, Taxonomy, Topic
from intake.classifying.words.features import BUCKETS, extract
from intake.errors import ConfigError, UsageError
from intake.schemas.documents import Document

WORDS = {
    "casa": "cerco una casa in affitto con camere cucina bagno giardino alloggio",
    "acqua": "il fiume sale e la pioggia allaga strade cantine campi con fango",
    "medaglia": "chiedo la medaglia e il mio attestato di benemerenza per i volontari",
}


def _examples(count: int, seed: int = 0) -> list[Example]:
    choose = random.Random(seed)
    topics = sorted(WORDS)
    return [
        Example(" ".join(choose.choices(WORDS[topic].split(), k=8)), topic)
        for number in range(count)
        for topic in [topics[number % len(topics)]]
    ]


def _topic(name: str) -> Topic:
    label = Label(it=name, en=name)
    return Topic(id=name, label=label, description=label, queue="desk")


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(_examples(120))


@pytest.fixture(scope="module")
def model_file(model: LinearModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "topics.model"
    path.write_bytes(model.to_bytes())
    return path


def test_a_topic_of_few_examples_is_chosen_although_others_are_calibrated() -> None:
    few = [Example("ho perso il cane bianco con il collare rosso", "cani")] * 3
    classifier = LearnedClassifier(train([*_examples(120), *few]))
    rare = classifier.classify([Document(text="il cane bianco ha il collare rosso")])
    assert rare[0].topic == "cani"
    verdict = judge(
        [Document(text="il cane bianco ha il collare rosso")],
        classifiers=[classifier],
        taxonomy=Taxonomy(topics=tuple(map(_topic, ["cani", *WORDS]))),
        threshold=0.0,
    )
    assert verdict.topic == "cani"
    assert len({opinion.calibrated for opinion in rare}) == 1


def test_a_channel_whose_texts_are_harder_is_less_confident() -> None:
    choose = random.Random(2)
    topics = sorted(WORDS)

    def half_wrong(example: Example) -> Example:
        topic = choose.choice(topics) if choose.random() < 0.5 else example.topic
        return Example(f"{example.text} {choose.random()}", topic, "fax")

    mails = [
        Example(f"{each.text} {n}", each.topic, "email") for n, each in enumerate(_examples(300))
    ]
    model = train([*mails, *map(half_wrong, _examples(300, seed=1))])
    assert model.manifest.temperatures["fax"] > model.manifest.temperatures["email"]
    text = mails[0].text
    by_mail, by_fax, unknown = model.probabilities(
        [text] * 3, channels=["email", "fax", "pigeon"]
    ).max(axis=1)
    assert by_fax < unknown < by_mail


def test_one_channel_alone_needs_no_temperature_of_its_own() -> None:
    mails = [Example(each.text, each.topic, "email") for each in _examples(120)]
    assert train(mails).manifest.temperatures == {}


@given(st.text(max_size=80).map(lambda text: text.replace("\n", " ")))
def test_case_accents_and_signs_make_no_feature(text: str) -> None:
    letters = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in letters if not unicodedata.combining(each)).lower()
    words = "".join(each if each.isalnum() else " " for each in plain)
    for one, other in zip(extract([text]), extract([words]), strict=True):
        assert np.array_equal(one, other)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    together = extract(texts)
    assert len(together.starts) == len(texts) + 1
    assert np.all((together.buckets >= 0) & (together.buckets < BUCKETS))
    for number, text in enumerate(texts):
        alone = extract([text])
        span = slice(together.starts[number], together.starts[number + 1])
        assert np.array_equal(together.buckets[span], alone.buckets)
        assert np.array_equal(together.values[span], alone.values)


def test_case_accents_and_signs_are_no_features_and_other_words_are() -> None:
    plain, same, other = (
        extract(["perche la casa"]),
        extract(["PERCHÉ, la «casa»!"]),
        extract(["x"]),
    )
    assert np.array_equal(plain.buckets, same.buckets)
    assert not np.isin(other.buckets, plain.buckets).any()


@pytest.mark.parametrize("text", ["", " ", "?!", "\n"])
def test_a_text_without_words_has_no_features_and_no_topic(model: LinearModel, text: str) -> None:
    assert len(extract([text]).buckets) == 0
    assert not model.probabilities([text]).any()


def test_unseen_texts_are_told_apart(model: LinearModel) -> None:
    held = _examples(60, seed=1)
    chosen = model.probabilities([each.text for each in held]).argmax(axis=1)
    right = [
        model.manifest.topics[place] == each.topic for place, each in zip(chosen, held, strict=True)
    ]
    assert np.mean(right) > 0.95


def test_a_text_is_judged_the_same_alone_and_among_many(model: LinearModel) -> None:
    texts = [each.text for each in _examples(300, seed=2)]
    texts[0], texts[129], texts[-1] = "", "il fiurne sa1e", "due parole"
    channels = ["fax" if number % 2 else "email" for number in range(len(texts))]
    together = model.probabilities(texts, channels=channels)
    for place in (0, 1, 127, 128, 129, 298, 299):
        alone = model.probabilities([texts[place]], channels=[channels[place]])
        assert np.array_equal(alone[0], together[place])


def test_a_misread_text_keeps_its_topic(model: LinearModel) -> None:
    shares = model.probabilities(["il fiurne sa1e e la pi0ggia al1aga le cantlne"])[0]
    assert model.manifest.topics[int(shares.argmax())] == "acqua"


def test_a_text_unlike_all_examples_has_no_topic(model: LinearModel) -> None:
    assert not model.probabilities(["Quarterly shareholders' statement, xyzzy plugh"]).any()


def test_the_same_examples_give_the_same_bytes(model: LinearModel) -> None:
    assert train(_examples(120)).to_bytes() == model.to_bytes()


def test_a_model_is_the_same_after_its_file(model: LinearModel, model_file: Path) -> None:
    loaded = LinearModel.load(model_file)
    texts = [each.text for each in _examples(9, seed=2)]
    assert loaded.manifest == model.manifest
    assert np.array_equal(loaded.decide(texts), model.decide(texts))
    assert len(loaded.decide([])) == len(loaded.probabilities([])) == 0


def test_training_tells_its_progress() -> None:
    told: list[tuple[int, int]] = []
    train(_examples(60), progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 6), (1, 6), (2, 6), (3, 6), (4, 6), (6, 6)]


def test_two_examples_are_enough_and_one_topic_is_not() -> None:
    small = train([Example("casa alloggio", "casa"), Example("fiume pioggia", "acqua")])
    assert small.manifest.topics[int(small.decide(["una casa"])[0].argmax())] == "casa"
    with pytest.raises(UsageError, match="1 topic"):
        train([Example("casa", "casa")] * 3)


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("code of a model file ran",))


def _pickled(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, manifest=np.array([_Bomb()], dtype=object))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 no zip"),
        lambda path: path.write_bytes(pickle.dumps({"weights": 1})),
        lambda path: path.write_bytes(np.arange(3).tobytes()),
        _pickled,
        lambda path: None,
    ],
)
def test_what_is_no_model_is_refused_and_runs_no_code(tmp_path: Path, write: object) -> None:
    path = tmp_path / "topics.model"
    write(path)  # type: ignore[operator]
    with pytest.raises(ConfigError, match=r"topics\.model cannot be used"):
        LinearModel.load(path)


def test_an_opinion_has_confidence_and_the_words_that_speak_for_it(model_file: Path) -> None:
    classifier = LearnedClassifier(model_file)
    first, *_ = classifier.classify([Document(text="la pioggia allaga la cantina, fango e fango")])
    assert (first.classifier, first.version, first.topic) == (
        "learned",
        classifier.version,
        "acqua",
    )
    assert first.calibrated
    assert first.confidence > 0.5
    assert {"pioggia", "allaga"} <= {each.text for each in first.evidence}
    assert classifier.classify([Document(text="")]) == ()


def test_confidence_in_a_topic_with_few_examples_is_lessened(tmp_path: Path) -> None:
    path = tmp_path / "few.model"
    path.write_bytes(train(_examples(15)).to_bytes())
    first, *_ = LearnedClassifier(path).classify([Document(text="la pioggia allaga i campi")])
    assert not first.calibrated
    assert first.confidence < 0.5
    frank, *_ = LearnedClassifier(path, lessens=False).classify(
        [Document(text="la pioggia allaga i campi")]
    )
    assert frank.topic == first.topic
    assert frank.confidence > 0.5


TOPICS = """
[[topics]]
id = "casa"
label = { it = "Case e alloggi", en = "Houses" }
description = { it = "Chi cerca un tetto.", en = "People who need a roof." }
keywords = ["affitto", "posto letto"]
queue = "a"
[[topics]]
id = "acqua"
label = { it = "Alluvioni", en = "Floods" }
description = { it = "Fiumi e piogge.", en = "Rivers and rain." }
keywords = ["allagamento", "argine"]
queue = "b"
"""


@pytest.fixture
def taxonomy(tmp_path: Path) -> Taxonomy:
    path = tmp_path / "topics.toml"
    path.write_text(TOPICS, encoding="utf-8")
    return Taxonomy.load(path)


def test_without_any_example_topics_are_known_by_their_own_words(taxonomy: Taxonomy) -> None:
    rules = KeywordClassifier(taxonomy=taxonomy)
    classifier = LearnedClassifier.untrained(taxonomy, rules.shares)
    assert classifier is not None
    for text, topic in [
        ("cerco due posti letto", "casa"),
        ("gli argini sono rotti", "acqua"),
        ("the rivers are high", "acqua"),
        ("un allogg1o qualunque", "casa"),
    ]:
        first, *_ = classifier.classify([Document(text=text)])
        assert first.topic == topic
        assert not first.calibrated
        assert first.confidence < 0.5
    assert classifier.classify([Document(text="")]) == ()


def test_a_topic_without_examples_is_still_known_beside_learned_ones(taxonomy: Taxonomy) -> None:
    examples = [each for each in _examples(60) if each.topic != "acqua"]
    model = train(examples, described=example_files.of_taxonomy(taxonomy))
    assert dict(zip(model.manifest.topics, model.manifest.examples, strict=True))["acqua"] == 0
    assert model.manifest.topics[int(model.decide(["allagamento, argine"])[0].argmax())] == "acqua"


def test_rules_that_are_wrong_count_nothing_once_examples_tell() -> None:
    def wrong(texts: Sequence[str], topics: Sequence[str]) -> NDArray[np.float32]:
        shares = np.zeros((len(texts), len(topics)), dtype=np.float32)
        for row, text in enumerate(texts):
            shares[row, sum(map(ord, text)) % len(topics)] = 1
        return shares

    assert train(_examples(9), prior=wrong).manifest.prior > 0
    assert train(_examples(120), prior=wrong).manifest.prior == 0


def test_the_subject_weighs_more_than_a_line_of_the_body(model: LinearModel) -> None:
    first = model.decide(["cerco una casa\nla pioggia allaga"])[0]
    second = model.decide(["la pioggia allaga\ncerco una casa"])[0]
    place = model.manifest.topics.index("casa")
    assert first[place] > second[place]


@pytest.mark.parametrize("written", [{}, {"channel": "mail"}, {"channel": "email"}])
def test_a_mail_of_the_examples_is_on_the_channel_of_mails(written: dict[str, str]) -> None:
    """A temperature that was measured on mails must be found when a mail is judged."""
    assert LabelledText(text="cerco casa", topic="casa", **written).channel == "email"


def test_the_figures_of_an_evaluation_are_right(model: LinearModel) -> None:
    held = [
        LabelledText(text="cerco casa alloggio camere", topic="casa"),
        LabelledText(text="la pioggia allaga i campi", topic="acqua", channel="fax"),
        LabelledText(text="il fiume sale, fango", topic="casa", channel="fax"),
        LabelledText(text="chiedo la medaglia", topic="nuovo"),
    ]
    report = measure(model, held, threshold=0.5)
    assert (report.accuracy, report.measured_on, report.learned_from) == (0.5, 4, 120)
    assert report.unknown_topics == ("nuovo",)
    assert {each.topic: (each.precision, each.recall) for each in report.topics} == {
        "acqua": (0.5, 1.0), "casa": (1.0, 0.5), "nuovo": (0.0, 0.0),
    }  # fmt: skip
    assert {each.channel: each.accuracy for each in report.channels} == {"fax": 0.5, "email": 0.5}
    assert ("casa", "acqua", 1) in report.confusions
    assert sum(each.examples for each in report.reliability) == 4


def test_an_evaluation_learns_from_the_earlier_texts_only() -> None:
    texts = [
        LabelledText(text=each.text, topic=each.topic, at=f"2026-01-{1 + number // 4:02}")
        for number, each in enumerate(_examples(100))
    ]
    late = [LabelledText(text="tutto nuovo", topic="nuovo", at="2026-02-01")] * 5
    report = evaluate([*late, *texts], threshold=0.5)
    assert (report.learned_from, report.measured_on) == (74, 31)
    assert report.unknown_topics == ("nuovo",)
    with pytest.raises(UsageError, match="3 examples"):
        evaluate(texts[:3], threshold=0.5)


def test_an_examples_file_is_read_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    lines = [{"text": "a", "topic": "t"}, {"text": "b", "label": "u", "date": "2026-01-01"}]
    path.write_text("\n\n".join(json.dumps(line) for line in lines))
    assert [(each.topic, each.at) for each in example_files.read(path)] == [
        ("t", None),
        ("u", "2026-01-01"),
    ]
    path.write_text('{"text": "a", "topic": "t"}\n{"text": "b"}\n')
    with pytest.raises(UsageError, match="Line 2"):
        list(example_files.read(path))


def test_what_an_examples_file_says_besides_is_let_be(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    line = {"id": 7, "text": "a", "topic": "t", "lang": "it", "event": "piena", "confidence": 0.7}
    path.write_text(json.dumps(line))
    (example,) = example_files.read(path)
    assert (example.topic, example.event, example.confidence) == ("t", "piena", 0.7)


def test_a_file_that_is_damaged_anywhere_is_refused(model_file: Path, tmp_path: Path) -> None:
    content = model_file.read_bytes()
    path = tmp_path / "topics.model"
    for place in range(3, len(content) - 1, len(content) // 40):
        path.write_bytes(content[:place])
        with pytest.raises(ConfigError, match="cannot be used"):
            LinearModel.load(path)
        wrong = bytes(255 - byte for byte in content[place : place + 9])
        path.write_bytes(content[:place] + wrong + content[place + 9 :])
        with pytest.raises(ConfigError, match="cannot be used"):
            LinearModel.load(path)


def test_a_file_named_after_a_digest_must_have_it(model_file: Path, tmp_path: Path) -> None:
    content = model_file.read_bytes()
    right, wrong = tmp_path / f"{digest(content)}.model", tmp_path / f"{'0' * 12}.model"
    right.write_bytes(content)
    wrong.write_bytes(content)
    assert LinearModel.load(right).manifest.topics
    with pytest.raises(ConfigError, match="digest"):
        LinearModel.load(wrong)


def test_a_model_of_numbers_that_are_none_is_refused(model: LinearModel, tmp_path: Path) -> None:
    path = tmp_path / "topics.model"
    spoilt = copy.copy(model)
    spoilt._biases = np.full_like(model._biases, np.nan)
    path.write_bytes(spoilt.to_bytes())
    with pytest.raises(ConfigError, match="numbers"):
        LinearModel.load(path)
