"""LearnedClassifier: an opinion on the topic from a model trained on examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from intake.classifying.encoding.embeddings import Embedder
from intake.classifying.models.examples import of_citizens, of_taxonomy
from intake.classifying.models.linear_model import LinearModel, Prior
from intake.classifying.models.manifest import Manifest
from intake.classifying.models.model_version import digest, version_of
from intake.classifying.topics.taxonomy import Taxonomy
from intake.classifying.words.folding import split
from intake.schemas.classifications import Classification, Evidence
from intake.schemas.documents import Document

ENOUGH_EXAMPLES = 30
"""With fewer examples and messages of a topic its confidence is lessened: suggest, do not file."""
_HEAD_START = 10
"""With neither, what a topic says of itself is worth a quarter of the confidence."""
_LEAST_TOPICS = 2
_MOST_EMBEDDED = 50
"""So many texts are read anew for a model of nothing learned: two seconds."""
_SHOWN_TOPICS = 4
LEAST_SHARE = 0.01
"""There is no opinion on a topic that is less likely."""
_SHOWN_WORDS = 5
_SHOWN_AGAINST = 3
_LEAST_WEIGHT = 0.001
_LONGEST_TEXT_WORDS = 2000


class LearnedClassifier:
    """Holds the opinion of a trained model.

    Confidence is the frequency of being right, as measured on held-out examples; with too few of
    them, a careful guess. For a topic with few examples, and no messages that were written to learn
    from, it is less, so that it suggests and does not file; but not where thresholds follow
    outcomes: these tell how good it is, and of two texts the likelier one should be filed. All
    opinions are calibrated once some topic has enough examples, or none: else a likely topic of few
    examples would lose to an unlikely one of many. There is no opinion on a text that is unlike all
    examples.
    """

    name = "learned"

    def __init__(
        self,
        path: Path | LinearModel,
        prior: Prior | None = None,
        *,
        embedder: Embedder | None = None,
        lessens: bool = True,
    ) -> None:
        """Load the model, or take one; ``prior`` is what rules say, for a model that needs them,
        and ``embedder`` gives embeddings, if they are to count (a model taken has its own).
        ``lessens`` is whether it is less sure of topics with few examples.

        Raises:
            ConfigError: the file cannot be read or is no model.
        """
        self._lessens = lessens
        if isinstance(path, LinearModel):
            self._model, self.version = path, digest(path.to_bytes())
        else:
            self._model = LinearModel.load(path, prior, embedder=embedder)
            self.version = version_of(path)

    @classmethod
    def untrained(
        cls,
        taxonomy: Taxonomy,
        prior: Prior,
        *,
        embedder: Embedder | None = None,
        lessens: bool = True,
    ) -> Self | None:
        """Return one that knows only what topics say of themselves and what rules say.

        None if there are not two topics.
        """
        if len(taxonomy) < _LEAST_TOPICS:
            return None
        made = _made(taxonomy)
        if made is None:
            model = trained_on_nothing(taxonomy, prior, embedder=embedder)
            return cls(model, lessens=lessens)
        with as_file(made) as path:
            return cls(path, prior, embedder=embedder, lessens=lessens)

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return the opinions worth showing, the strongest first."""
        text = joined(documents)
        channel = documents[0].channel if documents else ""
        shares, added = self._model.consider(text, channel=channel)
        topics = self._model.manifest.topics
        order = np.argsort(-shares, kind="stable")[:_SHOWN_TOPICS].tolist()
        shown = [place for place in order if shares[place] >= LEAST_SHARE]
        if not shown:
            return ()
        evidence = self._evidence(text, [topics[place] for place in shown])
        is_calibrated = max(self._model.manifest.examples) >= ENOUGH_EXAMPLES
        opinions: list[Classification] = []
        most = 1.0
        for place, told in zip(shown, evidence, strict=True):
            topic = topics[place]
            most = min(self._confidence(place, float(shares[place])), most)
            opinions.append(
                Classification(
                    classifier=self.name,
                    version=self.version,
                    topic=topic,
                    confidence=most,
                    calibrated=is_calibrated,
                    evidence=(*told, *_of_embedding(topic, added.get(topic, 0.0))),
                )
            )
        return tuple(opinions)

    @property
    def hears_rules(self) -> bool:
        """Whether what the rules say is weighed in its opinions already.

        Where some topic has neither examples nor messages the rules must be heard themselves: they
        may be all that knows of it.
        """
        manifest = self._model.manifest
        known = map(manifest.known, range(len(manifest.topics)))
        return manifest.prior > 0 and min(known) >= ENOUGH_EXAMPLES

    def _confidence(self, place: int, share: float) -> float:
        if self._lessens:
            return lessened(self._model.manifest, place, share)
        return round(share, 4)

    def _evidence(self, text: str, topics: Sequence[str]) -> list[tuple[Evidence, ...]]:
        """Return the words and pairs that speak for each topic most, then those most against it.

        Weights are what they add to the decision.
        """
        read = split(text).words[:_LONGEST_TEXT_WORDS]
        words = sorted({word.lower() for word in read})
        pairs = sorted({f"{one} {next_}".lower() for one, next_ in pairwise(read)})
        units = [*words, *pairs]
        weights = self._model.contributions(text, words, pairs, topics)
        return [
            tuple(
                Evidence(rule="learned", text=unit, topic=topic, weight=round(weight, 4))
                for weight, unit in _strongest(zip(column, units, strict=True))
            )
            for topic, column in zip(topics, weights.T.tolist(), strict=True)
        ]


