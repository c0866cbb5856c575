"""The words of a set of patterns, and which of them a written word is, damaged or not.

OCR, haste and small keyboards put wrong characters into words, and let words run together. What a
word may have been is found without comparing it with all terms: of a word with one wrong character
a piece is right, or it is the same but for one letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from rapidfuzz.distance import OSA

from intake.classifying.words.folding import fold

TOLERANT_LETTERS = 7
"""The shortest word in which one wrong character is always forgiven."""
LONG_LETTERS = 10
"""The shortest word in which two are forgiven where the words around it are right."""
SHORT_LETTERS = 3
"""The shortest word that may be damaged where the words around it are right."""
_PIECES = ((0, 4), (4, 7), (7, 10))
"""Where a long term is cut: with n wrong characters one of n + 1 pieces is right."""
_LEAST_CUT = 4
_LONGEST_CUT = 30
_ARTICLES = frozenset({"l", "d", "c", "un", "dell", "all", "dall", "nell", "sull"})
_VERBS = frozenset({"e", "a"})
_NONE: frozenset[int] = frozenset()
_EMPTY: frozenset[str] = frozenset()


class Readings(NamedTuple):
    """The terms that a word may be, by number; ``damaged`` are those it is only almost.

    Long words with one wrong character are not among the damaged ones.
    """

    terms: frozenset[int]
    damaged: frozenset[int] = _NONE
    is_word: bool = False
    """It is a word of its own, and damaged only if it was mistaken for another."""


class Lexicon:
    """All words and stems of a set of patterns, each with a number.

    ``tolerant`` lets a word be a term from which one substitution, insertion, deletion or swap
    leads to it, unless it is one of ``real_words``. ``whole_words`` (folded) are never cut in two.
    """

    def __init__(
        self, *, tolerant: bool, real_words: Iterable[str], whole_words: Set[str] = frozenset()
    ) -> None:
        self._tolerant = tolerant
        self._real_words = frozenset(fold(word) for word in real_words)
        self._whole_words = whole_words
        self._numbers: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._stems: dict[int, dict[str, int]] = {}
        self._pieces: dict[tuple[int, str], list[str]] = {}
        self._short: dict[str, list[str]] = {}

    def add(self, term: str) -> int:
        """Return the number of the word or stem (``terremot*``), new or known."""
        name = fold(term)
        if name in self._numbers:
            return self._numbers[name]
        number = self._numbers[name] = len(self._numbers)
        text = name.rstrip("*")
        if name.endswith("*"):
            self._stems.setdefault(len(text), {})[text] = number
        else:
            self._words[text] = number
        if self._tolerant and len(text) >= TOLERANT_LETTERS:
            for place, (start, end) in enumerate(_PIECES[: 3 if len(text) >= LONG_LETTERS else 2]):
                self._pieces.setdefault((place, text[start:end]), []).append(name)
        elif self._tolerant and len(text) >= SHORT_LETTERS:
            for variant in _without_one_letter(text):
                self._short.setdefault(variant, []).append(name)
        return number

    def read(self, word: str) -> Readings:
        """Return the terms that ``word`` satisfies, or that it may have been."""
        text = fold(word)
        found = self._exactly(text)
        if found or not self._tolerant or text in self._real_words:
            return Readings(found)
        candidates = self._long_candidates(text) if len(text) >= TOLERANT_LETTERS - 1 else _EMPTY
        nearly = self._among(candidates, text, 1)
        damaged = self._among(
            {name for name in candidates if len(name.rstrip("*")) >= LONG_LETTERS}, text, 2
        )
        if len(text) >= SHORT_LETTERS - 1:
            damaged |= self._among(self._short_candidates(text), text, 1)
        return Readings(nearly | damaged, damaged - nearly, text in self._whole_words)

    def cut(self, word: str) -> tuple[str, ...]:
        """Return the two words that ran together in ``word``; ``word`` alone when none did.

        Both are words of the patterns or real words, one of them not a small one; the letter
        between them may be wrong: what was there is a blank.
        """
        text = fold(word)
        if not _LEAST_CUT <= len(text) <= _LONGEST_CUT or len(text) != len(word):
            return (word,)
        if text in self._real_words or text in self._whole_words:
            return (word,)
        known = self.read(word)
        if known.terms - known.damaged:
            return (word,)
        for left, right in _cuts(word):
            if self._are_words(fold(left), fold(right)):
                return left, right
        return (word,)

    def _are_words(self, left: str, right: str) -> bool:
        if max(len(left), len(right)) < _LEAST_CUT:
            return False
        return (left in _ARTICLES or self._is_word(left)) and (
            right in _VERBS or self._is_word(right)
        )

    def _is_word(self, text: str) -> bool:
        return len(text) > 1 and (text in self._real_words or bool(self._exactly(text)))

    def _exactly(self, text: str) -> frozenset[int]:
        found = [self._words[text]] if text in self._words else []
        for length, stems in self._stems.items():
            if length <= len(text) and text[:length] in stems:
                found.append(stems[text[:length]])
        return frozenset(found)

    def _among(self, names: Iterable[str], text: str, allowed: int) -> frozenset[int]:
        return frozenset(self._numbers[name] for name in names if _resembles(text, name, allowed))

    def _long_candidates(self, text: str) -> set[str]:
        """Return the long terms of which a piece is right."""
        candidates: set[str] = set()
        for place, (start, end) in enumerate(_PIECES):
            reach = place and 2
            for shifted in range(start - reach, start + reach + 1):
                piece = text[shifted : shifted + end - start]
                candidates.update(self._pieces.get((place, piece), ()))
        return candidates

    def _short_candidates(self, text: str) -> set[str]:
        """Return the short terms that are the same but for one letter."""
        candidates: set[str] = set()
        for length in {min(length, len(text)) for length in range(3, TOLERANT_LETTERS + 1)}:
            for variant in _without_one_letter(text[:length]):
                candidates.update(self._short.get(variant, ()))
        return candidates


def _cuts(word: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to cut ``word`` in two, with and without a letter in the place of a blank."""
    for gap in (0, 1):
        for place in range(1, len(word) - 1 - gap):
            yield word[:place], word[place + gap :]


def _without_one_letter(text: str) -> set[str]:
    """Return ``text`` and all that is left of it without one letter.

    Two words one edit or swap apart have one of these in common.
    """
    return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def _resembles(text: str, name: str, allowed: int) -> bool:
    """Return whether ``text`` is the word or begins with the stem, but for so many characters."""
    if not name.endswith("*"):
        return _is_within(allowed, text, name)
    stem = name[:-1]
    lengths = {min(len(stem) + change, len(text)) for change in range(-allowed, allowed + 1)}
    return any(_is_within(allowed, text[:length], stem) for length in lengths)


def _is_within(allowed: int, one: str, other: str) -> bool:
    """Return whether so many substitutions, insertions, deletions or swaps make them equal."""
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed
