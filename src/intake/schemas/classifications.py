"""One opinion about an item, and the verdict drawn from all opinions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from intake.schemas.base import Frozen


class Urgency(StrEnum):
    """How fast a person must look."""

    NORMAL = "normal"
    HIGH = "high"
    EMERGENCY = "emergency"

    @classmethod
    def highest(cls, degrees: Iterable[Urgency]) -> Urgency:
        """Return the highest of the degrees, of which there is at least one."""
        order = list(cls)
        return max(degrees, key=order.index)


class Evidence(Frozen):
    """One reason for an opinion: which rule, which words, for which topic, how strongly."""

    rule: str
    text: str
    topic: str | None = None
    weight: float = 0.0
    where: str = ""
    """Of danger found beside subject and body: the file's path, or what was left out of the body:
    ``quoted``, ``footer`` (signatures and notices) or ``alternative`` (HTML of other words)."""


class Classification(Frozen):
    """One opinion of one classifier, with evidence, confidence (0..1) and version."""

    classifier: str
    version: str
    topic: str | None = None
    confidence: float = 0.0
    calibrated: bool = False
    """Whether confidence is known to be the frequency of being right."""
    evidence: tuple[Evidence, ...] = ()


class Alternative(Frozen):
    """Another topic that was considered."""

    topic: str
    confidence: float


class Origin(Frozen):
    """Where an item comes from, besides its texts. Absent facts are empty; nothing is verified."""

    channel: str = ""
    """``email``, ``pec``, ``fax``, ``letter``, ``web`` or ``phone``."""
    source: str = ""
    sender: str = ""
    """The address that the message says it is from."""
    number: str = ""
    """The fax or telephone number it says it is from: E.164 where it could be read so."""


class Thresholds(Frozen):
    """From which confidence (0..1) a topic is filed without a person; above 1 it never is."""

    general: float = 0.5
    topics: Mapping[str, float] = Field(default_factory=dict)
    """Those of topics that have one of their own."""

    def of(self, topic: str) -> float:
        """Return the threshold of a topic."""
        return self.topics.get(topic, self.general)


class ClassifierOptions(Frozen):
    """The operator's files about topics, None for the one that intake brings; and what counts."""

    taxonomy: Path | None = None
    rules: Path | None = None
    embeddings: bool = True
    """Whether the learned classifier may ask the encoder where words leave a doubt."""
    lessens: bool = True
    """Whether the learned classifier is less sure of topics with few examples. Not where thresholds
    follow outcomes, which tell of each topic how good it is."""


class Fault(Frozen):
    """Something that the settings name and that cannot be used, and what to do about it."""

    message: str
    remedy: str


class Verdict(Frozen):
    """Topic, urgency and language of an item: the JSON of ``intake classify``."""

    topic: str | None = None
    topic_by: Literal["rule", "model"] | None = None
    """Who chose the topic: readable rules, or a model that learned from examples."""
    confidence: float = 0.0
    needs_review: bool = True
    review_reasons: tuple[str, ...] = ()
    """Codes that say why a person must look; without them it is that no topic was found."""
    kind: Literal["information", "report", "intervention", "other"] | None = None
    """What the taxonomy says that requests of this topic want."""
    due_days: int | None = None
    """Calendar days from receipt within which the taxonomy promises an answer."""
    alternatives: tuple[Alternative, ...] = ()
    language: str | None = None
    urgency: Urgency = Urgency.NORMAL
    emergency: bool = False
    evidence: tuple[Evidence, ...] = ()
    model_version: str = ""
    opinions: tuple[Classification, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What was judged without, since it cannot be used: a model, a plugin, the taxonomy, rules."""

    @model_validator(mode="before")
    @classmethod
    def _say_why(cls, values: Any) -> Any:
        """Add the reason that follows from the topic where none is given at all."""
        if not isinstance(values, dict) or "review_reasons" in values:
            return values
        is_unsure = values.get("needs_review", True) and values.get("topic") is None
        return values | {"review_reasons": ("topic_unsure",) if is_unsure else ()}
