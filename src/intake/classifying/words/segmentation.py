"""Segmentation: the words of letters that were written without blanks.

Of all ways to cut the letters the likeliest is taken, by dynamic programming over words with their
frequencies (Viterbi, 1967; Norvig in "Beautiful Data", 2009). The list has the words of each
language in the order of their frequency, which Zipf's law turns into a cost.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from intake.classifying.words.folding import fold
from intake.classifying.words.known_words import known_words

WORDS = "word_frequencies.txt"
MOST_LETTERS = 2000
"""Of a longer run no words are looked for: no line of a page has so many letters."""
_LONGEST_WORD = 22
_UNKNOWN_LETTER = 6.0
"""What a letter of no known word costs; letters of known words cost 1 to 3 each."""
_TELLING_LETTERS = 3
_LEAST_TELLING = 0.6
"""The share of letters that must be in known words of so many letters and more."""
_LEAST_KNOWN = 0.8


class Segments(NamedTuple):
    """Letters cut into words, and what that costs: the logarithm of how unlikely it is."""

    words: tuple[str, ...]
    cost: float
    unknown: int
    """How many of the letters are in no known word."""


@cache
def _content() -> bytes:
    return files("intake.classifying").joinpath("data", WORDS).read_bytes()


@cache
def digest() -> str:
    """Return the short digest of the list of words."""
    return hashlib.sha256(_content()).hexdigest()[:12]


@cache
def costs_by_language() -> Mapping[str, Mapping[str, float]]:
    """Return what each word costs in each language."""
    text = _content().decode()
    found: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        language, *words = line.split()
        scale = math.log(len(words))
        found[language] = {word: math.log(rank * scale) for rank, word in enumerate(words, 2)}
    return found


@cache
def costs() -> Mapping[str, float]:
    """Return what each word costs in the language in which it is most frequent."""
    merged: dict[str, float] = {}
    for words in costs_by_language().values():
        for word, cost in words.items():
            merged[word] = min(cost, merged.get(word, cost))
    return merged


def is_known(word: str) -> bool:
    """Say whether a word is one of any of the languages."""
    folded = fold(word)
    return folded in costs() or folded in known_words()


def segment(letters: str) -> Segments | None:
    """Return the likeliest words of ``letters`` in one language, as they were written.

    None where too few of the letters are in known words.
    """
    folded = fold(letters)
    if not 1 < len(folded) <= MOST_LETTERS:
        return None
    ways = [way for words in costs_by_language().values() if (way := _cheapest(folded, words))]
    if not ways:
        return None
    best = min(ways, key=lambda way: way.cost)
    if len(folded) != len(letters):
        return best
    return best._replace(words=_as_written(letters, best.words))


def _cheapest(letters: str, words: Mapping[str, float]) -> Segments | None:
    """Return the way to cut that costs least; None where too few of the letters are in words."""
    total, starts = [0.0], [0]
    for end in range(1, len(letters) + 1):
        best, start = total[end - 1] + _UNKNOWN_LETTER, end - 1
        for begin in range(max(0, end - _LONGEST_WORD), end):
            cost = words.get(letters[begin:end])
            if cost is not None and total[begin] + cost < best:
                best, start = total[begin] + cost, begin
        total.append(best)
        starts.append(start)
    found = _followed(letters, starts, words)
    known = sum(len(word) for word in found if word in words)
    telling = sum(len(word) for word in found if word in words and len(word) >= _TELLING_LETTERS)
    if known < _LEAST_KNOWN * len(letters) or telling < _LEAST_TELLING * len(letters):
        return None
    return Segments(found, total[-1], len(letters) - known)


def _followed(letters: str, starts: list[int], words: Mapping[str, float]) -> tuple[str, ...]:
    """Return the words of the cheapest way; unknown letters that stand together are one."""
    found: list[str] = []
    end, is_open = len(letters), False
    while end > 0:
        piece = letters[starts[end] : end]
        is_unknown = len(piece) == 1 and piece not in words
        if is_unknown and is_open:
            found[-1] = piece + found[-1]
        else:
            found.append(piece)
        end, is_open = starts[end], is_unknown
    return tuple(reversed(found))


def _as_written(letters: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with the case and the accents of the letters."""
    found, place = [], 0
    for word in words:
        found.append(letters[place : place + len(word)])
        place += len(word)
    return tuple(found)
