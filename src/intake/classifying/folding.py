"""Words: a text cut into words, with the sentence and the clause each stands in."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from operator import add

# In this order: a word, an acronym with points, a letter or digit, the end of a sentence (a blank
# line is one; of single line ends, which mail and OCR put anywhere, some), the end of a clause.
_TOKEN = re.compile(
    r"[^\W_]{2,}"
    r"|[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"
    r"|[^\W_]"
    r"|[.!?;:…]+|\n\s*\n"
    r"|[,()\[\]«»\"“”–—]+|\s-\s"
)
LONGEST_STRETCH = 60
"""Words of a text that are judged as a whole; of a longer one, stretches are."""
_STRETCH_STEP = 25
_MOST_PAIRS, _MOST_LINES = 50, 50
_LEAST_WRAPPED, _WRAPPED = 40, 80
"""Letters in a line of prose that a program wrapped, at least and at most."""
_SHORT_LINE, _LEAST_WORDS = 0.6, 3
"""Times the longest line: whoever wraps prose leaves no line so short but the last. One of fewer
words says nothing by itself."""
_SENTENCE_ENDS = frozenset(".!?;:…\n")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad][ \t]*\r?\n[ \t]*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text as they were written, and the number of their clause and sentence."""

    words: tuple[str, ...]
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]
    questions: frozenset[int] = frozenset()
    """The numbers of the sentences that end with a question mark."""
    text: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """Where in ``text`` each word stands."""
    ended_by_line: frozenset[int] = frozenset()
    """The numbers of the sentences that end with a line, and with no full stop."""

    def quote(self, start: int, end: int) -> str:
        """Return the words from ``start`` to ``end`` (not included), joined by spaces."""
        return " ".join(self.words[start:end])

    def prose(self, start: int, end: int) -> str:
        """Return the text from a word to another with all that stands between them.

        What ends it is left out, but for a question mark: whoever is in a hurry writes no full
        stop, and a full stop must not say that nobody is in danger.
        """
        if start >= end:
            return ""
        text = self.text[self.spans[start][0] : self.spans[end - 1][1]]
        return f"{text}?" if self.sentences[end - 1] in self.questions else text


@lru_cache(maxsize=4)  # every classifier reads the same few texts of one item
def split(text: str) -> Words:
    """Return the words of ``text``; a word hyphenated at a line end is whole again."""
    text = unicodedata.normalize("NFC", text)
    if "-" in text or "\u00ad" in text:
        text = _HYPHENATED.sub("", text)
    words: list[str] = []
    clauses: list[int] = []
    sentences: list[int] = []
    questions: set[int] = set()
    spans: list[tuple[int, int]] = []
    clause = sentence = 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token[0].isalnum():
            words.append(token)
            spans.append(found.span())
            clauses.append(clause)
            sentences.append(sentence)
        elif token[0] in _SENTENCE_ENDS and token[-1] != "-":
            if "?" in token:
                questions.add(sentence)
            clause += 1
            sentence += 1
        else:
            clause += 1
    cut = Words(
        tuple(words), tuple(clauses), tuple(sentences), frozenset(questions), text, tuple(spans)
    )
    return _split_at_lines(cut)


def _split_at_lines(words: Words) -> Words:
    """Return the words with a sentence ended wherever a line ends that is no row of wrapped prose:
    the next one begins with a capital or a figure, or it is short beside others."""
    longest = max(map(len, words.text.splitlines()), default=0)
    usual = min(longest, _WRAPPED) if longest >= _LEAST_WRAPPED else 0
    ends = [
        place
        for place in range(1, len(words.words))
        if not _begins_sentence(words, place) and _ends_line(words, place, usual)
    ]
    if not ends:
        return words
    more = [bisect_right(ends, place) for place in range(len(words.words))]
    numbers = [number + added for number, added in zip(words.sentences, more, strict=True)]
    last = dict(zip(words.sentences, numbers, strict=True))
    return replace(
        words,
        clauses=tuple(map(add, words.clauses, more)),
        sentences=tuple(numbers),
        questions=frozenset(last[number] for number in words.questions if number in last),
        ended_by_line=frozenset(numbers[place - 1] for place in ends),
    )


def _ends_line(words: Words, place: int, usual: int) -> bool:
    """Say whether a line ends before ``place``; one of wrapped prose is ``usual`` letters long, 0
    where none is."""
    end = words.spans[place - 1][1]
    if "\n" not in words.text[end : words.spans[place][0]]:
        return False
    if not words.words[place][0].islower():
        return True
    line = words.text[words.text.rfind("\n", 0, end) + 1 : end]
    return len(line.split()) >= _LEAST_WORDS and len(line) < _SHORT_LINE * usual


def windows(words: Words) -> list[tuple[int, int]]:
    """Return from where to where the windows go in which a text is judged, each once.

    They are its stretches and, of the first sentences, each two that follow each other and are no
    longer than a stretch: what they say must not be outweighed by the letter around them.
    """
    count = len(words.words)
    bounds = [0, *(at for at in range(1, count) if _begins_sentence(words, at)), count]
    pairs = list(zip(bounds, bounds[2:], strict=False))[:_MOST_PAIRS]
    short = [(start, end) for start, end in pairs if end - start <= LONGEST_STRETCH]
    return list(dict.fromkeys([*stretches(words), *short]))


def lines(words: Words) -> list[tuple[int, int]]:
    """Return from where to where the first sentences go that a line end begins or ends.

    Who is in a hurry ends a line and no sentence.
    """
    count = len(words.words)
    bounds = [0, *(at for at in range(1, count) if _begins_sentence(words, at)), count]
    numbers, ended = words.sentences, words.ended_by_line
    found = [
        (start, end)
        for start, end in pairwise(bounds)
        if start < end <= start + LONGEST_STRETCH
        and (numbers[start] in ended or (start > 0 and numbers[start - 1] in ended))
    ]
    return found[:_MOST_LINES]


def _begins_sentence(words: Words, place: int) -> bool:
    return words.sentences[place] != words.sentences[place - 1]


def stretches(words: Words) -> Iterator[tuple[int, int]]:
    """Yield from where to where the stretches of a text go: whole sentences where they can.

    They overlap, so that what belongs together is together in one of them.
    """
    count, start = len(words.words), 0
    while count - start > LONGEST_STRETCH:
        end = _last_sentence_end(words, start + _STRETCH_STEP, start + LONGEST_STRETCH)
        yield start, end
        start = _last_sentence_end(words, start + 1, start + _STRETCH_STEP)
    if count:
        yield start, count


def _last_sentence_end(words: Words, least: int, most: int) -> int:
    """Return the last place from ``least`` to ``most`` where a sentence begins, or ``most``."""
    numbers = words.sentences
    for place in range(most, least - 1, -1):
        if numbers[place] != numbers[place - 1]:
            return place
    return most


def fold(word: str) -> str:
    """Return ``word`` without case, accents and the points of an acronym."""
    if word.isascii():
        return word.lower().replace(".", "")
    plain = unicodedata.normalize("NFKD", word.replace(".", "")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
