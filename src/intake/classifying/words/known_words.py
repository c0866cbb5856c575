"""The words that the phrases of danger have in more than one family."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

KNOWN_WORDS = "known_words.txt"


@cache
def known_words() -> frozenset[str]:
    """Return the words, folded, that stand in the phrases of more than one family."""
    path = files("intake.classifying").joinpath("data", KNOWN_WORDS)
    return frozenset(path.read_text("utf-8").split())
