"""A second engine is asked about the doubtful lines of a hard page, and votes on their words.

The engines' confidences cannot be compared, so they do not vote. Words do: where the two differ,
the second's reading is taken if it is a word of the language and the first's is not, or if neither
is one and the first itself hardly believes in its own. Digits are never taken from the second.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence

from PIL import Image
from rapidfuzz.distance import Levenshtein

from intake.errors import ToolMissing
from intake.interfaces import LineReader, OcrEngine, Polyglot
from intake.ocr.tesseract.lexicon import Lexicon, is_word, lexicons
from intake.ocr.words.noise_words import without_noise
from intake.ocr.words.page_confidence import page_confidence
from intake.ocr.words.page_words import lines_of, page_of, split_line
from intake.schemas.documents import Page, Word

HARD_BELOW = 0.98
"""From 2 % of characters expected to be wrong: asking about better pages of noisy faxes as well
took a fifth more CPU and changed nothing (docs/explanation/reading-faxes.md)."""
DOUBTED_BELOW = 0.9
"""A line is doubtful with a word of less confidence that is no word of the language."""
DISBELIEVED_BELOW = 0.5
"""Below this the first engine itself says that its reading is more likely wrong than right."""
MOST_DIFFERENT = 0.5
"""Readings that differ in a larger share of their characters are not of the same ink."""
MARGIN_PX = 6

_log = logging.getLogger(__name__)


class SecondOpinion:
    """An engine that reads with ``first``, and asks ``second`` about what is doubtful.

    A second engine that fails or is missing costs nothing but its opinion: the log says so.
    """

    def __init__(self, first: OcrEngine, second: LineReader) -> None:
        self._first, self._second = first, second
        self.name = f"{first.name}+{second.name}"

    def version(self) -> str:
        """Return the versions of both, such as ``5.5.4+3.10.0``, or ``5.5.4+missing``.

        Raises:
            ToolMissing: the first engine is not installed.
        """
        try:
            second = self._second.version()
        except ToolMissing:
            second = "missing"
        return f"{self._first.version()}+{second}"

    def installed_languages(self) -> frozenset[str]:
        """Return the languages that the first engine can be asked for; see ``Polyglot``."""
        first = self._first
        return first.installed_languages() if isinstance(first, Polyglot) else frozenset()

    def recognise(
        self, image: Image.Image, *, number: int, languages: Sequence[str], timeout_s: float
    ) -> Page:
        """Return the page as the first engine reads it, hard ones after a vote.

        The words that were replaced keep the confidence of the first engine: that two engines
        disagree is no reason to be surer.

        Raises:
            TransientFailure, ToolMissing: as the first engine does.
        """
        ends = time.monotonic() + timeout_s
        page = self._first.recognise(image, number=number, languages=languages, timeout_s=timeout_s)
        if not page.words or page_confidence(without_noise(page.words)) >= HARD_BELOW:
            return page
        try:
            words = tuple(self._consulted(page, image, languages, ends))
        except Exception as error:  # noqa: BLE001 - an opinion more or less never costs a page
            _log.warning("no second opinion on page %d by %s: %s", number, self._second.name, error)
            return page
        return page_of(words, number=number, size=image.size)

    def _consulted(
        self, page: Page, image: Image.Image, languages: Sequence[str], ends: float
    ) -> Iterator[Word]:
        known = lexicons(tuple(languages))
        for line in lines_of(page.words):
            if time.monotonic() < ends and any(_is_doubtful(word, known) for word in line):
                read = self._second.read_line(_cut(image, line), languages=languages)
                yield from vote(line, read, known)
            else:
                yield from line


def vote(line: Sequence[Word], second: str, known: Sequence[Lexicon]) -> Iterator[Word]:
    """Yield the words of the line, those of ``second`` in the place of those that lose."""
    first = " ".join(word.text for word in line)
    if Levenshtein.normalized_distance(first, second) > MOST_DIFFERENT:
        yield from line
        return
    start = 0
    for ours, theirs in _stretches(first, second):
        words = line[start : start + ours.count(" ") + 1]
        start += len(words)
        if _is_better(theirs, words, known):
            yield from _replaced(words, theirs)
        else:
            yield from words


def _is_doubtful(word: Word, known: Sequence[Lexicon]) -> bool:
    return word.confidence < DOUBTED_BELOW and not is_word(word.text, known)


def _is_better(theirs: str, words: Sequence[Word], known: Sequence[Lexicon]) -> bool:
    ours = " ".join(word.text for word in words)
    if sum(map(str.isalpha, theirs)) < 2 or any(map(str.isdigit, ours + theirs)):
        return False
    if Levenshtein.normalized_distance(ours, theirs) > MOST_DIFFERENT:
        return False
    if all(is_word(word.text, known) for word in words):
        return False
    if all(is_word(word, known) for word in theirs.split()):
        return True
    return min(word.confidence for word in words) < DISBELIEVED_BELOW


def _stretches(first: str, second: str) -> list[tuple[str, str]]:
    """Return the two readings in pieces, cut at the spaces that both have in the same place."""
    pieces: list[tuple[str, str]] = []
    start_first = start_second = 0
    for block in Levenshtein.opcodes(first, second):
        if block.tag != "equal":
            continue
        for offset in range(block.src_end - block.src_start):
            at, there = block.src_start + offset, block.dest_start + offset
            if first[at] == " ":
                pieces.append((first[start_first:at], second[start_second:there]))
                start_first, start_second = at + 1, there + 1
    return [*pieces, (first[start_first:], second[start_second:])]


def _replaced(words: Sequence[Word], text: str) -> Iterator[Word]:
    return split_line(
        text,
        confidence=min(word.confidence for word in words),
        box=_box(words),
        paragraph=words[0].paragraph,
        line=words[0].line,
    )


def _cut(image: Image.Image, line: Sequence[Word]) -> Image.Image:
    left, top, right, bottom = _box(line)
    return image.crop(
        (
            max(left - MARGIN_PX, 0),
            max(top - MARGIN_PX, 0),
            min(right + MARGIN_PX, image.width),
            min(bottom + MARGIN_PX, image.height),
        )
    )


def _box(words: Sequence[Word]) -> tuple[int, int, int, int]:
    """Return the box around the words, in pixels: left, top, right, bottom."""
    return (
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )
