"""Calibration: what decision values are divided by, so that confidence is how often one is right.

A temperature (Guo et al., 2017) is chosen on examples that were held out: the one with which their
right topics surprise least. So is what another opinion counts that is added to the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_HELD_OUT = 30
"""With fewer examples nothing is measured on them."""
CAREFUL_TEMPERATURE = 0.5
"""A guess, where nothing can be measured, on the careful side."""
_TEMPERATURES = np.geomspace(0.05, 2.0, 60)
_WEIGHTS = (0.0, 0.25, 0.5, 1.0)
_CHANNEL_DEVIATION = 0.3
"""How far the logarithm of a channel's temperature may be expected from that of all texts."""
_LEAST_SHARE = 1e-9

Decisions = NDArray[np.float32]


class HeldOut(NamedTuple):
    """Examples (rows) that were held out: what was decided of each without it, and the truth."""

    rows: NDArray[np.int64]
    decisions: Decisions
    labels: NDArray[np.int64]

    def adding(self, added: Decisions) -> HeldOut:
        """Return the same with ``added`` to the decisions."""
        return self._replace(decisions=self.decisions + added)

    def among(self, chosen: NDArray[np.int64]) -> HeldOut:
        """Return some of them, by their places."""
        return HeldOut(self.rows[chosen], self.decisions[chosen], self.labels[chosen])


def softmax(decisions: Decisions, temperature: float | Decisions) -> Decisions:
    """Return the shares that sum to one in each row of ``decisions / temperature``."""
    scaled = decisions / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Decisions = powers / powers.sum(axis=1, keepdims=True)
    return shares


def calibrate(held: HeldOut, added: Decisions) -> tuple[float, float]:
    """Return what ``added`` counts beside the decisions, and the temperature of both together."""

    def surprise(setting: tuple[float, float]) -> float:
        weight, temperature = setting
        return _surprise(held.adding(np.float32(weight) * added), temperature)

    weights = _WEIGHTS if added.any() else _WEIGHTS[:1]
    return min(((w, float(t)) for w in weights for t in _TEMPERATURES), key=surprise)


def of_channels(held: HeldOut, channels: Sequence[str], temperature: float) -> dict[str, float]:
    """Return the temperatures of the channels of which enough examples were held out.

    ``channels`` are those of all examples. Each temperature has the least surprise on its own
    texts; the fewer they are, the nearer it is to ``temperature``, that of all (its logarithm has a
    normal prior about it).
    """
    own = np.array([channels[row] for row in held.rows.tolist()])
    found: dict[str, float] = {}
    for channel in sorted({each for each in channels if each}):
        some = np.flatnonzero(own == channel)
        if LEAST_HELD_OUT <= len(some) < len(own):
            distances = np.log(_TEMPERATURES / temperature) / _CHANNEL_DEVIATION
            costs = [_surprise(held.among(some), tried) for tried in _TEMPERATURES.tolist()]
            found[channel] = float(_TEMPERATURES[np.argmin(costs + distances**2 / 2)])
    return found


def _surprise(held: HeldOut, temperature: float) -> float:
    """Return the sum of -log(share) of the right topics."""
    shares = softmax(held.decisions, temperature)[np.arange(len(held.labels)), held.labels]
    return float(-np.log(np.maximum(shares, _LEAST_SHARE)).sum())
