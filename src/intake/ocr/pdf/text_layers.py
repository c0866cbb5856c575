"""Tells the text of a page from rubbish: broken encodings and the noise of others' OCR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST_USEFUL_CHARACTERS = 50
MOST_BAD_SHARE = 0.05
LEAST_WORD_SHARE = 0.6
"""Of the runs of letters and signs on a page, how many must look like words or figures."""
LEAST_VOWELS, MOST_VOWELS = 0.27, 0.62
"""Share of vowels among letters: 0.47 in Italian, 0.38 in English, 0.43 in Slovene. Letters
shifted by a broken table have 0.1 to 0.25."""
MOST_UPWARD_SHARE = 0.15
_NEVER_TEXT = ("Cc", "Co", "Cn", "Cs")  # control, private use, unassigned, half a pair
_VOWELS = frozenset("aeiouy")
_INSIDE = re.compile(r"[^\W\d_]+(?:['’.@/-][^\W\d_]+)*", re.UNICODE)
_FIGURES = re.compile(r"[\d.,:/()+%€$-]*\d[\d.,:/()+%€$-]*")
_AROUND = "\"'“”‘’«»()[]<>.,;:!?…*•-–—_/"
_LONGEST_WORD = 40
_LEAST_LETTERS = 30


def is_real_text(text: str) -> bool:
    """Say whether the text of a page is worth keeping.

    It has 50 letters or digits, under 5 % of characters that are no text, and looks like a
    language: most runs are words or figures, and in Latin letters there are as many vowels as
    people can speak.
    """
    visible = [character for character in text if not character.isspace()]
    useful = sum(character.isalnum() for character in visible)
    bad = sum(
        character == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(character) in _NEVER_TEXT
        for character in visible
    )
    if useful < LEAST_USEFUL_CHARACTERS or bad >= MOST_BAD_SHARE * len(visible):
        return False
    return _has_vowels(text) and _has_words(text)


def _has_vowels(text: str) -> bool:
    plain = unicodedata.normalize("NFD", text.casefold())
    latin = [letter for letter in plain if "a" <= letter <= "z"]
    if len(latin) < _LEAST_LETTERS:
        return True
    share = sum(letter in _VOWELS for letter in latin) / len(latin)
    return LEAST_VOWELS <= share <= MOST_VOWELS


def _has_words(text: str) -> bool:
    runs = [run for each in text.split() if (run := each.strip(_AROUND))]
    good = sum(len(run) for run in runs if _is_word(run) or _FIGURES.fullmatch(run))
    return good >= LEAST_WORD_SHARE * sum(map(len, runs))


def _is_word(run: str) -> bool:
    """Say whether capitals, if any, stand where a writer puts them, and no signs stand inside."""
    if len(run) > _LONGEST_WORD or not _INSIDE.fullmatch(run):
        return False
    return all(
        part.islower() or part.isupper() or part[1:].islower() or part.upper() == part.lower()
        for part in re.split(r"\W", run)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and where its first letter stands, in points from the page's lower left
    corner; ``right`` is where its last one ends."""

    text: str
    left: float
    bottom: float
    right: float
    height: float


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines as they stand in the file, which is how they were written.

    Only where they jump about the page, from top to bottom and left to right instead: a page with
    columns jumps up once for each, one that was drawn piece by piece nearly always.
    """
    placed = [line for line in lines if line.height > 0]
    ups = sum(after.bottom > before.bottom + before.height for before, after in pairwise(placed))
    if ups <= max(3, MOST_UPWARD_SHARE * len(placed)):
        return list(lines)
    typical = sorted(line.height for line in placed)[len(placed) // 2]
    return sorted(placed, key=lambda line: (-round(line.bottom / typical), line.left))
