"""How good a model is, measured on examples it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from intake.classifying.examples import Example, LabelledText
from intake.classifying.linear_model import LinearModel
from intake.classifying.training import train
from intake.errors import UsageError
from intake.schemas.base import Frozen

HELD_OUT = 0.3
"""The share of the examples, the latest of them, that the model is measured on."""
_BINS = 10
_LEAST_EXAMPLES = 20


class TopicScore(Frozen):
    """How well one topic is recognised."""

    topic: str
    examples: int
    precision: float
    recall: float
    f1: float


class ChannelScore(Frozen):
    """How often the topic is right on one channel."""

    channel: str
    examples: int
    accuracy: float


class Bin(Frozen):
    """The texts of about one confidence: how sure the model was, how often it was right."""

    confidence: float
    accuracy: float
    examples: int


class Report(Frozen):
    """The figures of one evaluation. Shares are 0 to 1."""

    learned_from: int
    measured_on: int
    unknown_topics: tuple[str, ...]
    """Topics that came up only after the model had learned; their texts count as wrong."""
    macro_f1: float
    accuracy: float
    calibration_error: float
    """Expected calibration error: how far confidence is from the frequency of being right."""
    threshold: float
    coverage: float
    """The share of texts that would be filed without a person, at ``threshold``."""
    accuracy_covered: float
    topics: tuple[TopicScore, ...]
    channels: tuple[ChannelScore, ...]
    reliability: tuple[Bin, ...]
    confusions: tuple[tuple[str, str, int], ...]
    """Right topic, chosen topic, how often; the most frequent first."""


def evaluate(
    examples: Sequence[LabelledText],
    *,
    threshold: float,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return how a model of the earlier examples does on the latest ``HELD_OUT`` of them.

    Raises:
        UsageError: there are too few examples, or the earlier ones have one topic only.
    """
    if len(examples) < _LEAST_EXAMPLES:
        raise UsageError(
            f"There are {len(examples)} examples; an honest figure needs {_LEAST_EXAMPLES}.",
            remedy="Label more texts.",
        )
    ordered = _by_time(examples)
    cut = round(len(ordered) * (1 - HELD_OUT))
    learned, held = ordered[:cut], ordered[cut:]
    model = train([Example(each.text, each.topic) for each in learned], progress=progress)
    return measure(model, held, threshold=threshold)


def measure(model: LinearModel, held: Sequence[LabelledText], *, threshold: float) -> Report:
    """Return how ``model`` does on examples it has not seen."""
    topics = model.manifest.topics
    shares = model.probabilities([each.text for each in held])
    confidence = shares.max(axis=1)
    chosen = [topics[place] for place in shares.argmax(axis=1)]
    right = np.array([one == each.topic for one, each in zip(chosen, held, strict=True)])
    covered = confidence >= threshold
    scores = _topic_scores(held, chosen)
    reliability = _reliability(confidence, right)
    return Report(
        learned_from=sum(model.manifest.examples),
        measured_on=len(held),
        unknown_topics=tuple(sorted({each.topic for each in held} - set(topics))),
        macro_f1=_rounded(np.mean([score.f1 for score in scores])),
        accuracy=_rounded(right.mean()),
        calibration_error=_rounded(
            sum(each.examples * abs(each.confidence - each.accuracy) for each in reliability)
            / len(held)
        ),
        threshold=threshold,
        coverage=_rounded(covered.mean()),
        accuracy_covered=_rounded(right[covered].mean() if covered.any() else 0.0),
        topics=scores,
        channels=_channel_scores(held, right),
        reliability=reliability,
        confusions=_confusions(held, chosen),
    )


def _by_time(examples: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the examples by their time; in the order given where one has none."""
    if any(each.at is None for each in examples):
        return list(examples)
    return sorted(examples, key=lambda each: (each.at or "", each.text))


def _topic_scores(held: Sequence[LabelledText], chosen: Sequence[str]) -> tuple[TopicScore, ...]:
    scores = []
    for topic in sorted({each.topic for each in held}):
        wanted = sum(each.topic == topic for each in held)
        given = sum(one == topic for one in chosen)
        hits = sum(one == topic == each.topic for one, each in zip(chosen, held, strict=True))
        scores.append(
            TopicScore(
                topic=topic,
                examples=wanted,
                precision=_rounded(hits / given if given else 0.0),
                recall=_rounded(hits / wanted),
                f1=_rounded(2 * hits / (given + wanted)),
            )
        )
    return tuple(scores)


def _channel_scores(
    held: Sequence[LabelledText], right: NDArray[np.bool_]
) -> tuple[ChannelScore, ...]:
    channels = np.array([each.channel for each in held])
    return tuple(
        ChannelScore(
            channel=str(channel),
            examples=int((channels == channel).sum()),
            accuracy=_rounded(right[channels == channel].mean()),
        )
        for channel in sorted(set(channels))
    )


def _reliability(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    places = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            confidence=_rounded(confidence[places == place].mean()),
            accuracy=_rounded(right[places == place].mean()),
            examples=int((places == place).sum()),
        )
        for place in sorted(set(places))
    )


def _confusions(
    held: Sequence[LabelledText], chosen: Sequence[str]
) -> tuple[tuple[str, str, int], ...]:
    pairs = [(each.topic, one) for each, one in zip(held, chosen, strict=True) if each.topic != one]
    counted = {pair: pairs.count(pair) for pair in set(pairs)}
    ordered = sorted(counted, key=lambda pair: (-counted[pair], pair))
    return tuple((*pair, counted[pair]) for pair in ordered[:20])


def _rounded(figure: float | np.floating) -> float:
    return round(float(figure), 4)
