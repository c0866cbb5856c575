"""Train the learned model: a linear decision a topic, the weight of the rules, the calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.classifying.calibration import (
    CAREFUL_TEMPERATURE,
    LEAST_HELD_OUT,
    HeldOut,
    calibrate,
    of_channels,
    softmax,
)
from intake.classifying.embeddings import SURE, Embedder, EmbeddingHead, EmbeddingScale, centred
from intake.classifying.encoder import Floats
from intake.classifying.examples import Example
from intake.classifying.features import BUCKETS, Features, extract, familiarity, weigh
from intake.classifying.language import identify
from intake.classifying.likeness import Neighbours, Scale
from intake.classifying.linear_model import LinearModel, Prior
from intake.classifying.manifest import Manifest
from intake.classifying.ridge import Matrix, as_matrix, solve
from intake.classifying.vocabulary import Vocabulary
from intake.errors import UsageError

SEED = 0
_FOLDS = 5
_MOST_FOR_FOLDS = 3000
"""With more examples a single fold of them is enough to measure on."""
MOST_EMBEDDED = 2000
"""With more examples words tell enough, and embedding them all would take minutes."""
_EMBEDDED_AT_ONCE = 50
"""After so many texts it is told how many are embedded."""
_EMBEDDING_STRENGTH = 1.4
"""What embeddings are multiplied by: the more, the less ridge holds back their decisions."""
_UNTRIED_PRIOR, _UNTRIED_EMBEDDING = 1.0, 0.5
"""What the rules, and embeddings, count where there is too little to measure it on."""
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
    folds: NDArray[np.int64]
    """Of each example."""
    channels: Sequence[str]
    """Of each example."""
    topics: int

    @property
    def examples(self) -> int:
        return len(self.folds)


class _Scaled(NamedTuple):
    """What another opinion counts beside the decisions, and the temperatures of both together."""

    weight: float
    temperature: float
    temperatures: dict[str, float]
    held: HeldOut | None
    """Both together."""


def train(
    examples: Sequence[Example],
    *,
    described: Sequence[Example] = (),
    written: Sequence[Example] = (),
    prior: Prior | None = None,
    embedder: Embedder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LinearModel:
    """Return a model of the topics of ``examples``; the same examples give the same model.

    ``described`` is what topics say of themselves, ``written`` are messages that nobody sent, to
    learn from, and ``prior`` is what rules say of a text: they are what a model has without any
    example, and matter less the more examples there are. How much the rules count is chosen on
    examples that were held out. Where ``embedder`` is given and there are at most ``MOST_EMBEDDED``
    examples, decisions on embeddings are learned too. ``progress`` is told how many of the steps
    are done.

    Raises:
        UsageError: there are not two topics to tell apart.
    """
    told = (*described, *written)
    every = (*examples, *told)
    topics = tuple(sorted({example.topic for example in every}))
    if len(topics) < 2:
        raise UsageError(
            f"The examples have {len(topics)} topic; a model tells apart two or more.",
            remedy="Correct or label requests of other topics first.",
        )
    if len(examples) > MOST_EMBEDDED:
        embedder = None
    tell = _Telling(progress, texts=len(every) if embedder else 0)
    features = extract([example.text for example in every])
    rarity = _rarity(features)
    used = _used(features, rarity)
    counts = Counter(example.topic for example in examples)
    task = _Task(
        matrix=as_matrix(weigh(features, rarity), used),
        labels=np.array([topics.index(each.topic) for each in every]),
        weights=_weights(examples, told, counts),
        folds=_folds(examples),
        channels=[example.channel for example in examples],
        topics=len(topics),
    )
    rules = _ask(prior, [each.text for each in examples], topics)
    scaled = _scale(task, _hold_out(task, tell.trained), rules, _UNTRIED_PRIOR)
    known = _first(features, len(examples))
    neighbours = Neighbours.of(known, rarity)
    coefficients, biases = _fit(task, np.arange(len(task.labels)))
    tell.trained(_FOLDS + 1)
    head, scale = None, None
    if embedder is not None:
        embeddings = tell.embedding(embedder, [each.text for each in every])
        head, scale = _learn_embeddings(task, embeddings, scaled, embedder.version)
    scales = np.maximum(np.abs(coefficients).max(axis=0), 1e-9) / _LARGEST
    kept = np.zeros((BUCKETS, len(topics)), dtype=np.int8)
    kept[used] = np.rint(coefficients / scales)
    return LinearModel(
        Manifest(
            topics=topics,
            examples=tuple(counts[topic] for topic in topics),
            written=_count(written, topics),
            temperature=scaled.temperature,
            temperatures=scaled.temperatures,
            familiarity=_least_familiarity(features),
            likeness=_likeness(scaled, neighbours.similarities(known, rarity, but_itself=True)),
            languages=_languages(examples),
            prior=scaled.weight if prior is not None else 0.0,
            embeddings=scale,
        ),
        weights=kept,
        scales=scales.astype(np.float32),
        biases=biases.astype(np.float32),
        rarity=rarity,
        neighbours=neighbours,
        vocabulary=Vocabulary.of([example.text for example in examples]),
        prior=prior,
        head=head,
        embedder=embedder,
    )


class _Telling:
    """Tells how many steps are done: trainings, then bunches of texts that are embedded."""

    def __init__(self, progress: Callable[[int, int], None] | None, *, texts: int) -> None:
        self._progress = progress or (lambda _done, _of: None)
        self._steps = _FOLDS + 1 + len(range(0, texts, _EMBEDDED_AT_ONCE))

    def trained(self, times: int) -> None:
        self._progress(times, self._steps)

    def embedding(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the embeddings of the texts."""
        found = []
        for number, start in enumerate(range(0, len(texts), _EMBEDDED_AT_ONCE), start=1):
            found.append(embedder.embed(texts[start : start + _EMBEDDED_AT_ONCE]))
            self._progress(_FOLDS + 1 + number, self._steps)
        return np.concatenate(found)


