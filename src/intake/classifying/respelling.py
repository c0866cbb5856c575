"""Respelling: a word with digits for letters, stretched letters or no vowels, as it was meant.

These are the non-standard words of Sproat et al. (2001) that people write in haste or to get past
a filter. A word is read as another only if that is a known one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product

from intake.classifying.folding import fold
from intake.classifying.segmentation import costs, costs_by_language

_DIGITS = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
_FIGURES = _DIGITS | {"@": "a", "$": "s", "€": "e"}
_MOST_AMBIGUOUS = 4
"""So many figures of a word, and stretches, are tried both ways."""
_LONGEST = 40
_STRETCHED = 3
_VOWELS = frozenset("aeiou")
_LEAST_CONSONANTS = 2
_HANDICAP = 1.5
"""So much more a word costs that would have lost its first letter."""
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_BARE, _LEAST_BARE_WORDS, _LEAST_BARE_SHARE = 3, 2, 0.25
"""Words without vowels, of so many letters, of which a line must have so many, and what share of
its words they are."""
_CACHED_WORDS = 1 << 14


@lru_cache(maxsize=_CACHED_WORDS)
def without_figures(word: str) -> str | None:
    """Return the known word that ``word`` is with letters for its figures ("s0cc0rs0")."""
    plain = word.lower()
    if len(plain) > _LONGEST or plain.count("1") > _MOST_AMBIGUOUS:
        return None
    letters = [_FIGURES.get(each, each) for each in plain]
    words = ["".join(chosen) for chosen in product(*letters)]
    return _likeliest(words) or unstretched(lettered(plain))


def lettered(word: str) -> str:
    """Return ``word`` with the likeliest letter for each figure."""
    return "".join(_FIGURES.get(each, each)[0] for each in word)


@lru_cache(maxsize=_CACHED_WORDS)
def unstretched(word: str) -> str | None:
    """Return the known word that ``word`` is with one or two letters for each that is stretched."""
    groups = ["".join(each) for _, each in groupby(word.lower())]
    stretched = sum(len(each) >= _STRETCHED for each in groups)
    if not (0 < stretched <= _MOST_AMBIGUOUS and 1 < len(groups) <= _LONGEST):
        return None
    options = [(each[0], each[:2]) if len(each) >= _STRETCHED else (each,) for each in groups]
    return _likeliest(["".join(chosen) for chosen in product(*options)])


def _likeliest(words: Sequence[str]) -> str | None:
    """Return the most frequent of the words; None if none of them is known."""
    known = costs()
    ranked = [(known[fold(word)], word) for word in words if fold(word) in known]
    return min(ranked)[1] if ranked else None


def with_vowels(line: str) -> str:
    """Return ``line`` with the known words that its words without vowels stand for.

    Only where they are enough of the line, and all are read in the language that knows most.
    """
    written = [word for word in _WORD.findall(line) if _is_bare(word)]
    if sum(len(word) >= _LEAST_BARE for word in written) < _LEAST_BARE_WORDS:
        return line
    language = max(by_consonants().values(), key=lambda words: _letters_read(written, words))
    read = [word for word in written if fold(word) in language]
    telling = sum(len(word) >= _LEAST_BARE for word in read)
    if telling < max(_LEAST_BARE_WORDS, _LEAST_BARE_SHARE * len(_WORD.findall(line))):
        return line
    is_capital = line.isupper()
    return _WORD.sub(lambda found: _read(found[0], language, is_capital=is_capital), line)


def _read(word: str, language: Mapping[str, str], *, is_capital: bool) -> str:
    """Return the word of the language; capitals among small letters are no word but an acronym."""
    if not _is_bare(word) or (word.isupper() and len(word) > 1 and not is_capital):
        return word
    return like(word, language.get(fold(word), word))


def _letters_read(words: Sequence[str], language: Mapping[str, str]) -> int:
    return sum(len(word) for word in words if fold(word) in language)


def _is_bare(word: str) -> bool:
    """Say whether a word has no vowel and is not one of those that never have."""
    folded = fold(word)
    return _VOWELS.isdisjoint(folded) and (len(folded) == 1 or folded not in costs())


def like(written: str, meant: str) -> str:
    """Return ``meant`` in capitals, or beginning with one, where ``written`` is."""
    if len(written) > 1 and written.isupper():
        return meant.upper()
    return meant[0].upper() + meant[1:] if written[0].isupper() else meant


def consonants(word: str) -> str:
    """Return what is left of a folded word without its vowels."""
    return "".join(letter for letter in word if letter not in _VOWELS)


@cache
def by_consonants() -> Mapping[str, Mapping[str, str]]:
    """Return, by language, the most frequent word that is left with these consonants alone.

    One that begins with a vowel must be more frequent: few leave out what a word begins with.
    """
    found: dict[str, dict[str, str]] = {}
    for language, words in costs_by_language().items():
        found[language] = {}
        ranked = sorted(
            (cost + _HANDICAP * (word[0] in _VOWELS), word) for word, cost in words.items()
        )
        for _, word in ranked:
            bare = consonants(word)
            if len(bare) >= _LEAST_CONSONANTS or len(bare) == 1 == len(word) - 1:
                found[language].setdefault(bare, word)
    return found
