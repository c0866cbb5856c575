"""Train the learned model: a linear decision a topic, the weight of the rules, the calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from intake.classifying.encoding.embeddings import Embedder
from intake.classifying.encoding.encoder import Floats
from intake.classifying.language import identify
from intake.classifying.models.calibration import LEAST_HELD_OUT, softmax
from intake.classifying.models.embedding_training import learn_embeddings
from intake.classifying.models.examples import Example
from intake.classifying.models.fitting import (
    FOLDS,
    MOST_FOR_FOLDS,
    SEED,
    Scaled,
    Task,
    fit,
    folds_of,
    hold_out,
    scale,
)
from intake.classifying.models.likeness import Neighbours, Scale
from intake.classifying.models.linear_model import LinearModel, Prior
from intake.classifying.models.manifest import Manifest
from intake.classifying.models.ridge import as_matrix
from intake.classifying.words.features import BUCKETS, Features, extract, familiarity, weigh
from intake.classifying.words.vocabulary import Vocabulary
from intake.errors import UsageError

MOST_EMBEDDED = 2000
"""With more examples words tell enough, and embedding them all would take minutes."""
_EMBEDDED_AT_ONCE = 50
"""After so many texts it is told how many are embedded."""
_UNTRIED_PRIOR = 1.0
"""What the rules count where there is too little to measure it on."""
_DESCRIBED_WEIGHT = 1.0
"""What a text that topics say of themselves counts beside an example, with few of these."""
_FEW_EXAMPLES = 30
"""With more examples of a topic, what it says of itself fades."""
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
    task = Task(
        matrix=as_matrix(weigh(features, rarity), used),
        labels=np.array([topics.index(each.topic) for each in every]),
        weights=_weights(examples, told, counts),
        folds=folds_of(examples),
        channels=[example.channel for example in examples],
        topics=len(topics),
    )
    rules = _ask(prior, [each.text for each in examples], topics)
    scaled = scale(task, hold_out(task, tell.trained), rules, _UNTRIED_PRIOR)
    known = _first(features, len(examples))
    neighbours = Neighbours.of(known, rarity)
    coefficients, biases = fit(task, np.arange(len(task.labels)))
    tell.trained(FOLDS + 1)
    head, embedding_scale = None, None
    if embedder is not None:
        embeddings = tell.embedding(embedder, [each.text for each in every])
        head, embedding_scale = learn_embeddings(task, embeddings, scaled, embedder.version)
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
            embeddings=embedding_scale,
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
        self._steps = FOLDS + 1 + len(range(0, texts, _EMBEDDED_AT_ONCE))

    def trained(self, times: int) -> None:
        self._progress(times, self._steps)

    def embedding(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the embeddings of the texts."""
        found = []
        for number, start in enumerate(range(0, len(texts), _EMBEDDED_AT_ONCE), start=1):
            found.append(embedder.embed(texts[start : start + _EMBEDDED_AT_ONCE]))
            self._progress(FOLDS + 1 + number, self._steps)
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
    if prior is None or not texts or len(texts) > MOST_FOR_FOLDS:
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


def _likeness(scaled: Scaled, similarities: NDArray[np.float32]) -> Scale | None:
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
