"""What invented messages teach of our own topics, on messages of authors they do not come from."""

import json
import random
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from intake.classifying.danger.urgency import UrgencyRules
from intake.classifying.decide import judge
from intake.classifying.encoding import embeddings
from intake.classifying.encoding.embeddings import Embedder, Unmade, shipped_embedder
from intake.classifying.models.examples import LabelledText, of_citizens, of_taxonomy, read
from intake.classifying.models.learned import LearnedClassifier, trained_on_nothing
from intake.classifying.models.manifest import Manifest
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.pipeline.texts.classifiers import open_classifiers
from intake.schemas.classifications import ClassifierOptions, Urgency
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
ASKED, LEAST_SHOWN, MOST_ALARMS = 45, 0.9, 0.08


@pytest.fixture(scope="module")
def unseen() -> list[LabelledText]:
    everyone = list(read(FIXTURES / "unseen_desk.jsonl"))
    return random.Random(1).sample(everyone, ASKED)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.load()


def test_each_topic_of_ours_has_as_many_messages(taxonomy: Taxonomy) -> None:
    counts = Counter(each.topic for each in of_citizens(taxonomy))
    assert set(counts) == set(taxonomy.ids())
    assert len(set(counts.values())) == 1


def _texts_of(path: Path) -> set[str]:
    """Return the texts of a file of families of phrases, or of JSON lines."""
    if path.suffix == ".toml":
        families = tomllib.loads(path.read_text("utf-8"))["families"]
        found = [text for family in families for text in family["phrases"]]
    else:
        found = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    return {" ".join(text.split()) for text in found}


@pytest.fixture(scope="module")
def learned() -> set[str]:
    """Return all texts that anything of ours is learned from."""
    names = ("emergency.toml", "everyday.toml", "calls.toml", "lookalikes.toml", "told.jsonl")
    told = {" ".join(each.text.split()) for each in of_citizens(Taxonomy.load())}
    return told.union(*(_texts_of(FIXTURES / name) for name in names))


@pytest.mark.parametrize(
    "measured",
    [*FIXTURES.glob("unseen*"), FIXTURES / "no_request.jsonl"],
    ids=lambda path: path.name,
)
def test_nothing_that_is_learned_from_measures_anything(measured: Path, learned: set[str]) -> None:
    texts = _texts_of(measured)
    assert texts
    assert not learned & texts


