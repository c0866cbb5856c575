"""Train the learned model: a linear decision a topic, the weight of the rules, the calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.classifying.examples import Example
from intake.classifying.features import BUCKETS, Features, extract
from intake.classifying.language import identify
from intake.classifying.likeness import Neighbours, Scale
from intake.classifying.linear_model import (
    LinearModel,
    Manifest,
    Prior,
    familiarity,
    softmax,
    weigh,
)
from intake.classifying.ridge import Matrix, as_matrix, solve
from intake.classifying.vocabulary import Vocabulary
from intake.errors import UsageError

SEED = 0
_FOLDS = 5
_LEAST_FOR_FOLDS = 30
"""With fewer examples the temperature is a guess on the careful side."""
_MOST_FOR_FOLDS = 3000
"""With more examples a single fold of them is enough to measure on."""
_CAREFUL_TEMPERATURE = 0.5
_TEMPERATURES = np.geomspace(0.05, 2.0, 60)
_CHANNEL_DEVIATION = 0.3
"""How far the logarithm of a channel's temperature may be expected from that of all texts."""
_UNTRIED_PRIOR = 1.0
"""What the rules count where there is too little to measure it on."""
_PRIORS = (0.0, 0.25, 0.5, 1.0)
_DESCRIBED_WEIGHT = 1.0
"""What a text that topics say of themselves counts beside an example, with few of these."""
_FEW_EXAMPLES = 30
"""With more examples of a topic, what it says of itself fades."""
_SMOOTHING = 1.0
"""Topics are balanced as if each had so many examples more: one example alone is not a topic."""
_STRANGEST_SHARE = 2.0
"""Per cent of the examples that may be called unlike all the others."""
_ENOUGH_FAMILIARITY = 0.85
"""No text of which so much is known is called foreign, however alike the examples are."""
_LEAST_TEXTS = 2
"""A bucket that fewer texts have is not used."""
_LARGEST = 127
_SURE = 0.5
_COMPARABLE = 0.9
"""If fewer of the examples resemble another that is no copy, likeness cannot be told."""
_ASKED_LANGUAGE = 500
_LEAST_OF_LANGUAGE = 3
_LEAST_SHARE_OF_LANGUAGE = 0.01


class _Task(NamedTuple):
    """What is to be learned: examples first, then what the topics say of themselves."""

    matrix: Matrix
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]
    rules: NDArray[np.float32]
    """What the rules say of the examples, by topic."""
    topics: int

    @property
    def examples(self) -> int:
        return len(self.rules)


