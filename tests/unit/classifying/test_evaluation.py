"""What is known of how good the topics are: splits, figures, drift, rivals, the same again."""

from __future__ import annotations

import random

import numpy as np
import pytest

from intake.classifying.measuring.drift import Past, divergence, stability_index
from intake.classifying.measuring.evaluation import evaluate, judge, learn_alone
from intake.classifying.measuring.figures import Figures, Judged, lead
from intake.classifying.measuring.rivals import ByClassifier, most_frequent
from intake.classifying.measuring.rolling import roll
from intake.classifying.measuring.splits import in_time, part
from intake.classifying.models.examples import LabelledText
from intake.classifying.models.learned import ENOUGH_EXAMPLES, LearnedClassifier
from intake.classifying.topics.taxonomy import Taxonomy, Topic
from intake.errors import UsageError
from intake.schemas.classifications import Classification
from intake.schemas.documents import Document
from intake.schemas.evaluations import Report, Split

WORDS = {
    "casa": "cerco una casa in affitto con camere cucina bagno giardino alloggio",
    "acqua": "il fiume sale e la pioggia allaga strade cantine campi con fango",
    "medaglia": "chiedo la medaglia e il mio attestato di benemerenza per i volontari",
}


def labelled(count: int, *, month: int = 1, seed: int = 0) -> list[LabelledText]:
    choose = random.Random(seed)
    topics = sorted(WORDS)
    return [
        LabelledText(
            text=" ".join(choose.choices(WORDS[topic].split(), k=8)),
            topic=topic,
            at=f"2026-{month:02}-{1 + number % 28:02}",
            channel=("email", "fax")[number % 2],
            confidence=(1.0, 0.7)[number % 2],
            event=("piena", "scossa")[number // 3 % 2],
        )
        for number in range(count)
        for topic in [topics[number % 3]]
    ]


def judged(*pairs: tuple[str, str | None, float]) -> list[Judged]:
    return [
        Judged(LabelledText(text=f"testo {number}", topic=right), chosen, confidence)
        for number, (right, chosen, confidence) in enumerate(pairs)
    ]


def test_a_split_by_time_learns_from_what_came_before() -> None:
    texts = labelled(60)
    (fold,) = part(random.Random(1).sample(texts, 60), Split.TIME)
    assert len(fold.held) == 18
    assert max(each.at or "" for each in fold.learned) <= min(each.at or "" for each in fold.held)


def test_rolling_thresholds_file_what_the_texts_before_allow() -> None:
    easy = [("casa", "casa", 0.9), ("acqua", "acqua", 0.9)] * 60
    hard = [("casa", "strada", 0.8), ("strada", "strada", 0.8)] * 60
    gate = roll(judged(*easy, *hard), precision=0.9)
    by_topic = {each.topic: each for each in gate.topics}
    assert 0.8 < by_topic["casa"].threshold <= 0.9
    assert by_topic["strada"].threshold > 0.9  # none of its own is as sure
    assert by_topic["strada"].filed < 30
    assert by_topic["casa"].right == by_topic["casa"].filed > 20
    nothing = roll(judged(*easy[:20]), precision=0.9)
    assert (nothing.threshold, nothing.coverage) == (None, 0)


def test_a_report_by_time_has_thresholds_and_others_have_none() -> None:
    assert evaluate(labelled(240), threshold=0.5, precision=0.8).gate is not None
    assert evaluate(labelled(240), threshold=0.5, split=Split.RANDOM).gate is None


def test_the_calibration_error_to_expect_by_chance_shrinks_with_the_texts() -> None:
    choose = random.Random(3)
    exact = []
    for _ in range(3000):
        confidence = choose.random()
        right = "a" if choose.random() < confidence else "b"
        exact.append((right, "a", confidence))
    few, many = (Figures(judged(*some), threshold=0.5) for some in (exact[:100], exact))
    assert few.calibration_by_chance > 3 * many.calibration_by_chance
    assert many.calibration_error < 2 * many.calibration_by_chance


def test_texts_of_which_one_has_no_time_are_parted_in_the_order_given() -> None:
    texts = [*labelled(20)[::-1], LabelledText(text="x", topic="casa")]
    (fold,) = part(texts, Split.TIME)
    assert [*fold.learned, *fold.held] == texts


def test_times_of_several_offsets_are_in_order() -> None:
    written = [
        "2026-03-01T00:30+02:00",
        "2026-02-28T23:00Z",
        "20260301",
        "2026-02-28T22:00-03:00",
        "2026-02-28 21:45",
    ]
    texts = [
        LabelledText(text=f"testo {number}", topic="casa", at=at)
        for number, at in enumerate(written)
    ]
    assert [each.at for each in in_time(texts)] == [written[each] for each in (4, 0, 1, 2, 3)]
    told = Past(texts).drift([Judged(each, "casa", 1.0) for each in texts])
    assert [(each.month, each.texts) for each in told] == [("2026-02", 3), ("2026-03", 2)]


def test_a_random_split_is_the_same_again_and_keeps_equal_texts_together() -> None:
    texts = labelled(60) * 2
    (fold,) = part(texts, Split.RANDOM)
    (again,) = part(texts[::-1], Split.RANDOM)
    assert {each.text for each in fold.learned} == {each.text for each in again.learned}
    shared = {each.text for each in fold.learned} & {each.text for each in fold.held}
    assert len(shared) <= 1


def test_each_event_is_judged_by_what_the_others_taught() -> None:
    spoken = [*labelled(40), LabelledText(text="sempre", topic="casa")]
    folds = part(spoken, Split.EVENT)
    assert [fold.event for fold in folds] == ["piena", "scossa"]
    for fold in folds:
        assert {each.event for each in fold.held} == {fold.event}
        assert fold.event not in {each.event for each in fold.learned}
        assert spoken[-1] in fold.learned


def test_one_event_cannot_be_left_out() -> None:
    with pytest.raises(UsageError, match="1 events"):
        part([each.model_copy(update={"event": "piena"}) for each in labelled(30)], Split.EVENT)


def test_figures_are_those_of_the_books() -> None:
    choose = random.Random(3)
    pairs = [(choose.choice("abcd"), choose.choice("abce"), choose.random()) for _ in range(200)]
    figures = Figures(judged(*pairs), threshold=0.6)
    right = [one for one, _, _ in pairs]
    chosen = [other for _, other, _ in pairs]
    harmonic = []
    for topic in "abcd":
        hits = sum(one == other == topic for one, other in zip(right, chosen, strict=True))
        precision, recall = hits / max(1, chosen.count(topic)), hits / right.count(topic)
        harmonic.append(2 * precision * recall / max(1e-9, precision + recall))
    assert figures.macro_f1 == pytest.approx(np.mean(harmonic), abs=1e-4)
    assert figures.accuracy == np.mean([one == other for one, other, _ in pairs])
    assert figures.coverage == np.mean([confidence >= 0.6 for *_, confidence in pairs])
    for interval, figure in (
        (figures.macro_f1_interval, figures.macro_f1),
        (figures.accuracy_interval, figures.accuracy),
        (figures.accuracy_covered_interval, figures.accuracy_covered),
    ):
        assert interval.low < figure < interval.high


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    choose = random.Random(5)
    held = 0
    for _ in range(60):
        pairs = [("a", "a" if choose.random() < 0.7 else "b", 0.5) for _ in range(80)]
        interval = Figures(judged(*pairs), threshold=0.5).accuracy_interval
        held += interval.low <= 0.7 <= interval.high
    assert 51 <= held <= 60


def test_confidence_that_is_true_has_no_calibration_error_and_boasting_has() -> None:
    honest = [("a", "a" if number % 10 < 7 else "b", 0.7) for number in range(100)]
    boasting = [(right, chosen, 1.0) for right, chosen, _ in honest]
    assert Figures(judged(*honest), threshold=0.5).calibration_error == 0
    assert Figures(judged(*boasting), threshold=0.5).calibration_error == pytest.approx(0.3)


def test_the_curve_gives_accuracy_for_each_coverage() -> None:
    pairs = [("a", "a" if number >= 50 else "b", number / 100) for number in range(100)]
    curve = Figures(judged(*pairs), threshold=0.5).curve
    assert curve[-1].coverage == 1
    assert curve[-1].accuracy == 0.5
    assert [point.coverage for point in curve] == sorted(point.coverage for point in curve)
    assert all(point.accuracy == 1 for point in curve if point.coverage <= 0.5)


def test_a_text_without_a_topic_is_wrong_and_is_counted_as_such() -> None:
    figures = Figures(judged(("a", None, 0.0), ("a", "a", 0.9)), threshold=0.5)
    assert (figures.accuracy, figures.coverage, figures.accuracy_covered) == (0.5, 0.5, 1.0)
    assert figures.confusions == (("a", "", 1),)
    assert Figures(judged(("a", None, 0.0)), threshold=0.5).accuracy_covered == 0


def test_equal_ways_lead_by_nothing_and_a_better_one_by_something() -> None:
    good = Figures(judged(*[("a", "a", 1.0), ("b", "b", 1.0)] * 20), threshold=0.5)
    poor = Figures(judged(*[("a", "a", 1.0), ("b", "a", 1.0)] * 20), threshold=0.5)
    assert lead(good, good).low == lead(good, good).high == 0
    assert lead(good, poor).low > 0.3


def test_the_stability_index_and_divergence_measure_change() -> None:
    same, other = np.array([50.0, 50.0]), np.array([90.0, 10.0])
    assert stability_index(same, same) == divergence(same, same) == 0
    assert stability_index(same, other) > 0.25
    assert divergence(np.array([9.0, 0.0]), np.array([0.0, 4.0])) == pytest.approx(1)
    assert 0 < divergence(same, other) < 1


def test_a_month_that_speaks_of_new_things_is_told_with_its_words() -> None:
    past = Past(labelled(90))
    alike = [Judged(each, each.topic, 1.0) for each in labelled(30, month=2, seed=9)]
    news = [
        LabelledText(text=f"eruzione vulcano cenere {number}", topic="vulcano", at="2026-03-04")
        for number in range(12)
    ]
    february, march = past.drift([*alike, *(Judged(each, "casa", 0.4) for each in news)])
    assert (february.month, march.month, march.texts) == ("2026-02", "2026-03", 12)
    assert february.stability_index <= february.by_chance < march.stability_index
    assert february.unknown_features < 0.05
    assert march.unknown_features > 0.5
    assert march.new_topics == ("vulcano",)
    assert {new.word for new in march.new_words} == {"eruzione", "vulcano", "cenere"}
    assert not february.new_words


def test_a_word_of_two_letters_alone_is_not_told() -> None:
    letters = [Judged(each, None, 0.0) for each in labelled(60, month=2)]
    secret = LabelledText(text="Giuseppina Cognomedisolouna", topic="casa", at="2026-02-02")
    (month,) = Past(labelled(90)).drift([*letters, Judged(secret, None, 0.0)])
    assert month.new_words == ()


def test_drift_is_not_told_where_times_are_missing() -> None:
    text = LabelledText(text="x", topic="casa")
    assert Past(labelled(9)).drift([Judged(text, "casa", 1.0)]) == ()


class _Stubborn:
    name, version = "stubborn", "1"

    def classify(self, documents: object) -> list[Classification]:
        opinions = [("casa", 0.2), ("acqua", 0.6)]
        return [
            Classification(classifier="stubborn", version="1", topic=topic, confidence=sure)
            for topic, sure in opinions
        ]


def test_a_report_stands_beside_rivals_and_tells_channels_pages_and_months() -> None:
    texts = [*labelled(90), *labelled(60, month=2, seed=4)]
    report = evaluate(texts, threshold=0.5, rivals=[ByClassifier("stubborn", _Stubborn())])
    assert (report.split, report.learned_from, report.measured_on) == ("time", 105, 45)
    assert report.learned_until is not None
    assert report.measured_from is not None
    assert report.learned_until <= report.measured_from
    assert {each.channel for each in report.channels} == {"email", "fax"}
    assert [(each.low, each.high) for each in report.readings] == [(0.6, 0.75)]
    assert [each.month for each in report.drift] == ["2026-02"]
    frequent, stubborn = report.rivals
    assert (frequent.name, stubborn.name) == (most_frequent(texts).name, "stubborn")
    assert stubborn.accuracy == pytest.approx(1 / 3, abs=0.05)
    assert stubborn.lead.low > 0


def test_the_figures_promise_no_more_than_a_run_would_file() -> None:
    few = evaluate(labelled(90), threshold=0.8)
    many = evaluate([*labelled(200), *labelled(90, month=2)], threshold=0.8)
    assert few.accuracy == many.accuracy == 1.0
    assert few.coverage < 0.5 < many.coverage


def test_a_text_is_judged_as_the_model_would_judge_it_in_a_run() -> None:
    model = learn_alone(labelled(45))
    strange = LabelledText(text="Kāpēc ūdens pazuda?", topic="acqua")
    held = [*labelled(20, month=2, seed=4), strange]
    in_a_run = LearnedClassifier(model)

    judged = judge(model, held)

    assert min(model.manifest.examples) < ENOUGH_EXAMPLES
    for each in judged:
        told = [Document(text=each.text.text, channel=each.text.channel)]
        first = next(iter(in_a_run.classify(told)), None)
        assert each.topic == (first.topic if first else None)
        assert each.confidence == (first.confidence if first else 0.0)


def test_a_rival_reads_what_the_new_model_reads() -> None:
    model = learn_alone(labelled(90))
    held = [
        each.model_copy(update={"text": each.text.replace(" ", "\n", 1)})
        for each in labelled(30, month=2, seed=4)
    ]

    theirs = ByClassifier("model in use", LearnedClassifier(model)).judge(held)

    assert theirs == judge(model, held)


def test_a_rival_that_knows_topics_by_former_names_is_not_wrong_for_that() -> None:
    known = labelled(90)
    model = learn_alone(known)
    names = {"it": "x", "en": "x"}
    facts = {"label": names, "description": names, "queue": "x"}
    topic = Topic(id="cose", formerly=("casa", "medaglia"), **facts)
    held = [
        each.model_copy(update={"topic": "cose" if each.topic != "acqua" else "acqua"})
        for each in labelled(30, month=2, seed=4)
    ]

    classifier = LearnedClassifier(model)
    theirs = ByClassifier("model in use", classifier, taxonomy=Taxonomy(topics=(topic,))).judge(
        held
    )

    assert all(each.is_right for each in theirs)


def test_events_have_figures_of_their_own() -> None:
    report = evaluate(labelled(60), threshold=0.5, split=Split.EVENT)
    assert {each.event: each.examples for each in report.events} == {"piena": 30, "scossa": 30}
    assert report.measured_on == 60
    assert report.drift == ()


def test_the_same_examples_give_the_same_report() -> None:
    texts = labelled(60)
    first, second = (evaluate(texts, threshold=0.5, split=Split.RANDOM) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert Report.model_validate_json(first.model_dump_json()) == first


def test_progress_counts_all_folds() -> None:
    told: list[tuple[int, int]] = []
    evaluate(
        labelled(60),
        threshold=0.5,
        split=Split.EVENT,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
