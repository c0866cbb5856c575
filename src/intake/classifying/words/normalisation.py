"""Lexical normalisation: a text with odd spellings as it was meant to be read.

Whoever is afraid, or writes a fax in capitals, spaces the letters out, stretches them, leaves out
blanks or vowels, writes figures for letters, or sends a sign alone (Han and Baldwin, 2011). What is
read otherwise must come out as known words; ordinary words, codes, initials and numerals are let
be, even where some odd spelling is missed for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from textwrap import shorten
from typing import NamedTuple

from intake.classifying.words.folding import fold
from intake.classifying.words.respelling import (
    lettered,
    like,
    unstretched,
    with_vowels,
    without_figures,
)
from intake.classifying.words.segmentation import MOST_LETTERS, Segments, is_known, segment
from intake.classifying.words.spacing import SPACED, closed_up

_SIGNS = re.compile("\U0001f198(?:\\s*\U0001f198)*")
_HIDDEN = re.compile("(?<=\\w)[\u200b\u2060\ufeff]+(?=\\w)")
_BARE = re.compile(r"(?<![^\W_])[bcdfghjklmnpqrstvwxzčšž]{3,}(?![^\W_])", re.IGNORECASE)
_CHUNK = re.compile(r"\S+")
_ODD = re.compile(
    r"([^\W\d_])\1\1"  # stretched
    r"|[^\W\d_][013-578@$€]|[013-578@$€][^\W\d_]"  # with figures
    r"|[^\W\d_]{9}"  # run together
)
_ADDRESS = re.compile(
    r"://|www\.|[^\W_]@[^\W_]+\.|[^\W_]/[^\W_]"
    r"|[^\W_]\.(?:it|com|org|net|eu|gov|info|de|fr|es|si|at|ch|uk|example)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?:[^\W_]|[@$€])+")
_FIGURE = re.compile(r"[013-578@$€]")
_STRETCHED = re.compile(r"([^\W\d_])\1\1+")
_LEAST_RUN, _LONG_RUN, _SURE_RUN = 9, 16, 20
_NUMBERED = re.compile(rf"([^\W\d_]{{{_LEAST_RUN},}})(\d+)")
_ROMAN = re.compile(r"[IVXLCDM]+")
_PLATE = re.compile(r"[a-z]{2}\d{3}[a-z]{2}", re.IGNORECASE)
_CRY = re.compile(r"[s$]0[s$]|5o5", re.IGNORECASE)
_LEAST_STRONG, _STRONG = 4, 5
"""A word of so many letters shows that figures stand for letters, if two or more do, or one in a
word of so many that does not end with it, as numbered ones do."""
_SHORT, _LEAST_SHARE = 3, 1 / 3
"""A word of so many letters may be any code: it is read where such a share of the words of the text
have figures among their letters."""
_LEAST_SURE_WORDS, _LEAST_RUN_WORDS = 3, 4
"""Words of what ran together, of a sure run and of a shorter one: German words have three parts."""
_LEAST_LONG_WORDS, _LONG_WORD = 2, 4
"""So many of them must have so many letters: parts of one word are shorter."""
_LEAST_MEAN = 3.0
_ONE_LETTER, _LETTERS_FOR_ODD = frozenset("eaoild"), 25
"""Words of one letter; a run of so many letters may have one other left over."""
_MOST_COST, _MOST_COST_RUN = 1.6, 2.4
"""For each letter, of a word among others and where most blanks are lost."""
_CROWDED = 9.0
"""So many letters to a word at the mean, one of them a long run, and most blanks are lost."""
_MOST_RUN_LETTERS, _MOST_SPACED, _MOST_WITH_FIGURES = 15_000, 15_000, 3_000
"""Of a text so many letters of unknown words are looked at for words that ran together, so many
characters for letters apart, and so many words for figures."""
_SHOWN, _SHOWN_PAIRS = 80, 5


class Meant(NamedTuple):
    """A text as it was meant, and what of it was written otherwise: ``(written, meant)``."""

    text: str
    respelt: tuple[tuple[str, str], ...] = ()
    unsearched: int = 0
    """So many characters were more than is looked at for letters and words out of place."""


class _Notes:
    """What was written otherwise, each once, in its order."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[str, str], None] = {}
        self.unsearched = 0

    def of(self, written: str, meant: str) -> str:
        if written != meant:
            self.pairs[written.strip(), meant.strip()] = None
        return meant

    def left(self, written: str) -> str:
        """Count what is too much to be looked at, and return it as it is."""
        self.unsearched += len(written)
        return written


@lru_cache(maxsize=4)  # of one item the same few texts are asked for
def normalise(text: str) -> Meant:
    """Return ``text`` as it was meant; the very same where nothing is spelt oddly.

    It takes time linear in the length of the text, and what it returns is at most five times as
    long.
    """
    notes = _Notes()
    meant = _HIDDEN.sub("", text)
    meant = _SIGNS.sub(lambda found: notes.of(found[0], " SOS "), meant)
    meant = _Spaced(notes).done(meant)
    if _ODD.search(meant):
        meant = _Respelling(meant, notes).done()
    if _BARE.search(meant):
        lines = meant.split("\n")
        meant = "\n".join(notes.of(line, with_vowels(line)) for line in lines)
    return Meant(text if meant == text else meant, tuple(notes.pairs), notes.unsearched)


