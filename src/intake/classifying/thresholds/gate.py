"""The gate: from which confidence a topic is filed without a person, learned from outcomes.

No fixed threshold keeps its precision while topics come and go. So the threshold rolls: from the
latest outcomes it is learned how often machines are right at each confidence, of each topic. What
is surest of being right is filed, as far down as, of texts like the latest ones, as many of those
filed are right as is wanted. That is one chance of being right for all topics, and so another
confidence for each; of a topic of which little is known the chance is held lower. A share of what
is filed is shown to a person all the same: without that audit nothing would be known of what is
filed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from intake.schemas.classifications import Thresholds

REMEMBERED = 600
"""How many of the latest outcomes count, the older ones the less, and of the latest choices."""
JUDGED_ALIKE = 10
"""So many texts may be judged by the same thresholds, while no new outcome is heard of."""
NEVER = 2.0
"""The threshold that no confidence reaches."""
_LEAST_OUTCOMES = 30
"""With fewer outcomes nothing is filed without a person."""
_DIGITS = 10_000
"""Confidences have four digits after the point."""
_SLACK = 1e-6
"""Less than this is lost on the way from a confidence to its odds and back."""


class Outcome(NamedTuple):
    """How sure the machine was of a topic (0..1), and whether a person agreed."""

    confidence: float
    is_right: bool
    topic: str = ""
    """The topic that the machine chose."""


class Choice(NamedTuple):
    """How sure the machine was of a topic (0..1) that a person may or may not have looked at."""

    confidence: float
    topic: str = ""


def choose_thresholds(
    outcomes: Sequence[Outcome], *, precision: float, lately: Sequence[Choice] | None = None
) -> Thresholds:
    """Return the least confidences that keep ``precision`` (0..1), as the latest outcomes tell.

    ``outcomes`` are in the order in which they came. ``lately`` are the machine's latest choices
    whether or not a person looked at them, None if a person looked at all: what is filed and not
    audited has no outcome, and without it the doubtful would seem more than they are. ``NEVER``
    while outcomes are too few, or too often wrong: then nothing is filed without a person.
    """
    if len(outcomes) < _LEAST_OUTCOMES:
        return Thresholds(general=NEVER)
    from intake.classifying.thresholds.recalibration import Recalibration  # noqa: PLC0415 - numpy, where needed

    outcomes = outcomes[-REMEMBERED:]
    if lately is None:
        lately = [Choice(each.confidence, each.topic) for each in outcomes]
    learned = Recalibration(outcomes)
    odds = _least([learned.odds(*choice) for choice in lately[-REMEMBERED:]], precision)
    if odds is None:
        return Thresholds(general=NEVER)
    return Thresholds(
        general=_threshold(learned.confidence_of(odds)),
        topics={topic: _threshold(learned.confidence_of(odds, topic)) for topic in learned.topics},
    )


def _least(odds: Sequence[float], precision: float) -> float | None:
    """Return the least log-odds from which ``precision`` of the choices are expected to be right;
    None if there are none."""
    from intake.classifying.thresholds.recalibration import share_of  # noqa: PLC0415 - numpy, where needed

    ordered = sorted(odds, reverse=True)
    right = list(accumulate(map(share_of, ordered)))
    least, of = None, 0
    for each, equals in groupby(ordered):
        of += len(list(equals))
        if right[of - 1] >= precision * of:
            least = each
    return least


def _threshold(confidence: float | None) -> float:
    return NEVER if confidence is None else math.floor(confidence * _DIGITS + _SLACK) / _DIGITS


def is_audited(request_id: str, share: float) -> bool:
    """Return whether a person looks at a request that needs none: the same answer every time."""
    drawn = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big") / 2**64
    return drawn < share
