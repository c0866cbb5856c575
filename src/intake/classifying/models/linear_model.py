"""The learned model: one weight a bucket and topic.

Reading a text is a look-up and a sum; where its words leave a doubt, and the model has learned
from embeddings, that of its beginning is asked for too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from intake.classifying.encoding.embeddings import SURE, Embedder, EmbeddingHead, EmbeddingScale
from intake.classifying.language import identify
from intake.classifying.models.calibration import softmax
from intake.classifying.models.contributions import shared_out
from intake.classifying.models.likeness import Neighbours
from intake.classifying.models.manifest import Manifest
from intake.classifying.models.model_file import Arrays, pack, unpacked
from intake.classifying.words.features import (
    BUCKETS,
    MAX_CHARACTERS,
    Features,
    extract,
    familiarity,
    sums,
    weigh,
)
from intake.classifying.words.vocabulary import Vocabulary
from intake.errors import ConfigError

Prior = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""What rules say of texts (rows) for topics (columns), 0 to 1, with nothing learned."""

_ARRAYS = ("weights", "scales", "biases", "rarity")
_NEAR = "near_"
_READ = "read_"
_EMBEDDING = "embedding_"
_STRANGE = 0.49
"""The most confidence in a strange text: below one half, so that a person looks, and still in the
order that helps this person."""
_HARDLY_FAMILIAR = 0.82
"""So much of the least familiarity is enough where the language is one learned from: misread."""
_MISREAD, _MISREAD_WEIGHT = 0.9, 0.5
"""A text of which a smaller share of the least familiarity is known is misread: its embedding, of
words that the encoder may not know either, counts for so much of what that of others does."""
_LEAST_WORDS = 3
"""Fewer words are no message: one name of a place may be all that some topic ever spoke of."""
_AT_ONCE = 128
"""So many texts are judged at once: what is computed of more does not fit into a cache."""
_REMEDY = "Put another to use (`intake models use`), or train a new one (`intake train`)."


class _ByWords(NamedTuple):
    """What their words say of some texts."""

    read: Sequence[str]
    """The texts, miswritten words as they were meant."""
    features: Features
    decisions: NDArray[np.float32]
    known: NDArray[np.float32]
    """The share of each text that is known."""
    is_silent: NDArray[np.bool_]
    """Nothing is said of such a text."""
    shares: NDArray[np.float32]
    doubtful: NDArray[np.int64]
    """The places of the texts of which words are not sure."""

    def is_misread(self, familiarity: float) -> NDArray[np.bool_]:
        """Return which of the doubtful texts is too little known not to be misread."""
        misread: NDArray[np.bool_] = self.known[self.doubtful] < _MISREAD * familiarity
        return misread


