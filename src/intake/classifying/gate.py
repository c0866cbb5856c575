"""The gate: from which confidence a topic is filed without a person, learned from outcomes.

No fixed threshold keeps its precision while topics come and go. So the threshold rolls: it is the
least confidence from which the latest outcomes were right as often as is wanted, by the lower end
of Wilson's interval. Each topic has a threshold of its own, as far as its own outcomes tell: they
count beside some that are like those of all topics, so that a topic of which little is known has
nearly the general threshold. A share of what is filed is shown to a person all the same: without
that audit nothing would be known of what is filed.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from intake.schemas.classifications import Thresholds

WINDOW = 300
"""How many of the latest outcomes count for all topics."""
REMEMBERED = 1500
"""How many of the latest outcomes are looked at for those of one topic."""
NEVER = 2.0
"""The threshold that no confidence reaches."""
_TOPIC_WINDOW = 100
"""How many of the latest outcomes of a topic count for its own threshold."""
_LIKE_ALL = 40
"""So many outcomes like those of all topics count beside a topic's own."""
_LEAST_OUTCOMES = 30
"""With fewer outcomes at or above a confidence nothing is said of it."""
_DEVIATIONS = 0.25
"""The width of the interval in standard deviations. A wide one would keep a higher precision than
is wanted, and file less: `benchmarks/replay.py` tells by how much. The next outcomes correct a
threshold that is too low by chance."""


class Outcome(NamedTuple):
    """How sure the machine was of a topic (0..1), and whether a person agreed."""

    confidence: float
    is_right: bool
    topic: str = ""
    """The topic that the machine chose."""


def choose_thresholds(outcomes: Sequence[Outcome], *, precision: float) -> Thresholds:
    """Return the least confidences from which ``precision`` (0..1) is kept by the latest outcomes.

    ``outcomes`` are in the order in which they came. ``NEVER`` while they are too few, or too
    often wrong: then nothing is filed without a person.
    """
    everything = _Tail(outcomes[-WINDOW:])
    by_topic: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes[-REMEMBERED:]:
        by_topic[outcome.topic].append(outcome)
    return Thresholds(
        general=everything.least(precision),
        topics={
            topic: _Tail(own[-_TOPIC_WINDOW:]).least(precision, beside=everything)
            for topic, own in sorted(by_topic.items())
            if topic
        },
    )


class _Tail:
    """Outcomes by their confidence: how many there are from each confidence on, and how good."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        ordered = sorted(outcomes, key=lambda outcome: outcome.confidence)
        self.confidences = [outcome.confidence for outcome in ordered]
        self._right = [0] * (len(ordered) + 1)
        """How many are right from each place on."""
        for place in range(len(ordered) - 1, -1, -1):
            self._right[place] = self._right[place + 1] + ordered[place].is_right

    def at(self, confidence: float) -> tuple[int, int]:
        """Return how many outcomes from ``confidence`` on are right, and how many there are."""
        place = bisect_left(self.confidences, confidence)
        return self._right[place], len(self.confidences) - place

    def least(self, precision: float, *, beside: _Tail | None = None) -> float:
        """Return the least confidence that keeps ``precision``; some of the outcomes ``beside``
        count with these."""
        everything = beside or self
        for confidence in sorted({*self.confidences, *everything.confidences}):
            all_right, of_all = everything.at(confidence)
            if of_all < _LEAST_OUTCOMES:
                break
            right, of = float(all_right), of_all
            if beside is not None:
                (own_right, own), like_all = self.at(confidence), min(of_all, _LIKE_ALL)
                right, of = own_right + like_all * all_right / of_all, own + like_all
            if wilson(right, of) >= precision:
                return confidence
        return NEVER


def is_audited(request_id: str, share: float) -> bool:
    """Return whether a person looks at a request that needs none: the same answer every time."""
    drawn = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big") / 2**64
    return drawn < share


def wilson(right: float, of: float, deviations: float = _DEVIATIONS) -> float:
    """Return the lower end of Wilson's interval of a share (Wilson 1927)."""
    if of == 0:
        return 0.0
    share, square = right / of, deviations * deviations
    middle = share + square / (2 * of)
    spread = deviations * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (middle - spread) / (1 + square / of)
