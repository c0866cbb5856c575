"""The gate: from which confidence a topic is filed without a person, learned from outcomes.

No fixed threshold keeps its precision while topics come and go. So the threshold rolls: it is the
least confidence from which the latest outcomes were right as often as is wanted, by the lower end
of Wilson's interval. A share of what is filed is shown to a person all the same: without that audit
nothing would be known of what is filed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

WINDOW = 300
"""How many of the latest outcomes count."""
NEVER = 2.0
"""The threshold that no confidence reaches."""
_LEAST_OUTCOMES = 30
"""With fewer outcomes at or above a confidence nothing is said of it."""
_DEVIATIONS = 1.0
"""The width of the interval in standard deviations: one threshold in six is too low by chance,
and the next outcomes correct it."""


class Outcome(NamedTuple):
    """How sure the machine was of a topic (0..1), and whether a person agreed."""

    confidence: float
    is_right: bool


def choose_threshold(outcomes: Sequence[Outcome], *, precision: float) -> float:
    """Return the least confidence from which ``precision`` (0..1) is kept by the latest outcomes.

    ``outcomes`` are in the order in which they came. ``NEVER`` while they are too few, or too
    often wrong: then nothing is filed without a person.
    """
    best, right = NEVER, 0
    ordered = sorted(outcomes[-WINDOW:], key=lambda outcome: -outcome.confidence)
    for count, outcome in enumerate(ordered, start=1):
        right += outcome.is_right
        is_last = count == len(ordered) or ordered[count].confidence < outcome.confidence
        if is_last and count >= _LEAST_OUTCOMES and wilson(right, count) >= precision:
            best = outcome.confidence
    return best


def is_audited(request_id: str, share: float) -> bool:
    """Return whether a person looks at a request that needs none: the same answer every time."""
    drawn = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big") / 2**64
    return drawn < share


def wilson(right: int, of: int, deviations: float = _DEVIATIONS) -> float:
    """Return the lower end of Wilson's interval of a share (Wilson 1927)."""
    if of == 0:
        return 0.0
    share, square = right / of, deviations * deviations
    middle = share + square / (2 * of)
    spread = deviations * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (middle - spread) / (1 + square / of)
