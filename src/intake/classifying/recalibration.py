"""Recalibration: how often machines are right lately, for each confidence and topic.

The log-odds of being right are taken for a line over those of confidence (Platt, 1999), with a step
of its own for each topic. All of it is believed to be as confidence says until outcomes tell
otherwise: offset, slope and steps have normal priors about that, and the likeliest ones are sought
by Newton's method. Which outcomes are known hangs on confidence and topic alone, as the gate is all
that keeps a text from a person; so those below the threshold, which are all known, and the few
above it that an audit showed teach the same line, and need no weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HALF_LIFE = 100
"""After so many later outcomes an outcome counts half."""
_LEAST, _MOST = 0.01, 0.999
"""No confidence is taken for lower or higher."""
_OFFSET_DEVIATION = 1.0
_SLOPE_DEVIATION = 0.5
_STEP_DEVIATION = 1.0
"""How far offset, slope and the steps of the topics are expected from 0, 1 and 0."""
_LEAST_SLOPE = 0.2
"""More confidence is never taken for a worse sign."""
_MOST_ROUNDS = 50
_LONGEST_STEP = 2.0
_EXACT = 1e-6


class Recalibration(NamedTuple):
    """The line, and the steps of the topics about which outcomes are known."""

    offset: float
    slope: float
    steps: Mapping[str, float]

    def odds(self, confidence: float, topic: str) -> float:
        """Return the log-odds of being right."""
        line = self.offset + self.slope * _log_odds(confidence)
        return line + self.steps.get(topic, 0.0)

    def confidence_of(self, odds: float, topic: str = "") -> float | None:
        """Return the least confidence (0..1) that has these log-odds of being right; None if no
        confidence has."""
        needed = (odds - self.offset - self.steps.get(topic, 0.0)) / self.slope
        if needed > _log_odds(_MOST) + _EXACT:
            return None
        return share_of(max(needed, _log_odds(_LEAST)))


def recalibrate(outcomes: Sequence[tuple[float, bool, str]]) -> Recalibration:
    """Return the likeliest line and steps for outcomes, which are in the order in which they came.

    Each has a confidence, whether it was right, and its topic ("" where that does not matter).
    """
    topics = sorted({topic for _, _, topic in outcomes if topic})
    columns = {topic: 2 + place for place, topic in enumerate(topics)}
    known = np.zeros((len(outcomes), 2 + len(topics)))
    known[:, 0] = 1.0
    for row, (confidence, _, topic) in zip(known, outcomes, strict=True):
        row[1] = _log_odds(confidence)
        if topic:
            row[columns[topic]] = 1.0
    is_right = np.array([float(right) for _, right, _ in outcomes])
    weights = 0.5 ** (np.arange(len(outcomes))[::-1] / HALF_LIFE)
    deviations = [_OFFSET_DEVIATION, _SLOPE_DEVIATION, *[_STEP_DEVIATION] * len(topics)]
    offset, slope, *steps = _likeliest(known, is_right, weights, np.array(deviations)).tolist()
    return Recalibration(offset, max(slope, _LEAST_SLOPE), dict(zip(topics, steps, strict=True)))


def share_of(odds: float) -> float:
    """Return the share (0..1) that has these log-odds."""
    return 1 / (1 + math.exp(-odds))


def _likeliest(
    known: NDArray[np.float64],
    is_right: NDArray[np.float64],
    weights: NDArray[np.float64],
    deviations: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the coefficients of a logistic regression with a normal prior on each."""
    believed = np.zeros(known.shape[1])
    believed[1] = 1.0
    found, certainty = believed.copy(), 1 / deviations**2
    for _ in range(_MOST_ROUNDS):
        shares = 1 / (1 + np.exp(-np.clip(known @ found, -30, 30)))
        slope = known.T @ (weights * (is_right - shares)) - certainty * (found - believed)
        bend = (known * (weights * shares * (1 - shares))[:, None]).T @ known + np.diag(certainty)
        step = np.linalg.solve(bend, slope)
        found += step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), _EXACT))
        if np.abs(step).max() < _EXACT:
            break
    return found


def _log_odds(confidence: float) -> float:
    kept = min(max(confidence, _LEAST), _MOST)
    return math.log(kept / (1 - kept))
