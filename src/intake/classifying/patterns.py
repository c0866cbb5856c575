"""Patterns: words, stems and phrases looked for in a text, in time linear in its length.

A pattern is written as a person would say it; case and accents do not matter::

    terremoto                one word
    terremot*                a stem: terremoto, terremoti, terremotati
    rischio sismic*          words that follow each other
    tetto .. croll*          with up to four words between, in one sentence
    casa|tetto .. croll*     one or the other
    @edificio .. croll*      one of the words of the group ``edificio``
    ^ aiuto                  at the start of a sentence
    ^ sos $                  at its end: here, the sentence is nothing else
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from intake.classifying.folding import Words, fold

GAP_WORDS = 4
"""How many words ``..`` may stand for, at most."""
TOLERANT_LETTERS = 7
"""The shortest word in which one wrong character is forgiven."""
_HEAD = 4
_CACHED_WORDS = 1 << 16
_WORD = re.compile(r"[^\W_]+\*?")
_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """Pattern number ``pattern`` was found at these word positions, in order."""

    pattern: int
    positions: tuple[int, ...]

    @property
    def start(self) -> int:
        return self.positions[0]

    @property
    def end(self) -> int:
        return self.positions[-1] + 1


@dataclass(frozen=True, slots=True)
class _Step:
    """The next word of a pattern: one of ``terms``, after at most ``gap`` other words."""

    terms: frozenset[int]
    gap: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    number: int
    steps: tuple[_Step, ...]
    later_terms: tuple[frozenset[int], ...]
    """The terms of all steps but the first."""
    at_start: bool
    at_end: bool


class Matcher:
    """Finds all patterns in one pass over a text.

    ``tolerant`` forgives one wrong, missing, added or swapped character in long words (OCR),
    except in the words of ``real_words``, which are words of their own.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        groups: Mapping[str, Sequence[str]] | None = None,
        tolerant: bool = False,
        real_words: Iterable[str] = (),
    ) -> None:
        """Compile ``patterns``.

        Raises:
            ValueError: a pattern is empty or names an unknown group; the text says which.
        """
        self._lexicon = _Lexicon(tolerant=tolerant, real_words=real_words)
        self._first: dict[int, list[_Pattern]] = defaultdict(list)
        for number, text in enumerate(patterns):
            for pattern in self._compile(number, text, groups or {}):
                for term in sorted(pattern.steps[0].terms):
                    self._first[term].append(pattern)
        self._terms_of = lru_cache(maxsize=_CACHED_WORDS)(self._lexicon.terms_of)

    def find(self, words: Words) -> list[Hit]:
        """Return the hits in the order in which they begin; a pattern hits once per place."""
        terms = [self._terms_of(word) for word in words.words]
        starting = self._possible(frozenset[int]().union(*set(terms)))
        hits: list[Hit] = []
        for position, here in enumerate(terms):
            if not here:
                continue
            seen: set[int] = set()
            for term in sorted(here) if len(here) > 1 else here:
                for pattern in starting.get(term, ()):
                    if pattern.number in seen:
                        continue
                    positions = _match(pattern, terms, words.sentences, position)
                    if positions:
                        seen.add(pattern.number)
                        hits.append(Hit(pattern.number, positions))
        return hits

    def _possible(self, present: frozenset[int]) -> dict[int, list[_Pattern]]:
        """Return, by first term, the patterns all of whose words are somewhere in the text."""
        return {
            term: possible
            for term in present
            if (possible := [p for p in self._first.get(term, ()) if _can_match(p, present)])
        }

    def _compile(
        self, number: int, text: str, groups: Mapping[str, Sequence[str]]
    ) -> list[_Pattern]:
        """Return the pattern; more than one if an alternative has several words (``c'è|vi è``)."""
        chains: list[tuple[_Step, ...]] = [()]
        gap = 0
        parts = text.split()
        at_start, at_end = parts[:1] == ["^"], parts[-1:] == ["$"]
        for part in parts[at_start : len(parts) - at_end]:
            if part == "..":
                gap = GAP_WORDS
                continue
            options = [self._steps(option, gap) for option in _options(part, text, groups)]
            chains = [(*chain, *steps) for chain in chains for steps in options]
            gap = 0
        if chains == [()] or gap:
            raise ValueError(f"the pattern {text!r} has no word at its end")
        return [
            _Pattern(number, chain, tuple(step.terms for step in chain[1:]), at_start, at_end)
            for chain in chains
        ]

    def _steps(self, option: Sequence[Sequence[str]], gap: int) -> tuple[_Step, ...]:
        steps = (frozenset(self._lexicon.add(word) for word in words) for words in option)
        return tuple(_Step(terms, 0 if place else gap) for place, terms in enumerate(steps))


