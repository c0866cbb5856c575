"""Capitals written by hand that were read like print: no two of a hand's letters are alike.

In print the same letter has the same outline wherever it stands in a line; what differs is where
the dots of the scan fell, whatever the typeface and its size. The outlines of a pen lie apart by
several times that. An engine reads neat block capitals with the confidence of print, and is wrong
more often (docs/explanation/reading-faxes.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from statistics import median

from intake.ocr.judging.glyphs import Glyph, apart, glyphs_of
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.sheets import PageImage
from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

HANDWRITTEN_WORDS = "page_handwritten_words"
"""Defect of a page with words on it that were written by hand."""

_ENOUGH = 3.0
"""Evidence of a hand: so many pairs of letters more lie clearly apart than lie together."""
_MOST_WORDS = 150
_MOST_PAIRS = 8
"""Of one line; more make nobody surer."""
_FINE_FROM = 150.0
"""Dots per inch, across or down; in print that is coarser both ways letters are as unlike."""

_HARD_IN, _SOFT_IN = 0.0017, 0.0013
"""Inches by which outlines in print lie apart at most, in black and white and in shades of grey."""
_BY_ROW = 0.14
"""Share of the height of a scanned row by which they may lie further apart."""
_CLEARLY_IN = 0.0008
"""Inches beyond that from which on a pair counts fully, for a hand or against it."""
_SAME_LETTER = 0.075
"""Outlines further apart, by the letter's height, are of two letters of which one was misread."""

_SMALL_PAIRS = (6, 24)
"""Least and most pairs of small letters that show how rough the print of the page is."""
_ABOVE_MIDDLE = 1.4
"""By how much the most that print lies apart exceeds the middle."""
_ROUGHEST_IN = 0.004
"""What is rougher than this is no print that a hand could be measured by."""

_NEIGHBOURS = 4
_MOST_COMPARED = 40
_LEAST_COMPARED = 5
_LIKE_HIGH = 0.15
"""Share of its height by which the like of a letter may be higher or lower."""

_FURTHER = 3
"""Letters further on, over which the middles of wide and slender ones make up for each other."""
_EVEN = 0.05
"""Share of the usual step from letter to letter by which an even one may differ."""
_MOST_EVEN = 0.75
"""Share of the steps that are even on a machine whose letters are all as wide."""

_MOST_OF_WORD = 0.6
"""Share of a word's characters that are of the kind that is looked at."""
_LIKE_CAPITALS = frozenset("ckopsuvwxz")
_UNLIKE_CAPITALS = frozenset("abdefghmnqrty")
_SLENDER = frozenset("I1")
"""Letters of one stroke: they show its length and little else."""
_LEAST_HIGH_IN = 0.085
"""Capitals by pen are higher; so are those of print from 9 points on."""

_Lines = list[list[Word]]


def has_handwritten_words(prepared: Prepared, words: Sequence[Word], paper: PageImage) -> bool:
    """Say whether capitals of the page, which was scanned as ``paper``, were written by hand.

    Where they seem to be, two more things are asked. A fax that was enlarged on its way is rougher
    than its resolution tells: its small print shows that. And lines may hold two typefaces, as
    forms filled in by machine do: there each letter has its like elsewhere on the page. The letters
    of a worn typewriter or of needles have not, but stand in even steps.
    """
    if max(paper.dpi_x, paper.dpi_y) < _FINE_FROM:
        return False
    capitals = _made_of(_is_like_capital, words)
    pairs = [list(islice(_pairs(_repeated(prepared, line)), _MOST_PAIRS)) for line in capitals]
    usual = _usual_in(paper) * prepared.dpi
    clearly = _CLEARLY_IN * prepared.dpi
    if sum(_evidence(each, usual, clearly) for each in pairs) < _ENOUGH:
        return False
    usual = max(usual, min(_in_small_print(prepared, words), _ROUGHEST_IN * prepared.dpi))
    evidence = [_evidence(each, usual, clearly) for each in pairs]
    if sum(evidence) < _ENOUGH:
        return False
    unlike = {place for place, found in enumerate(evidence) if found > 0}
    letters = [[list(_capitals(prepared, word, word.text)) for word in line] for line in capitals]
    return _to_the_likest(letters, unlike) >= usual and not _is_in_steps(
        word for place in unlike for word in letters[place]
    )


def _usual_in(paper: PageImage) -> float:
    is_hard = paper.bilevel or paper.source_dpi_y is not None
    return (_HARD_IN if is_hard else _SOFT_IN) + _BY_ROW / paper.scanned_dpi


