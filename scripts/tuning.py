"""Teach an encoder one question: an adapter of its matrices, and a small network on its vectors.

What is learned of each matrix is a product of two thin ones that is added to it (LoRA; Hu et al.,
2021): it is small, and what the encoder knows of languages stays. The gradients are written out
here, so that numpy is all that learning needs, as it is all that reading needs; a test compares
them with differences. The same lessons and seed give the same numbers on the same machine.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from intake.classifying.encoding.encoder import MATRICES, Adapter, Encoder, Floats

RANK = 8
HIDDEN = 64
ROUNDS = 2
RATE, WARMING, LEAST_RATE = 1e-3, 0.06, 0.02
"""The step of Adam: it rises for a share of the time and falls as a cosine to a share of itself."""
DECAY = 0.01
DROPPED = 0.1
"""The share of numbers of a vector that are left out at each step."""
TOKENS = 1024
"""Of a batch."""
HALVES = slice(0, None, 2), slice(1, None, 2)
"""The texts of a batch that are learned side by side, each half on a core."""
ADAPTED = 2.0
"""What the thin matrices count while they are learned."""
STRETCHED = 4.0
"""What the numbers of a vector are multiplied by: they are small beside the signals."""
ONWARDS = 0.25
"""The share of the step of one that goes on from what was taught before, in a single round."""
_MOMENTUM, _SQUARES, _TINY = 0.9, 0.999, 1e-8
_NEWS = 100

Places = NDArray[np.int64]


class Lessons(NamedTuple):
    """Texts and their signals (text by signal), and what is true of each."""

    texts: Sequence[str]
    signals: Floats
    is_true: NDArray[np.bool_]
    weights: Floats
    shares: Floats
    """How likely each is learned in a round."""


class Head(NamedTuple):
    """A network of one hidden layer: of the vector and the signals."""

    inner: Floats
    inner_bias: Floats
    outer: Floats
    bias: Floats
    """One number."""


class Parameter:
    """Numbers that are learned, with their gradient and what Adam remembers of former ones."""

    def __init__(self, value: NDArray[np.floating]) -> None:
        """Begin with ``value``."""
        self.value: Floats = value.astype(np.float32)
        self.gradient: Floats = np.zeros_like(self.value)
        self._mean, self._square = np.zeros_like(self.value), np.zeros_like(self.value)

    def step(self, number: int, rate: float, scale: float) -> None:
        """Go a step down the gradient times ``scale`` (Kingma and Ba, 2015; decay apart)."""
        gradient = self.gradient * np.float32(scale)
        self._mean += np.float32(1 - _MOMENTUM) * (gradient - self._mean)
        self._square += np.float32(1 - _SQUARES) * (gradient * gradient - self._square)
        mean = self._mean / np.float32(1 - _MOMENTUM**number)
        spread = np.sqrt(self._square / np.float32(1 - _SQUARES**number)) + np.float32(_TINY)
        self.value -= np.float32(rate) * (mean / spread + np.float32(DECAY) * self.value)


class _Matrix:
    """A matrix of the encoder, and the thin ones that are learned."""

    def __init__(self, matrix: Floats, biases: Floats, choose: np.random.Generator) -> None:
        inputs, outputs = matrix.shape
        self._matrix, self._biases = matrix, biases
        self.down = Parameter(choose.normal(0, inputs**-0.5, (inputs, RANK)))
        self.up = Parameter(np.zeros((RANK, outputs)))

    def forward(self, inputs: Floats) -> Floats:
        self._inputs = inputs
        self._thin: Floats = inputs @ self.down.value * np.float32(ADAPTED)
        outputs: Floats = inputs @ self._matrix + self._biases + self._thin @ self.up.value
        return outputs

    def backward(self, outputs: Floats) -> Floats:
        """Return the gradient of the inputs from that of the outputs."""
        thin: Floats = outputs @ self.up.value.T * np.float32(ADAPTED)
        self.up.gradient = self._thin.T @ outputs
        self.down.gradient = self._inputs.T @ thin
        inputs: Floats = outputs @ self._matrix.T + thin @ self.down.value.T
        return inputs


class _Norm:
    """The norm of each row (Ba et al., 2016), with the encoder's factor and shift."""

    def __init__(self, norm: Floats, epsilon: float) -> None:
        self._factor, self._shift = norm
        self._epsilon = np.float32(epsilon)

    def forward(self, rows: Floats) -> Floats:
        centred = rows - rows.mean(axis=1, keepdims=True)
        variances = (centred**2).mean(axis=1, keepdims=True)
        self._inverse = (variances + self._epsilon) ** np.float32(-0.5)
        self._normed = centred * self._inverse
        outputs: Floats = self._normed * self._factor + self._shift
        return outputs

    def backward(self, outputs: Floats) -> Floats:
        scaled = outputs * self._factor
        along = (scaled * self._normed).mean(axis=1, keepdims=True)
        inputs: Floats = self._inverse * (
            scaled - scaled.mean(axis=1, keepdims=True) - self._normed * along
        )
        return inputs


