"""Words: a text cut into words, with the sentence and the clause each stands in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# In this order: a word, an acronym with points, a letter or digit, the end of a sentence (a blank
# line is one; a single line end is not: mail and OCR wrap their lines), the end of a clause.
_TOKEN = re.compile(
    r"[^\W_]{2,}"
    r"|[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"
    r"|[^\W_]"
    r"|[.!?;:…。！？；：।؟۔]+|\n\s*\n"
    r"|[,，、،()\[\]«»\"“”–—]+|\s-\s"
)
LONGEST_STRETCH = 60
"""Words of a text that are judged as a whole; of a longer one, stretches are."""
_STRETCH_STEP = 25
_MOST_PAIRS, _MOST_LINES = 50, 50
_LEAST_WRAPPED, _WRAPPED = 40, 80
"""Letters in a row of prose that a program wrapped, at least and at most."""
_SHORT_ROW, _FULL_ROW = 0.6, 0.85
"""Times the longest row: no row of wrapped prose is shorter but the last; one so long may be."""
_LEAST_WORDS, _LEAST_PROSE = 4, 3
"""Words of a line that says something by itself, and how many of them begin small: rows of an
address, a signature or a form have names and labels."""
_SENTENCE_ENDS = frozenset(".!?;:…。！？；：।؟۔\n")
_QUESTION = frozenset("?？؟")
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
            if not _QUESTION.isdisjoint(token):
                questions.add(sentence)
            clause += 1
            sentence += 1
        else:
            clause += 1
    return Words(
        tuple(words), tuple(clauses), tuple(sentences), frozenset(questions), text, tuple(spans)
    )


def windows(words: Words) -> list[tuple[int, int]]:
    """Return from where to where the windows go in which a text is judged, each once.

    They are its stretches and, of the first sentences, each two that follow each other and are no
    longer than a stretch: what they say must not be outweighed by the letter around them.
    """
    bounds = _sentence_bounds(words)
    pairs = list(zip(bounds, bounds[2:], strict=False))[:_MOST_PAIRS]
    short = [(start, end) for start, end in pairs if end - start <= LONGEST_STRETCH]
    return list(dict.fromkeys([*stretches(words), *short]))


def sentence_places(words: Words) -> list[tuple[int, int]]:
    """Return from where to where the sentences go."""
    return list(pairwise(_sentence_bounds(words)))


def lines(words: Words) -> list[tuple[int, int]]:
    """Return from where to where the first lines go that are judged by themselves.

    Who is in a hurry ends a line and no sentence: what stands beside it must not outweigh it. Such
    a line is a part of a sentence, and no row of wrapped prose, of an address or of a form.
    """
    rows = _Rows.of(words.text)
    count = len(words.words)
    found, start, is_part = [], 0, False
    for place in range(1, count + 1):
        is_end = place == count or _begins_sentence(words, place)
        is_row_end = not is_end and _ends_line(words, place, rows)
        if not (is_end or is_row_end):
            continue
        if (is_part or is_row_end) and _is_prose(words.words[start:place]):
            found.append((start, place))
        start, is_part = place, is_row_end
    return found[:_MOST_LINES]


@dataclass(frozen=True, slots=True)
class _Rows:
    """How the rows of a text are: ``usual`` letters long, 0 where all are short."""

    usual: int
    are_wrapped: bool
    """A full one goes on with a small letter: a program cut them."""

    @classmethod
    def of(cls, text: str) -> _Rows:
        rows = text.splitlines()
        longest = max(map(len, rows), default=0)
        usual = min(longest, _WRAPPED) if longest >= _LEAST_WRAPPED else 0
        goes_on = (
            len(row) >= _FULL_ROW * usual and following.lstrip()[:1].islower()
            for row, following in pairwise(rows)
        )
        return cls(usual, usual > 0 and any(goes_on))


def _ends_line(words: Words, place: int, rows: _Rows) -> bool:
    """Say whether a line ends before ``place``, by how long it is and how the next one begins."""
    end, following = words.spans[place - 1][1], words.words[place]
    if "\n" not in words.text[end : words.spans[place][0]]:
        return False
    length = end - words.text.rfind("\n", 0, end) - 1
    if not following[0].isupper() or len(following) == 1:
        return length < _SHORT_ROW * rows.usual
    return not rows.are_wrapped or length < _FULL_ROW * rows.usual


def _is_prose(line: Sequence[str]) -> bool:
    small = sum(word[0].islower() for word in line)
    return _LEAST_WORDS <= len(line) <= LONGEST_STRETCH and small >= _LEAST_PROSE


def _sentence_bounds(words: Words) -> list[int]:
    count = len(words.words)
    return [0, *(at for at in range(1, count) if _begins_sentence(words, at)), count]


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
