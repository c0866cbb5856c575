"""From which confidence topics are filed, learned from outcomes."""

import random

import pytest

from intake.classifying.gate import NEVER, WINDOW, Outcome, choose_thresholds, is_audited, wilson


def _general(outcomes: list[Outcome], *, precision: float) -> float:
    return choose_thresholds(outcomes, precision=precision).general


def test_nothing_is_filed_before_enough_outcomes_are_known() -> None:
    assert _general([], precision=0.9) == NEVER
    assert _general([Outcome(0.99, True)] * 29, precision=0.9) == NEVER
    assert _general([Outcome(0.99, True)] * 30, precision=0.9) == 0.99


def test_the_threshold_is_the_least_confidence_that_keeps_the_precision() -> None:
    outcomes = [Outcome(0.9, True)] * 60 + [Outcome(0.6, True)] * 60 + [Outcome(0.3, False)] * 60
    assert _general(outcomes, precision=0.9) == 0.6


def test_old_outcomes_are_forgotten() -> None:
    good, bad = [Outcome(0.8, True)] * WINDOW, [Outcome(0.8, False)] * WINDOW
    assert _general(good + bad, precision=0.9) == NEVER
    assert _general(bad + good, precision=0.9) == 0.8


def test_equal_confidence_is_never_parted_by_its_order() -> None:
    outcomes = [Outcome(0.7, True)] * 40 + [Outcome(0.7, False)] * 40
    assert _general(outcomes, precision=0.9) == NEVER
    assert _general(outcomes[::-1], precision=0.9) == NEVER


def test_precision_is_kept_where_confidence_means_frequency() -> None:
    choose = random.Random(7)
    confident = [choose.random() for _ in range(5000)]
    came = [Outcome(each, choose.random() < each) for each in confident]
    filed: list[bool] = []
    for place in range(WINDOW, len(came), 25):
        threshold = _general(came[:place], precision=0.9)
        filed += [
            each.is_right for each in came[place : place + 25] if each.confidence >= threshold
        ]
    assert sum(filed) / len(filed) >= 0.88
    assert len(filed) > 0.05 * len(came)


def _of(topic: str, confidence: float, *, right: int, wrong: int) -> list[Outcome]:
    return [Outcome(confidence, number < right, topic) for number in range(right + wrong)]


def test_a_topic_that_is_often_wrong_needs_more_confidence_than_the_others() -> None:
    outcomes = [
        *_of("easy", 0.6, right=100, wrong=0),
        *_of("hard", 0.6, right=10, wrong=30),
        *_of("hard", 0.9, right=40, wrong=0),
    ]
    thresholds = choose_thresholds(outcomes, precision=0.9)
    assert thresholds.of("easy") == 0.6
    assert thresholds.of("hard") == 0.9
    assert thresholds.general == 0.9


def test_a_topic_of_which_little_is_known_has_nearly_the_general_threshold() -> None:
    outcomes = [*_of("much", 0.7, right=200, wrong=10), *_of("little", 0.7, right=2, wrong=0)]
    thresholds = choose_thresholds(outcomes, precision=0.9)
    assert thresholds.general == thresholds.of("little") == thresholds.of("new") == 0.7


def test_no_topic_is_filed_before_the_general_outcomes_are_enough() -> None:
    thresholds = choose_thresholds(_of("one", 0.9, right=29, wrong=0), precision=0.9)
    assert thresholds.of("one") == NEVER


def test_each_topic_keeps_the_precision_where_the_topics_differ() -> None:
    choose = random.Random(11)
    came: list[Outcome] = []
    for _ in range(6000):
        topic, confidence = choose.choice(["honest", "boasting"]), choose.random()
        truth = confidence if topic == "honest" else confidence - 0.25
        came.append(Outcome(confidence, choose.random() < truth, topic))
    filed: list[Outcome] = []
    for place in range(WINDOW, len(came), 25):
        thresholds = choose_thresholds(came[:place], precision=0.8)
        filed += [
            each
            for each in came[place : place + 25]
            if each.confidence >= thresholds.of(each.topic)
        ]
    share = {
        topic: sum(each.topic == topic for each in filed) / len(filed)
        for topic in ("honest", "boasting")
    }
    assert sum(each.is_right for each in filed) / len(filed) >= 0.78
    assert share["boasting"] < 0.35  # one half with a single threshold


@pytest.mark.parametrize(("right", "of", "low"), [(0, 0, 0.0), (10, 10, 0.722), (50, 100, 0.404)])
def test_the_interval_is_wilson_s(right: int, of: int, low: float) -> None:
    assert wilson(right, of, 1.96) == pytest.approx(low, abs=0.001)


def test_the_audit_draws_its_share_and_the_same_requests_every_time() -> None:
    drawn = [is_audited(f"request {number}", 0.15) for number in range(4000)]
    assert 0.13 < sum(drawn) / len(drawn) < 0.17
    assert not is_audited("any", 0.0)
    assert is_audited("any", 1.0)
