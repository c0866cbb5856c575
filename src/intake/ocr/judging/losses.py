"""What a page may have lost in silence: ink whose words are not, or may not be, in its text."""

from __future__ import annotations

from intake.ocr.judging.handwritten_words import HANDWRITTEN_WORDS, has_handwritten_words
from intake.ocr.judging.page_kind import BLANK_INK_IN2
from intake.ocr.judging.unread_ink import UNREAD_INK, has_unread_ink
from intake.ocr.preparing.coloured_marks import COLOURED_MARKS
from intake.ocr.preparing.marks import Marks
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.preparing.rings import STAMP_OVER_TEXT
from intake.ocr.sheets import PageImage
from intake.ocr.ticks.words import DOUBTFUL, DOUBTFUL_TICK
from intake.schemas.documents import Page

LINES_IN_TEXT = "page_lines_in_text"
"""Defect of a page from which lines or leaders were taken out, where the engine is not sure."""
LITTLE_TEXT = "page_little_text"
"""Defect of a page with far fewer letters than its ink would make."""

_SURE_BESIDE_LINES = 0.985
"""What a line cost is not seen by the engine: it has to be surer of the rest than elsewhere."""
_LEAST_CHARACTERS_PER_IN2 = 60.0
"""Letters in ink have 250 to 700 characters to the square inch; a picture has next to none."""


def find_losses(page: Page, prepared: Prepared, marks: Marks, paper: PageImage) -> tuple[str, ...]:
    """Return the codes of what may have cost a page of print words; none for other pages.

    It was scanned as ``paper`` and read as ``prepared``, without the ``marks`` that were on it.
    """
    if page.kind != "print":
        return ()
    found = {
        UNREAD_INK: has_unread_ink(prepared, page.words, bilevel=paper.bilevel),
        COLOURED_MARKS: paper.print_only is not None and paper.print_only.is_written_over,
        STAMP_OVER_TEXT: marks.has_stamp,
        DOUBTFUL_TICK: any(word.text == DOUBTFUL for word in page.words),
        LINES_IN_TEXT: marks.has_lines and page.confidence < _SURE_BESIDE_LINES,
        HANDWRITTEN_WORDS: has_handwritten_words(prepared, page.words, paper),
    }
    return tuple(code for code, is_found in found.items() if is_found)


def lacks_text(page: Page, prepared: Prepared) -> bool:
    """Return whether the page is no print, or has too few letters for its ink."""
    letters = sum(not character.isspace() for character in page.text)
    least = _LEAST_CHARACTERS_PER_IN2 * prepared.ink_in2
    is_too_little = prepared.ink_in2 >= BLANK_INK_IN2 and letters < least
    return page.kind not in ("print", "blank") or is_too_little
