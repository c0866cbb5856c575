"""How far columns go on below each other, told band by band as a page is read down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from intake.ocr.ordering.paragraphs import Paragraph
from intake.ocr.ordering.running_text import COLUMN_LINES, COLUMN_WORDS, PARAGRAPH_GAP, SLACK

COLUMN_GAP = 3.0
"""Where all columns go on, all may have a larger gap."""


@dataclass(slots=True)
class _Column:
    """What of a stretch no straight cut down the page parts."""

    left: float
    right: float
    bands: set[int] = field(default_factory=set)
    lines: int = 0
    long_lines: int = 0

    def may_be_text(self) -> bool:
        """Say whether the usual line may have as many words as one of running text."""
        return self.lines >= COLUMN_LINES and 2 * self.long_lines >= self.lines


def stretches(
    bands: Sequence[Sequence[Paragraph]], first: int, after: int, height: float
) -> Iterator[bool]:
    """Yield for each band from ``after`` on to which the columns that begin at ``first`` go on
    whether one of them may be running text up to there: if not, none is."""
    columns: list[_Column] = []
    for last in range(first, len(bands)):
        columns = _with_band(columns, bands[last], last)
        if last < after:
            continue
        if len(columns) < 2 or not _goes_on(columns, bands, last, height):
            return
        yield any(column.may_be_text() for column in columns)


def _with_band(columns: Sequence[_Column], band: Sequence[Paragraph], number: int) -> list[_Column]:
    """Return the columns of a stretch that goes on for one band."""
    joined: list[_Column] = []
    for each in sorted([*columns, *(_column(one, number) for one in band)],
                       key=lambda column: column.left):  # fmt: skip
        if not joined or each.left >= joined[-1].right:
            joined.append(each)
            continue
        wide = joined[-1]
        wide.right = max(wide.right, each.right)
        wide.bands |= each.bands
        wide.lines += each.lines
        wide.long_lines += each.long_lines
    return joined


def _column(paragraph: Paragraph, number: int) -> _Column:
    long_lines = sum(len(line) >= COLUMN_WORDS for line in paragraph.lines)
    return _Column(paragraph.left, paragraph.right, {number}, len(paragraph.lines), long_lines)


def _goes_on(
    columns: Sequence[_Column], bands: Sequence[Sequence[Paragraph]], last: int, height: float
) -> bool:
    """Say whether a band is near enough to the one above it to be of one stretch."""
    gap = min(each.top for each in bands[last]) - max(each.bottom for each in bands[last - 1])
    is_whole = all({last - 1, last} <= column.bands for column in columns)
    return gap <= (COLUMN_GAP if is_whole else PARAGRAPH_GAP + 2 * SLACK) * height
