"""Figures of one line that have the same dots are the same: what was read of each is voted on.

A fax machine prints each figure of its line dot by dot alike, and a zero with a stroke in it is
read as a 0 here, as a 6, an 8 or a 9 there. So the dots are compared as they arrived: shapes with
the same dots are of one kind, and a kind is what most of it was read as. A kind that was read in
two ways is not the one of them that another kind was read as throughout. Where every figure has
dots of its own, as in what was scanned, nothing is changed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from intake.schemas.documents import Word

_Ink = npt.NDArray[np.bool_]

_FIGURES = frozenset("0123456789")
_MUCH_WIDER = 1.5
"""What is so many times as wide as any figure is two letters that touch."""
_YEAR = re.compile(r"\w{1,4}[-/.]\w{1,3}[-/.]2(?P<zero>\w)\w\w")
"""A date, and in its year what can but be a zero."""
_LEAST_SHARE = 1 / 3
"""Less than so many times the most votes say nothing, unless the most is surely another kind."""
_LEAST_LETTERS = 3
"""A shorter word without a figure is not one of figures, even if all of it looks like some."""
_TOO_MANY = re.compile(r"(?<=0)[689]")
"""A stroked zero may be read as two figures, and this be the second of them."""
_MOST_TOO_MANY = 2


@dataclass(slots=True)
class _Kind:
    """Shapes with the same dots, and as what they were read."""

    width: int = 0
    votes: Counter[str] = field(default_factory=Counter)
    """For figures; other characters are counted together, as an empty one."""
    figure: str = ""
    """What all of them are; empty where that is no figure, or is not known."""


def settle_figures(ink: _Ink, words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of a line with what looks the same read the same.

    ``ink`` is true where the line is black, dot by dot as it was sent, and the words have their
    boxes there. Words of letters stay as they were read, and so do those whose letters touch.
    """
    kinds: defaultdict[bytes, _Kind] = defaultdict(_Kind)
    spelt = [_spelt(ink, word, kinds) for word in words]
    for word, found in zip(words, spelt, strict=True):
        if len(found) == len(word.text):
            for character, kind in zip(word.text, found, strict=True):
                kind.votes[character if character in _FIGURES else ""] += 1
    _decide(list(kinds.values()))
    for word, found in zip(words, spelt, strict=True):
        if len(found) == len(word.text) and (year := _YEAR.fullmatch(word.text)):
            found[year.start("zero")].figure = "0"
    widest = max((kind.width for kind in kinds.values() if kind.figure), default=0)
    return tuple(
        word
        if any(kind.width > _MUCH_WIDER * widest for kind in found)
        else word.model_copy(update={"text": _settled(word.text, found)})
        for word, found in zip(words, spelt, strict=True)
    )


def _spelt(ink: _Ink, word: Word, kinds: defaultdict[bytes, _Kind]) -> list[_Kind]:
    """Return of which kinds the shapes of a word are that white columns part."""
    own = ink[:, max(word.left, 0) : max(word.right, 0)]
    bounds = np.flatnonzero(np.diff(np.pad(own.any(axis=0).astype(np.int8), 1))).tolist()
    found = []
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        kind = kinds[own[:, start:end].T.tobytes()]
        kind.width = end - start
        found.append(kind)
    return found


def _decide(kinds: Sequence[_Kind]) -> None:
    """Set the figure of each kind: of those read in two ways, one that no other has, if any."""
    voted = [kind for kind in kinds if kind.votes.total() > 2 * kind.votes.pop("", 0)]
    taken: Counter[str] = Counter()
    for kind in voted:
        if len(kind.votes) == 1:
            taken |= kind.votes
    for kind in voted:
        (kind.figure, most), *_ = kind.votes.most_common()
        least = 1 if taken[kind.figure] > 1 else _LEAST_SHARE * most
        free = [each for each in kind.votes if each not in taken and kind.votes[each] >= least]
        if free:
            kind.figure = max(free, key=lambda each: kind.votes[each])


def _settled(text: str, found: Sequence[_Kind]) -> str:
    """Return a word with its figures as they were settled; as it was read if it has none."""
    is_figures = len(text) >= _LEAST_LETTERS and all(kind.figure for kind in found)
    if not (is_figures or _FIGURES.intersection(text)):
        return text
    if len(text) == len(found):
        pairs = zip(text, found, strict=True)
        return "".join(kind.figure or read for read, kind in pairs)
    if not any(kind.figure == "0" and len(kind.votes) > 1 for kind in found):
        return text  # its zeros cause no trouble: letters touch
    ways = {way for way in _shortened(text, len(found)) if _is_consistent(way, found)}
    return ways.pop() if len(ways) == 1 else text


def _shortened(text: str, length: int) -> list[str]:
    """Return the word in all ways in which it is so long without the second halves of zeros."""
    if not 0 < len(text) - length <= _MOST_TOO_MANY:
        return []
    halves = [each.start() for each in _TOO_MANY.finditer(text)]
    return [
        "".join(letter for place, letter in enumerate(text) if place not in left_out)
        for left_out in combinations(halves, len(text) - length)
    ]


def _is_consistent(text: str, found: Sequence[_Kind]) -> bool:
    """Return whether each kind is its figure, and one that has none the same everywhere."""
    meant = {id(kind): kind.figure or letter for letter, kind in zip(text, found, strict=True)}
    pairs = zip(text, found, strict=True)
    return all(letter == meant[id(kind)] for letter, kind in pairs)
