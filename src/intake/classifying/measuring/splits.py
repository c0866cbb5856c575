"""Splits: which labelled texts a model learns from, and which it is then measured on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from intake.classifying.models.examples import LabelledText
from intake.errors import UsageError
from intake.schemas.evaluations import Split

HELD_OUT = 0.3
"""The share of the examples that a model is measured on."""
_SEED = 0


class Fold(NamedTuple):
    """Texts to learn from, and texts to be measured on; ``event`` is what the latter share."""

    learned: list[LabelledText]
    held: list[LabelledText]
    event: str | None = None


def part(examples: Sequence[LabelledText], split: Split) -> list[Fold]:
    """Return the folds of ``split``: the latest or a random ``HELD_OUT``, or one for each event.

    Equal texts are on one side of a random split.

    Raises:
        UsageError: texts of fewer than two events are there to be parted by event.
    """
    if split is Split.EVENT:
        return _by_event(examples)
    ordered = in_time(examples) if split is Split.TIME else _shuffled(examples)
    cut = round(len(ordered) * (1 - HELD_OUT))
    return [Fold(ordered[:cut], ordered[cut:])]


def in_time(examples: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the examples by their time; in the order given where one has none."""
    moments = [each.moment for each in examples]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(moments):
        return list(examples)
    pairs = zip(known, examples, strict=True)
    return [each for _, each in sorted(pairs, key=lambda pair: (pair[0], pair[1].text))]


def _shuffled(examples: Sequence[LabelledText]) -> list[LabelledText]:
    texts = sorted({each.text for each in examples})
    order = np.random.default_rng(_SEED).permutation(len(texts)).tolist()
    place = dict(zip(texts, order, strict=True))
    return sorted(examples, key=lambda each: place[each.text])


def _by_event(examples: Sequence[LabelledText]) -> list[Fold]:
    """Return one fold for each event; texts without an event are always learned from."""
    events = sorted({each.event for each in examples if each.event is not None})
    if len(events) < 2:
        raise UsageError(
            f"The examples name {len(events)} events; leaving one out needs two or more.",
            remedy='Add "event" to the examples, or part them by time.',
        )
    return [
        Fold(
            [each for each in examples if each.event != event],
            [each for each in examples if each.event == event],
            event,
        )
        for event in events
    ]
