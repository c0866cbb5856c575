"""LearnedClassifier: an opinion on the topic from a model trained on examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intake.classifying.folding import split
from intake.classifying.linear_model import LinearModel, version_of
from intake.schemas.classifications import Classification, Evidence
from intake.schemas.documents import Document

ENOUGH_EXAMPLES = 30
"""With fewer examples of a topic its confidence is lessened: suggest, do not file."""
_SHOWN_TOPICS = 4
_LEAST_CONFIDENCE = 0.01
_SHOWN_WORDS = 5
_LONGEST_TEXT_WORDS = 2000


class LearnedClassifier:
    """Holds the opinion of a trained model.

    Confidence is the frequency of being right, as measured on held-out examples; for a topic with
    few examples it is less. There is no opinion on a text that is unlike all examples.
    """

    name = "learned"

    def __init__(self, path: Path) -> None:
        """Load the model.

        Raises:
            ConfigError: the file cannot be read or is no model.
        """
        self._model = LinearModel.load(path)
        self.version = version_of(path)

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return the opinions worth showing, the strongest first."""
        text = "\n".join(document.text for document in documents)
        shares = self._model.probabilities([text])[0]
        likely = [place for place in np.argsort(-shares) if shares[place] >= _LEAST_CONFIDENCE]
        return tuple(
            self._opinion(int(place), float(shares[place]), text)
            for place in likely[:_SHOWN_TOPICS]
        )

    def _opinion(self, place: int, share: float, text: str) -> Classification:
        manifest = self._model.manifest
        topic, examples = manifest.topics[place], manifest.examples[place]
        return Classification(
            classifier=self.name,
            version=self.version,
            topic=topic,
            confidence=round(share * min(1.0, examples / ENOUGH_EXAMPLES), 4),
            calibrated=examples >= ENOUGH_EXAMPLES,
            evidence=self._evidence(text, topic),
        )

    def _evidence(self, text: str, topic: str) -> tuple[Evidence, ...]:
        """Return the words that speak for ``topic`` most."""
        words = sorted(set(split(text).words[:_LONGEST_TEXT_WORDS]))
        weights = self._model.weights_of_words(words, topic)
        ordered = sorted(zip(weights, words, strict=True), reverse=True)[:_SHOWN_WORDS]
        return tuple(
            Evidence(rule="learned", text=word, topic=topic, weight=round(weight, 4))
            for weight, word in ordered
            if weight > 0
        )
