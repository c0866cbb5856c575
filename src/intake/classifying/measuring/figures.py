"""Figures: how good chosen topics are, from the right ones. Seeded: the same again each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.classifying.models.examples import LabelledText
from intake.schemas.evaluations import Bin, CoveragePoint, Interval, TopicScore

_BINS = 10
_RESAMPLES = 400
_CHANCES = 100
_SEED = 0
_TAIL_PERCENT = 2.5
_CURVE_STEPS = 20
_NONE = ""


class Judged(NamedTuple):
    """A labelled text with the topic that was chosen for it; None for none."""

    text: LabelledText
    topic: str | None
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether the chosen topic is the right one."""
        return self.topic == self.text.topic


class Figures:
    """The figures of some judged texts, of which there is one at least."""

    def __init__(self, judged: Sequence[Judged], *, threshold: float) -> None:
        """Hold ``judged``; from confidence ``threshold`` on no person is asked."""
        self._judged = judged
        self._topics = sorted({each.text.topic for each in judged})
        names = [*self._topics, *sorted({each.topic or _NONE for each in judged})]
        number = {name: place for place, name in reversed(list(enumerate(names)))}
        self._wanted = np.array([number[each.text.topic] for each in judged])
        self._chosen = np.array([number[each.topic or _NONE] for each in judged])
        self._names = len(names)
        self._confidence = np.array([each.confidence for each in judged])
        self._right = np.array([each.is_right for each in judged])
        self._covered = self._confidence >= threshold
        chance = np.random.default_rng(_SEED)
        self._draws = chance.integers(0, len(judged), size=(_RESAMPLES, len(judged)))
        self._drawn_by_topic = np.hstack(
            [
                chance.choice(np.flatnonzero(self._wanted == place), (_RESAMPLES, count))
                for place, count in enumerate(np.bincount(self._wanted))
            ]
        )

    @property
    def accuracy(self) -> float:
        return rounded(self._right.mean())

    @property
    def accuracy_interval(self) -> Interval:
        return _interval(self._right[self._draws].mean(axis=1))

    @property
    def macro_f1(self) -> float:
        """The mean of the F1 of the topics that are right for some text."""
        return rounded(_macro_f1(self._wanted, self._chosen, self._names))

    @property
    def macro_f1_interval(self) -> Interval:
        return _interval(self.resampled_macro_f1())

    def resampled_macro_f1(self) -> NDArray[np.float64]:
        """Return macro-F1 of texts drawn anew from these, so many times; always the same ones.

        They are drawn topic by topic: else rare topics, which are the hard ones, would be missing
        from many draws.
        """
        return np.array(
            [
                _macro_f1(self._wanted[draw], self._chosen[draw], self._names)
                for draw in self._drawn_by_topic
            ]
        )

    @property
    def coverage(self) -> float:
        return rounded(self._covered.mean())

    @property
    def accuracy_covered(self) -> float:
        return rounded(self._right[self._covered].mean()) if self._covered.any() else 0.0

    @property
    def accuracy_covered_interval(self) -> Interval:
        return _covered_interval(self._right, self._covered, self._draws)

    @property
    def reliability(self) -> tuple[Bin, ...]:
        """Ten bins of equal width, those that have texts."""
        places = np.minimum((self._confidence * _BINS).astype(int), _BINS - 1)
        return tuple(
            Bin(
                confidence=rounded(self._confidence[places == place].mean()),
                accuracy=rounded(self._right[places == place].mean()),
                examples=int((places == place).sum()),
            )
            for place in sorted(set(places.tolist()))
        )

    @property
    def calibration_error(self) -> float:
        """The mean distance of confidence and accuracy of the bins, by their texts."""
        gaps = (abs(each.confidence - each.accuracy) * each.examples for each in self.reliability)
        return rounded(sum(gaps) / len(self._judged))

    @property
    def calibration_by_chance(self) -> float:
        """The calibration error of so many texts, on average, were every confidence exact."""
        chance = np.random.default_rng(_SEED)
        places = np.minimum((self._confidence * _BINS).astype(int), _BINS - 1)
        drawn = chance.random((_CHANCES, len(places))) < self._confidence
        gaps = drawn - self._confidence
        errors = sum(abs(gaps[:, places == place].sum(axis=1)) for place in set(places.tolist()))
        return rounded(np.mean(errors) / len(places))

    @property
    def group(self) -> dict[str, Any]:
        """What a GroupScore holds."""
        return {
            "examples": len(self._judged),
            "accuracy": self.accuracy,
            "accuracy_interval": self.accuracy_interval,
            "macro_f1": self.macro_f1,
            "calibration_error": self.calibration_error,
            "calibration_by_chance": self.calibration_by_chance,
            "coverage": self.coverage,
            "accuracy_covered": self.accuracy_covered,
            "reliability": self.reliability,
        }

    @property
    def topics(self) -> tuple[TopicScore, ...]:
        scores = []
        for place, topic in enumerate(self._topics):
            wanted, chosen = self._wanted == place, self._chosen == place
            hits = int((wanted & chosen).sum())
            scores.append(
                TopicScore(
                    topic=topic,
                    examples=int(wanted.sum()),
                    chosen=int(chosen.sum()),
                    precision=rounded(hits / max(1, chosen.sum())),
                    recall=rounded(hits / wanted.sum()),
                    f1=rounded(2 * hits / (wanted.sum() + chosen.sum())),
                )
            )
        return tuple(scores)

    @property
    def curve(self) -> tuple[CoveragePoint, ...]:
        """Accuracy at coverage, from the surest twentieth of the texts to all of them."""
        ordered = -np.sort(-self._confidence)
        wanted = np.ceil(np.linspace(0, 1, _CURVE_STEPS + 1)[1:] * len(ordered)).astype(int)
        thresholds = sorted({float(ordered[count - 1]) for count in wanted}, reverse=True)
        return tuple(self._point(threshold) for threshold in thresholds)

    def _point(self, threshold: float) -> CoveragePoint:
        covered = self._confidence >= threshold
        return CoveragePoint(
            threshold=rounded(threshold),
            coverage=rounded(covered.mean()),
            accuracy=rounded(self._right[covered].mean()),
            accuracy_interval=_covered_interval(self._right, covered, self._draws),
        )

    @property
    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        pairs = Counter(
            (each.text.topic, each.topic or _NONE) for each in self._judged if not each.is_right
        )
        ordered = sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple((wanted, chosen, count) for (wanted, chosen), count in ordered)


