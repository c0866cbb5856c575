"""Rivals: other ways to choose a topic, that a new model should be better than."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from intake.classifying.guarded import ask
from intake.classifying.measuring.figures import Judged
from intake.classifying.models.examples import LabelledText
from intake.classifying.topics.ranking import merged
from intake.classifying.topics.rules import documents_of
from intake.classifying.topics.taxonomy import Taxonomy
from intake.interfaces import Classifier
from intake.schemas.classifications import Classification, Origin

_NO_TOPICS = Taxonomy(topics=())
"""By which every topic has the name it is given."""


@dataclass(frozen=True)
class Majority:
    """Always chooses the most frequent topic, as sure as it is frequent."""

    topic: str
    share: float
    name: str = "most frequent topic"
    may_have_learned: bool = False

    def judge(self, held: Sequence[LabelledText]) -> list[Judged]:
        """Return the texts with the one topic."""
        return [Judged(each, self.topic, self.share) for each in held]


@dataclass(frozen=True)
class ByClassifier:
    """Chooses what one classifier is surest of, by the names that topics have in ``taxonomy``.

    ``may_have_learned``: from these very texts.
    """

    name: str
    classifier: Classifier
    may_have_learned: bool = False
    taxonomy: Taxonomy = _NO_TOPICS

    def judge(self, held: Sequence[LabelledText]) -> list[Judged]:
        """Return the texts with the classifier's topics."""
        return [self._judge(each) for each in held]

    def _judge(self, text: LabelledText) -> Judged:
        facts = {"channel": text.channel, "confidence": text.confidence}
        documents = [each.model_copy(update=facts) for each in documents_of(text.text)]
        none = Classification(classifier=self.name, version="")
        opinions = ask(self.classifier, documents, Origin(channel=text.channel))
        named = merged([each for each in opinions if each.topic], self.taxonomy)
        best = max(named, key=lambda opinion: opinion.confidence, default=none)
        return Judged(text, best.topic, best.confidence)


def most_frequent(learned: Sequence[LabelledText]) -> Majority:
    """Return the rival that knows only how frequent topics were."""
    counts = Counter(each.topic for each in learned)
    topic, count = min(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return Majority(topic, count / len(learned))
