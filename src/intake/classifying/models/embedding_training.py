"""Learn what embeddings tell of the topics, and what that counts where words leave a doubt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intake.classifying.encoding.embeddings import SURE, EmbeddingHead, EmbeddingScale, centred
from intake.classifying.encoding.encoder import Floats
from intake.classifying.models.calibration import LEAST_HELD_OUT, HeldOut, softmax
from intake.classifying.models.fitting import Scaled, Task, fit, hold_out, scale
from intake.classifying.models.ridge import Matrix

_STRENGTH = 1.4
"""What embeddings are multiplied by: the more, the less ridge holds back their decisions."""
_UNTRIED = 0.5
"""What embeddings count where there is too little to measure it on."""


def learn_embeddings(
    task: Task, embeddings: Floats, words: Scaled, encoder: str
) -> tuple[EmbeddingHead | None, EmbeddingScale | None]:
    """Return what embeddings tell of the topics, and what that counts where words leave a doubt:
    None if it tells nothing."""
    centre = embeddings.mean(axis=0)
    directions = centred(embeddings, centre) * np.float32(_STRENGTH)
    task = task._replace(matrix=Matrix(directions))
    held, both = hold_out(task, lambda _done: None), None
    added = np.zeros((task.examples, task.topics), dtype=np.float32)
    if held is not None and words.held is not None:
        added[held.rows] = held.decisions
        both = words.held.among(_doubtful(task, words, words.held))
    scaled = scale(task, both, added, _UNTRIED)
    if not scaled.weight:
        return None, None
    spread = scaled.temperature / words.temperature
    temperatures = {name: spread * each for name, each in words.temperatures.items()}
    coefficients, biases = fit(task, np.arange(len(task.labels)))
    weights = coefficients * np.float32(_STRENGTH)
    return (
        EmbeddingHead(centre, weights.astype(np.float32), biases.astype(np.float32)),
        EmbeddingScale(
            encoder=encoder,
            weight=scaled.weight,
            temperature=scaled.temperature,
            temperatures=temperatures | scaled.temperatures,
        ),
    )


def _doubtful(task: Task, words: Scaled, held: HeldOut) -> NDArray[np.int64]:
    """Return the places of those held out of which words leave a doubt; of all, if that is too
    few to measure anything on."""
    channels = [task.channels[row] for row in held.rows.tolist()]
    found = [words.temperatures.get(channel, words.temperature) for channel in channels]
    shares = softmax(held.decisions, np.array(found, dtype=np.float32)[:, None])
    doubtful = np.flatnonzero(shares.max(axis=1) < SURE)
    return doubtful if len(doubtful) >= LEAST_HELD_OUT else np.arange(len(held.rows))