def test_a_topic_that_was_renamed_keeps_its_messages(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    ours = _shipped().read_text("utf-8")
    renamed = 'id = "medaglie"\nformerly = ["benemerenze"]'
    path.write_text(ours.replace('id = "benemerenze"', renamed), encoding="utf-8")
    found = {each.topic for each in of_citizens(Taxonomy.load(path))}
    assert "medaglie" in found
    assert "benemerenze" not in found


def test_messages_tell_nothing_of_other_topics_that_share_an_id(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(_topics("reclamo", "strade"), encoding="utf-8")
    assert of_citizens(Taxonomy.load(path)) == []


def test_on_the_first_day_the_right_topic_is_nearly_always_shown(
    unseen: list[LabelledText], taxonomy: Taxonomy
) -> None:
    rules = KeywordClassifier(taxonomy=taxonomy)
    classifier = LearnedClassifier.untrained(taxonomy, rules.shares, embedder=shipped_embedder())
    assert classifier is not None
    shown = []
    for text in unseen:
        opinions = classifier.classify([Document(text=text.text)])
        shown.append(text.topic in [opinion.topic for opinion in opinions[:3]])
    assert np.mean(shown) >= LEAST_SHOWN


def test_what_no_desk_is_meant_by_is_left_to_a_person_or_told_not_to_be_ours(
    taxonomy: Taxonomy,
) -> None:
    rules = KeywordClassifier(taxonomy=taxonomy)
    classifier = LearnedClassifier.untrained(taxonomy, rules.shares, embedder=shipped_embedder())
    assert classifier is not None
    lines = (FIXTURES / "no_request.jsonl").read_text("utf-8").splitlines()[::3]
    opinions = [classifier.classify([Document(text=json.loads(line)["text"])]) for line in lines]
    assert any(opinions)
    sure = [each[0].topic for each in opinions if each and each[0].confidence >= 0.5]
    assert len(sure) <= 0.1 * len(lines)
    assert set(sure) <= {"non-competenza"}


def test_rules_are_heard_for_a_topic_that_an_operator_added(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    mine = """
[[topics]]
id = "mensa"
label = { it = "Mensa", en = "Canteen" }
description = { it = "La mensa aziendale.", en = "The canteen." }
keywords = ["mensa", "menù", "pranzo"]
queue = "mensa"
"""
    path.write_text(_shipped().read_text("utf-8") + mine, encoding="utf-8")
    taxonomy = Taxonomy.load(path)
    options = ClassifierOptions(taxonomy=path)
    verdict = judge(
        [Document(text="Qual è il menù della mensa per il pranzo di lunedì?")],
        classifiers=open_classifiers(("keywords",), None, options),
        taxonomy=taxonomy,
        threshold=0.5,
    )
    assert verdict.topic == "mensa"


def test_rules_that_the_model_has_weighed_do_not_count_twice(taxonomy: Taxonomy) -> None:
    verdict = judge(
        [Document(text="Presento reclamo: nessuno mi ha risposto sulla medaglia di benemerenza.")],
        classifiers=open_classifiers(("keywords",), None, ClassifierOptions()),
        taxonomy=taxonomy,
        threshold=0.5,
    )
    spoke = {each.classifier: each.confidence for each in reversed(verdict.opinions)}
    assert spoke["learned"] > spoke["keywords"] == 0
    assert all(each.confidence for each in verdict.alternatives)


def test_for_topics_of_others_the_encoder_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(_topics("buche", "strade"), encoding="utf-8")
    taxonomy = Taxonomy.load(path)
    monkeypatch.setattr(Embedder, "unmade", None)
    trained_on_nothing(taxonomy, KeywordClassifier(taxonomy=taxonomy).shares, embedder=Embedder())


def test_a_taxonomy_that_only_names_another_desk_reads_nothing_anew(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(_shipped().read_text("utf-8") + "# ours\n", encoding="utf-8")
    taxonomy, embedder = Taxonomy.load(path), Embedder()
    rules = KeywordClassifier(taxonomy=taxonomy)
    model = trained_on_nothing(taxonomy, rules.shares, embedder=embedder)
    assert model.manifest.embeddings is not None
    assert not embedder._kept


def test_calls_raise_an_alarm_and_ordinary_messages_seldom_do(
    unseen: list[LabelledText], taxonomy: Taxonomy
) -> None:
    alarming = taxonomy.emergency_topic
    assert alarming is not None
    rules = UrgencyRules()

    def alarms(texts: list[LabelledText]) -> list[bool]:
        found = (rules.assess([Document(text=text.text)]) for text in texts)
        return [each.urgency is Urgency.EMERGENCY for each in found]

    everyone = read(FIXTURES / "unseen_desk.jsonl")
    calls = [text for text in everyone if text.topic == alarming.id]
    assert all(alarms(random.Random(2).sample(calls, ASKED // 3)))  # benchmarks/first_day.py: all
    ordinary = alarms([text for text in unseen if text.topic != alarming.id])
    assert np.mean(ordinary) <= MOST_ALARMS


def test_an_embedding_that_was_made_beforehand_is_as_it_is_read() -> None:
    (message, *_) = of_citizens(Taxonomy.load())
    (made,), (anew,) = (each.embed([message.text]) for each in (Embedder(), Unmade()))
    assert np.abs(made - anew).max() < 1e-3
    assert (made == np.float16(made)).all()


def test_all_that_is_learned_from_on_the_first_day_is_made(taxonomy: Taxonomy) -> None:
    """If not, run ``scripts/make_cold_start.py``."""
    told = (*of_taxonomy(taxonomy), *of_citizens(taxonomy))
    assert Embedder().unmade([each.text for each in told]) == 0


def test_without_its_file_every_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    (message, *_) = of_citizens(Taxonomy.load())
    monkeypatch.setattr(embeddings, "MADE", "missing.npz")
    assert Embedder().unmade([message.text]) == 1
    assert Embedder().embed([message.text]).shape == (1, Embedder().width)


def test_what_another_encoder_made_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    (message, *_) = of_citizens(Taxonomy.load())
    monkeypatch.setattr(Embedder, "version", "another")
    assert Embedder().unmade([message.text]) == 1


def test_a_model_must_count_the_messages_of_every_topic() -> None:
    counts = {"topics": ("a", "b"), "temperature": 1.0, "familiarity": 0.0}
    assert Manifest(examples=(1, 2), written=(3, 0), **counts).known(0) == 4
    assert Manifest(examples=(1, 2), **counts).known(1) == 2
    with pytest.raises(ValidationError, match="a number for each topic"):
        Manifest(examples=(1, 2), written=(3,), **counts)


def _shipped() -> Path:
    return Path(__file__).parents[3] / "src/intake/classifying/data/taxonomy.toml"


def _topics(*ids: str) -> str:
    """Return a taxonomy of topics that say nothing but their ids."""
    named = '{{ it = "{0}", en = "{0}" }}'
    topic = f'[[topics]]\nid = "{{0}}"\nlabel = {named}\ndescription = {named}\nqueue = "uno"\n'
    return "".join(topic.format(each) for each in ids)
