"""Lexical normalisation: a text with odd spellings as it was meant to be read.

Whoever is afraid, or writes a fax in capitals, spaces the letters out, stretches them, leaves out
blanks or vowels, writes figures for letters, or sends a sign alone (Han and Baldwin, 2011). What is
read otherwise must come out as known words; a text without such spellings is the very same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from textwrap import shorten
from typing import NamedTuple

from intake.classifying.respelling import lettered, like, unstretched, with_vowels, without_figures
from intake.classifying.segmentation import Segments, is_known, segment
from intake.classifying.spacing import CRIES, SPACED, closed_up

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
_LEAST_RUN, _LONG_RUN = 9, 20
_NUMBERED = re.compile(rf"([^\W\d_]{{{_LEAST_RUN},}})(\d+)")
_LEAST_STRONG = 4
"""A word of so many letters shows that figures stand for letters: then shorter ones are read."""
_LEAST_MEAN, _LEAST_RUN_WORDS = 3.0, 3
"""Letters of a word at the mean, and words, of what ran together: parts of a word are shorter."""
_MOST_COST, _MOST_COST_RUN = 1.75, 2.4
"""For each letter, of a word among others and where most blanks are lost: of a hundred words that
nobody taught us less than one can be cut so cheaply."""
_CROWDED = 9.0
"""So many letters to a word at the mean, and most blanks are lost."""
_MOST_RUN_LETTERS = 20_000
"""Of a text so many letters of unknown words are looked at for words that ran together."""
_SHOWN, _SHOWN_PAIRS = 80, 5


class Meant(NamedTuple):
    """A text as it was meant, and what of it was written otherwise: ``(written, meant)``."""

    text: str
    respelt: tuple[tuple[str, str], ...] = ()


class _Notes:
    """What was written otherwise, each once, in its order."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[str, str], None] = {}

    def of(self, written: str, meant: str) -> str:
        if written != meant:
            self.pairs[written.strip(), meant.strip()] = None
        return meant


@lru_cache(maxsize=4)  # of one item the same few texts are asked for
def normalise(text: str) -> Meant:
    """Return ``text`` as it was meant; the very same where nothing is spelt oddly.

    It takes time linear in the length of the text, and what it returns is at most five times as
    long.
    """
    notes = _Notes()
    meant = _HIDDEN.sub("", text)
    meant = _SIGNS.sub(lambda found: notes.of(found[0], " SOS "), meant)
    meant = SPACED.sub(lambda found: notes.of(found[0], closed_up(found[0])), meant)
    if _ODD.search(meant):
        meant = _Respelling(meant, notes).done()
    if _BARE.search(meant):
        lines = meant.split("\n")
        meant = "\n".join(notes.of(line, with_vowels(line)) for line in lines)
    return Meant(text if meant == text else meant, tuple(notes.pairs))


def shown(meant: Sequence[Meant], quoted: Iterable[str]) -> str:
    """Return how the first words were written that are quoted as they were meant; "" if none were
    written otherwise."""
    words = {word.strip(",") for text in quoted for word in text.split()}
    pairs = (
        f"{shorten(before, _SHOWN)} = {shorten(after, _SHOWN)}"
        for each in meant
        for before, after in each.respelt
        if not words.isdisjoint(after.split())
    )
    return "; ".join(islice(pairs, _SHOWN_PAIRS))


class _Respelling:
    """Reads the words of a text one by one, each in the light of the others."""

    def __init__(self, text: str, notes: _Notes) -> None:
        self._text, self._notes = text, notes
        words = _WORD.findall(text)
        self._with_figures = any(map(_is_strong, words))
        self._is_crowded = len(text) >= _CROWDED * len(words)
        self._letters_left = _MOST_RUN_LETTERS

    def done(self) -> str:
        return _CHUNK.sub(lambda found: self._chunk(found[0]), self._text)

    def _chunk(self, chunk: str) -> str:
        """Return what stands between blanks as it was meant; an address is let be."""
        if not _ODD.search(chunk) or _ADDRESS.search(chunk):
            return chunk
        return _WORD.sub(lambda found: self._notes.of(found[0], self._word(found[0])), chunk)

    def _word(self, word: str) -> str:
        if is_known(word) and not _STRETCHED.search(word):
            return word
        found = without_figures(word) if self._with_figures and _has_figures(word) else None
        found = found or unstretched(word)
        if found is not None:
            return like(word, found)
        if is_known(word):
            return word
        if self._with_figures and _has_figures(word):
            return self._separated(lettered(word)) or word
        if numbered := _NUMBERED.fullmatch(word):
            words = self._separated(numbered[1])
            return f"{words} {numbered[2]}" if words else word
        return self._separated(word) or word

    def _separated(self, word: str) -> str:
        """Return the words that ran together in ``word`` with blanks between them; "" if none."""
        if len(word) < _LEAST_RUN or not word.isalpha() or len(word) > self._letters_left:
            return ""
        self._letters_left -= len(word)
        found = segment(_STRETCHED.sub(r"\1", word))
        most = _MOST_COST_RUN if self._is_crowded else _MOST_COST
        if found is None or not _ran_together(found, most):
            return ""
        return " ".join(found.words)


def _is_strong(word: str) -> bool:
    """Say whether figures stand for letters in ``word`` beyond doubt."""
    if not _has_figures(word) or sum(each.isalpha() for each in word) < 1:
        return False
    found = without_figures(word)
    return found is not None and (len(found) >= _LEAST_STRONG or found in CRIES)


def _has_figures(word: str) -> bool:
    return _FIGURE.search(word) is not None and any(each.isalpha() for each in word)


def _ran_together(found: Segments, most: float) -> bool:
    """Say whether the words are more than the parts of one."""
    letters = sum(map(len, found.words))
    is_long = letters >= _LONG_RUN
    return (
        (is_long or not found.unknown)
        and len(found.words) >= _LEAST_RUN_WORDS
        and letters >= _LEAST_MEAN * len(found.words)
        and found.cost <= (_MOST_COST_RUN if is_long else most) * letters
    )
