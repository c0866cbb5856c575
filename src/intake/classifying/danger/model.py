"""The danger model: how likely a passage says that somebody is in danger now.

Rules know the words that their author thought of. The model has seen some thousand sentences, calls
for help and harmless ones, in six languages and with wrong characters; it weighs pieces of words
(see ``features.py``) and what the rules found ("signals"). A miswritten word is read as the one it
was meant to be, where that is plain (``vocabulary.py``). Of what these leave in doubt it also
weighs the meaning, which costs a hundred times as much: the encoder (``encoder.py``) reads it, with
an adapter that was taught what danger is. It is a file of numbers
that cannot run code; ``scripts/make_danger_model.py`` makes it.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from intake.classifying.encoding.encoder import Adapter, Encoder, Floats
from intake.classifying.words.features import Features, extract, weigh
from intake.classifying.words.vocabulary import Vocabulary
from intake.schemas.base import Frozen

SHIPPED = "danger.npz"
SIGNAL_WEIGHT = 0.3
"""What a signal counts beside the pieces of words, whose squares sum to one in every passage."""
_BATCH = 256
_SHOWN_WORDS = 5
_READ = "read_"
"""What the names of the arrays begin with that hold the spelling."""


class Passage(NamedTuple):
    """A stretch of text that is judged as a whole, and what the rules found in it, by name."""

    text: str
    """Its words."""
    signals: Mapping[str, float]
    prose: str
    """The same as it was written, with what stands between the words."""


class Manifest(Frozen):
    """What a model is: the order of its signals, and from which scores on it decides."""

    signals: tuple[str, ...]
    alarm: float
    """From here on a passage is an alarm, whatever the rules say."""
    doubt: float
    """Below this it is none, whatever the rules say."""
    clear: float
    """Below this score of the pieces of words, its meaning is not asked for."""


class Meaning(NamedTuple):
    """What meaning adds: a network of one hidden layer reads signals and the vector of the adapted
    encoder, and its decision is added to what the score of the pieces counts."""

    adapter: Adapter

    inner: Floats
    """Vector and signals by hidden numbers."""
    inner_bias: Floats
    outer: Floats
    bias: float
    pieces: float
    """What the score of the pieces of words counts."""

    def decide(self, vectors: Floats, signals: Floats, scores: Floats) -> Floats:
        """Return the decision value of each passage (row)."""
        hidden = np.hstack([vectors, signals]) @ self.inner + self.inner_bias
        decisions: Floats = np.maximum(hidden, 0) @ self.outer + self.bias + self.pieces * scores
        return decisions


class DangerModel:
    """One linear decision on a passage; above 0 is likelier danger than not in its training."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        weights: NDArray[np.int8],
        scale: float,
        rarity: NDArray[np.float16],
        signals: NDArray[np.float32],
        bias: float,
        spelling: Vocabulary,
        meaning: Meaning | None = None,
        digest: str = "",
    ) -> None:
        """Hold ``weights`` of the buckets (times ``scale``), their ``rarity`` (0 where a bucket
        is not used), the weights of the ``signals`` in the manifest's order, and the ``spelling``
        by which miswritten words are read."""
        self.manifest = manifest
        self._meaning = meaning
        self._weights, self._scale, self._rarity = weights, scale, rarity
        self._signals, self._bias = signals, bias
        self.spelling = spelling
        self.digest = digest

    @property
    def meaning(self) -> Meaning | None:
        """What meaning adds; None: nothing."""
        return self._meaning

    def with_meaning(self, meaning: Meaning) -> DangerModel:
        """Return a model that decides as this one, and by ``meaning`` where this one doubts."""
        return DangerModel(
            self.manifest,
            weights=self._weights,
            scale=self._scale,
            rarity=self._rarity,
            signals=self._signals,
            bias=self._bias,
            spelling=self.spelling,
            meaning=meaning,
        )

    def score(self, passages: Sequence[Passage], *, most_read: int | None = None) -> list[float]:
        """Return the decision value of each passage.

        Of those in doubt, the meaning of at most ``most_read`` is asked for, the likeliest first.
        """
        scores = self.score_pieces(passages)
        doubtful = np.flatnonzero(scores >= self.manifest.clear)
        if self._meaning is not None and len(doubtful):
            read = doubtful[np.argsort(-scores[doubtful], kind="stable")][:most_read]
            chosen = [passages[place] for place in read.tolist()]
            scores[read] = self._meaning.decide(
                self._encoder.vectors(self.spelling.mend([passage.prose for passage in chosen])),
                signal_matrix(chosen, self.manifest.signals),
                scores[read],
            )
        return [float(score) for score in scores]

    def score_meaning(self, passages: Sequence[Passage]) -> list[float]:
        """Return the decision value of each passage by its meaning, none of its words mended.

        It is for passages whose words the pieces do not know.
        """
        scores = self.score_pieces(passages)
        if self._meaning is not None and len(scores):
            vectors = self._encoder.vectors([passage.prose for passage in passages])
            signals = signal_matrix(passages, self.manifest.signals)
            scores = self._meaning.decide(vectors, signals, scores)
        return [float(score) for score in scores]

    def score_pieces(self, passages: Sequence[Passage]) -> Floats:
        """Return the decision value of each passage by pieces of words and signals alone."""
        scores = [np.empty(0, dtype=np.float32)]
        for start in range(0, len(passages), _BATCH):
            batch = passages[start : start + _BATCH]
            texts = self.spelling.mend([passage.text for passage in batch])
            pieces = self._sums(extract(texts))
            found = signal_matrix(batch, self.manifest.signals) @ self._signals
            scores.append((pieces + found + self._bias).astype(np.float32))
        return np.concatenate(scores)

    def telling_words(self, text: str) -> list[str]:
        """Return the words of ``text`` that speak for danger most, in their order."""
        words = list(dict.fromkeys(text.split()))
        if not words:
            return []
        sums = self._sums(extract(self.spelling.mend(words)))
        strongest = sorted(range(len(words)), key=lambda place: -sums[place])[:_SHOWN_WORDS]
        return [words[place] for place in sorted(strongest) if sums[place] > 0]

    @cached_property
    def _encoder(self) -> Encoder:
        shipped = Encoder.shipped()
        return shipped.adapted(self._meaning.adapter) if self._meaning else shipped

    def _sums(self, features: Features) -> NDArray[np.float32]:
        weighed = weigh(features, self._rarity)
        products = self._weights[weighed.buckets] * weighed.values
        rows = np.repeat(np.arange(len(weighed.starts) - 1), np.diff(weighed.starts))
        sums = np.bincount(rows, weights=products, minlength=len(weighed.starts) - 1)
        return (sums * self._scale).astype(np.float32)

    def to_bytes(self) -> bytes:
        """Return the file of the model; the same model gives the same bytes."""
        arrays: dict[str, NDArray[np.generic]] = {
            "manifest": np.frombuffer(self.manifest.model_dump_json().encode(), dtype=np.uint8),
            "weights": self._weights,
            "rarity": self._rarity,
            "signals": self._signals,
            "scale": np.array([self._scale, self._bias], dtype=np.float64),
        }
        arrays |= {f"{_READ}{name}": each for name, each in self.spelling.arrays().items()}
        if self._meaning is not None:
            adapter, inner, inner_bias, outer, bias, pieces = self._meaning
            arrays |= adapter.arrays() | {
                "inner": inner.astype(np.float16),
                "inner_bias": inner_bias,
                "outer": outer,
                "outer_scale": np.array([bias, pieces]),
            }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                content = io.BytesIO()
                np.lib.format.write_array(content, array, allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the model of a file's content."""
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            scale, bias = archive["scale"].tolist()
            return cls(
                Manifest.model_validate_json(archive["manifest"].tobytes()),
                weights=archive["weights"],
                scale=scale,
                rarity=archive["rarity"],
                signals=archive["signals"],
                bias=bias,
                spelling=Vocabulary.checked(
                    archive[f"{_READ}words"], archive[f"{_READ}rare"], guesses=True
                ),
                meaning=_meaning(archive) if "inner" in archive else None,
                digest=hashlib.sha256(content).hexdigest()[:12],
            )


def _meaning(archive: Mapping[str, NDArray[np.float32]]) -> Meaning:
    bias, pieces = archive["outer_scale"].tolist()
    inner = archive["inner"].astype(np.float32)
    adapter = Adapter.from_arrays(archive)
    return Meaning(adapter, inner, archive["inner_bias"], archive["outer"], bias, pieces)


def signal_matrix(passages: Sequence[Passage], names: Sequence[str]) -> NDArray[np.float32]:
    """Return the signals of each passage (row) in the order of ``names``."""
    rows = [[passage.signals.get(name, 0.0) for name in names] for passage in passages]
    return np.array(rows, dtype=np.float32).reshape(len(passages), len(names)) * SIGNAL_WEIGHT


@cache
def shipped_model() -> DangerModel:
    """Return the model we ship; read once per process."""
    content = files("intake.classifying").joinpath("data", SHIPPED).read_bytes()
    return DangerModel.from_bytes(content)