class LinearModel:
    """One-vs-rest linear decisions on hashed features, and their probabilities."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        weights: NDArray[np.int8],
        scales: NDArray[np.float32],
        biases: NDArray[np.float32],
        rarity: NDArray[np.float16],
        neighbours: Neighbours,
        vocabulary: Vocabulary | None = None,
        prior: Prior | None = None,
        head: EmbeddingHead | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """Hold ``weights`` (buckets by topics, times ``scales`` of the topics), ``biases`` of
        the topics and ``rarity`` of the buckets (0 where a bucket is not used). ``neighbours`` are
        the examples, to compare texts with, and ``vocabulary`` their words, to read miswritten
        ones by. ``prior`` is what the rules say, for a model that still needs them. ``head`` is
        what was learned of embeddings, which ``embedder`` gives: without one, words decide alone.

        Raises:
            ValueError: the arrays have other sizes than the manifest says.
        """
        topics = len(manifest.topics)
        shapes = (weights.shape, scales.shape, biases.shape, rarity.shape)
        if shapes != ((BUCKETS, topics), (topics,), (topics,), (BUCKETS,)):
            raise ValueError(f"the arrays have the shapes {shapes}")
        if not all(np.isfinite(array).all() for array in (scales, biases, rarity)):
            raise ValueError("some of its numbers are none")
        self.manifest = manifest
        self._weights, self._scales, self._biases = weights, scales, biases
        self._rarity = rarity
        self._neighbours = neighbours
        self._vocabulary = vocabulary or Vocabulary()
        self._prior = prior
        self._head, self._embedder = head, embedder

    def decide(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the decision value of each text (row) for each topic (column) by its words."""
        if not texts:
            return np.empty((0, len(self.manifest.topics)), dtype=np.float32)
        return self._decide(extract(self._mended(texts)), texts)

    def probabilities(
        self, texts: Sequence[str], *, channels: Sequence[str] = ()
    ) -> NDArray[np.float32]:
        """Return the probability of each topic (column) for each text (row).

        ``channels`` are those of the texts, where they are known.

        None reaches one half for a text of a word or two, or one that is strange to what was
        learned; all are 0 for one of which nothing is known or that is in a language nothing was
        learned of.
        """
        if not texts:
            return np.empty((0, len(self.manifest.topics)), dtype=np.float32)
        read, found = self._mended(texts), []
        for first in range(0, len(texts), _AT_ONCE):
            among = slice(first, first + _AT_ONCE)
            some, whose = texts[among], channels[among]
            words = self._by_words(some, read[among], whose)
            found.append(self._shares(some, whose, words, self._embedded(some, words)))
        return np.concatenate(found)

    def consider(
        self, text: str, *, channel: str = ""
    ) -> tuple[NDArray[np.float32], dict[str, float]]:
        """Return the probability of each topic for one text, and what its embedding added to the
        decision for each, less the bias: nothing where it was not asked for."""
        words = self._by_words([text], self._mended([text]), [channel])
        added, scale = self._embedded([text], words), self.manifest.embeddings
        (shares,) = self._shares([text], [channel], words, added)
        if added is None or scale is None or self._head is None:
            return shares, {}
        own = added[0] - self._embedding_weights(words, scale)[0] * self._head.biases
        return shares, dict(zip(self.manifest.topics, own.tolist(), strict=True))

    def _shares(
        self,
        texts: Sequence[str],
        channels: Sequence[str],
        words: _ByWords,
        added: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        """Return what ``words`` and embeddings, which ``added`` to the doubtful, make likely."""
        shares, doubtful, scale = words.shares, words.doubtful, self.manifest.embeddings
        if added is not None and scale is not None:
            whose = [channels[place] for place in doubtful.tolist()] if channels else ()
            temperatures = _temperatures(scale, whose, len(doubtful))
            shares[doubtful] = softmax(words.decisions[doubtful] + added, temperatures)
        strange = words.known < _HARDLY_FAMILIAR * self.manifest.familiarity
        strange |= [len(text.split(maxsplit=_LEAST_WORDS)) < _LEAST_WORDS for text in texts]
        if self.manifest.likeness is not None:
            nearest = self._neighbours.similarities(words.features, self._rarity)
            strange |= self.manifest.likeness.surplus(nearest, words.decisions.max(axis=1)) < 0
        shares[strange] *= np.minimum(1, _STRANGE / shares[strange].max(axis=1, keepdims=True))
        shares[words.is_silent] = 0
        return shares

    def _by_words(
        self, texts: Sequence[str], read: Sequence[str], channels: Sequence[str]
    ) -> _ByWords:
        features = extract(read)
        decisions = self._decide(features, texts)
        known = familiarity(features, self._rarity[features.buckets] > 0)
        shares = softmax(decisions, _temperatures(self.manifest, channels, len(texts)))
        is_silent = (known == 0) | self._foreign(texts, known)
        doubtful = np.flatnonzero(~is_silent & (shares.max(axis=1) < SURE))
        return _ByWords(read, features, decisions, known, is_silent, shares, doubtful)

    def _mended(self, texts: Sequence[str]) -> list[str]:
        """Return what is read of the texts, miswritten words as they were meant."""
        return self._vocabulary.mend([text[:MAX_CHARACTERS] for text in texts])

    def _embedded(self, texts: Sequence[str], words: _ByWords) -> NDArray[np.float32] | None:
        """Return what embeddings add to the decisions on the texts (rows) that are doubtful.

        None if there is no such text, or the encoder is not the one learned with. Texts are read as
        they were written, for the encoder knows words that no example has; misread ones are mended.
        """
        scale, doubtful = self.manifest.embeddings, words.doubtful.tolist()
        if not doubtful or scale is None or self._head is None or self._embedder is None:
            return None
        if self._embedder.version != scale.encoder or self._embedder.width != self._head.width:
            return None
        misread = words.is_misread(self.manifest.familiarity)
        read = [
            words.read[place] if is_misread else texts[place]
            for place, is_misread in zip(doubtful, misread.tolist(), strict=True)
        ]
        decided = self._head.decide(self._embedder.embed(read))
        added: NDArray[np.float32] = self._embedding_weights(words, scale) * decided
        return added

    def _embedding_weights(self, words: _ByWords, scale: EmbeddingScale) -> NDArray[np.float32]:
        """Return what the embedding of each doubtful text counts, as a column."""
        misread = words.is_misread(self.manifest.familiarity)[:, None]
        return np.where(misread, _MISREAD_WEIGHT, 1.0).astype(np.float32) * np.float32(scale.weight)

    def _foreign(self, texts: Sequence[str], known: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return of each text whether its language is none of those learned from.

        A text of which enough is known is not: the names of places and things are the same.
        """
        foreign = np.zeros(len(texts), dtype=bool)
        if self.manifest.languages:
            for place in np.flatnonzero(known < self.manifest.familiarity).tolist():
                language = identify(texts[place])
                foreign[place] = language is not None and language not in self.manifest.languages
        return foreign

    def _decide(self, features: Features, texts: Sequence[str]) -> NDArray[np.float32]:
        features = weigh(features, self._rarity)
        products = self._weights[features.buckets] * features.values[:, None]
        decisions: NDArray[np.float32] = sums(products, features) * self._scales + self._biases
        if self.manifest.prior and self._prior is not None:
            decisions += self.manifest.prior * self._prior(texts, self.manifest.topics)
        return decisions

    def contributions(
        self, text: str, words: Sequence[str], pairs: Sequence[str], topics: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return what each of the words, then each pair of words (rows), adds to the decisions on
        ``text`` for ``topics`` (columns).

        All words and pairs of a text add up to the decision less the bias (and less what the rules
        say). Negative: it speaks against the topic.
        """
        columns = [self.manifest.topics.index(topic) for topic in topics]
        features = weigh(extract(self._mended([text])), self._rarity)
        weights = self._weights[features.buckets[:, None], columns]
        added = weights * features.values[:, None] * self._scales[columns]
        units = self._vocabulary.mend([*words, *pairs])
        return shared_out(added, features.buckets, units, len(words))

    def to_bytes(self) -> bytes:
        """Return the file of the model; the same model gives the same bytes."""
        arrays = {name: getattr(self, f"_{name}") for name in _ARRAYS}
        arrays |= {f"{_NEAR}{name}": array for name, array in self._neighbours._asdict().items()}
        arrays |= {f"{_READ}{name}": array for name, array in self._vocabulary.arrays().items()}
        if self._head is not None:
            arrays |= {f"{_EMBEDDING}{name}": array for name, array in self._head.arrays().items()}
        return pack(self.manifest, arrays)

    @classmethod
    def load(
        cls, path: Path, prior: Prior | None = None, *, embedder: Embedder | None = None
    ) -> Self:
        """Return the model in a file; ``prior`` is what the rules say, and ``embedder`` gives the
        embeddings of texts, if they are to count.

        Raises:
            ConfigError: the file cannot be read or is no model of this format.
        """
        try:
            return cls._read(path, prior, embedder)
        except Exception as error:  # a damaged archive fails in any way: zlib, memory, syntax
            reason = "its manifest is wrong" if isinstance(error, ValidationError) else error
            raise ConfigError(
                f"The model {path} cannot be used: {reason}", remedy=_REMEDY
            ) from error

    @classmethod
    def _read(cls, path: Path, prior: Prior | None, embedder: Embedder | None) -> Self:
        with unpacked(path) as (manifest, stored):
            near = [stored[f"{_NEAR}{name}"] for name in Neighbours._fields]
            return cls(
                manifest,
                **{name: stored[name] for name in _ARRAYS},
                neighbours=Neighbours.checked(*near),
                vocabulary=Vocabulary.checked(stored[f"{_READ}words"], stored[f"{_READ}rare"]),
                prior=prior,
                head=_stored_head(stored, len(manifest.topics)) if manifest.embeddings else None,
                embedder=embedder,
            )


def _stored_head(stored: Arrays, topics: int) -> EmbeddingHead:
    learned = {
        name.removeprefix(_EMBEDDING): stored[name]
        for name in stored
        if name.startswith(_EMBEDDING)
    }
    return EmbeddingHead.checked(learned, topics)


def _temperatures(
    scale: Manifest | EmbeddingScale, channels: Sequence[str], texts: int
) -> NDArray[np.float32]:
    """Return the temperature of each text, as a column."""
    found = [scale.temperatures.get(channel, scale.temperature) for channel in channels]
    return np.array(found or [scale.temperature] * texts, dtype=np.float32)[:, None]