def _options(
    part: str, pattern: str, groups: Mapping[str, Sequence[str]]
) -> list[list[Sequence[str]]]:
    """Return what one blank-separated part accepts: rows of words, each a choice of words."""
    phrases: list[str] = []
    for option in part.split("|"):
        if option.startswith("@") and option[1:] not in groups:
            raise ValueError(f"the pattern {pattern!r} names an unknown group {option!r}")
        phrases.extend(groups[option[1:]] if option.startswith("@") else (option,))
    rows = [_WORD.findall(phrase) for phrase in phrases]
    if not all(rows):
        raise ValueError(f"the pattern {pattern!r} has a part without letters: {part!r}")
    options: list[list[Sequence[str]]] = [[[word] for word in row] for row in rows if len(row) > 1]
    single = [row[0] for row in rows if len(row) == 1]
    return [[single], *options] if single else options


def _can_match(pattern: _Pattern, present: frozenset[int]) -> bool:
    # A loop, because it runs some hundred times a text and a generator costs twice as much.
    for terms in pattern.later_terms:  # noqa: SIM110
        if terms.isdisjoint(present):
            return False
    return True


def _match(
    pattern: _Pattern,
    terms: Sequence[frozenset[int]],
    sentences: Sequence[int],
    position: int,
) -> tuple[int, ...]:
    if pattern.at_start and position and sentences[position - 1] == sentences[position]:
        return ()
    found = _continue(pattern.steps, 1, terms, sentences, (position,))
    if pattern.at_end and found and found[-1] + 1 < len(terms):
        return () if sentences[found[-1] + 1] == sentences[found[-1]] else found
    return found


def _continue(
    steps: Sequence[_Step],
    step: int,
    terms: Sequence[frozenset[int]],
    sentences: Sequence[int],
    positions: tuple[int, ...],
) -> tuple[int, ...]:
    """Return the positions of the whole pattern, or none; tries at most five places a step."""
    if step == len(steps):
        return positions
    last = positions[-1]
    for place in range(last + 1, min(last + 2 + steps[step].gap, len(terms))):
        if sentences[place] != sentences[last]:
            break
        if not steps[step].terms.isdisjoint(terms[place]):
            found = _continue(steps, step + 1, terms, sentences, (*positions, place))
            if found:
                return found
    return ()


class _Lexicon:
    """All words and stems of a set of patterns, each with a number."""

    def __init__(self, *, tolerant: bool, real_words: Iterable[str]) -> None:
        self._tolerant = tolerant
        self._real_words = frozenset(fold(word) for word in real_words)
        self._numbers: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._stems: dict[int, dict[str, int]] = {}
        self._heads: dict[str, list[str]] = {}
        self._tails: dict[str, list[str]] = {}

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
            self._heads.setdefault(text[:_HEAD], []).append(name)
            self._tails.setdefault(text[_HEAD:TOLERANT_LETTERS], []).append(name)
        return number

    def terms_of(self, word: str) -> frozenset[int]:
        """Return the numbers of the terms that ``word`` satisfies."""
        text = fold(word)
        found = [self._words[text]] if text in self._words else []
        for length, stems in self._stems.items():
            if length <= len(text) and text[:length] in stems:
                found.append(stems[text[:length]])
        if found:
            return frozenset(found)
        if self._tolerant and len(text) >= TOLERANT_LETTERS - 1 and text not in self._real_words:
            return self._nearly(text)
        return _NONE

    def _nearly(self, text: str) -> frozenset[int]:
        """Return the terms one character away: their head is right, or what comes after it is."""
        candidates = set(self._heads.get(text[:_HEAD], ()))
        width = TOLERANT_LETTERS - _HEAD
        for start in (_HEAD - 1, _HEAD, _HEAD + 1):
            candidates.update(self._tails.get(text[start : start + width], ()))
        return frozenset(self._numbers[name] for name in candidates if _resembles(text, name))


def _resembles(text: str, name: str) -> bool:
    """Return whether ``text`` is the word or begins with the stem, but for one character."""
    if not name.endswith("*"):
        return _within_one_edit(text, name)
    stem = name[:-1]
    lengths = {min(len(stem) + change, len(text)) for change in (-1, 0, 1)}
    return any(_within_one_edit(text[:length], stem) for length in lengths)


def _within_one_edit(one: str, other: str) -> bool:
    """Return whether one substitution, insertion, deletion or swap makes them equal."""
    if abs(len(one) - len(other)) > 1:
        return False
    first = 0
    while first < min(len(one), len(other)) and one[first] == other[first]:
        first += 1
    a, b = one[first:], other[first:]
    if a[1:] == b[1:] or a[1:] == b or a == b[1:]:
        return True
    return a[:2] == b[1::-1] and a[2:] == b[2:]
