"""From which confidence topics are filed, learned from outcomes."""

import random

import pytest

from intake.classifying.gate import NEVER, WINDOW, Outcome, choose_threshold, is_audited, wilson


def test_nothing_is_filed_before_enough_outcomes_are_known() -> None:
    assert choose_threshold([], precision=0.9) == NEVER
    assert choose_threshold([Outcome(0.99, True)] * 29, precision=0.9) == NEVER
    assert choose_threshold([Outcome(0.99, True)] * 30, precision=0.9) == 0.99


def test_the_threshold_is_the_least_confidence_that_keeps_the_precision() -> None:
    outcomes = [Outcome(0.9, True)] * 60 + [Outcome(0.6, True)] * 60 + [Outcome(0.3, False)] * 60
    assert choose_threshold(outcomes, precision=0.9) == 0.6


def test_old_outcomes_are_forgotten() -> None:
    good, bad = [Outcome(0.8, True)] * WINDOW, [Outcome(0.8, False)] * WINDOW
    assert choose_threshold(good + bad, precision=0.9) == NEVER
    assert choose_threshold(bad + good, precision=0.9) == 0.8


def test_equal_confidence_is_never_parted_by_its_order() -> None:
    outcomes = [Outcome(0.7, True)] * 40 + [Outcome(0.7, False)] * 40
    assert choose_threshold(outcomes, precision=0.9) == NEVER
    assert choose_threshold(outcomes[::-1], precision=0.9) == NEVER


def test_precision_is_kept_where_confidence_means_frequency() -> None:
    choose = random.Random(7)
    confident = [choose.random() for _ in range(5000)]
    came = [Outcome(each, choose.random() < each) for each in confident]
    filed: list[bool] = []
    for place in range(WINDOW, len(came), 25):
        threshold = choose_threshold(came[:place], precision=0.9)
        filed += [
            each.is_right for each in came[place : place + 25] if each.confidence >= threshold
        ]
    assert sum(filed) / len(filed) >= 0.88
    assert len(filed) > 0.05 * len(came)


@pytest.mark.parametrize(("right", "of", "low"), [(0, 0, 0.0), (10, 10, 0.722), (50, 100, 0.404)])
def test_the_interval_is_wilson_s(right: int, of: int, low: float) -> None:
    assert wilson(right, of, 1.96) == pytest.approx(low, abs=0.001)


def test_the_audit_draws_its_share_and_the_same_requests_every_time() -> None:
    drawn = [is_audited(f"request {number}", 0.15) for number in range(4000)]
    assert 0.13 < sum(drawn) / len(drawn) < 0.17
    assert not is_audited("any", 0.0)
    assert is_audited("any", 1.0)
