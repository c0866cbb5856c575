"""Trial: what a model says of texts it has not seen, and how their right topics surprise it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intake.classifying.measuring.figures import Judged, rounded
from intake.classifying.models.examples import LabelledText
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.topics.taxonomy import Taxonomy

_LEAST_SHARE = 1e-3
"""No topic surprises more than if it had been given this share: one text must not decide."""
_DRAWS = 400
_SEED = 0


class Trial:
    """What a model says of held-out texts: of topics merged since, all that it gives them."""

    def __init__(
        self, model: LinearModel, held: Sequence[LabelledText], taxonomy: Taxonomy
    ) -> None:
        named = [taxonomy.forward(topic) for topic in model.manifest.topics]
        topics = sorted(set(named))
        shares = model.probabilities(
            [each.text for each in held], channels=[each.channel for each in held]
        )
        merged = np.zeros((len(held), len(topics)), dtype=np.float64)
        for place, topic in enumerate(named):
            merged[:, topics.index(topic)] += shares[:, place]
        chosen = merged.argmax(axis=1)
        self.judged = [
            Judged(each, topics[place], float(row[place]))
            for each, row, place in zip(held, merged, chosen, strict=True)
        ]
        of_right = [
            row[topics.index(each.topic)] if each.topic in topics else 0.0
            for each, row in zip(held, merged, strict=True)
        ]
        self.surprises = -np.log(np.maximum(of_right, _LEAST_SHARE))
        """Of each text, how little the model expected its topic."""

    @property
    def surprise(self) -> float:
        """The mean surprise."""
        return rounded(self.surprises.mean())


def odds_of_less_surprise(ours: Trial, theirs: Trial) -> float:
    """Return how often (0..1) ours is the less surprised on the same texts, drawn anew together."""
    less = theirs.surprises - ours.surprises
    drawn = np.random.default_rng(_SEED).integers(0, len(less), (_DRAWS, len(less)))
    return rounded((less[drawn].mean(axis=1) > 0).mean())
