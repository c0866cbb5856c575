"""The encoder: what a passage means, as a vector, in any of our languages.

Pieces of words find what was seen before; "la casa è crollata" and "the roof came down on us" share
none. A transformer that was trained on a thousand million pairs of texts in a hundred languages
puts them side by side. This is one, multilingual-e5-small (Wang et al., 2024), with only the pieces
of words that our languages use. Its weights are numbers of 4 bits; ``scripts/make_encoder.py``
makes the file. It runs on numpy and costs about a millisecond a word: ask it about what is
doubtful only. What a task has taught it is an adapter of some hundred thousand numbers more.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from intake.classifying.encoding.pieces import Pieces

SHIPPED = "encoder.npz"
BLOCK = 32
"""So many weights share one scale."""
_CENTRE = 8
_TOKENS_AT_ONCE = 1024
_MOST_PIECES = 256
"""Of a text no more are read: the 60 words of a stretch have about 100, damaged ones up to 200."""
_HIDDEN = -1e9
_FLAT = np.float32(80)
"""Beyond, GELU is 0, and a number of 32 bits does not hold the power of e."""
_READING = Lock()

Floats = NDArray[np.float32]
MATRICES = ("attention", "mixing", "widening", "narrowing")
"""The matrices of a layer, in the order in which they are used."""


class Packed(NamedTuple):
    """A matrix of 4-bit weights: two in a byte, ``BLOCK`` of a row with one scale (GGML's Q4_0).

    Of a block's 16 bytes the low halves are its first 16 weights, the high ones the others.
    """

    scales: NDArray[np.float16]
    """Rows by blocks."""
    halves: NDArray[np.uint8]
    """Rows by half the columns."""

    def floats(self) -> Floats:
        """Return the weights."""
        rows, blocks = self.scales.shape
        halves = self.halves.reshape(rows, blocks, BLOCK // 2)
        numbers = np.concatenate((halves & 15, halves >> 4), axis=2).astype(np.float32)
        numbers -= _CENTRE
        numbers *= self.scales[:, :, None].astype(np.float32)
        return numbers.reshape(rows, blocks * BLOCK)

    def rows(self, places: NDArray[np.int64]) -> Floats:
        """Return some of the rows."""
        return Packed(self.scales[places], self.halves[places]).floats()


class Matrix(NamedTuple):
    """A matrix of a layer, inputs by outputs, with its biases and what a task adds to it."""

    own: Floats
    biases: Floats
    down: Floats | None = None
    """Inputs by rank."""
    up: Floats | None = None
    """Rank by outputs."""

    def of(self, inputs: Floats) -> Floats:
        """Return the outputs; the thin matrices are never multiplied out: a task costs no copy."""
        outputs: Floats = inputs @ self.own
        outputs += self.biases
        if self.down is not None and self.up is not None:
            outputs += inputs @ self.down @ self.up
        return outputs


class Layer(NamedTuple):
    """One layer: its matrices and its two norms."""

    attention: Matrix
    """To queries, keys and values, side by side."""
    mixing: Matrix
    widening: Matrix
    narrowing: Matrix
    norms: Floats
    """Factor and shift after the attention, then after the widening and narrowing."""

    @property
    def matrices(self) -> tuple[Matrix, ...]:
        """The matrices, in the order of ``MATRICES``."""
        return self.attention, self.mixing, self.widening, self.narrowing

    def adapted(self, adapter: Adapter, place: int) -> Layer:
        """Return this layer, the one at ``place``, with what a task adds."""
        attention, mixing, widening, narrowing = (
            matrix._replace(down=adapter.down[name][place], up=adapter.up[name][place])
            for name, matrix in zip(MATRICES, self.matrices, strict=True)
        )
        return Layer(attention, mixing, widening, narrowing, self.norms)


class Adapter(NamedTuple):
    """What a task adds to the matrices of all layers: products of thin ones (Hu et al., 2021)."""

    down: Mapping[str, Floats]
    """By the name of the matrix: layers by inputs by rank."""
    up: Mapping[str, Floats]
    """Layers by rank by outputs."""

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """Return the arrays of a file."""
        return {
            f"{name}_{side}": matrices[name].astype(np.float16)
            for side, matrices in (("down", self.down), ("up", self.up))
            for name in MATRICES
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the adapter of a file's arrays."""
        down, up = (
            {name: np.asarray(arrays[f"{name}_{side}"]).astype(np.float32) for name in MATRICES}
            for side in ("down", "up")
        )
        return cls(down, up)


class Encoder:
    """The layers of a BERT encoder (Devlin et al., 2019), and the mean of what they put out."""

    def __init__(
        self,
        pieces: Pieces,
        *,
        words: Packed,
        positions: Floats,
        norm: Floats,
        layers: Sequence[Layer],
        heads: int,
        epsilon: float,
        version: str,
    ) -> None:
        """Hold the embeddings of pieces (``words``) and ``positions``, their ``norm`` and the
        layers, of so many attention ``heads``. ``version`` is a digest of all this: vectors of
        encoders with different ones cannot be compared."""
        self._pieces, self._words, self._positions = pieces, words, positions
        self._norm, self._layers, self._heads = norm, layers, heads
        self._epsilon = epsilon
        self.version = version

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self._positions.shape[1])

    @classmethod
    def shipped(cls) -> Self:
        """Return the encoder we ship: 125 MB, read in 0.3 s, once a process."""
        with _READING:
            return cls._shipped()

    @classmethod
    @cache
    def _shipped(cls) -> Self:
        path = files("intake.classifying").joinpath("data", SHIPPED)
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return cls.from_arrays({name: archive[name] for name in archive.files})

    def adapted(self, adapter: Adapter) -> Self:
        """Return an encoder with what ``adapter`` adds, which shares all else with this one."""
        adapted = copy.copy(self)
        adapted.version = _digest({"": np.array(self.version), **adapter.arrays()})
        adapted._layers = [
            layer.adapted(adapter, place) for place, layer in enumerate(self._layers)
        ]
        return adapted

    def vectors(self, texts: Sequence[str], *, most: int = _MOST_PIECES) -> Floats:
        """Return the vector of each text (row): of its first ``most`` pieces."""
        most = min(most, len(self._positions))
        cut = [self._pieces.of(text, most) for text in texts]
        found = np.zeros((len(texts), self.width), dtype=np.float32)
        waiting = sorted(range(len(texts)), key=lambda place: len(cut[place]))
        while waiting:  # texts of about one length together: little is padded
            batch = waiting[: max(1, _TOKENS_AT_ONCE // len(cut[waiting[0]]))]
            while len(batch) > 1 and len(batch) * len(cut[batch[-1]]) > _TOKENS_AT_ONCE:
                batch.pop()
            found[batch] = self._means([cut[place] for place in batch])
            waiting = waiting[len(batch) :]
        return found

    def _means(self, cut: Sequence[Sequence[int]]) -> Floats:
        places = np.full((len(cut), max(map(len, cut))), self._pieces.padding)
        for row, pieces in zip(places, cut, strict=True):
            row[: len(pieces)] = pieces
        is_text = places != self._pieces.padding
        hidden = self._begun(places)
        unseen = np.where(is_text, 0, _HIDDEN).astype(np.float32)[:, None, None, :]
        for layer in self._layers:
            hidden = self._passed(hidden, layer, unseen)
        counts = is_text.sum(axis=1, keepdims=True)
        hidden = hidden.reshape(*places.shape, self.width)
        means: Floats = np.einsum("tpw,tp->tw", hidden, is_text.astype(np.float32)) / counts
        return means

    def _begun(self, places: NDArray[np.int64]) -> Floats:
        """Return the pieces (rows) of texts (by pieces) as the first layer reads them."""
        rows = self._words.rows(places.ravel())
        rows += np.tile(self._positions[: places.shape[1]], (len(places), 1))
        return _normalised(rows, self._norm, self._epsilon)

    def _passed(self, hidden: Floats, layer: Layer, unseen: Floats) -> Floats:
        """Return the pieces (rows) of all texts after ``layer``."""
        hidden = hidden + layer.mixing.of(self._mixed(layer.attention.of(hidden), unseen))
        hidden = _normalised(hidden, layer.norms[:2], self._epsilon)
        hidden = hidden + layer.narrowing.of(_bent(layer.widening.of(hidden)))
        return _normalised(hidden, layer.norms[2:], self._epsilon)

    def _mixed(self, parts: Floats, unseen: Floats) -> Floats:
        """Return for each piece the values of the pieces of its text, by how it looks at them."""
        split = parts.reshape(len(unseen), -1, 3, self._heads, self.width // self._heads)
        queries, keys, values = split.transpose(2, 0, 3, 1, 4)
        looks: Floats = queries * np.float32(queries.shape[-1] ** -0.5) @ keys.transpose(0, 1, 3, 2)
        looks += unseen
        looks -= looks.max(axis=-1, keepdims=True)
        np.exp(looks, out=looks)
        mixed: Floats = looks @ values
        mixed /= looks.sum(axis=-1, keepdims=True)
        return mixed.transpose(0, 2, 1, 3).reshape(-1, self.width)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the encoder of a file's arrays, as ``scripts/make_encoder.py`` names them."""
        plain = {name: np.asarray(array) for name, array in arrays.items()}
        matrices = (_matrices(plain, name) for name in MATRICES)
        norms = plain["norms"].astype(np.float32)
        heads, epsilon = plain["heads_epsilon"].tolist()
        return cls(
            Pieces(plain["pieces"].tobytes().decode().split("\n"), plain["scores"]),
            words=Packed(plain["words_scales"], plain["words_halves"]),
            positions=plain["positions"].astype(np.float32),
            norm=plain["norm"].astype(np.float32),
            layers=list(map(Layer, *matrices, norms)),
            heads=int(heads),
            epsilon=epsilon,
            version=_digest(plain),
        )


def _digest(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Return a short digest of arrays and their names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()[:12]


def _matrices(plain: Mapping[str, NDArray[np.generic]], name: str) -> list[Matrix]:
    """Return the matrix of each layer."""
    packed = zip(plain[f"{name}_scales"], plain[f"{name}_halves"], strict=True)
    biases = plain[f"{name}_biases"].astype(np.float32)
    return [
        Matrix(np.ascontiguousarray(Packed(*each).floats().T), own)
        for each, own in zip(packed, biases, strict=True)
    ]


def _normalised(rows: Floats, norm: Floats, epsilon: float) -> Floats:
    """Return each row with mean 0 and variance 1, times a factor and with a shift."""
    rows = rows - rows.mean(axis=-1, keepdims=True)
    variances = np.einsum("pw,pw->p", rows, rows)[:, None] / rows.shape[-1]
    rows *= norm[0] / np.sqrt(variances + epsilon)
    rows += norm[1]
    return rows


def _bent(wide: Floats) -> Floats:
    """Return GELU of each number (Hendrycks and Gimpel, 2016, by its approximation with tanh,
    which is a logistic curve)."""
    bent = wide * wide
    bent *= np.float32(-2 * 0.044715 * 0.7978845608)
    bent -= np.float32(2 * 0.7978845608)
    bent *= wide
    np.minimum(bent, _FLAT, out=bent)
    np.exp(bent, out=bent)
    bent += 1
    np.divide(wide, bent, out=bent)
    return bent
