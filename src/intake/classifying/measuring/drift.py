"""Drift: how texts that came later differ from those a model learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intake.classifying.measuring.figures import Judged, groups, rounded
from intake.classifying.models.examples import LabelledText
from intake.classifying.words.features import BUCKETS, extract
from intake.classifying.words.folding import fold, split
from intake.schemas.evaluations import Drift, NewWord

_SMOOTHING = 0.5
"""Added to the count of each topic, so that one that is not there has no infinite weight."""
_SHOWN_WORDS = 8
_LEAST_LETTERS = 4
_LEAST_TEXTS = 3
_LEAST_SHARE = 0.02
_LONGEST_WORDS = 2000


class Past:
    """The texts a model learned from: how often each topic, which words, which features."""

    def __init__(self, learned: Sequence[LabelledText]) -> None:
        self._topics = Counter(each.topic for each in learned)
        self._words = frozenset[str]().union(*(_words(each.text) for each in learned))
        self._known = np.zeros(BUCKETS, dtype=bool)
        self._known[extract([each.text for each in learned]).buckets] = True

    def drift(self, judged: Sequence[Judged]) -> tuple[Drift, ...]:
        """Return how the texts of each month differ; nothing where a text has no month."""
        if not all(_month(each.text) for each in judged):
            return ()
        return tuple(self._drift(month, texts) for month, texts in groups(judged, _month))

    def _drift(self, month: str, judged: Sequence[Judged]) -> Drift:
        now = Counter(each.text.topic for each in judged)
        topics = sorted(self._topics | now)
        before = np.array([self._topics[topic] for topic in topics], dtype=float)
        after = np.array([now[topic] for topic in topics], dtype=float)
        return Drift(
            month=month,
            texts=len(judged),
            accuracy=rounded(np.mean([each.is_right for each in judged])),
            stability_index=rounded(stability_index(before, after)),
            by_chance=rounded((len(topics) - 1) * (1 / before.sum() + 1 / after.sum())),
            divergence=rounded(divergence(before, after)),
            unknown_features=rounded(self._unknown([each.text.text for each in judged])),
            new_topics=tuple(topic for topic in topics if topic not in self._topics),
            new_words=self._new_words(judged),
        )

    def _unknown(self, texts: Sequence[str]) -> float:
        buckets = extract(texts).buckets
        return float((~self._known[buckets]).mean()) if len(buckets) else 0.0

    def _new_words(self, judged: Sequence[Judged]) -> tuple[NewWord, ...]:
        """Return the words unseen before that so many texts have that no one person wrote them."""
        least = max(_LEAST_TEXTS, _LEAST_SHARE * len(judged))
        found = Counter(word for each in judged for word in _words(each.text.text) - self._words)
        ordered = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
        frequent = [NewWord(word=word, texts=count) for word, count in ordered if count >= least]
        return tuple(frequent[:_SHOWN_WORDS])


def stability_index(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the population stability index of two sets of counts, smoothed.

    It is the sum of (q - p) ln(q / p) over the shares p and q: 0 when they are the same; by the
    habit of credit scoring above 0.1 is a change to look at, above 0.25 a large one.
    """
    old, new = _shares(before), _shares(after)
    return float(((new - old) * np.log(new / old)).sum())


def divergence(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the Jensen-Shannon divergence of two sets of counts in bits (Lin, 1991): 0 to 1."""
    old, new = before / before.sum(), after / after.sum()
    middle = (old + new) / 2
    return (_relative_entropy(old, middle) + _relative_entropy(new, middle)) / 2


def _relative_entropy(shares: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    there = shares > 0
    return float((shares[there] * np.log2(shares[there] / others[there])).sum())


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = (counts + _SMOOTHING) / (counts + _SMOOTHING).sum()
    return shares


def _month(text: LabelledText) -> str:
    """Return the month (UTC) such as ``2026-03``; nothing where there is no time."""
    return f"{text.moment:%Y-%m}" if text.moment else ""


def _words(text: str) -> frozenset[str]:
    words = (fold(word) for word in split(text).words[:_LONGEST_WORDS])
    return frozenset(word for word in words if len(word) >= _LEAST_LETTERS and word.isalpha())