class _Attention:
    """What each piece of a text takes from the others, head by head (Vaswani et al., 2017)."""

    def __init__(self, heads: int) -> None:
        self._heads = heads

    def forward(self, parts: Floats, unseen: Floats) -> Floats:
        """Return rows by width, of queries, keys and values side by side; ``unseen`` is texts by
        pieces, and very negative where there is none."""
        texts, pieces = unseen.shape
        split = parts.reshape(texts, pieces, 3, self._heads, -1).transpose(2, 0, 3, 1, 4)
        self._queries, self._keys, self._values = (np.ascontiguousarray(each) for each in split)
        self._scale = np.float32(split.shape[-1] ** -0.5)
        looks = self._queries @ self._keys.transpose(0, 1, 3, 2) * self._scale
        looks += unseen[:, None, None, :]
        looks -= looks.max(axis=-1, keepdims=True)
        np.exp(looks, out=looks)
        looks /= looks.sum(axis=-1, keepdims=True)
        self._looks = looks
        mixed: Floats = (looks @ self._values).transpose(0, 2, 1, 3).reshape(texts * pieces, -1)
        return mixed

    def backward(self, mixed: Floats) -> Floats:
        texts, _, pieces, size = self._values.shape
        outputs = mixed.reshape(texts, pieces, self._heads, size).transpose(0, 2, 1, 3)
        looks = outputs @ self._values.transpose(0, 1, 3, 2)
        looks -= (looks * self._looks).sum(axis=-1, keepdims=True)
        looks *= self._looks * self._scale
        queries, keys = looks @ self._keys, looks.transpose(0, 1, 3, 2) @ self._queries
        values = self._looks.transpose(0, 1, 3, 2) @ outputs
        together = np.stack([queries, keys, values]).transpose(1, 3, 0, 2, 4)
        return together.reshape(texts * pieces, -1)


class _Bend:
    """GELU by its approximation with tanh (Hendrycks and Gimpel, 2016)."""

    _SLOPE, _CUBE = np.float32(0.7978845608), np.float32(0.044715)

    def forward(self, rows: Floats) -> Floats:
        squares = rows * rows
        bent = squares * (self._SLOPE * self._CUBE)
        bent += self._SLOPE
        bent *= rows
        np.tanh(bent, out=bent)
        steep = squares * (3 * self._SLOPE * self._CUBE)
        steep += self._SLOPE
        steep *= 1 - bent * bent
        steep *= rows
        bent += 1
        bent *= np.float32(0.5)
        steep *= np.float32(0.5)
        steep += bent
        self._slopes = steep
        bent *= rows
        return bent

    def backward(self, outputs: Floats) -> Floats:
        inputs: Floats = outputs * self._slopes
        return inputs


class _Layer:
    """One layer: rows (the pieces of all texts) by width, forward and back."""

    def __init__(self, matrices: Sequence[_Matrix], norms: Floats, heads: int, epsilon: float):
        self.matrices = matrices
        self._attention, self._bend = _Attention(heads), _Bend()
        self._first, self._second = _Norm(norms[:2], epsilon), _Norm(norms[2:], epsilon)

    def forward(self, rows: Floats, unseen: Floats) -> Floats:
        looking, mixing, widening, narrowing = self.matrices
        mixed = self._attention.forward(looking.forward(rows), unseen)
        rows = self._first.forward(rows + mixing.forward(mixed))
        bent = self._bend.forward(widening.forward(rows))
        return self._second.forward(rows + narrowing.forward(bent))

    def backward(self, rows: Floats) -> Floats:
        looking, mixing, widening, narrowing = self.matrices
        rows = self._second.backward(rows)
        rows = rows + widening.backward(self._bend.backward(narrowing.backward(rows)))
        rows = self._first.backward(rows)
        return rows + looking.backward(self._attention.backward(mixing.backward(rows)))


