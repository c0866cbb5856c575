import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from intake.classifying.decide import judge
from intake.classifying.guarded import GuardedClassifier
from intake.classifying.models.learned import LearnedClassifier
from intake.classifying.topics.ranking import surest
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.classifications import Classification, Urgency, Verdict
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
FOREIGN = tomllib.loads((FIXTURES / "foreign.toml").read_text("utf-8"))
OTHER_DESKS = {"non-competenza", "accesso"}
"""What may be said of a letter to another office: that it is for another office, or asks for
documents."""
TOPICS = tomllib.loads((FIXTURES / "topics.toml").read_text("utf-8"))


class Says:
    """A classifier that holds the opinions it was given."""

    def __init__(self, **confidences: float) -> None:
        self.name, self.version = "says", "1"
        self._confidences = confidences

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        return [
            Classification(classifier="says", version="1", topic=topic, confidence=confidence)
            for topic, confidence in self._confidences.items()
        ]


class SaysCalibrated(Says):
    """A classifier whose confidence is the frequency of being right."""

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        return [
            each.model_copy(update={"calibrated": True}) for each in super().classify(documents)
        ]


def test_a_calibrated_opinion_counts_and_the_others_are_kept() -> None:
    rules, learned = Says(reclamo=0.9), SaysCalibrated(normativa=0.6)
    verdict = _judge("x", rules, learned)
    assert (verdict.topic, verdict.confidence) == ("normativa", 0.6)
    assert {opinion.topic for opinion in verdict.opinions} == {"reclamo", "normativa"}


@pytest.mark.parametrize("strange", [{"marziani": 0.9}, {"normativa": 0.0}, {}])
def test_a_calibrated_opinion_on_nothing_that_counts_silences_no_other(
    strange: dict[str, float],
) -> None:
    verdict = _judge("x", Says(reclamo=0.7), SaysCalibrated(**strange))
    assert (verdict.topic, verdict.topic_by, verdict.confidence) == ("reclamo", "rule", 0.7)
    assert surest(verdict.opinions, Taxonomy.load()) == ("reclamo", 0.7)


