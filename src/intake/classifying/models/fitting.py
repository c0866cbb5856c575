"""Fit decisions to a task, and measure on held-out examples what another opinion counts beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.classifying.models.calibration import (
    CAREFUL_TEMPERATURE,
    LEAST_HELD_OUT,
    HeldOut,
    calibrate,
    of_channels,
)
from intake.classifying.models.examples import Example
from intake.classifying.models.ridge import Matrix, solve

SEED = 0
FOLDS = 5
MOST_FOR_FOLDS = 3000
"""With more examples a single fold of them is enough to measure on."""
_SMOOTHING = 1.0
"""Topics are balanced as if each had so many examples more: one example alone is not a topic."""


class Task(NamedTuple):
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


class Scaled(NamedTuple):
    """What another opinion counts beside the decisions, and the temperatures of both together."""

    weight: float
    temperature: float
    temperatures: dict[str, float]
    held: HeldOut | None
    """Both together."""


def fit(task: Task, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return coefficients (used buckets by topics) and biases learned from ``rows``, balanced."""
    labels, weights = task.labels[rows], task.weights[rows]
    totals = np.bincount(labels, weights=weights, minlength=task.topics) + _SMOOTHING
    balanced = weights * weights.sum() / (task.topics * totals[labels])
    targets = np.full((len(rows), task.topics), -1, dtype=np.float32)
    targets[np.arange(len(rows)), labels] = 1
    return solve(task.matrix[rows], targets, balanced.astype(np.float32))


def folds_of(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Return the fold of each example; equal texts are in one fold."""
    texts = sorted({example.text for example in examples})
    order = np.random.default_rng(SEED).permutation(len(texts))
    fold = dict(zip(texts, (order % FOLDS).tolist(), strict=True))
    return np.array([fold[example.text] for example in examples], dtype=np.int64)


def hold_out(task: Task, tell: Callable[[int], None]) -> HeldOut | None:
    """Return the decisions on examples by what the others taught; None if there are too few."""
    if task.examples < LEAST_HELD_OUT:
        return None
    decisions = np.zeros((task.examples, task.topics), dtype=np.float32)
    described = np.arange(task.examples, len(task.labels))
    tried = range(FOLDS if task.examples <= MOST_FOR_FOLDS else 1)
    for fold in tried:
        tell(fold)
        learned, held = np.flatnonzero(task.folds != fold), np.flatnonzero(task.folds == fold)
        coefficients, biases = fit(task, np.concatenate((learned, described)))
        decisions[held] = task.matrix[held] @ coefficients + biases
    rows = np.flatnonzero(np.isin(task.folds, tried))
    return HeldOut(rows, decisions[rows], task.labels[rows])


def scale(task: Task, held: HeldOut | None, added: NDArray[np.float32], untried: float) -> Scaled:
    """Return what ``added`` (of every example) counts, ``untried`` where nothing can be measured,
    and the temperatures."""
    if held is None:
        return Scaled(untried, CAREFUL_TEMPERATURE, {}, None)
    weight, temperature = calibrate(held, added[held.rows])
    both = held.adding(np.float32(weight) * added[held.rows])
    return Scaled(weight, temperature, of_channels(both, task.channels, temperature), both)
