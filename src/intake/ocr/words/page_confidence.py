"""How much of a page was read right, judged by how sure the engine was of its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean

from intake.schemas.documents import Page, Word

_LEAST = 0.05
"""A word that is surely wrong counts no more than this: one scrawl must not sink a page."""
SCALE, OFFSET, POWER = 0.40, 0.02, 1.62
"""Fitted to letters with known text; ``benchmarks/ocr_confidence.py`` fits them anew."""


def doubt_of(words: Sequence[Word]) -> float:
    """Return the mean of the words' -ln(confidence): 0 where the engine is sure of each.

    It ranks pages better than the mean confidence does: that a few words are hopeless says more
    about a page than that many are fairly sure.
    """
    return mean(-math.log(min(max(word.confidence, _LEAST), 1.0)) for word in words)


def page_confidence(words: Sequence[Word]) -> float:
    """Return the share of a page's characters expected to be right; 0.0 without words."""
    if not words:
        return 0.0
    wrong: float = SCALE * (doubt_of(words) + OFFSET) ** POWER
    return round(1.0 - min(wrong, 1.0), 4)


def mean_sureness(page: Page) -> float:
    """Return the mean of the words' confidences, each as heavy as the word is long.

    It tells print from nonsense better than the share of right characters does, which counts the
    worst words most. An engine that gives no words is taken by its page's confidence.
    """
    if not page.words:
        return page.confidence
    weight = sum(len(word.text) for word in page.words)
    return sum(len(word.text) * word.confidence for word in page.words) / max(weight, 1)