def _judge(text: str, *classifiers: Says | KeywordClassifier, threshold: float = 0.5) -> Verdict:
    return judge(
        [Document(text=text)],
        classifiers=classifiers or [KeywordClassifier()],
        taxonomy=Taxonomy.load(),
        threshold=threshold,
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_of_the_taxonomy_can_be_reached(topic: str) -> None:
    assert [_judge(text).topic for text in TOPICS[topic]] == [topic] * len(TOPICS[topic])


@pytest.mark.parametrize("text", ["", "  ", "lorem ipsum dolor", "?!", "日本語のテキスト"])
def test_empty_and_foreign_matter_abstains(text: str) -> None:
    verdict = _judge(text)
    assert verdict.topic is None
    assert verdict.confidence == 0
    assert verdict.needs_review


def test_what_is_meant_for_nobody_here_is_not_filed_on_the_first_day() -> None:
    taxonomy, rules = Taxonomy.load(), KeywordClassifier()
    untrained = LearnedClassifier.untrained(taxonomy, rules.shares)
    assert untrained is not None
    texts = [text for kind in FOREIGN.values() for text in kind]
    wrong = []
    for text in texts:
        documents = [Document(text=text)]
        opinions = [*untrained.classify(documents), *rules.classify(documents)]
        topic, confidence = surest(opinions, taxonomy) or (None, 0.0)
        if confidence >= 0.5 and topic not in OTHER_DESKS:
            wrong.append(text)
    assert len(wrong) <= 0.05 * len(texts), wrong


def test_no_document_abstains() -> None:
    verdict = judge([], classifiers=[KeywordClassifier()], taxonomy=Taxonomy.load(), threshold=0.5)
    assert (verdict.topic, verdict.language, verdict.needs_review) == (None, None, True)


def test_below_the_threshold_a_person_chooses_among_three() -> None:
    says = Says(reclamo=0.4, accesso=0.3, normativa=0.2, benemerenze=0.1)
    verdict = _judge("x", says)
    assert verdict.topic is None
    assert verdict.needs_review
    assert [other.topic for other in verdict.alternatives] == ["reclamo", "accesso", "normativa"]


def test_above_the_threshold_the_topic_is_set_and_the_others_are_named() -> None:
    verdict = _judge("x", Says(reclamo=0.3, accesso=0.6))
    assert (verdict.topic, verdict.confidence, verdict.needs_review) == ("accesso", 0.6, False)
    assert [other.topic for other in verdict.alternatives] == ["reclamo"]


def test_an_unknown_topic_stays_an_opinion() -> None:
    verdict = _judge("x", Says(marziani=0.99, reclamo=0.6))
    assert verdict.topic == "reclamo"
    assert "marziani" not in [other.topic for other in verdict.alternatives]
    assert "marziani" in [opinion.topic for opinion in verdict.opinions]


def test_the_opinions_of_all_classifiers_are_kept() -> None:
    verdict = _judge("Presento reclamo", Says(accesso=0.1), KeywordClassifier())
    assert {opinion.classifier for opinion in verdict.opinions} == {"says", "keywords"}
    assert "says 1" in verdict.model_version
    assert "keywords " in verdict.model_version


def test_an_emergency_keeps_its_topic_and_wants_a_person() -> None:
    verdict = _judge("Aiuto, c'è un incendio nel bosco dietro casa")
    assert verdict.topic == "segnalazione.incendio"
    assert verdict.urgency is Urgency.EMERGENCY
    assert verdict.emergency
    assert verdict.needs_review
    assert verdict.evidence[0].rule.startswith("emergency")


def test_an_emergency_without_a_topic_gets_the_emergency_topic() -> None:
    verdict = _judge("siamo intrappolati", Says())
    assert verdict.topic == "emergenza-in-corso"
    assert verdict.needs_review


def test_a_classifier_can_raise_the_alarm() -> None:
    verdict = _judge("x", Says(**{"emergenza-in-corso": 0.9}))
    assert verdict.urgency is Urgency.EMERGENCY
    assert verdict.emergency


def test_what_raised_the_urgency_is_the_first_opinion() -> None:
    for text, degree in (("siamo intrappolati", "emergency: "), ("Diffida", "high: ")):
        first, *others = _judge(text, Says(reclamo=0.9)).opinions
        assert (first.classifier, first.topic) == ("urgency", None)
        assert first.evidence[0].rule.startswith(degree)
        assert [each.classifier for each in others] == ["says"]
    by_topic = _judge("x", Says(**{"emergenza-in-corso": 0.9}))
    assert by_topic.opinions[0].evidence[0].text == "emergenza-in-corso"
    assert [each.classifier for each in _judge("x", Says(reclamo=0.9)).opinions] == ["says"]


def test_no_classifier_can_silence_the_alarm() -> None:
    verdict = _judge("Aiuto, siamo intrappolati in casa", Says(reclamo=1.0))
    assert verdict.emergency
    assert verdict.topic == "reclamo"


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_classifier_that_spoils_what_it_is_given_silences_nothing(is_guarded: bool) -> None:
    class Spoils(Says):
        def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
            for document in documents:
                document.__dict__["text"] = "tutto bene"
            documents.clear()  # type: ignore[attr-defined]
            return []

    spoils = GuardedClassifier(Spoils(), timeout_s=5) if is_guarded else Spoils()
    documents = [Document(text="Aiuto, c'è un incendio nel bosco dietro casa")]
    verdict = judge(
        documents,
        classifiers=[spoils, KeywordClassifier()],
        taxonomy=Taxonomy.load(),
        threshold=0.5,
    )
    assert (verdict.emergency, verdict.language, len(documents)) == (True, "it", 1)
    if is_guarded:
        assert verdict.topic == "segnalazione.incendio", "others read what was written"


def test_a_classifier_that_fails_costs_its_opinion_and_is_named() -> None:
    class Fails(Says):
        def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
            raise IndexError("a damaged model")

    verdict = _judge("Aiuto, siamo intrappolati in casa", Fails(), Says(reclamo=0.9))
    assert (verdict.topic, verdict.emergency) == ("reclamo", True)
    assert verdict.review_reasons == ("emergency", "misconfigured")
    assert "says failed: IndexError: a damaged model" in verdict.faults[0].message


@pytest.mark.parametrize(
    ("text", "sure", "reasons"),
    [
        ("x", 0.9, ()),
        ("x", 0.1, ("topic_unsure",)),
        ("I am drowning in paperwork", 0.9, ("alarm_doubted",)),
        ("Dove porto i moduli? Дуже дякую за допомогу", 0.9, ("other_language",)),
        ("Diffida e messa in mora", 0.9, ()),
        ("siamo intrappolati", 0.9, ("emergency",)),
        ("siamo intrappolati", 0.1, ("emergency", "topic_unsure")),
    ],
)
def test_a_person_looks_for_the_right_reason(text: str, sure: float, reasons: object) -> None:
    verdict = _judge(text, Says(reclamo=sure))
    assert verdict.review_reasons == reasons
    assert verdict.needs_review == bool(reasons)


def test_the_language_is_named() -> None:
    assert _judge("Vorrei presentare un reclamo per il ritardo").language == "it"
    assert _judge("").language is None


@pytest.mark.parametrize("piece", ["c'è un incendio nel bosco ", "non ", "aiuto. ", "- \n", "a."])
def test_time_grows_with_the_length_of_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        start = time.process_time()
        _judge(text)
        return time.process_time() - start

    _judge("la lingua si carica adesso")
    short, long = seconds(5_000), seconds(100_000)
    assert long < 60 * short + 0.5  # twenty times the text; quadratic would be 400 times


def test_a_text_of_one_megabyte_is_judged() -> None:
    calm = "Gentile ufficio, chiedo notizie della mia pratica e saluto cordialmente.\n"
    assert _judge(calm * (1_000_000 // len(calm)) + "Siamo intrappolati in casa").emergency


def test_what_a_model_gives_two_topics_that_are_one_today_is_added_up(tmp_path: Path) -> None:
    label = '{ it = "x", en = "x" }'
    topic = '[[topics]]\nid = "{0}"\nlabel = {1}\ndescription = {1}\nqueue = "q"\n'
    path = tmp_path / "topics.toml"
    path.write_text(
        topic.format("strade", label)
        + 'formerly = ["buche", "neve"]\n'
        + topic.format("luce", label)
        + topic.format("acqua", label)
        + 'formerly = ["pozzi"]\n'
    )
    taxonomy = Taxonomy.load(path)
    merged = judge(
        [Document(text="x")],
        classifiers=[Says(buche=0.35, neve=0.3, luce=0.36)],
        taxonomy=taxonomy,
        threshold=0.5,
    )
    assert (merged.topic, merged.confidence) == ("strade", 0.65)
    assert [opinion.topic for opinion in merged.opinions] == ["buche", "neve", "luce"]
    into = judge(
        [Document(text="x")],
        classifiers=[Says(acqua=0.4, pozzi=0.3, luce=0.3)],
        taxonomy=taxonomy,
        threshold=0.5,
    )
    assert (into.topic, into.confidence) == ("acqua", 0.7)