class Learner(Encoder):
    """The encoder while it learns, with the network that answers the question."""

    def prepare(self, signals: int, choose: np.random.Generator) -> None:
        """Begin: the adapter adds nothing, the network for so many signals guesses."""
        self._choose = choose
        self._learning = [
            _Layer(
                [_Matrix(each.own, each.biases, choose) for each in layer.matrices],
                layer.norms,
                self._heads,
                self._epsilon,
            )
            for layer in self._layers
        ]
        inputs = self.width + signals
        self._network = [
            Parameter(choose.normal(0, inputs**-0.5, (inputs, HIDDEN))),
            Parameter(np.zeros(HIDDEN)),
            Parameter(choose.normal(0, HIDDEN**-0.5, HIDDEN)),
            Parameter(np.zeros(1)),
        ]

    def go_on(self, adapter: Adapter, head: Head) -> None:
        """Begin anew from what ``learned`` returned."""
        for layer, at in zip(self._learning, range(len(self._learning)), strict=True):
            for name, matrix in zip(MATRICES, layer.matrices, strict=True):
                matrix.down = Parameter(adapter.down[name][at] / np.float32(ADAPTED))
                matrix.up = Parameter(adapter.up[name][at])
        self._network = [Parameter(each) for each in head]
        self._network[0].value[: self.width] /= np.float32(STRETCHED)

    def twin(self, choose: np.random.Generator) -> Self:
        """Return one that is taught beside this one: what is learned is one for both."""
        other = copy.deepcopy(self)
        other._choose = choose.spawn(1)[0]
        for mine, its in zip(self.parameters, other.parameters, strict=True):
            its.value = mine.value
        return other

    @property
    def parameters(self) -> list[Parameter]:
        """All that is learned."""
        thin = [
            each
            for layer in self._learning
            for matrix in layer.matrices
            for each in (matrix.down, matrix.up)
        ]
        return [*self._network, *thin]

    def cut(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each text."""
        most = len(self._positions)
        return [self._pieces.of(text, most) for text in texts]

    def decide(self, cut: Sequence[Sequence[int]], signals: Floats, dropped: float) -> Floats:
        """Return the decision values of texts that were cut into pieces."""
        places = np.full((len(cut), max(map(len, cut))), self._pieces.padding)
        for row, each in zip(places, cut, strict=True):
            row[: len(each)] = each
        is_text = places != self._pieces.padding
        rows = self._begun(places)
        unseen = np.where(is_text, 0, -1e9).astype(np.float32)
        for layer in self._learning:
            rows = layer.forward(rows, unseen)
        self._shares = (is_text / is_text.sum(axis=1, keepdims=True)).astype(np.float32)
        vectors = np.einsum("tpw,tp->tw", rows.reshape(*places.shape, -1), self._shares)
        inputs = np.hstack([vectors * np.float32(STRETCHED), signals])
        kept = self._choose.random(inputs.shape) >= dropped
        self._kept = (kept / (1 - dropped)).astype(np.float32)
        self._inputs = inputs * self._kept
        inner, inner_bias, outer, bias = (each.value for each in self._network)
        self._hidden = np.maximum(self._inputs @ inner + inner_bias, 0)
        decisions: Floats = self._hidden @ outer + bias
        return decisions

    def learn(self, decisions: Floats) -> None:
        """Set the gradients of all parameters from those of the decisions."""
        inner, inner_bias, outer, bias = self._network
        outer.gradient = self._hidden.T @ decisions
        bias.gradient = decisions.sum(keepdims=True)
        hidden = np.outer(decisions, outer.value) * (self._hidden > 0)
        inner.gradient = self._inputs.T @ hidden
        inner_bias.gradient = hidden.sum(axis=0)
        vectors = (hidden @ inner.value.T * self._kept)[:, : self.width] * np.float32(STRETCHED)
        rows = (self._shares[:, :, None] * vectors[:, None, :]).reshape(-1, self.width)
        for layer in reversed(self._learning):
            rows = layer.backward(rows)

    def learned(self) -> tuple[Adapter, Head]:
        """Return the adapter, and the network for vectors as an encoder with it gives them."""
        down, up = (
            {
                name: np.stack(
                    [getattr(layer.matrices[at], side).value for layer in self._learning]
                )
                for at, name in enumerate(MATRICES)
            }
            for side in ("down", "up")
        )
        head = Head(*(parameter.value.copy() for parameter in self._network))
        head.inner[: self.width] *= np.float32(STRETCHED)
        return Adapter({name: each * np.float32(ADAPTED) for name, each in down.items()}, up), head


def tune(
    lessons: Lessons, seed: int, *, taught: tuple[Adapter, Head] | None = None
) -> tuple[Adapter, Head]:
    """Return what the lessons teach; 50,000 texts take two hours of a core, one of two.

    From ``taught`` it goes on, in one round of small steps.
    """
    choose = np.random.default_rng(seed)
    learner = Learner.shipped()
    learner.prepare(lessons.signals.shape[1], choose)
    times, rate = ROUNDS, RATE
    if taught is not None:
        learner.go_on(*taught)
        times, rate = 1, RATE * ONWARDS
    cut = learner.cut(lessons.texts)
    lengths = np.array([len(pieces) for pieces in cut])
    rounds = [list(_batches(lengths, lessons.shares, choose)) for _ in range(times)]
    batches = [batch for each in rounds for batch in each]
    balanced = lessons.weights * _balance(lessons, np.concatenate(rounds[0]))

    def learn(side: Learner, part: Places, whole: float) -> float:
        decisions = side.decide([cut[at] for at in part], lessons.signals[part], DROPPED)
        truth, weights = lessons.is_true[part], balanced[part] / whole
        side.learn((weights * (1 / (1 + np.exp(-decisions)) - truth)).astype(np.float32))
        return float((weights * np.logaddexp(0, np.where(truth, -1, 1) * decisions)).sum())

    begun, losses = time.process_time(), []
    with threadpool_limits(1), ThreadPoolExecutor(len(HALVES)) as pool:
        sides = [learner, learner.twin(choose)]
        for number, batch in enumerate(batches):
            parts = [batch[half] for half in HALVES if half.start < len(batch)]
            wholes = [float(balanced[batch].sum())] * len(parts)
            losses.append(sum(pool.map(learn, sides, parts, wholes)))
            _step(
                [side.parameters for side in sides[: len(parts)]],
                number + 1,
                rate * _share_of_rate(number / len(batches)),
            )
            if number % _NEWS == _NEWS - 1:
                used = time.process_time() - begun
                print(
                    f"{number + 1} of {len(batches)} steps: loss {np.mean(losses[-_NEWS:]):.3f}, "
                    f"{used:.0f} s of CPU time",
                    file=sys.stderr,
                    flush=True,
                )
    return learner.learned()


def _balance(lessons: Lessons, places: Places) -> Floats:
    """Return weights by which what is true and what is not count the same in a round."""
    share = lessons.is_true[places].mean()
    balance: Floats = np.where(lessons.is_true, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)
    return balance


def _batches(lengths: Places, shares: Floats, choose: np.random.Generator) -> Iterator[Places]:
    """Yield the places of a round's texts, those of about one length together, in any order."""
    chosen = np.flatnonzero(choose.random(len(shares)) < shares)
    chosen = chosen[np.argsort(lengths[chosen] + 4 * choose.random(len(chosen)), kind="stable")]
    batches, begun = [], 0
    for end in range(1, len(chosen) + 1):
        if (
            end == len(chosen)
            or (end + 1 - begun) * lengths[chosen[begun : end + 1]].max() > TOKENS
        ):
            batches.append(chosen[begun:end])
            begun = end
    for at in choose.permutation(len(batches)).tolist():
        yield batches[at]


def _share_of_rate(done: float) -> float:
    """Return which share of the rate a step has when so much of the time is over (0..1)."""
    falling: float = LEAST_RATE + (1 - LEAST_RATE) * (1 + np.cos(np.pi * done)) / 2
    return min(1.0, done / WARMING + 1e-3) * falling


def _step(sides: Sequence[Sequence[Parameter]], number: int, rate: float) -> None:
    """Go the step of this ``number``, from 1 on, by what all sides found; no gradient is longer
    than 1."""
    first, *others = sides
    for each, *same in zip(first, *others, strict=True):
        each.gradient = sum((other.gradient for other in same), start=each.gradient)
    length = np.sqrt(sum(float((each.gradient**2).sum()) for each in first))
    for each in first:
        each.step(number, rate, min(1.0, 1 / (length + 1e-9)))
