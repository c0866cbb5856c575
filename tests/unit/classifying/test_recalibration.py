"""How often machines are right lately, for each confidence and topic."""

import math
import random
from itertools import pairwise

import pytest

from intake.classifying.thresholds.recalibration import HALF_LIFE, Recalibration, share_of


def _came(
    count: int, *, slope: float = 1.0, steps: dict[str, float] | None = None, seed: int = 5
) -> list[tuple[float, bool, str]]:
    """Return outcomes that are right with the odds of confidence, stretched and moved by topic."""
    choose = random.Random(seed)
    steps = steps or {"": 0.0}
    found = []
    for _ in range(count):
        confidence, topic = choose.uniform(0.05, 0.98), choose.choice(sorted(steps))
        odds = slope * math.log(confidence / (1 - confidence)) + steps[topic]
        found.append((confidence, choose.random() < share_of(odds), topic))
    return found


def _share(outcomes: list[tuple[float, bool, str]], confidence: float, topic: str = "") -> float:
    return share_of(Recalibration(outcomes).odds(confidence, topic))


def test_without_outcomes_confidence_is_doubted() -> None:
    assert 0.6 < _share([], 0.8, "any") < 0.75
    assert 0.3 < _share([], 0.3, "any") < 0.45


def test_confidence_that_is_exact_stays_as_it_is() -> None:
    assert _share(_came(600), 0.9) == pytest.approx(0.9, abs=0.04)


def test_confidence_that_boasts_is_corrected() -> None:
    assert 0.7 < _share(_came(600, slope=0.4), 0.95) < 0.85


def test_each_topic_is_corrected_by_its_own_outcomes() -> None:
    outcomes = _came(600, steps={"shy": 1.5, "boasting": -1.5})
    assert _share(outcomes, 0.6, "shy") > 0.8
    assert _share(outcomes, 0.6, "boasting") < 0.4
    assert 0.4 < _share(outcomes, 0.6, "new") < 0.8


def test_one_outcome_moves_a_topic_little() -> None:
    known = _came(300)
    assert _share([*known, (0.9, False, "rare")], 0.9, "rare") > 0.5


def test_late_outcomes_count_more_than_early_ones() -> None:
    bad, good = [(0.8, False, "")] * 300, [(0.8, True, "")] * (3 * HALF_LIFE)
    assert _share([*bad, *good], 0.8) > 0.85
    assert _share([*good, *bad], 0.8) < 0.15


def test_more_confidence_is_never_a_worse_sign() -> None:
    turned = [(confidence, not right, topic) for confidence, right, topic in _came(600)]
    found = Recalibration(turned)
    assert found.odds(0.9, "") > found.odds(0.2, "")


@pytest.mark.parametrize(("confidence", "right"), [(0.2, True), (0.8, False)])
def test_more_confidence_is_no_worse_sign_where_outcomes_are_far_away(
    confidence: float, right: bool
) -> None:
    found = Recalibration([(confidence, right, "one")] * 200)
    odds = [found.odds(number / 1000, "one") for number in range(10, 1000)]
    assert all(less <= more + 1e-9 for less, more in pairwise(odds))


@pytest.mark.parametrize("right", [True, False])
def test_outcomes_that_are_all_alike_are_no_trouble(right: bool) -> None:
    found = Recalibration([(1.0, right, "one"), (0.0, right, "two")] * 500)
    assert all(math.isfinite(found.odds(1.0, topic)) for topic in ("one", "two", "new"))


def test_a_confidence_is_found_for_the_odds_that_are_wanted() -> None:
    found = Recalibration(_came(300, steps={"shy": 1.5, "boasting": -1.5}))
    for topic in ("shy", "boasting", "new"):
        confidence = found.confidence_of(1.0, topic)
        assert confidence is not None
        assert found.odds(confidence, topic) == pytest.approx(1.0)
    assert found.confidence_of(20.0) is None
    assert found.confidence_of(-20.0) == pytest.approx(0.01)
