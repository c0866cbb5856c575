"""Words that are no words: ruling lines of a table, boxes to tick, a signature, a stamp."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

_RULING = frozenset("|¦[]{}_—–-~=‘'`.:,;")
_UPRIGHT = frozenset("|¦[]{}")
_CLOSED_BY = {"|": "|", "¦": "¦", "[": "]", "{": "}"}
_BOX = re.compile(r"(?:[\[{][xX]|[\[{]?_?)[\]}]\|?(?=[^\W\d_]{2})")
"""A box before a word as it is read, such as ``[_]``, ``[X]`` or ``]``."""
CAPITAL_HEIGHTS = 1.15
"""A ruling is higher than this many heights of the words beside it."""
WORD_SPACE = 0.7
"""Words of a line are this share of their height apart, the cells of a table further."""
SCRAWL_HEIGHTS = 2.0
"""A signature is read as one word, more than this many times as high as the words around it."""
SCRAWL_BELOW = 0.5
"""... and the engine is hardly ever surer of it than this."""


def without_noise(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words that a person would read aloud.

    A bar that stands between two words as a word does is the letter I: ``Corso Umberto I 72``.
    Left out are table rulings, which are read as ``|`` or ``[``, also where they stick to the
    first letter of a cell, boxes that are not ticked, and what is drawn by hand: far higher than
    the page's text, and doubted by the engine itself.
    """
    heights = [word.bottom - word.top for word in words if len(word.text) > 2]
    usual = median(heights) if heights else 0
    spelt = (word for line in lines_of(tuple(words)) for word in _with_capitals(line))
    apart = (part for word in spelt for part in _apart_from_box(word))
    seen = (word for word in apart if not _is_ruling(word) and not _is_scrawl(word, usual))
    return tuple(word for line in lines_of(tuple(seen)) for word in _unruled(line))


def _with_capitals(line: Sequence[Word]) -> Iterator[Word]:
    """Yield the words of a line, bars that are the capital I as such."""
    for place, word in enumerate(line):
        is_inside = word.text == "|" and 0 < place < len(line) - 1
        if is_inside and _is_capital(line[place - 1], word, line[place + 1]):
            yield word.model_copy(update={"text": "I"})
        else:
            yield word


def _is_capital(before: Word, bar: Word, after: Word) -> bool:
    """Say whether a bar is as high as its neighbours and as near as words of a line are."""
    height = max(before.bottom - before.top, after.bottom - after.top)
    gaps = bar.left - before.right, after.left - bar.right
    return bar.bottom - bar.top <= height * CAPITAL_HEIGHTS and all(
        0 < gap <= height * WORD_SPACE for gap in gaps
    )


def _apart_from_box(word: Word) -> Iterator[Word]:
    """Yield the box to tick that a word begins with, if it does, and the word."""
    box = _BOX.match(word.text)
    if box is None:
        yield word
        return
    edge = word.left + round((word.right - word.left) * box.end() / len(word.text))
    yield word.model_copy(update={"text": box.group(), "right": edge})
    yield word.model_copy(update={"text": word.text[box.end() :], "left": edge})


def _unruled(line: Sequence[Word]) -> Iterator[Word]:
    """Yield the words of a line without the bars and brackets that nothing in it closes."""
    for place, word in enumerate(line):
        closing = _CLOSED_BY.get(word.text[0])
        rest = [word.text[1:], *(after.text for after in line[place + 1 :])]
        if closing is None or any(closing in text for text in rest):
            yield word
        else:
            yield word.model_copy(update={"text": word.text[1:]})


def _is_ruling(word: Word) -> bool:
    return _RULING.issuperset(word.text) and not _UPRIGHT.isdisjoint(word.text)


def _is_scrawl(word: Word, usual: float) -> bool:
    height = word.bottom - word.top
    return word.confidence < SCRAWL_BELOW and 0 < usual * SCRAWL_HEIGHTS < height
