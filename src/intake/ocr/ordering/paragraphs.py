"""Paragraphs as an engine found them, cut where rows of a form were taken for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from intake.ocr.ordering.running_text import PARAGRAPH_GAP, SLACK, is_justified, is_running_text
from intake.ocr.words.page_words import lines_of
from intake.schemas.documents import Word

Line = tuple[Word, ...]


@dataclass(frozen=True, slots=True, eq=False)  # two paragraphs are never the same one
class Paragraph:
    """Some lines, and the rectangle around them without the slack above and below."""

    lines: tuple[Line, ...]
    left: float
    top: float
    right: float
    bottom: float


Interval = Callable[[Paragraph], tuple[float, float]]


def paragraphs_of(words: Sequence[Word], height: float) -> list[Paragraph]:
    """Return the engine's paragraphs in its order; ``height`` is that of a usual word."""
    return [
        paragraph_of(piece, height)
        for _, members in groupby(words, key=lambda word: word.paragraph)
        for piece in _pieces(lines_of(tuple(members)), PARAGRAPH_GAP * height)
    ]


def paragraph_of(lines: Sequence[Line], height: float) -> Paragraph:
    """Return the paragraph of some lines."""
    words = [word for line in lines for word in line]
    return Paragraph(
        lines=tuple(lines),
        left=min(word.left for word in words),
        top=min(word.top for word in words) + SLACK * height,
        right=max(word.right for word in words),
        bottom=max(word.bottom for word in words) - SLACK * height,
    )


def is_text_column(column: Sequence[Paragraph], height: float) -> bool:
    """Say whether the paragraphs, one below the other, are a column of running text."""
    lines = [line for paragraph in column for line in paragraph.lines]
    ends = [(len(line), line[0].left, line[-1].right) for line in lines]
    width = max(each.right for each in column) - min(each.left for each in column)
    return is_running_text(
        [(words, right - left) for words, left, right in ends], width
    ) or is_justified(ends, height)


def parts(paragraphs: Iterable[Paragraph], interval: Interval) -> list[list[Paragraph]]:
    """Return the paragraphs in groups that no straight cut crosses, in order along the axis."""
    groups: list[list[Paragraph]] = []
    end = float("-inf")
    for paragraph in sorted(paragraphs, key=lambda each: interval(each)[0]):
        start, stop = interval(paragraph)
        if start >= end or not groups:
            groups.append([])
        groups[-1].append(paragraph)
        end = max(end, stop)
    return groups


def across(paragraph: Paragraph) -> tuple[float, float]:
    """Return from where to where a paragraph reaches from left to right."""
    return paragraph.left, paragraph.right


def down(paragraph: Paragraph) -> tuple[float, float]:
    """Return from where to where a paragraph reaches from the top down."""
    return paragraph.top, max(paragraph.bottom, paragraph.top + 1)


def _pieces(lines: Sequence[Line], most: float) -> list[list[Line]]:
    """Return a paragraph cut where lines are further apart: an engine joins rows of a form."""
    pieces = [[lines[0]]]
    for above, line in pairwise(lines):
        gap = min(word.top for word in line) - max(word.bottom for word in above)
        if gap > most:
            pieces.append([])
        pieces[-1].append(line)
    return pieces
