"""Roll the gate over judged texts: what would have been filed, had persons told of all before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from intake.classifying.measuring.figures import Judged, rounded
from intake.classifying.thresholds.gate import JUDGED_ALIKE, NEVER, Outcome, choose_thresholds
from intake.schemas.classifications import Thresholds
from intake.schemas.evaluations import Gate, TopicGate


def roll(judged: Sequence[Judged], *, precision: float) -> Gate:
    """Return how the gate does on texts that are in the order in which they came.

    Each is filed or not by thresholds from the texts before it, all of whose topics a person has
    told: an audit of less knows less.
    """
    outcomes = [
        Outcome(each.confidence, each.is_right, each.topic) for each in judged if each.topic
    ]
    filed: dict[str, list[bool]] = defaultdict(list)
    for start in range(0, len(outcomes), JUDGED_ALIKE):
        thresholds = choose_thresholds(outcomes[:start], precision=precision)
        for outcome in outcomes[start : start + JUDGED_ALIKE]:
            if outcome.confidence >= thresholds.of(outcome.topic):
                filed[outcome.topic].append(outcome.is_right)
    last = choose_thresholds(outcomes, precision=precision)
    right = [each for topic in filed.values() for each in topic]
    return Gate(
        precision=precision,
        threshold=_known(last.general),
        coverage=rounded(len(right) / max(1, len(judged))),
        accuracy_covered=rounded(sum(right) / max(1, len(right))),
        topics=tuple(_of_topic(topic, last, filed[topic]) for topic in sorted(last.topics)),
    )


def _of_topic(topic: str, thresholds: Thresholds, filed: Sequence[bool]) -> TopicGate:
    return TopicGate(
        topic=topic, threshold=_known(thresholds.of(topic)), filed=len(filed), right=sum(filed)
    )


def _known(threshold: float) -> float | None:
    return None if threshold >= NEVER else rounded(threshold)
