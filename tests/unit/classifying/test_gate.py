"""From which confidence topics are filed, learned from outcomes."""

import random

from intake.classifying.thresholds.gate import (
    NEVER,
    REMEMBERED,
    Choice,
    Outcome,
    choose_thresholds,
    is_audited,
)


def _threshold(outcomes: list[Outcome], *, precision: float) -> float:
    return choose_thresholds(outcomes, precision=precision).of("")


def test_nothing_is_filed_before_enough_outcomes_are_known() -> None:
    assert _threshold([], precision=0.9) == NEVER
    assert _threshold([Outcome(0.99, True)] * 29, precision=0.9) == NEVER
    assert _threshold([Outcome(0.99, True)] * 30, precision=0.9) == 0.99


def test_the_threshold_is_the_least_confidence_that_keeps_the_precision() -> None:
    outcomes = [Outcome(0.9, True)] * 60 + [Outcome(0.6, True)] * 60 + [Outcome(0.3, False)] * 60
    assert _threshold(outcomes, precision=0.9) == 0.6


def test_old_outcomes_are_forgotten() -> None:
    good, bad = [Outcome(0.8, True)] * REMEMBERED, [Outcome(0.8, False)] * REMEMBERED
    assert _threshold(good + bad, precision=0.9) == NEVER
    assert _threshold(bad + good, precision=0.9) == 0.8


def test_equal_confidence_is_never_parted_by_its_order() -> None:
    outcomes = [Outcome(0.7, True)] * 40 + [Outcome(0.7, False)] * 40
    assert _threshold(outcomes, precision=0.9) == NEVER
    assert _threshold(outcomes[::-1], precision=0.9) == NEVER


def test_precision_is_kept_where_confidence_means_frequency() -> None:
    choose = random.Random(7)
    confident = [choose.random() for _ in range(5000)]
    came = [Outcome(each, choose.random() < each) for each in confident]
    filed: list[bool] = []
    for place in range(REMEMBERED, len(came), 25):
        threshold = _threshold(came[:place], precision=0.9)
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
    assert 0.5 < thresholds.of("easy") <= 0.6 < thresholds.general < thresholds.of("hard") == 0.9


def test_the_less_is_known_of_a_topic_the_more_confidence_it_needs() -> None:
    outcomes = [*_of("much", 0.7, right=200, wrong=10), *_of("little", 0.7, right=2, wrong=0)]
    thresholds = choose_thresholds(outcomes, precision=0.9)
    assert thresholds.of("much") < thresholds.of("little") < thresholds.general < 0.85
    assert thresholds.of("new") == thresholds.general


def test_a_topic_that_is_never_right_is_never_filed() -> None:
    outcomes = [*_of("bad", 0.9, right=0, wrong=60), *_of("good", 0.8, right=200, wrong=0)]
    thresholds = choose_thresholds(outcomes, precision=0.9)
    assert thresholds.of("bad") == NEVER
    assert thresholds.of("good") <= 0.8


def test_what_is_filed_and_not_audited_still_counts_among_what_comes() -> None:
    sure, doubtful = (
        [Outcome(0.95, True)] * 20,
        [Outcome(0.7, True)] * 30 + [Outcome(0.7, False)] * 10,
    )
    outcomes = [
        each for three in zip(sure, doubtful[::2], doubtful[1::2], strict=True) for each in three
    ]
    came = [Choice(0.95)] * 130 + [Choice(0.7)] * 40
    assert choose_thresholds(outcomes, precision=0.9).of("") == 0.95
    assert choose_thresholds(outcomes, precision=0.9, lately=came).of("") == 0.7


def test_precision_is_kept_by_topics_of_their_own_though_only_an_audit_tells_of_what_is_filed() -> (
    None
):
    choose = random.Random(3)
    outcomes: list[Outcome] = []
    came: list[Choice] = []
    filed: list[bool] = []
    for _ in range(200):
        thresholds = choose_thresholds(outcomes, precision=0.9, lately=came)
        for _ in range(20):
            topic, confidence = choose.choice(["shy", "boasting"]), choose.random()
            truth = confidence ** (0.3 if topic == "shy" else 1.5)
            outcome = Outcome(confidence, choose.random() < truth, topic)
            is_filed = confidence >= thresholds.of(topic)
            came.append(Choice(confidence, topic))
            if is_filed:
                filed.append(outcome.is_right)
            if not is_filed or choose.random() < 0.15:
                outcomes.append(outcome)
    assert 0.88 <= sum(filed) / len(filed) <= 0.92
    assert len(filed) > 0.3 * len(came)


def test_no_topic_is_filed_before_the_general_outcomes_are_enough() -> None:
    thresholds = choose_thresholds(_of("one", 0.9, right=29, wrong=0), precision=0.9)
    assert thresholds.of("one") == NEVER


def test_each_topic_keeps_the_precision_where_the_topics_differ() -> None:
    choose = random.Random(11)
    came: list[Outcome] = []
    for _ in range(6000):
        topic, confidence = choose.choice(["honest", "boasting"]), choose.random()
        truth = confidence if topic == "honest" else confidence**3
        came.append(Outcome(confidence, choose.random() < truth, topic))
    filed: list[Outcome] = []
    for place in range(REMEMBERED, len(came), 25):
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
    assert share["boasting"] < 0.35  # nearly one half with a single threshold


def test_the_audit_draws_its_share_and_the_same_requests_every_time() -> None:
    drawn = [is_audited(f"request {number}", 0.15) for number in range(4000)]
    assert 0.13 < sum(drawn) / len(drawn) < 0.17
    assert not is_audited("any", 0.0)
    assert is_audited("any", 1.0)
