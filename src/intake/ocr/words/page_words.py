"""Words make a page: its text by lines and paragraphs, and how sure the engine was of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from intake.ocr.words.page_confidence import page_confidence
from intake.schemas.documents import Page, Word


def page_of(words: Sequence[Word], *, number: int, size: tuple[int, int]) -> Page:
    """Return the page of ``words``, in their order; ``size`` is that of the picture in pixels."""
    width, height = size
    return Page(
        number=number,
        text=text_of(words),
        confidence=page_confidence(words),
        words=tuple(words),
        width=width,
        height=height,
    )


def lines_of(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Return the words line by line, in reading order."""
    return [tuple(line) for _, line in groupby(words, key=lambda word: (word.paragraph, word.line))]


def letters_right(words: Sequence[Word]) -> float:
    """Return how many letters of ``words`` are expected to be right."""
    return sum(len(word.text) * word.confidence for word in words)


def text_of(words: Sequence[Word]) -> str:
    """Join words by spaces, lines by line feeds, paragraphs by an empty line."""
    paragraphs = groupby(lines_of(words), key=lambda line: line[0].paragraph)
    return "\n\n".join(
        "\n".join(" ".join(word.text for word in line) for line in lines) for _, lines in paragraphs
    )


def split_line(
    text: str, *, confidence: float, box: tuple[int, int, int, int], paragraph: int, line: int
) -> Iterator[Word]:
    """Yield the words of a line of which only the whole has a box: left, top, right, bottom.

    Each gets its share of the box by its share of the characters.
    """
    left, top, right, bottom = box
    width = (right - left) / max(len(text), 1)
    start = 0
    for word in text.split(" "):
        if word:
            yield Word(
                text=word,
                confidence=confidence,
                left=round(left + start * width),
                top=top,
                right=round(left + (start + len(word)) * width),
                bottom=bottom,
                paragraph=paragraph,
                line=line,
            )
        start += len(word) + 1