def _evidence(pairs: Iterable[float], usual: float, clearly: float) -> float:
    """Return how many pairs of a line speak for a hand more than against it; 0.0 for none."""
    return max(sum(max(-1.0, min((dots - usual) / clearly, 1.0)) for dots in pairs), 0.0)


def _in_small_print(prepared: Prepared, words: Sequence[Word]) -> float:
    """Return how many dots small letters lie apart at most; 0.0 on a page with too few of them."""
    least, most = _SMALL_PAIRS
    lines = _made_of(_UNLIKE_CAPITALS.__contains__, words)
    glyphs = ((glyphs_of(prepared, word, _UNLIKE_CAPITALS) for word in line) for line in lines)
    found = list(islice(chain.from_iterable(_pairs(chain(*line)) for line in glyphs), most))
    return _ABOVE_MIDDLE * median(found) if len(found) >= least else 0.0


def _made_of(is_wanted: Callable[[str], bool], words: Sequence[Word]) -> _Lines:
    """Return, line by line, the words most characters of which are ``wanted``."""
    lines, left = [], _MOST_WORDS
    for line in lines_of(words):
        chosen = [
            word
            for word in line
            if len(word.text) > 1
            and sum(map(is_wanted, word.text)) >= _MOST_OF_WORD * len(word.text)
        ]
        lines.append(chosen[:left])
        left -= len(lines[-1])
    return lines


def _is_like_capital(character: str) -> bool:
    return character.isupper() or character.isdigit() or character in _LIKE_CAPITALS


def _repeated(prepared: Prepared, line: Sequence[Word]) -> Iterator[Glyph]:
    """Yield the capitals that stand in a line more than once."""
    counts = Counter("".join(word.text for word in line))
    twice = {letter for letter, count in counts.items() if count > 1}
    for word in line:
        yield from _capitals(prepared, word, twice)


def _capitals(prepared: Prepared, word: Word, letters: Iterable[str]) -> Iterator[Glyph]:
    """Yield those of ``letters`` in a word that are capitals, by look and by size."""
    wanted = set(filter(_is_like_capital, letters)) - _SLENDER
    for glyph in glyphs_of(prepared, word, wanted):
        if glyph.height >= _LEAST_HIGH_IN * prepared.dpi:
            yield glyph


def _pairs(glyphs: Iterable[Glyph]) -> Iterator[float]:
    """Yield how many dots each letter lies apart from the last one that was the same."""
    last: dict[str, Glyph] = {}
    for glyph in glyphs:
        before = last.get(glyph.letter)
        last[glyph.letter] = glyph
        if before is not None:
            dots = apart(before, glyph)
            if dots <= _SAME_LETTER * min(before.height, glyph.height):
                yield dots


def _to_the_likest(lines: Sequence[Sequence[Sequence[Glyph]]], unlike: set[int]) -> float:
    """Return how many dots the letters of ``unlike`` lines lie apart from their likest near by.

    The middle one of them; 0.0 where hardly a letter has others of its height to be compared with.
    """
    same: dict[str, list[tuple[int, Glyph]]] = defaultdict(list)
    for place, line in enumerate(lines):
        for glyph in chain(*line):
            same[glyph.letter].append((place, glyph))
    found = chain.from_iterable(_likest(some, unlike) for some in same.values())
    dots = list(islice(found, _MOST_COMPARED))
    return median(dots) if len(dots) >= _LEAST_COMPARED else 0.0


def _likest(same: Sequence[tuple[int, Glyph]], unlike: set[int]) -> Iterator[float]:
    for place, glyph in same:
        if place not in unlike:
            continue
        near = sorted(same, key=lambda other: abs(other[0] - place))
        others = [
            other
            for _, other in near
            if other is not glyph and abs(other.height - glyph.height) <= _LIKE_HIGH * glyph.height
        ]
        if len(others) > 1:
            yield min(apart(glyph, other) for other in others[:_NEIGHBOURS])


def _is_in_steps(words: Iterable[Sequence[Glyph]]) -> bool:
    """Say whether the letters stand equally far from each other, as no hand sets them."""
    steps = [
        (right.middle - left.middle) / (right.number - left.number)
        for word in words
        for left, right in zip(word, word[_FURTHER:], strict=False)
    ]
    if not steps:
        return False
    step = median(steps)
    even = sum(abs(each - step) <= _EVEN * step for each in steps)
    return even >= _MOST_EVEN * len(steps)
