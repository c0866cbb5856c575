"""Ridge: one regularised least-squares decision a topic, solved for all topics at once.

With ``w`` the weight of an example, the solution has the least
``sum(w * (decision - target) ** 2) + sum(coefficient ** 2)``, biases included. It is found by
conjugate gradients on the examples (the dual problem), in the same order every time, so that the
same examples give the same bits.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from intake.classifying.words.features import BUCKETS, Features

_TOLERANCE = 0.01
"""The residual, as a share of what it was at first, that is good enough."""
_MOST_STEPS = 30


Matrix: TypeAlias = csr_matrix


def as_matrix(features: Features, used: NDArray[np.int64]) -> Matrix:
    """Return texts by ``used`` buckets, in their order."""
    shape = (len(features.starts) - 1, BUCKETS)
    matrix = Matrix((features.values, features.buckets, features.starts), shape=shape)[:, used]
    matrix.sort_indices()
    return matrix


def solve(
    matrix: Matrix, targets: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return coefficients (buckets by topics) and biases for ``targets`` (examples by topics).

    ``weights`` are above 0, one an example.
    """
    across = matrix.T.tocsr()
    softness: NDArray[np.float32] = np.float32(1) / weights[:, None]

    def apply(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        applied: NDArray[np.float32] = matrix @ (across @ vectors)
        applied += vectors.sum(axis=0) + softness * vectors
        return applied

    scale = np.float32(2) + softness  # the diagonal: texts are of length one, and one for the bias
    solution = np.zeros_like(targets)
    residual = targets.copy()
    step: NDArray[np.float32] = residual / scale
    size = (residual * step).sum(axis=0)
    enough = _TOLERANCE**2 * size
    for _ in range(_MOST_STEPS):
        if (size <= enough).all():
            break
        turned = apply(step)
        length = size / np.maximum((step * turned).sum(axis=0), 1e-30)
        solution += length * step
        residual -= length * turned
        scaled = residual / scale
        size, former = (residual * scaled).sum(axis=0), size
        step = scaled + size / np.maximum(former, 1e-30) * step
    return across @ solution, solution.sum(axis=0)
