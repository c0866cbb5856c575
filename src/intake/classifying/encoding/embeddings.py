"""Embeddings: what a text is about, as the encoder's vector of its beginning.

A linear decision on hashed pieces of words knows no word that it has not seen. The encoder does:
with eight examples of a topic it tells more than these examples' words. It costs 30 to 60 ms a
text, so it is asked where words leave a doubt. Sentences embedded by a transformer and told apart
by a linear decision: Reimers and Gurevych, 2019.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from threading import Lock
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat
from threadpoolctl import ThreadpoolController

from intake.classifying.encoding.encoder import Encoder, Floats
from intake.schemas.base import Frozen

SURE = 0.9
"""Where words give a topic so large a share, the embedding is not asked for."""
_MOST_PIECES = 64
"""Some 45 words: whoever writes to an office says first what it is about."""
_MOST_CHARACTERS = 1000
_MOST_KEPT = 4096
"""So many embeddings are kept, 1.6 KB each: training asks for the same ones again and again."""
MADE = "embedded.npz"
"""The embeddings of what we ship to learn from, which ``scripts/make_cold_start.py`` makes."""
_ARRAYS = ("centre", "weights", "biases")
_ONE_THREAD = Lock()


class Embedder:
    """Gives the embeddings of texts; the encoder is read when the first one is asked for.

    Those given lately are kept, by digests of their texts: what citizens wrote is not.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, Floats] = {}
        self._keeping = Lock()

    @property
    def version(self) -> str:
        """Of the encoder, and of how much it reads: embeddings of another cannot be compared."""
        return f"{Encoder.shipped().version}-{_MOST_PIECES}"

    @property
    def width(self) -> int:
        """How many numbers an embedding has."""
        return Encoder.shipped().width

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return the embedding of each text (row), of length one."""
        rows = [self._of(_beginning(text)) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.width)

    def _of(self, beginning: str) -> Floats:
        key = _key(beginning)
        if (made := self._made.get(key)) is not None:
            return made
        if (known := self._kept.get(key)) is not None:
            return known
        found = _unit(beginning)
        with self._keeping:
            while len(self._kept) >= _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found

    def unmade(self, texts: Sequence[str]) -> int:
        """Return how many of the texts have no embedding that was made beforehand."""
        return len({_key(_beginning(text)) for text in texts} - self._made.keys())

    @cached_property
    def _made(self) -> Mapping[bytes, Floats]:
        """What need not be read anew, by the keys of the texts; nothing of another encoder, or of a
        file that cannot be read."""
        path = files("intake.classifying").joinpath("data", MADE)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                if archive["version"].tobytes().decode() != self.version:
                    return {}
                keys, vectors = archive["keys"], archive["vectors"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


class Unmade(Embedder):
    """Reads every text anew."""

    _made: Mapping[bytes, Floats] = {}


def made_beforehand(texts: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file of the embeddings of ``texts``."""
    beginnings = sorted({_beginning(text) for text in texts})
    reader = Unmade()
    return {
        "version": np.frombuffer(reader.version.encode(), dtype=np.uint8),
        "keys": np.array([np.frombuffer(_key(each), dtype=np.uint8) for each in beginnings]),
        "vectors": reader.embed(beginnings).astype(np.float16),
    }


def _key(beginning: str) -> bytes:
    return hashlib.sha256(beginning.encode("utf-8", "surrogatepass")).digest()


def _beginning(text: str) -> str:
    return " ".join(text.split(maxsplit=_MOST_PIECES)[:_MOST_PIECES])[:_MOST_CHARACTERS]


def _unit(text: str) -> Floats:
    """Return the vector of a text, of length one.

    It is read alone and on one thread: sums in another order end in other bits.
    """
    with _ONE_THREAD, _threads().limit(limits=1):
        (vector,) = Encoder.shipped().vectors([text], most=_MOST_PIECES)
    unit: Floats = vector / np.linalg.norm(vector)
    return unit


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


@cache
def shipped_embedder() -> Embedder:
    """Return the embedder of this process."""
    return Embedder()


class EmbeddingScale(Frozen):
    """What decisions on embeddings count beside those of words, where these leave a doubt."""

    encoder: str
    """The version of the encoder that they were learned with."""
    weight: float = Field(gt=0)
    temperature: PositiveFloat
    """What the sum of both decisions is divided by."""
    temperatures: Mapping[str, PositiveFloat] = Field(default_factory=dict)
    """Those of channels that were measured by themselves."""


class EmbeddingHead(NamedTuple):
    """One linear decision a topic on embeddings, from their ``centre``: they all lie one way."""

    centre: Floats
    weights: Floats
    """Width by topics."""
    biases: Floats

    @property
    def width(self) -> int:
        """How many numbers an embedding has."""
        return len(self.centre)

    def decide(self, embeddings: Floats) -> Floats:
        """Return the decision value of each text (row) for each topic (column)."""
        decisions: Floats = centred(embeddings, self.centre) @ self.weights + self.biases
        return decisions

    def arrays(self) -> dict[str, Floats]:
        """Return the arrays of a file."""
        return dict(zip(_ARRAYS, self, strict=True))

    @classmethod
    def checked(cls, arrays: Mapping[str, NDArray[np.generic]], topics: int) -> Self:
        """Return what a file holds.

        Raises:
            ValueError: the arrays do not fit each other, or not so many topics.
            KeyError: one is missing.
        """
        head = cls(*(np.asarray(arrays[name], dtype=np.float32) for name in _ARRAYS))
        width = len(head.centre) if head.centre.ndim == 1 else -1
        if (head.weights.shape, head.biases.shape) != ((width, topics), (topics,)):
            raise ValueError("its embeddings do not fit its topics")
        if not all(np.isfinite(each).all() for each in head):
            raise ValueError("its embeddings are no numbers")
        return head


def centred(embeddings: Floats, centre: Floats) -> Floats:
    """Return the directions in which embeddings lie from ``centre``."""
    moved = embeddings - centre
    directions: Floats = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return directions
