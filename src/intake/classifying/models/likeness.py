"""Likeness: whether a text is about what the examples are about, or comes from elsewhere.

A decision is always for the least unlikely topic, also of a recipe. Two things tell such a text: no
example is near it, and no topic's decision is high. Each is measured in standard deviations of what
examples have when they are held out, and both together must not be stranger than the strangest few
of these (the largest decision and the nearest neighbour: Hendrycks and Gimpel, 2017, and Sun et
al., 2022, do so with neural networks).

The nearest example is found on one in eight of the rarer features, which are kept by feature: a
text is compared with all examples by adding up a few short lists. Only known features are compared:
a misread word must not make a text strange.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from intake.classifying.words.features import BUCKETS, Features
from intake.schemas.base import Frozen

_SEED = 0
_ONE_IN = 8
"""Of so many features one is looked at."""
_SKETCHED = BUCKETS // _ONE_IN
_MAX_EXAMPLES = 1000
"""So many examples are kept, drawn at random from more."""
_COMMONEST = 0.25
"""A feature that a larger share of the examples has tells nothing and is left out."""
_STRANGEST_PERCENT = 8.0
"""So many of the examples would be called strange, had they not been learned from."""
_LEAST_SIMILARITY = 1e-3
_LEAST_DEVIATION = 1e-2
_LARGEST = 255
_STORED = ["<i4", "<u2", "|u1"]
_BATCH = 256
_SAME = 0.98
"""Texts with a larger cosine are copies of each other."""


class Scale(Frozen):
    """What held-out examples have: similarity (log of a cosine) and decision, and the least sum."""

    similarity: float
    similarity_deviation: float
    decision: float
    decision_deviation: float
    least: float = 0.0

    @classmethod
    def of(cls, similarities: NDArray[np.float32], decisions: NDArray[np.float32]) -> Self:
        """Return the scale of held-out examples."""
        logs = np.log(np.maximum(similarities, _LEAST_SIMILARITY))
        scale = cls(
            similarity=float(logs.mean()),
            similarity_deviation=max(float(logs.std()), _LEAST_DEVIATION),
            decision=float(decisions.mean()),
            decision_deviation=max(float(decisions.std()), _LEAST_DEVIATION),
        )
        least = np.percentile(scale.surplus(similarities, decisions), _STRANGEST_PERCENT)
        return scale.model_copy(update={"least": float(least)})

    def surplus(
        self, similarities: NDArray[np.float32], decisions: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return by how much each text is above the least; a negative one is strange."""
        logs = np.log(np.maximum(similarities, _LEAST_SIMILARITY))
        summed = (logs - self.similarity) / self.similarity_deviation
        summed += (decisions - self.decision) / self.decision_deviation
        return np.asarray(summed - self.least, dtype=np.float32)


class Neighbours(NamedTuple):
    """The examples by feature: feature ``i`` has the entries from ``starts[i]`` to
    ``starts[i + 1]`` of ``examples`` and ``values``; a value is a 255th."""

    starts: NDArray[np.int32]
    examples: NDArray[np.uint16]
    values: NDArray[np.uint8]

    @property
    def kept(self) -> int:
        """How many examples there are."""
        return int(self.examples.max()) + 1 if len(self.examples) else 0

    @classmethod
    def checked(
        cls, starts: NDArray[np.int32], examples: NDArray[np.uint16], values: NDArray[np.uint8]
    ) -> Self:
        """Return what a file holds.

        Raises:
            ValueError: the arrays do not fit each other.
        """
        entries = len(examples)
        is_whole = (
            starts.shape == (_SKETCHED + 1,)
            and starts[0] == 0
            and starts[-1] == entries
            and bool((np.diff(starts) >= 0).all())
            and values.shape == (entries,)
            and [each.dtype.str for each in (starts, examples, values)] == _STORED
        )
        found = cls(starts, examples, values)
        if not is_whole or found.kept > _MAX_EXAMPLES:
            raise ValueError("its examples do not fit each other")
        return found

    @classmethod
    def of(cls, features: Features, rarity: NDArray[np.floating]) -> Self:
        """Keep examples with their sketched features; ``rarity`` weighs these."""
        texts = len(features.starts) - 1
        kept = np.arange(texts)
        if texts > _MAX_EXAMPLES:
            drawn = np.random.default_rng(_SEED).choice(texts, _MAX_EXAMPLES, replace=False)
            kept = np.sort(drawn)
        new = np.full(texts, -1)
        new[kept] = np.arange(len(kept))
        rows, places, values = _sketch(features, rarity)
        rows = new[rows]
        having = np.bincount(places[rows >= 0], minlength=_SKETCHED)
        used = (rows >= 0) & (having[places] <= max(2, _COMMONEST * len(kept)))
        rows, places, values = rows[used], places[used], values[used]
        values /= _lengths(rows, values, len(kept))[rows]
        order = np.argsort(places, kind="stable")
        starts = np.searchsorted(places[order], np.arange(_SKETCHED + 1))
        return cls(
            starts.astype(np.int32),
            rows[order].astype(np.uint16),
            np.rint(values[order] * _LARGEST).astype(np.uint8),
        )

    def similarities(
        self, features: Features, rarity: NDArray[np.floating], *, but_itself: bool = False
    ) -> NDArray[np.float32]:
        """Return the cosine of each text with the example nearest to it.

        ``but_itself`` leaves out an example that is the same text.
        """
        texts = len(features.starts) - 1
        count = self.kept
        if not count:
            return np.zeros(texts, dtype=np.float32)
        rows, places, values = _sketch(features, rarity)
        known = np.diff(self.starts)[places] > 0
        rows, places, values = rows[known], places[known], values[known]
        values /= _lengths(rows, values, texts)[rows]
        nearest = np.zeros(texts, dtype=np.float32)
        for first in range(0, texts, _BATCH):
            among = slice(*np.searchsorted(rows, [first, first + _BATCH]))
            cosines = self._cosines(count, rows[among] - first, places[among], values[among])
            if but_itself:
                cosines[cosines > _SAME] = 0
            nearest[first : first + len(cosines)] = cosines.max(axis=1)[: texts - first]
        return nearest

    def _cosines(
        self,
        count: int,
        rows: NDArray[np.int64],
        places: NDArray[np.int64],
        values: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Return the cosine of each text of a batch (row) with each example (column)."""
        counts = np.diff(self.starts)[places]
        ends = np.cumsum(counts)
        entries = np.arange(ends[-1] if len(ends) else 0)
        entries += np.repeat(self.starts[places] - (ends - counts), counts)
        cells = np.repeat(rows * count, counts) + self.examples[entries]
        products = np.repeat(values / _LARGEST, counts) * self.values[entries]
        summed: NDArray[np.float64] = np.bincount(
            cells, weights=products, minlength=_BATCH * count
        ).astype(np.float64, copy=False)
        return summed.reshape(_BATCH, count)


def _sketch(
    features: Features, rarity: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return text, place and weight of the features that are sketched and known."""
    chosen = np.flatnonzero(features.buckets % _ONE_IN == 0)
    buckets = features.buckets[chosen]
    values = features.values[chosen] * rarity[buckets].astype(np.float32)
    rows = np.searchsorted(features.starts, chosen, side="right") - 1
    known = values > 0
    return rows[known], buckets[known] // _ONE_IN, values[known]


def _lengths(
    rows: NDArray[np.int64], values: NDArray[np.float32], texts: int
) -> NDArray[np.float32]:
    squares = np.bincount(rows, weights=values * values, minlength=texts)
    return np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
