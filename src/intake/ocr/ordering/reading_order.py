"""The order in which a person reads the paragraphs of a page: from the top, columns one by one.

Tesseract takes a sender's address and the date below it for a column, and reads both before the
recipient's address that stands between them on the right. Here the page is cut as in the XY-cut
of Nagy and Seth (1984), with the engine's paragraphs as what must not be cut.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, pairwise
from statistics import median

from intake.ocr.ordering.joined_columns import without_joined_columns
from intake.ocr.ordering.panes import height_of, panes
from intake.ocr.ordering.paragraphs import (
    Paragraph,
    across,
    down,
    is_text_column,
    paragraphs_of,
    parts,
)
from intake.ocr.ordering.running_text import SLACK
from intake.ocr.ordering.stretches import stretches
from intake.ocr.ordering.table_rows import as_rows, is_table
from intake.schemas.documents import Word

LINE_GAP = 0.8
"""Lines of a text stand so many heights of a word apart at most."""
_BANDS_AHEAD = 40
"""So many bands are looked at for columns that are running text together: half a page of lines. All
that are near are compared anew for each; the rows of a long list would take minutes."""


def in_reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words paragraph by paragraph, from the top to the bottom of the page.

    Columns of running text are read one after the other. Where paragraphs cannot be parted by a
    straight cut, the engine's own order is kept.
    """
    if not words:
        return ()
    height = median(word.bottom - word.top for word in words)
    paragraphs = paragraphs_of(without_joined_columns(words, height), height)
    return _numbered(_ordered(paragraphs, height, height_of(paragraphs)))


def _numbered(paragraphs: Sequence[Paragraph]) -> tuple[Word, ...]:
    """Return the words in their order, those that were put together as lines of one paragraph."""
    words: list[Word] = []
    unused = max(word.paragraph for each in paragraphs for line in each.lines for word in line) + 1
    for paragraph in paragraphs:
        if len({word.paragraph for line in paragraph.lines for word in line}) == 1:
            words += [word for line in paragraph.lines for word in line]
            continue
        words += [
            word.model_copy(update={"paragraph": unused, "line": number})
            for number, line in enumerate(paragraph.lines)
            for word in line
        ]
        unused += 1
    return tuple(words)


def _ordered(paragraphs: list[Paragraph], height: float, page_height: float) -> list[Paragraph]:
    """Return the paragraphs of a stretch of the page in reading order."""
    if len(paragraphs) < 2:
        return paragraphs
    regions = _regions(parts(paragraphs, down), height, page_height)
    cut = regions
    if len(cut) == 1:
        cut = panes(paragraphs, height, page_height)
    if len(cut) == 1:
        cut = parts(paragraphs, across)
    if len(cut) == 1:
        return paragraphs
    if len(regions) == 1 and is_table(cut, height):
        return [as_rows(cut, height)]
    return [paragraph for part in cut for paragraph in _ordered(part, height, page_height)]


def _regions(
    bands: Sequence[list[Paragraph]], height: float, page_height: float
) -> list[list[Paragraph]]:
    """Return the bands, those made one that are a stretch of columns or of panes.

    Paragraphs that end at one height in all columns part a stretch into bands by chance.
    """
    regions: list[list[Paragraph]] = []
    first = tried = 0
    while first < len(bands):
        after = first + 1
        if first >= tried:  # what is no panes from its top is none from further down
            tried = _last_parted(bands, first)
            if len(panes(_all_of(bands[first:tried]), height, page_height)) > 1:
                after = tried
        after = _after_columns(bands, first, after, height)
        regions.append(_all_of(bands[first:after]))
        first = after
    return regions


def _after_columns(bands: Sequence[list[Paragraph]], first: int, after: int, height: float) -> int:
    """Return after which band columns of running text from ``first`` end; ``after``: none do."""
    start, seen = after, list[bool]()
    reached = stretches(bands, first, after, height)
    while True:
        seen += islice(reached, after + _BANDS_AHEAD - start - len(seen))
        likely = [start + place for place, may_be_text in enumerate(seen) if may_be_text]
        found = (last for last in reversed(likely)
                 if last >= after and _are_text(bands[first : last + 1], height))  # fmt: skip
        last = next(found, None)
        if last is None:
            return after
        after = last + 1


def _are_text(stretch: Sequence[list[Paragraph]], height: float) -> bool:
    """Say whether the columns of a stretch are running text side by side, and no table."""
    columns = parts(_all_of(stretch), across)
    return _are_columns(columns, stretch, height) and not is_table(columns, height)


def _last_parted(bands: Sequence[list[Paragraph]], first: int) -> int:
    """Return after which band white that goes down from ``first`` ends; found by halves."""
    return (
        bisect_left(
            range(first + 1, len(bands)),
            True,
            key=lambda last: len(parts(_all_of(bands[first : last + 1]), across)) < 2,
        )
        + first
        + 1
    )


def _all_of(bands: Sequence[list[Paragraph]]) -> list[Paragraph]:
    return [each for band in bands for each in band]


def _are_columns(
    columns: Sequence[list[Paragraph]], bands: Sequence[list[Paragraph]], height: float
) -> bool:
    """Say whether all is running text, or all but boxes beside it that it goes on below."""
    text = [each for column in columns if is_text_column(column, height) for each in column]
    boxes = [column for column in columns if column[0] not in text]
    return bool(text) and all(
        _is_one_block(box, height)
        and not any(each in bands[-1] for each in box)
        and all(
            any(each in text for each in band) for band in bands if any(one in band for one in box)
        )
        for box in boxes
    )


def _is_one_block(column: Sequence[Paragraph], height: float) -> bool:
    """Say whether the lines of a box stand as close as those of a text; cells do not."""
    return all(
        below.top - above.bottom <= (LINE_GAP + 2 * SLACK) * height
        for above, below in pairwise(sorted(column, key=lambda each: each.top))
    )
