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
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from intake.classifying.words.folding import Words
from intake.classifying.words.lexicon import Lexicon, Readings

GAP_WORDS = 4
"""How many words ``..`` may stand for, at most."""
_MANY_WORDS = 4
"""In a pattern of so many words ``_MOST_SPARE`` may be damaged short words, else one."""
_MOST_SPARE = 2
_CACHED_WORDS = 1 << 16
_WORD = re.compile(r"[^\W_]+\*?")


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
    is_exacting: bool
    """No word of its own is taken for a damaged one."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    number: int
    steps: tuple[_Step, ...]
    later_terms: tuple[frozenset[int], ...]
    """The terms of all steps but the first."""
    at_start: bool
    at_end: bool
    spare: int
    """How many of its words may be short words with one wrong character."""


class _Text(NamedTuple):
    """What each word of a text may be, and the number of its sentence."""

    readings: Sequence[Readings]
    sentences: Sequence[int]


class Matcher:
    """Finds all patterns in one pass over a text.

    ``tolerant`` forgives one wrong, missing, added or swapped character in long words (OCR),
    except in the words of ``real_words``, which are words of their own; ``whole_words`` (folded)
    are not taken for two that ran together. In the patterns whose
    numbers are in ``forgiving`` a short word may be damaged too, where the other words are right;
    in those of ``exacting`` none that is among the ``whole_words``.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        groups: Mapping[str, Sequence[str]] | None = None,
        tolerant: bool = False,
        real_words: Iterable[str] = (),
        whole_words: Set[str] = frozenset(),
        forgiving: Container[int] = (),
        exacting: Container[int] = (),
    ) -> None:
        """Compile ``patterns``.

        Raises:
            ValueError: a pattern is empty or names an unknown group; the text says which.
        """
        self._lexicon = Lexicon(tolerant=tolerant, real_words=real_words, whole_words=whole_words)
        self._first: dict[int, list[_Pattern]] = defaultdict(list)
        for number, text in enumerate(patterns):
            for pattern in self._compile(
                number,
                text,
                groups or {},
                is_forgiving=number in forgiving,
                is_exacting=number in exacting,
            ):
                for term in sorted(pattern.steps[0].terms):
                    self._first[term].append(pattern)
        self._cut = lru_cache(maxsize=_CACHED_WORDS)(self._lexicon.cut)
        self._read = lru_cache(maxsize=_CACHED_WORDS)(self._lexicon.read)

    def find(self, words: Words) -> list[Hit]:
        """Return the hits in the order in which they begin; a pattern hits once per place."""
        readings = [self._read(word) for word in words.words]
        starting = self._possible(frozenset[int]().union(*(each.terms for each in set(readings))))
        text = _Text(readings, words.sentences)
        hits: list[Hit] = []
        for position, here in enumerate(readings):
            if not here.terms:
                continue
            seen: set[int] = set()
            for term in sorted(here.terms) if len(here.terms) > 1 else here.terms:
                for pattern in starting.get(term, ()):
                    if pattern.number in seen:
                        continue
                    positions = _match(pattern, text, position)
                    if positions:
                        seen.add(pattern.number)
                        hits.append(Hit(pattern.number, positions))
        return hits

    def separate(self, words: Words) -> Words:
        """Return ``words`` with those cut in two that ran together (``siamobloccati``)."""
        cuts = [self._cut(word) for word in words.words]
        if all(len(cut) == 1 for cut in cuts):
            return words
        return replace(
            words,
            words=tuple(word for cut in cuts for word in cut),
            clauses=tuple(each for cut, each in zip(cuts, words.clauses, strict=True) for _ in cut),
            sentences=tuple(
                each for cut, each in zip(cuts, words.sentences, strict=True) for _ in cut
            ),
            spans=tuple(span for cut, span in zip(cuts, words.spans, strict=True) for _ in cut),
        )

    def _possible(self, present: frozenset[int]) -> dict[int, list[_Pattern]]:
        """Return, by first term, the patterns all of whose words are somewhere in the text."""
        return {
            term: possible
            for term in present
            if (possible := [p for p in self._first.get(term, ()) if _can_match(p, present)])
        }

    def _compile(
        self,
        number: int,
        text: str,
        groups: Mapping[str, Sequence[str]],
        *,
        is_forgiving: bool,
        is_exacting: bool,
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
            options = [
                self._steps(option, gap, is_exacting=is_exacting)
                for option in _options(part, text, groups)
            ]
            chains = [(*chain, *steps) for chain in chains for steps in options]
            gap = 0
        if chains == [()] or gap:
            raise ValueError(f"the pattern {text!r} has no word at its end")
        return [
            _Pattern(
                number,
                chain,
                tuple(step.terms for step in chain[1:]),
                at_start,
                at_end,
                _spare_of(chain) if is_forgiving else 0,
            )
            for chain in chains
        ]

    def _steps(
        self, option: Sequence[Sequence[str]], gap: int, *, is_exacting: bool
    ) -> tuple[_Step, ...]:
        steps = (frozenset(self._lexicon.add(word) for word in words) for words in option)
        return tuple(
            _Step(terms, 0 if place else gap, is_exacting) for place, terms in enumerate(steps)
        )


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


def _spare_of(chain: Sequence[_Step]) -> int:
    return 0 if len(chain) == 1 else _MOST_SPARE if len(chain) >= _MANY_WORDS else 1


def _match(pattern: _Pattern, text: _Text, position: int) -> tuple[int, ...]:
    sentences = text.sentences
    if pattern.at_start and position and sentences[position - 1] == sentences[position]:
        return ()
    spare = pattern.spare - _damage(pattern.steps[0], text.readings[position])
    if spare < 0:
        return ()
    found = _continue(pattern.steps[1:], text, (position,), spare)
    if pattern.at_end and found and found[-1] + 1 < len(sentences):
        return () if sentences[found[-1] + 1] == sentences[found[-1]] else found
    return found


def _damage(step: _Step, reading: Readings) -> int:
    """Return 0 if the word is one of the step, 1 if only a damaged short word of it, and more than
    is ever forgiven if it is none at all."""
    if not reading.damaged or step.terms & reading.terms - reading.damaged:
        return 0
    return _MOST_SPARE + 1 if step.is_exacting and reading.is_word else 1


def _continue(
    steps: Sequence[_Step], text: _Text, positions: tuple[int, ...], spare: int
) -> tuple[int, ...]:
    """Return the positions of the whole pattern, or none; tries at most five places a step."""
    if not steps:
        return positions
    step, last = steps[0], positions[-1]
    for place in range(last + 1, min(last + 2 + step.gap, len(text.readings))):
        if text.sentences[place] != text.sentences[last]:
            break
        if step.terms.isdisjoint(text.readings[place].terms):
            continue
        left = spare - _damage(step, text.readings[place])
        if left >= 0:
            found = _continue(steps[1:], text, (*positions, place), left)
            if found:
                return found
    return ()
