"""Recalibration: how often machines are right lately, for each confidence and topic.

The log-odds of being right are taken for a line over those of confidence (Platt, 1999), with a step
of its own for each topic. All of it is believed to be as confidence says until outcomes tell
otherwise: offset, slope and steps have normal priors about that. The likeliest ones are sought by
Newton's method; how uncertain they are is told by the curvature there, and draws the log-odds
towards nought (MacKay, 1992): of what is little known no high share is promised.

Which outcomes are known hangs on confidence and topic alone, as the gate is all that keeps a text
from a person. So those below the threshold, which are all known, and the few above it that an audit
showed teach the same line, and need no weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HALF_LIFE = 100
"""After so many later outcomes an outcome counts half."""
_LEAST, _MOST = 0.01, 0.999
"""No confidence is taken for lower or higher."""
_OFFSET_DEVIATION, _SLOPE_DEVIATION, _STEP_DEVIATION = 1.0, 0.5, 1.4
"""How far offset, slope and the steps of the topics are expected from 0, 1 and 0."""
_LEAST_SLOPE = 0.2
"""More confidence is never taken for a worse sign."""
_SPREAD = math.pi / 8
"""How much a variance draws log-odds towards nought."""
_MOST_ROUNDS = 50
_LONGEST_STEP = 2.0
_EXACT = 1e-6
_HALVINGS = 40


class _Line(NamedTuple):
    """Offset and slope, and how uncertain they are together (their variances and covariance)."""

    offset: float
    slope: float
    offset_variance: float
    covariance: float
    slope_variance: float

    def at(self, place: float) -> float:
        """Return the log-odds at a ``place`` (the log-odds of confidence).

        Far from the outcomes uncertainty grows faster than the line, and would draw them towards
        nought again: there they stay what they are where that begins.
        """
        level = self.slope * (1 + _SPREAD * self.offset_variance)
        level -= self.offset * _SPREAD * self.covariance
        bend = _SPREAD * (self.slope * self.covariance - self.offset * self.slope_variance)
        if bend:  # they rise where level + bend * place is above 0
            place = (min if bend < 0 else max)(place, -level / bend)
        variance = self.offset_variance + place * (
            2 * self.covariance + place * self.slope_variance
        )
        return (self.offset + self.slope * place) / math.sqrt(1 + _SPREAD * variance)


class Recalibration:
    """What the latest outcomes tell."""

    def __init__(self, outcomes: Sequence[tuple[float, bool, str]]) -> None:
        """Learn from outcomes in the order in which they came: each has a confidence (0..1),
        whether it was right, and its topic."""
        self.topics = sorted({topic for _, _, topic in outcomes})
        places = {topic: 2 + place for place, topic in enumerate(self.topics)}
        known = np.zeros((len(outcomes), 2 + len(places)))
        known[:, 0] = 1.0
        known[:, 1] = [_log_odds(confidence) for confidence, _, _ in outcomes]
        known[np.arange(len(outcomes)), [places[topic] for _, _, topic in outcomes]] = 1.0
        is_right = np.array([float(right) for _, right, _ in outcomes])
        weights = 0.5 ** (np.arange(len(outcomes))[::-1] / HALF_LIFE)
        found, spread = _likeliest(known, is_right, weights)
        self._lines = {topic: _line(found, spread, place) for topic, place in places.items()}
        self._unknown = _line(found, spread)

    def odds(self, confidence: float, topic: str) -> float:
        """Return the log-odds of being right; ``topic`` may be one without outcomes."""
        return self._lines.get(topic, self._unknown).at(_log_odds(confidence))

    def confidence_of(self, odds: float, topic: str | None = None) -> float | None:
        """Return the least confidence (0..1) that has these log-odds of being right; None if no
        confidence has. Without ``topic`` it is that of a topic without outcomes."""
        line = self._unknown if topic is None else self._lines.get(topic, self._unknown)
        low, high = _log_odds(_LEAST), _log_odds(_MOST)
        if line.at(high) < odds - _EXACT:
            return None
        if line.at(low) >= odds:
            return _LEAST
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if line.at(middle) >= odds else (middle, high)
        return share_of(high)


def share_of(odds: float) -> float:
    """Return the share (0..1) that has these log-odds."""
    return 1 / (1 + math.exp(-odds))


def _line(
    found: NDArray[np.float64], spread: NDArray[np.float64], step: int | None = None
) -> _Line:
    """Return the line of the topic whose step is at a place; without, of one not known."""
    parts = [0] if step is None else [0, step]
    unknown = _STEP_DEVIATION**2 if step is None else 0.0
    return _Line(
        offset=float(found[parts].sum()),
        slope=max(float(found[1]), _LEAST_SLOPE),
        offset_variance=float(spread[np.ix_(parts, parts)].sum()) + unknown,
        covariance=float(spread[parts, 1].sum()),
        slope_variance=float(spread[1, 1]),
    )


def _likeliest(
    known: NDArray[np.float64], is_right: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients of a logistic regression with normal priors, and their covariance."""
    steps = known.shape[1] - 2
    certainty = np.array([_OFFSET_DEVIATION, _SLOPE_DEVIATION, *[_STEP_DEVIATION] * steps]) ** -2.0
    believed = np.zeros(known.shape[1])
    believed[1] = 1.0
    found = believed.copy()
    for _ in range(_MOST_ROUNDS):
        shares = 1 / (1 + np.exp(-np.clip(known @ found, -30, 30)))
        slope = known.T @ (weights * (is_right - shares)) - certainty * (found - believed)
        bend = (known * (weights * shares * (1 - shares))[:, None]).T @ known + np.diag(certainty)
        move = np.linalg.solve(bend, slope)
        found += move * min(1.0, _LONGEST_STEP / max(float(np.abs(move).max()), _EXACT))
        if np.abs(move).max() < _EXACT:
            break
    spread: NDArray[np.float64] = np.linalg.inv(bend).astype(np.float64)
    return found, spread


def _log_odds(confidence: float) -> float:
    kept = min(max(confidence, _LEAST), _MOST)
    return math.log(kept / (1 - kept))