def _of_embedding(topic: str, added: float) -> tuple[Evidence, ...]:
    """Return what the embedding of a text added to the decision for a topic; nothing if none."""
    weight = round(added, 4)
    return (Evidence(rule="embedding", text="", topic=topic, weight=weight),) if weight else ()


def _strongest(weighed: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return the weights and units that speak for a topic most, then those most against it."""
    ordered = sorted(weighed, reverse=True)
    return [
        *(each for each in ordered[:_SHOWN_WORDS] if each[0] >= _LEAST_WEIGHT),
        *(each for each in ordered[: -_SHOWN_AGAINST - 1 : -1] if each[0] <= -_LEAST_WEIGHT),
    ]


def lessened(manifest: Manifest, place: int, share: float) -> float:
    """Return the confidence in the topic at ``place`` that is likely by ``share``: less where it
    has few examples."""
    known = manifest.known(place) + _HEAD_START
    return round(share * min(1.0, known / (ENOUGH_EXAMPLES + _HEAD_START)), 4)


def cold_start(taxonomy_version: str) -> str:
    """Return the name of the file of the model that ``scripts/make_cold_start.py`` makes."""
    return f"untrained-{taxonomy_version}.npz"


def untrained_model(
    taxonomy: Taxonomy, prior: Prior, *, embedder: Embedder | None = None
) -> LinearModel:
    """Return the model of what topics say of themselves.

    For the taxonomy that we ship it is made; for another it is trained.
    """
    made = _made(taxonomy)
    if made is None:
        return trained_on_nothing(taxonomy, prior, embedder=embedder)
    with as_file(made) as path:
        return LinearModel.load(path, prior, embedder=embedder)


def _made(taxonomy: Taxonomy) -> Traversable | None:
    made = files("intake.classifying").joinpath("data", cold_start(taxonomy.version))
    return made if made.is_file() else None


def trained_on_nothing(
    taxonomy: Taxonomy, prior: Prior, *, embedder: Embedder | None = None
) -> LinearModel:
    """Train the model of what topics say of themselves, and of the messages that we ship.

    Where more than a few of these texts have no embedding made beforehand words alone decide: to
    read them would take each process seconds.
    """
    from intake.classifying.models.training import train  # noqa: PLC0415 - scipy, where needed

    described, written = of_taxonomy(taxonomy), of_citizens(taxonomy)
    texts = [each.text for each in (*described, *written)]
    if not written or (embedder is not None and embedder.unmade(texts) > _MOST_EMBEDDED):
        embedder = None  # without a message of ours nothing is made: do not read the encoder for it
    return train([], described=described, written=written, prior=prior, embedder=embedder)


def joined(documents: Sequence[Document]) -> str:
    """Return the text of an item as examples have it: the subject is the first line."""
    texts = [document.text for document in documents]
    if documents and documents[0].origin != "subject":
        texts.insert(0, "")
    return "\n".join(texts)
