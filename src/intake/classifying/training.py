"""Train the learned model: one linear support vector machine a topic, and its calibration."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from intake.classifying.examples import Example
from intake.classifying.features import BUCKETS, Features, extract
from intake.classifying.linear_model import LinearModel, Manifest, familiarity, softmax, weigh
from intake.errors import UsageError

SEED = 0
_FOLDS = 5
_LEAST_FOR_FOLDS = 30
"""With fewer examples the temperature is a guess on the careful side."""
_CAREFUL_TEMPERATURE = 0.5
_TEMPERATURES = np.geomspace(0.05, 2.0, 60)
_STRANGEST_SHARE = 2.0
"""Per cent of the examples that may be called unlike all the others."""
_ENOUGH_FAMILIARITY = 0.85
"""No text of which so much is known is called foreign, however alike the examples are."""
_LEAST_TEXTS = 2
"""A bucket that fewer texts have is not used."""
_LARGEST = 127


def train(
    examples: Sequence[Example], *, progress: Callable[[int, int], None] | None = None
) -> LinearModel:
    """Return a model of the topics of ``examples``; the same examples give the same model.

    ``progress`` is told how many of the trainings are done.

    Raises:
        UsageError: there are not two topics to tell apart.
    """
    topics = tuple(sorted({example.topic for example in examples}))
    if len(topics) < 2:
        raise UsageError(
            f"The examples have {len(topics)} topic; a model tells apart two or more.",
            remedy="Correct or label requests of other topics first.",
        )
    tell = progress or (lambda _done, _of: None)
    features = extract([example.text for example in examples])
    labels = np.array([topics.index(example.topic) for example in examples])
    weights = np.array([example.weight for example in examples])
    rarity = _rarity(features)
    matrix = _matrix(weigh(features, rarity))
    temperature = _temperature(matrix, labels, weights, _folds(examples), tell)
    coefficients, biases = _fit(matrix, labels, weights, len(topics))
    tell(_FOLDS + 1, _FOLDS + 1)
    scales = np.maximum(np.abs(coefficients).max(axis=1), 1e-9) / _LARGEST
    counts = Counter(example.topic for example in examples if example.weight >= 1)
    return LinearModel(
        Manifest(
            topics=topics,
            examples=tuple(counts[topic] for topic in topics),
            temperature=temperature,
            familiarity=_least_familiarity(features),
        ),
        weights=np.ascontiguousarray(np.rint(coefficients / scales[:, None]).astype(np.int8).T),
        scales=scales.astype(np.float32),
        biases=biases.astype(np.float32),
        rarity=rarity,
    )


def _rarity(features: Features) -> NDArray[np.float16]:
    """Return the inverse document frequency of each bucket, 0 for those of too few texts."""
    texts = len(features.starts) - 1
    having = np.bincount(features.buckets, minlength=BUCKETS)
    rarity = np.log((1 + texts) / (1 + having)) + 1
    rarity[having < _least_texts(features)] = 0
    return rarity.astype(np.float16)


def _least_familiarity(features: Features) -> float:
    """Return how much of a text other examples must have for it to be like them."""
    having = np.bincount(features.buckets, minlength=BUCKETS)
    shares = familiarity(features, having[features.buckets] > _least_texts(features))
    return min(float(np.percentile(shares, _STRANGEST_SHARE)), _ENOUGH_FAMILIARITY)


def _least_texts(features: Features) -> int:
    texts = len(features.starts) - 1
    return min(_LEAST_TEXTS, max(1, texts // 20))


def _matrix(features: Features) -> csr_matrix:
    return csr_matrix(
        (features.values, features.buckets, features.starts),
        shape=(len(features.starts) - 1, BUCKETS),
    )


def _fit(
    matrix: csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64], topics: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients (topics by buckets) and biases; a topic that is not there never wins."""
    machine = LinearSVC(C=1.0, class_weight="balanced", random_state=SEED)
    with warnings.catch_warnings():  # many topics and few examples are how one begins
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        machine.fit(matrix, labels, sample_weight=weights)
    coefficients = np.zeros((topics, BUCKETS))
    biases = np.full(topics, -2.0)
    if len(machine.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients[machine.classes_] = np.vstack([-machine.coef_, machine.coef_])
        biases[machine.classes_] = [-machine.intercept_[0], machine.intercept_[0]]
    else:
        coefficients[machine.classes_] = machine.coef_
        biases[machine.classes_] = machine.intercept_
    return coefficients, biases


def _folds(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Return the fold of each example; equal texts are in one fold."""
    texts = sorted({example.text for example in examples})
    order = np.random.default_rng(SEED).permutation(len(texts))
    fold = dict(zip(texts, (order % _FOLDS).tolist(), strict=True))
    return np.array([fold[example.text] for example in examples])


def _temperature(
    matrix: csr_matrix,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    folds: NDArray[np.int64],
    tell: Callable[[int, int], None],
) -> float:
    """Return the temperature with the least surprise on examples that were held out."""
    if len(labels) < _LEAST_FOR_FOLDS:
        return _CAREFUL_TEMPERATURE
    topics = int(labels.max()) + 1
    decisions = np.zeros((len(labels), topics), dtype=np.float32)
    for fold in range(_FOLDS):
        learned, held = folds != fold, folds == fold
        tell(fold, _FOLDS + 1)
        if len(set(labels[learned])) < 2 or not held.any():
            return _CAREFUL_TEMPERATURE
        coefficients, biases = _fit(matrix[learned], labels[learned], weights[learned], topics)
        decisions[held] = matrix[held] @ coefficients.T + biases
    counted = weights >= 1
    if not counted.any():
        return _CAREFUL_TEMPERATURE
    rows, right = np.arange(int(counted.sum())), labels[counted]
    surprise = [
        -np.log(np.maximum(softmax(decisions[counted], each)[rows, right], 1e-9)).mean()
        for each in _TEMPERATURES
    ]
    return float(_TEMPERATURES[int(np.argmin(surprise))])
