"""Figures of one line that have the same dots are the same: what was read of each is voted on.

A fax machine prints each figure of its line dot by dot alike, and a zero with a stroke in it is
read as a 0 here, as a 6, an 8 or a 9 there. So the dots are compared as they arrived: shapes with
the same dots are of one kind. What a kind was read as in one way only it remains. A kind that was
read as a zero, and as something else too, is the zero, unless another kind is; any other is what
was read at least twice as often as all else. Where every figure has dots of its own, as in what
was scanned, nothing is changed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

_Ink = npt.NDArray[np.bool_]

_FIGURES = frozenset("0123456789")
_PART = re.compile(r"[^\W_]+")
_MONTH = r"[01]?\d|[A-Z][a-z]{2}|[A-Z]{3}"
_YEAR = re.compile(
    rf"(?:[0-3]?\d[-/.](?:{_MONTH})|(?:{_MONTH})[-/.][0-3]?\d)[-/.]2(?P<zero>[0689OQDGBA])\w\w"
)
"""A date, and in its year what can but be a zero."""
_LEAST_VOTES = 2
"""So many figures of one kind, all read alike, say what it is."""
_FAR_MORE = 2
_LEAST_LETTERS = 3
"""A shorter word without a figure is not one of figures, even if all of it looks like some."""
_LONGEST = 24
"""Characters of a word that can be a date, a time or a number."""
_SECOND_HALF = re.compile(r"(?<=0)[689]")
"""A stroked zero may be read as two figures, and this be the second of them."""
_MOST_TOO_MANY = 2


@dataclass(slots=True)
class _Kind:
    """Shapes with the same dots, and as what they were read."""

    votes: Counter[str] = field(default_factory=Counter)
    """For figures; other characters are counted together, as an empty one."""
    figure: str = ""
    """What all of them are; empty where that is no figure, or is not known."""


@dataclass(frozen=True, slots=True)
class _Spelt:
    """A word as it was read, and of which kinds its shapes are, from left to right; of none where
    one is so wide that it must be two characters that touch."""

    text: str
    kinds: Sequence[_Kind]

    @property
    def is_whole(self) -> bool:
        """Each character has a shape."""
        return len(self.text) == len(self.kinds)


def settle_figures(
    ink: _Ink, texts: Sequence[str], spans: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    """Return the texts of the words of a line with what has the same dots read the same.

    ``ink`` is true where the line is black, dot by dot as it was sent; a word stands in the columns
    of its span. Words of letters stay as they were read, and so do those whose letters touch.
    """
    kinds: defaultdict[bytes, _Kind] = defaultdict(_Kind)
    shapes = [_shapes(ink, span) for span in spans]
    pitch = _pitch(shapes)
    words = []
    for text, found in zip(texts, shapes, strict=True):
        is_parted = len(text) <= _LONGEST and all(end - start <= pitch for start, end in found)
        spelt = [kinds[ink[:, start:end].T.tobytes()] for start, end in found] if is_parted else []
        words.append(_Spelt(text, spelt))
    for word in words:
        _vote(word)
    _decide(list(kinds.values()))
    for word in words:
        if (year := _YEAR.fullmatch(word.text)) and word.is_whole:
            word.kinds[year.start("zero")].figure = "0"
    return tuple(map(_settled, words))


def _shapes(ink: _Ink, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Return from where to where the shapes of a word go that white columns part."""
    start, end = (min(max(each, 0), ink.shape[1]) for each in span)
    bounds = np.flatnonzero(np.diff(np.pad(ink[:, start:end].any(axis=0).astype(np.int8), 1)))
    bounds += start
    return list(zip(bounds[::2].tolist(), bounds[1::2].tolist(), strict=True))


def _pitch(shapes: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Return the columns from one character to the next, as most words have them."""
    starts = [[start for start, _ in found] for found in shapes]
    steps = [np.diff(each) for each in starts]
    return float(np.median(np.concatenate(steps))) if any(map(len, steps)) else 0.0


def _vote(word: _Spelt) -> None:
    """Count what the shapes of a word were read as: as figures where nothing else is beside them,
    since an O in a name may be read as a zero."""
    for part in _parts(word):
        is_number = _FIGURES.issuperset(part[0])
        for character, kind in zip(part[0], word.kinds[part.start() :], strict=False):
            kind.votes[character if is_number else ""] += 1


def _parts(word: _Spelt) -> Iterator[re.Match[str]]:
    """Yield what stands between the marks of a word; nothing where a shape is missing."""
    if word.is_whole:
        yield from _PART.finditer(word.text)


def _decide(kinds: Sequence[_Kind]) -> None:
    """Set the figure of each kind of which it is plain."""
    voted = [kind for kind in kinds if kind.votes.total() > 2 * kind.votes.pop("", 0)]
    known: Counter[str] = Counter()
    for kind in voted:
        if len(kind.votes) == 1:
            known |= kind.votes
    taken = {figure for figure, count in known.items() if count >= _LEAST_VOTES}
    for kind in voted:
        kind.figure = _plain(kind.votes, taken)


def _plain(votes: Counter[str], taken: set[str]) -> str:
    """Return what a kind with these votes is; nothing where it is not plain. ``taken`` are the
    figures that another kind is."""
    if len(votes) == 1:
        return next(iter(votes))
    free = Counter({figure: count for figure, count in votes.items() if figure not in taken})
    if "0" in free or len(free) == 1:
        return "0" if "0" in free else next(iter(free))
    (figure, most), *others = free.most_common() or [("", 0)]
    return figure if most >= _FAR_MORE * sum(count for _, count in others) else ""


def _settled(word: _Spelt) -> str:
    """Return a word with its figures as they were settled; as it was read if it has none."""
    if 0 < len(word.text) - len(word.kinds) <= _MOST_TOO_MANY:
        return _shortened(word)
    settled = list(word.text)
    for part in _parts(word):
        kinds = word.kinds[part.start() : part.end()]
        is_number = all(kind.figure for kind in kinds) and (
            len(kinds) >= _LEAST_LETTERS or not _FIGURES.isdisjoint(part[0])
        )
        for place, kind in enumerate(kinds, start=part.start()):
            if kind.figure and (is_number or word.text[place] in _FIGURES):
                settled[place] = kind.figure
    return "".join(settled)


def _shortened(word: _Spelt) -> str:
    """Return a word of which zeros were read as two figures without the second of them, if there is
    one way only that agrees with the shapes."""
    is_doubtful = any(kind.figure == "0" and len(kind.votes) > 1 for kind in word.kinds)
    if not is_doubtful:
        return word.text
    halves = [each.start() for each in _SECOND_HALF.finditer(word.text)]
    ways = {
        "".join(character for place, character in enumerate(word.text) if place not in left_out)
        for left_out in combinations(halves, len(word.text) - len(word.kinds))
    }
    agreeing = [way for way in ways if _agrees(way, word.kinds)]
    return agreeing[0] if len(agreeing) == 1 else word.text


def _agrees(text: str, kinds: Sequence[_Kind]) -> bool:
    """Return whether each kind is its figure, and one that has none the same everywhere."""
    meant = {id(kind): kind.figure or letter for letter, kind in zip(text, kinds, strict=True)}
    pairs = zip(text, kinds, strict=True)
    return all(letter == meant[id(kind)] for letter, kind in pairs)
