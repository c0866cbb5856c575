"""Contributions: what each word of a text, and each pair of words, adds to the decisions on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intake.classifying.words.features import extract


def shared_out(
    added: NDArray[np.float32], buckets: NDArray[np.int64], units: Sequence[str], words: int
) -> NDArray[np.float64]:
    """Return what each unit (row) adds to the decision for each topic (column).

    ``added`` is what each of the ``buckets`` of the text adds. Of the ``units`` the first are so
    many ``words``, the others are pairs of them: what a pair adds is beside what its words add. A
    piece that several words have is shared among them.
    """
    topics = added.shape[1]
    found = np.zeros((len(units), topics))
    if not units or not len(buckets):
        return found
    own = extract(units)
    whose = np.repeat(np.arange(len(units)), np.diff(own.starts))
    is_of_word = np.isin(own.buckets, own.buckets[whose < words])
    places = np.minimum(np.searchsorted(buckets, own.buckets), len(buckets) - 1)
    counted = buckets[places] == own.buckets
    counted &= (whose < words) | ~is_of_word
    whose, places = whose[counted], places[counted]
    sharers = np.bincount(places, minlength=len(buckets))
    shares = added[places] / sharers[places][:, None]
    for topic in range(topics):
        found[:, topic] = np.bincount(whose, weights=shares[:, topic], minlength=len(units))
    return found
