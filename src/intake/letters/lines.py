"""Lines and blocks of a page, as an eye sees them: columns apart, paragraphs apart."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from intake.schemas.documents import Page, Word
from intake.schemas.letters import Box

_COLUMN_GAP = 1.8
"""White between two words of a line, in heights of a line, from which on they are columns: a
space is a third of a height, in justified text at most one."""
_BLOCK_GAP = 0.95
"""White between two lines, in heights, from which on a new block begins; 0.2 to 0.6 is usual."""
_NEAR = 2.5
"""White between two lines, in heights, up to which they may belong together: one line is empty."""
_DESCENDS = re.compile(r"[gjpqyQÇç,;()\[\]{}|/@_]")
_WITH_DESCENT = 1.3
"""A letter that goes below the line adds as much to the height of a capital."""
_MARGIN = 1.5
"""How far apart, in heights, the left or right ends of the lines of one block may be."""


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line of one column; ``confidence`` is that of its worst word."""

    text: str
    page: int
    confidence: float
    box: Box | None = None
    is_alone: bool = True
    """No other column stands beside it."""


Block = list[Line]


def read_blocks(page: Page) -> list[Block]:
    """Return the page's blocks from top to bottom; of two side by side, the left one first."""
    if page.words and page.origin == "ocr":
        return _group(_columns(page.words, page.number))
    paragraphs = groupby(page.text.split("\n"), key=lambda line: bool(line.strip()))
    return [
        [Line(text.strip(), page.number, page.confidence) for text in lines]
        for is_written, lines in paragraphs
        if is_written
    ]


def above(line: Line, lines: Sequence[Line]) -> Line | None:
    """Return the line that stands over another one, with at most an empty line between them."""
    if line.box is None:
        return _next_to(line, lines, -1)
    over = [each for each in lines if _stands_over(each, line)]
    return max(over, key=_bottom, default=None)


def below(line: Line, lines: Sequence[Line]) -> Line | None:
    """Return the line that stands under another one, with at most an empty line between them."""
    if line.box is None:
        return _next_to(line, lines, 1)
    under = [each for each in lines if _stands_over(line, each)]
    return min(under, key=_place, default=None)


def left_of(line: Line, lines: Sequence[Line]) -> Line | None:
    """Return the nearest line of a column further left that stands at the same height."""
    if line.box is None:
        return None
    beside = [each for each in lines if are_side_by_side(each, line)]
    left = [each for each in beside if _place(each)[1] < line.box.left]
    return max(left, key=lambda each: _place(each)[1], default=None)


def are_side_by_side(one: Line, other: Line) -> bool:
    """Return whether two lines stand at the same height of a page."""
    if one is other or one.page != other.page or one.box is None or other.box is None:
        return False
    shared = min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top)
    return 2 * shared > min(one.box.bottom - one.box.top, other.box.bottom - other.box.top)


def box_of(words: Sequence[Word]) -> Box:
    """Return the rectangle around the words."""
    return Box(
        left=min(word.left for word in words),
        top=min(word.top for word in words),
        right=max(word.right for word in words),
        bottom=max(word.bottom for word in words),
    )


def _next_to(line: Line, lines: Sequence[Line], step: int) -> Line | None:
    """Return the line before (-1) or after (1) one of a page without places."""
    index = next((index for index, each in enumerate(lines) if each is line), None)
    if index is None or not 0 <= index + step < len(lines):
        return None
    found = lines[index + step]
    return found if found.page == line.page else None


def _stands_over(upper: Line, lower: Line) -> bool:
    """Return whether two lines are near, one over the other, and share a part of their width."""
    if upper.page != lower.page or upper.box is None or lower.box is None:
        return False
    height = min(upper.box.bottom - upper.box.top, lower.box.bottom - lower.box.top)
    is_near = -0.6 * height <= lower.box.top - upper.box.bottom <= _NEAR * height
    return is_near and upper.box.left < lower.box.right and lower.box.left < upper.box.right


def _bottom(line: Line) -> int:
    assert line.box is not None  # noqa: S101 - asked of lines of words alone
    return line.box.bottom


def _columns(words: Sequence[Word], page: int) -> list[Line]:
    """Return the lines of the words, each cut where the white is as wide as between columns."""
    found: list[Line] = []
    for _, members in groupby(words, key=lambda word: (word.paragraph, word.line)):
        line = list(members)
        height = statistics.median(word.bottom - word.top for word in line)
        parts: list[list[Word]] = [[line[0]]]
        for before, word in pairwise(line):
            if word.left - before.right > _COLUMN_GAP * height:
                parts.append([])
            parts[-1].append(word)
        found += [_line(part, page, is_alone=len(parts) == 1) for part in parts]
    return found


def _line(words: Sequence[Word], page: int, *, is_alone: bool) -> Line:
    return Line(
        text=" ".join(word.text for word in words),
        page=page,
        confidence=min(word.confidence for word in words),
        box=box_of(words),
        is_alone=is_alone,
    )


def _group(lines: Sequence[Line]) -> list[Block]:
    blocks: list[Block] = []
    for line in sorted(lines, key=_place):
        home = next((block for block in reversed(blocks) if _continues(block[-1], line)), None)
        if home is None:
            blocks.append([line])
        else:
            home.append(line)
    return sorted(blocks, key=lambda block: _place(block[0]))


def _place(line: Line) -> tuple[int, int]:
    assert line.box is not None  # noqa: S101 - lines of words have boxes
    return line.box.top, line.box.left


def _full_height(line: Line) -> float:
    """Return the height of a line as if it had a letter that goes below it, such as g."""
    assert line.box is not None  # noqa: S101 - as above
    height = line.box.bottom - line.box.top
    return height if _DESCENDS.search(line.text) else _WITH_DESCENT * height


def _continues(last: Line, line: Line) -> bool:
    """Return whether a line stands right under the last one of a block, flush or centred."""
    above, below = last.box, line.box
    assert above is not None  # noqa: S101 - as above
    assert below is not None  # noqa: S101
    height = max(min(_full_height(last), _full_height(line)), 1)
    gap = below.top - above.bottom
    if not -0.6 * height <= gap <= _BLOCK_GAP * height:
        return False
    ends = (
        abs(above.left - below.left),
        abs(above.right - below.right),
        abs((above.left + above.right) - (below.left + below.right)) / 2,
    )
    return min(ends) <= _MARGIN * height
