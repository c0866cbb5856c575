"""Panes of a page that have nothing to do with each other: two letters on one sheet, a narrow
column of an office beside its letter, the folders and the message in a mail program.

White goes between them over most of the page, they begin at one height, and they do not keep step
as labels and values of a form do; one of them at least holds running text. Where both do and are
far apart, lines may stand at one height by chance; where they are near, they are columns of one
text.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.ocr.ordering.paragraphs import Line, Paragraph, across, is_text_column, parts

_HIGH = 0.5
"""Share of the height of all that each pane reaches over; a box beside a letter is lower."""
_OF_PAGE = 0.6
"""Share of the height of all print on the page that they reach over together: a title may stand
above them; what is lower is a paragraph with something beside it."""
_TOPS = 3.0
"""Heights of a word that their tops lie apart at most; an address of the recipient is further
down, a title in one of them is higher than its lines."""
_MARGINS = 6.0
"""Heights of a word, half an inch in type of 10 points; the gutter of a newspaper is 1 to 3."""
_TEXT_WORDS = 7
"""Words in a line of running text on a wide page, whose paragraphs may end after a line or two."""
_TEXT_LINES = 6
"""A pane of running text has so many lines."""
_IN_STEP = 0.5
"""Share of the lines of one column that have a line at their height in another, from where on the
two are rows. By chance a third has."""
_SAME_HEIGHT = 0.3
"""Share of a word's height that the middles of two such lines lie apart."""


def panes(
    paragraphs: Sequence[Paragraph], height: float, page_height: float
) -> list[list[Paragraph]]:
    """Return the panes from left to right, one where there are none.

    ``height`` is that of a word, ``page_height`` that of all print on the page.
    """
    whole = [list(paragraphs)]
    if height_of(paragraphs) < _OF_PAGE * page_height:
        return whole
    found: list[list[Paragraph]] = []
    for column in parts(paragraphs, across):
        if (
            found
            and not _are_sheets(found[-1], column, height)
            and _keep_step(found[-1], column, height)
        ):
            found[-1] += column
        else:
            found.append(column)
    if len(found) < 2 or not any(_is_text(pane, height) for pane in found):
        return whole
    tops = [min(each.top for each in pane) for pane in found]
    is_apart = max(tops) - min(tops) > _TOPS * height
    is_low = any(height_of(pane) < _HIGH * height_of(paragraphs) for pane in found)
    return whole if is_apart or is_low else found


def _are_sheets(left: Sequence[Paragraph], right: Sequence[Paragraph], height: float) -> bool:
    """Say whether both hold running text, and stand as far apart as the margins of two sheets."""
    white = min(each.left for each in right) - max(each.right for each in left)
    return white >= _MARGINS * height and _is_text(left, height) and _is_text(right, height)


def height_of(paragraphs: Sequence[Paragraph]) -> float:
    """Return how far some paragraphs reach from the top down, in dots."""
    return max(each.bottom for each in paragraphs) - min(each.top for each in paragraphs)


def _keep_step(one: Sequence[Paragraph], other: Sequence[Paragraph], height: float) -> bool:
    """Say whether the lines of two columns stand at one height, those of the one with fewer."""
    fewer, more = sorted(([_middle(line) for each in column for line in each.lines]
                          for column in (one, other)), key=len)  # fmt: skip
    near = _SAME_HEIGHT * height
    beside = [any(abs(at - there) <= near for there in more) for at in fewer]
    return sum(beside) >= _IN_STEP * len(beside)


def _middle(line: Line) -> float:
    return (min(word.top for word in line) + max(word.bottom for word in line)) / 2


def _is_text(pane: Sequence[Paragraph], height: float) -> bool:
    lines = [len(line) for paragraph in pane for line in paragraph.lines]
    long_ones = sum(words for words in lines if words >= _TEXT_WORDS)
    return len(lines) >= _TEXT_LINES and (
        is_text_column(pane, height) or 2 * long_ones >= sum(lines)
    )
