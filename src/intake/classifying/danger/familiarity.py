"""Familiarity: how many words of a passage the phrases have."""

from __future__ import annotations

from intake.classifying.danger.model import Passage
from intake.classifying.words.folding import fold
from intake.classifying.words.known_words import known_words

_TELLING_LETTERS = 3
_LEAST_KNOWN = 0.2
"""The share of words of so many letters and more that must be known: of calls with a tenth of the
characters misread a hundredth has fewer, of rubbish next to none has as many."""
_LEAST_UNKNOWN, _FEW_KNOWN = 2, 0.8
"""Where so many words of a passage are unknown, and fewer known than this share, it is misread or
mistyped, or tells of what the model never saw."""


def is_rubbish(passage: Passage) -> bool:
    """Return whether next to none of the words is known: a page was read wrongly."""
    known, telling = _known_words(passage)
    return known < _LEAST_KNOWN * telling


def is_little_known(passage: Passage) -> bool:
    """Return whether few of the words are known: all that is not likelier none is an alarm."""
    known, telling = _known_words(passage)
    return known < _FEW_KNOWN * telling and telling - known >= _LEAST_UNKNOWN


def _known_words(passage: Passage) -> tuple[int, int]:
    """Return how many of the words that tell something are known, and how many there are."""
    words = (word for word in passage.text.split() if word.isalpha())  # figures are no rubbish
    telling = [fold(word) for word in words if len(word) >= _TELLING_LETTERS]
    return sum(word in known_words() for word in telling), len(telling)
