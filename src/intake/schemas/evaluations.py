"""Evaluation: what is known of how good the topics are. Shares and confidences are 0 to 1."""

from __future__ import annotations

from enum import StrEnum

from intake.schemas.base import Frozen
from intake.schemas.classifications import Fault


class Split(StrEnum):
    """How labelled texts are parted; by time is how a model is used."""

    TIME = "time"
    RANDOM = "random"
    EVENT = "event"


class Interval(Frozen):
    """Where a figure lies with 95 % confidence, if other texts of the same kind had come."""

    low: float
    high: float


class TopicScore(Frozen):
    """How well one topic is recognised."""

    topic: str
    examples: int
    chosen: int
    precision: float
    recall: float
    f1: float


class Bin(Frozen):
    """The texts of about one confidence: how sure the model was, how often it was right."""

    confidence: float
    accuracy: float
    examples: int


class GroupScore(Frozen):
    """How good the topics of some of the texts are, such as those of one channel."""

    examples: int
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    calibration_error: float
    calibration_by_chance: float = 0.0
    """The error to expect of so few texts, were every confidence exact."""
    coverage: float
    accuracy_covered: float
    reliability: tuple[Bin, ...]


class ChannelScore(GroupScore):
    """The figures of one channel."""

    channel: str


class ReadingScore(GroupScore):
    """The figures of texts read from pages with a confidence from ``low`` up to ``high``."""

    low: float
    high: float


class EventScore(GroupScore):
    """The figures of one event, of which the model had seen nothing."""

    event: str


class CoveragePoint(Frozen):
    """What filing every text from ``threshold`` on would mean."""

    threshold: float
    coverage: float
    accuracy: float
    accuracy_interval: Interval


class TopicGate(Frozen):
    """From which confidence one topic is filed; None: a person sees each of its texts."""

    topic: str
    threshold: float | None
    filed: int
    right: int


class Gate(Frozen):
    """What rolling thresholds would file of the held-out texts for a wanted ``precision``.

    ``threshold`` and those of the topics are the last ones; what was filed by the way was filed by
    those that the texts before gave."""

    precision: float
    threshold: float | None
    coverage: float
    accuracy_covered: float
    topics: tuple[TopicGate, ...]


class Rival(Frozen):
    """Another way to choose the topics of the same texts. ``lead`` is macro-F1, ours less its."""

    name: str
    macro_f1: float
    accuracy: float
    coverage: float
    accuracy_covered: float
    lead: Interval
    may_have_learned: bool = False
    """Whether it may have learned from the very texts it is measured on."""


class NewWord(Frozen):
    """A word that many texts have and none of those learned from."""

    word: str
    texts: int


class Drift(Frozen):
    """How the texts of one month (``2026-03``) differ from those that were learned from."""

    month: str
    texts: int
    accuracy: float
    stability_index: float
    """Population stability index of the topics' shares; above 0.25 they are others."""
    by_chance: float
    """The index to expect of so few texts, had nothing changed."""
    divergence: float
    """Jensen-Shannon divergence of the topics' shares in bits: 0 the same, 1 none in common."""
    unknown_features: float
    """The share of the pieces of words that no text learned from had."""
    new_topics: tuple[str, ...]
    new_words: tuple[NewWord, ...]


class Report(Frozen):
    """The figures of one evaluation."""

    split: Split | None = None
    """None: the caller parted the texts."""
    learned_from: int
    measured_on: int
    learned_until: str | None = None
    measured_from: str | None = None
    unknown_topics: tuple[str, ...]
    """Topics that came up only after the model had learned; their texts count as wrong."""
    macro_f1: float
    macro_f1_interval: Interval
    accuracy: float
    accuracy_interval: Interval
    calibration_error: float
    """Expected calibration error: how far confidence is from the frequency of being right."""
    calibration_by_chance: float = 0.0
    threshold: float
    coverage: float
    """The share of texts that would be filed without a person, at ``threshold``."""
    accuracy_covered: float
    accuracy_covered_interval: Interval
    topics: tuple[TopicScore, ...]
    channels: tuple[ChannelScore, ...]
    readings: tuple[ReadingScore, ...] = ()
    events: tuple[EventScore, ...] = ()
    curve: tuple[CoveragePoint, ...]
    reliability: tuple[Bin, ...]
    confusions: tuple[tuple[str, str, int], ...]
    """Right topic, chosen topic, how often, where they differ; the most frequent first."""
    rivals: tuple[Rival, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What could not be measured beside it, such as a model in use that is damaged."""
    drift: tuple[Drift, ...] = ()
    gate: Gate | None = None
    """None: the texts are in no order of time."""