def _count(written: Sequence[Example], topics: Sequence[str]) -> tuple[int, ...]:
    counts = Counter(each.topic for each in written)
    return tuple(counts[topic] for topic in topics) if counts else ()


def _weights(
    examples: Sequence[Example], told: Sequence[Example], counts: Counter[str]
) -> NDArray[np.float32]:
    """Return 1 for each example, and for what is told of a topic less the more it has."""
    faded = [
        _DESCRIBED_WEIGHT * _FEW_EXAMPLES / (_FEW_EXAMPLES + counts[each.topic]) for each in told
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


def _hold_out(task: _Task, tell: Callable[[int], None]) -> HeldOut | None:
    """Return the decisions on examples by what the others taught; None if there are too few."""
    if task.examples < LEAST_HELD_OUT:
        return None
    decisions = np.zeros((task.examples, task.topics), dtype=np.float32)
    described = np.arange(task.examples, len(task.labels))
    tried = range(_FOLDS if task.examples <= _MOST_FOR_FOLDS else 1)
    for fold in tried:
        tell(fold)
        learned, held = np.flatnonzero(task.folds != fold), np.flatnonzero(task.folds == fold)
        coefficients, biases = _fit(task, np.concatenate((learned, described)))
        decisions[held] = task.matrix[held] @ coefficients + biases
    rows = np.flatnonzero(np.isin(task.folds, tried))
    return HeldOut(rows, decisions[rows], task.labels[rows])


def _scale(
    task: _Task, held: HeldOut | None, added: NDArray[np.float32], untried: float
) -> _Scaled:
    """Return what ``added`` (of every example) counts, ``untried`` where nothing can be measured,
    and the temperatures."""
    if held is None:
        return _Scaled(untried, CAREFUL_TEMPERATURE, {}, None)
    weight, temperature = calibrate(held, added[held.rows])
    both = held.adding(np.float32(weight) * added[held.rows])
    return _Scaled(weight, temperature, of_channels(both, task.channels, temperature), both)


def _learn_embeddings(
    task: _Task, embeddings: Floats, words: _Scaled, encoder: str
) -> tuple[EmbeddingHead | None, EmbeddingScale | None]:
    """Return what embeddings tell of the topics, and what that counts where words leave a doubt:
    None if it tells nothing."""
    centre = embeddings.mean(axis=0)
    directions = centred(embeddings, centre) * np.float32(_EMBEDDING_STRENGTH)
    task = task._replace(matrix=Matrix(directions))
    held, both = _hold_out(task, lambda _done: None), None
    added = np.zeros((task.examples, task.topics), dtype=np.float32)
    if held is not None and words.held is not None:
        added[held.rows] = held.decisions
        both = words.held.among(_doubtful(task, words, words.held))
    scaled = _scale(task, both, added, _UNTRIED_EMBEDDING)
    if not scaled.weight:
        return None, None
    spread = scaled.temperature / words.temperature
    temperatures = {name: spread * each for name, each in words.temperatures.items()}
    coefficients, biases = _fit(task, np.arange(len(task.labels)))
    weights = coefficients * np.float32(_EMBEDDING_STRENGTH)
    return (
        EmbeddingHead(centre, weights.astype(np.float32), biases.astype(np.float32)),
        EmbeddingScale(
            encoder=encoder,
            weight=scaled.weight,
            temperature=scaled.temperature,
            temperatures=temperatures | scaled.temperatures,
        ),
    )


def _doubtful(task: _Task, words: _Scaled, held: HeldOut) -> NDArray[np.int64]:
    """Return the places of those held out of which words leave a doubt; of all, if that is too
    few to measure anything on."""
    channels = [task.channels[row] for row in held.rows.tolist()]
    found = [words.temperatures.get(channel, words.temperature) for channel in channels]
    shares = softmax(held.decisions, np.array(found, dtype=np.float32)[:, None])
    doubtful = np.flatnonzero(shares.max(axis=1) < SURE)
    return doubtful if len(doubtful) >= LEAST_HELD_OUT else np.arange(len(held.rows))


def _likeness(scaled: _Scaled, similarities: NDArray[np.float32]) -> Scale | None:
    """Return how near and how clear the held-out examples are that would be filed, and rightly."""
    if scaled.held is None:
        return None
    rows, decisions, labels = scaled.held
    is_right = decisions.argmax(axis=1) == labels
    is_sure = softmax(decisions, scaled.temperature).max(axis=1) >= _SURE
    told = is_right & is_sure
    near = similarities[rows][told]
    if (near > 0).sum() < max(LEAST_HELD_OUT, _COMPARABLE * len(near)):
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