def groups(
    judged: Sequence[Judged], key: Callable[[LabelledText], str]
) -> Iterator[tuple[str, list[Judged]]]:
    """Yield the judged texts of each key, the keys in order."""
    for name in sorted({key(each.text) for each in judged}):
        yield name, [each for each in judged if key(each.text) == name]


def lead(ours: Figures, theirs: Figures) -> Interval:
    """Return by how much our macro-F1 is higher on the same texts, drawn anew together."""
    return _interval(ours.resampled_macro_f1() - theirs.resampled_macro_f1())


def rounded(figure: float | np.floating[Any]) -> float:
    """Return a figure with as many places as it is worth."""
    return round(float(figure), 4)


def _macro_f1(wanted: NDArray[np.int64], chosen: NDArray[np.int64], names: int) -> float:
    there = np.bincount(wanted, minlength=names)
    given = np.bincount(chosen, minlength=names)
    hits = np.bincount(wanted[wanted == chosen], minlength=names)
    known = there > 0
    return float((2 * hits[known] / (there[known] + given[known])).mean())


def _covered_interval(
    right: NDArray[np.bool_], covered: NDArray[np.bool_], draws: NDArray[np.int64]
) -> Interval:
    counts = covered[draws].sum(axis=1)
    hits = (right & covered)[draws].sum(axis=1)
    return _interval(hits[counts > 0] / counts[counts > 0])


def _interval(values: NDArray[np.floating[Any]]) -> Interval:
    if not len(values):
        return Interval(low=0.0, high=1.0)
    low, high = np.percentile(values, [_TAIL_PERCENT, 100 - _TAIL_PERCENT])
    return Interval(low=rounded(low), high=rounded(high))