def train(
    examples: Sequence[Example],
    *,
    described: Sequence[Example] = (),
    prior: Prior | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LinearModel:
    """Return a model of the topics of ``examples``; the same examples give the same model.

    ``described`` is what topics say of themselves and ``prior`` what rules say of a text: they are
    what a model has without any example, and matter less the more examples there are. How much
    the rules count is chosen on examples that were held out. ``progress`` is told how many of the
    trainings are done.

    Raises:
        UsageError: there are not two topics to tell apart.
    """
    topics = tuple(sorted({example.topic for example in (*examples, *described)}))
    if len(topics) < 2:
        raise UsageError(
            f"The examples have {len(topics)} topic; a model tells apart two or more.",
            remedy="Correct or label requests of other topics first.",
        )
    tell = progress or (lambda _done, _of: None)
    features = extract([example.text for example in (*examples, *described)])
    rarity = _rarity(features)
    used = _used(features, rarity)
    counts = Counter(example.topic for example in examples)
    task = _Task(
        matrix=as_matrix(weigh(features, rarity), used),
        labels=np.array([topics.index(each.topic) for each in (*examples, *described)]),
        weights=_weights(examples, described, counts),
        rules=_ask(prior, [each.text for each in examples], topics),
        topics=len(topics),
    )
    held = _hold_out(task, _folds(examples), tell)
    weight, temperature = _calibrate(task, held)
    channels = [example.channel for example in examples]
    known = _first(features, len(examples))
    neighbours = Neighbours.of(known, rarity)
    coefficients, biases = _fit(task, np.arange(len(task.labels)))
    tell(_FOLDS + 1, _FOLDS + 1)
    scales = np.maximum(np.abs(coefficients).max(axis=0), 1e-9) / _LARGEST
    kept = np.zeros((BUCKETS, len(topics)), dtype=np.int8)
    kept[used] = np.rint(coefficients / scales)
    return LinearModel(
        Manifest(
            topics=topics,
            examples=tuple(counts[topic] for topic in topics),
            temperature=temperature,
            temperatures=_of_channels(task, held, channels, weight, temperature),
            familiarity=_least_familiarity(features),
            likeness=_likeness(
                task,
                held,
                neighbours.similarities(known, rarity, but_itself=True),
                weight,
                temperature,
            ),
            languages=_languages(examples),
            prior=weight if prior is not None else 0.0,
        ),
        weights=kept,
        scales=scales.astype(np.float32),
        biases=biases.astype(np.float32),
        rarity=rarity,
        neighbours=neighbours,
        vocabulary=Vocabulary.of([example.text for example in examples]),
        prior=prior,
    )


def _weights(
    examples: Sequence[Example], described: Sequence[Example], counts: Counter[str]
) -> NDArray[np.float32]:
    """Return 1 for each example, and for what a topic says of itself less the more it has."""
    faded = [
        _DESCRIBED_WEIGHT * _FEW_EXAMPLES / (_FEW_EXAMPLES + counts[each.topic])
        for each in described
    ]
    return np.array([*[1.0] * len(examples), *faded], dtype=np.float32)


def _ask(prior: Prior | None, texts: Sequence[str], topics: Sequence[str]) -> NDArray[np.float32]:
    if prior is None or not texts or len(texts) > _MOST_FOR_FOLDS:
        return np.zeros((len(texts), len(topics)), dtype=np.float32)
    return prior(texts, topics)


def _rarity(features: Features) -> NDArray[np.float16]:
    """Return the inverse document frequency of each bucket, 0 for those of too few texts."""
    texts = len(features.starts) - 1
    having = np.bincount(features.buckets, minlength=BUCKETS)
    rarity = np.log((1 + texts) / (1 + having)) + 1
    rarity[having < _least_texts(features)] = 0
    return rarity.astype(np.float16)


def _used(features: Features, rarity: NDArray[np.float16]) -> NDArray[np.int64]:
    """Return the buckets that count, the most frequent first: they stay in the processor's cache,
    and training is three times as fast."""
    having = np.bincount(features.buckets, minlength=BUCKETS)
    used = np.flatnonzero((rarity > 0) & (having > 0))
    return used[np.argsort(-having[used], kind="stable")]


def _least_familiarity(features: Features) -> float:
    """Return how much of a text other examples must have for it to be like them."""
    having = np.bincount(features.buckets, minlength=BUCKETS)
    shares = familiarity(features, having[features.buckets] > _least_texts(features))
    return min(float(np.percentile(shares, _STRANGEST_SHARE)), _ENOUGH_FAMILIARITY)


def _least_texts(features: Features) -> int:
    texts = len(features.starts) - 1
    return min(_LEAST_TEXTS, max(1, texts // 20))


def _fit(task: _Task, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return coefficients (used buckets by topics) and biases learned from ``rows``, balanced."""
    labels, weights = task.labels[rows], task.weights[rows]
    totals = np.bincount(labels, weights=weights, minlength=task.topics) + _SMOOTHING
    balanced = weights * weights.sum() / (task.topics * totals[labels])
    targets = np.full((len(rows), task.topics), -1, dtype=np.float32)
    targets[np.arange(len(rows)), labels] = 1
    return solve(task.matrix[rows], targets, balanced.astype(np.float32))


def _folds(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Return the fold of each example; equal texts are in one fold."""
    texts = sorted({example.text for example in examples})
    order = np.random.default_rng(SEED).permutation(len(texts))
    fold = dict(zip(texts, (order % _FOLDS).tolist(), strict=True))
    return np.array([fold[example.text] for example in examples], dtype=np.int64)


class _Held(NamedTuple):
    """The examples (rows) that were held out, and what was decided of each without it."""

    rows: NDArray[np.int64]
    decisions: NDArray[np.float32]


def _hold_out(
    task: _Task, folds: NDArray[np.int64], tell: Callable[[int, int], None]
) -> _Held | None:
    """Return the decisions on examples by what the others taught; None if there are too few."""
    if task.examples < _LEAST_FOR_FOLDS:
        return None
    decisions = np.zeros((task.examples, task.topics), dtype=np.float32)
    described = np.arange(task.examples, len(task.labels))
    tried = range(_FOLDS if task.examples <= _MOST_FOR_FOLDS else 1)
    for fold in tried:
        tell(fold, _FOLDS + 1)
        learned, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        coefficients, biases = _fit(task, np.concatenate((learned, described)))
        decisions[held] = task.matrix[held] @ coefficients + biases
    rows = np.flatnonzero(np.isin(folds, tried))
    return _Held(rows, decisions[rows])


def _calibrate(task: _Task, held: _Held | None) -> tuple[float, float]:
    """Return the weight of the rules and the temperature with the least surprise on ``held``."""
    if held is None:
        return _UNTRIED_PRIOR, _CAREFUL_TEMPERATURE
    rows, decisions = held

    def surprise(setting: tuple[float, float]) -> float:
        weight, temperature = setting
        return _surprise(decisions + weight * task.rules[rows], task.labels[rows], temperature)

    weights = _PRIORS if task.rules.any() else _PRIORS[:1]
    return min(((w, float(t)) for w in weights for t in _TEMPERATURES), key=surprise)


def _of_channels(
    task: _Task, held: _Held | None, channels: Sequence[str], weight: float, temperature: float
) -> dict[str, float]:
    """Return the temperatures of the channels of which enough examples were held out.

    Each has the least surprise on its own texts; the fewer they are, the nearer it is to that of
    all texts (its logarithm has a normal prior about it).
    """
    if held is None:
        return {}
    values = held.decisions + weight * task.rules[held.rows]
    own = np.array([channels[row] for row in held.rows.tolist()])
    found: dict[str, float] = {}
    for channel in sorted({each for each in channels if each}):
        some = np.flatnonzero(own == channel)
        if _LEAST_FOR_FOLDS <= len(some) < len(own):
            distances = np.log(_TEMPERATURES / temperature) / _CHANNEL_DEVIATION
            costs = [
                _surprise(values[some], task.labels[held.rows[some]], tried)
                for tried in _TEMPERATURES.tolist()
            ]
            found[channel] = float(_TEMPERATURES[np.argmin(costs + distances**2 / 2)])
    return found


def _surprise(
    decisions: NDArray[np.float32], right: NDArray[np.int64], temperature: float
) -> float:
    """Return the sum of -log(share) of the right topics."""
    shares = softmax(decisions, temperature)[np.arange(len(right)), right]
    return float(-np.log(np.maximum(shares, 1e-9)).sum())


def _likeness(
    task: _Task,
    held: _Held | None,
    similarities: NDArray[np.float32],
    weight: float,
    temperature: float,
) -> Scale | None:
    """Return how near and how clear the held-out examples are that would be filed, and rightly."""
    if held is None:
        return None
    decisions = held.decisions + weight * task.rules[held.rows]
    is_right = decisions.argmax(axis=1) == task.labels[held.rows]
    is_sure = softmax(decisions, temperature).max(axis=1) >= _SURE
    told = is_right & is_sure
    near = similarities[held.rows][told]
    if (near > 0).sum() < max(_LEAST_FOR_FOLDS, _COMPARABLE * len(near)):
        return None
    return Scale.of(near, decisions[told].max(axis=1))


def _languages(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return the languages that enough of the examples, or of many of them, are written in."""
    chance = np.random.default_rng(SEED)
    asked = min(len(examples), _ASKED_LANGUAGE)
    drawn = chance.choice(len(examples), asked, replace=False).tolist() if examples else []
    counts = Counter(identify(examples[place].text) for place in drawn)
    least = max(_LEAST_OF_LANGUAGE, _LEAST_SHARE_OF_LANGUAGE * asked)
    return tuple(sorted(code for code, count in counts.items() if code and count >= least))


def _first(features: Features, texts: int) -> Features:
    """Return the features of the first ``texts``."""
    starts = features.starts[: texts + 1]
    return Features(starts, features.buckets[: starts[-1]], features.values[: starts[-1]])