def shown(meant: Sequence[Meant], quoted: Iterable[str]) -> str:
    """Return how the first words were written that are quoted as they were meant; "" if none were
    written otherwise."""
    words = {word for text in quoted for word in _words(text)}
    pairs = (
        f"{shorten(before, _SHOWN)} = {shorten(after, _SHOWN)}"
        for each in meant
        for before, after in each.respelt
        if not words.isdisjoint(_words(after))
    )
    return "; ".join(islice(pairs, _SHOWN_PAIRS))


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


class _Spaced:
    """Closes up the letters apart of a text, as long as they are not too many."""

    def __init__(self, notes: _Notes) -> None:
        self._notes, self._left = notes, _MOST_SPACED

    def done(self, text: str) -> str:
        return SPACED.sub(self._closed, text)

    def _closed(self, found: re.Match[str]) -> str:
        if len(found[0]) > self._left:
            return self._notes.left(found[0])
        self._left -= len(found[0])
        return self._notes.of(found[0], closed_up(found))


class _Respelling:
    """Reads the words of a text one by one, each in the light of the others."""

    def __init__(self, text: str, notes: _Notes) -> None:
        self._text, self._notes = text, notes
        words = _WORD.findall(text)
        figured = [word for word in words if _has_figures(word)]
        self._with_figures = any(map(_is_strong, figured[:_MOST_WITH_FIGURES]))
        self._with_short = len(figured) >= _LEAST_SHARE * len(words)
        self._is_crowded = len(text) >= _CROWDED * len(words) and any(
            len(word) >= _LONG_RUN and not is_known(word) for word in words
        )
        self._letters_left, self._figured_left = _MOST_RUN_LETTERS, _MOST_WITH_FIGURES

    def done(self) -> str:
        return _CHUNK.sub(lambda found: self._chunk(found[0]), self._text)

    def _chunk(self, chunk: str) -> str:
        """Return what stands between blanks as it was meant; an address is let be."""
        if not _ODD.search(chunk) or _ADDRESS.search(chunk):
            return chunk
        return _WORD.sub(lambda found: self._notes.of(found[0], self._word(found[0])), chunk)

    def _word(self, word: str) -> str:
        if _ROMAN.fullmatch(word) or (is_known(word) and not _STRETCHED.search(word)):
            return word
        if _has_figures(word):
            return self._figured(word)
        if (found := unstretched(word)) is not None:
            return like(word, found)
        return word if is_known(word) else self._separated(word) or word

    def _figured(self, word: str) -> str:
        """Return a word with figures as it was meant; codes and plates are let be."""
        if _CRY.fullmatch(word):
            return like(word, "sos")
        if numbered := _NUMBERED.fullmatch(word):
            words = self._separated(numbered[1])
            if words:
                return f"{words} {numbered[2]}"
        is_code = _PLATE.fullmatch(word) or (len(word) <= _SHORT and not self._reads_short(word))
        if is_code or not self._with_figures:
            return word
        if not self._figured_left:
            return self._notes.left(word)
        self._figured_left -= 1
        if (found := without_figures(word)) is not None:
            return like(word, found)
        return self._separated(lettered(word)) or word

    def _reads_short(self, word: str) -> bool:
        """Say whether so short a word is read: capitals among small letters are a code."""
        return self._with_short and (self._text.isupper() or not word.isupper())

    def _separated(self, word: str) -> str:
        """Return the words that ran together in ``word`` with blanks between them; "" if none."""
        least = _LEAST_RUN if self._is_crowded else _LONG_RUN
        if len(word) < least or not word.isalpha():
            return ""
        if len(word) > min(self._letters_left, MOST_LETTERS):
            self._notes.left(word)
            return ""
        self._letters_left -= len(word)
        found = segment(_STRETCHED.sub(r"\1", word))
        most = _MOST_COST_RUN if self._is_crowded else _MOST_COST
        if found is None or not _ran_together(found, most):
            return ""
        return " ".join(found.words)


def _is_strong(word: str) -> bool:
    """Say whether figures stand for letters in ``word`` beyond doubt."""
    if _PLATE.fullmatch(word):
        return False
    found = without_figures(word)
    if found is None or len(found) < _LEAST_STRONG:
        return False
    figures = len(_FIGURE.findall(word))
    return figures > 1 or (len(found) >= _STRONG and not _FIGURE.match(word[-1]))


def _has_figures(word: str) -> bool:
    return _FIGURE.search(word) is not None and any(each.isalpha() for each in word)


def _ran_together(found: Segments, most: float) -> bool:
    """Say whether the words are more than the parts of one."""
    letters = sum(map(len, found.words))
    is_sure = letters >= _SURE_RUN
    odd = sum(len(word) == 1 and fold(word) not in _ONE_LETTER for word in found.words)
    long_words = sum(len(word) >= _LONG_WORD for word in found.words)
    return (
        (is_sure or not found.unknown)
        and len(found.words) >= (_LEAST_SURE_WORDS if is_sure else _LEAST_RUN_WORDS)
        and long_words >= _LEAST_LONG_WORDS
        and odd <= letters // _LETTERS_FOR_ODD
        and letters >= _LEAST_MEAN * len(found.words)
        and found.cost <= most * letters
    )
