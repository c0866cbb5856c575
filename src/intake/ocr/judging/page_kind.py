"""What is on a page: print, handwriting, a picture, nothing, or what nobody can make out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from intake.ocr.judging.sparse_letters import has_letters, look_at
from intake.ocr.preparing.prepare import INK_BELOW, Prepared
from intake.ocr.tesseract.lexicon import Lexicon, is_word
from intake.ocr.words.page_confidence import mean_sureness
from intake.schemas.documents import Page, PageKind

BLANK_INK_IN2 = 0.02
"""Less black than this, in square inches, is dust where no letters stand side by side: a line of
typing has five times as much."""
_PRINT_FROM = 0.6
"""Faxed print is read with this confidence or more; pen strokes with 0.43 to 0.6 at best."""
_LONG_WORD = 4
_LEAST_LONG_WORDS = 8
_IN_DICTIONARY = 0.5
"""Share of the long words that a dictionary knows: 0.75 to 0.97 on faxed print, however poor."""
_SPARSE_PER_IN2 = 250.0
"""Letters to the square inch of ink: print has 290 to 2000, a pen makes 40 to 170."""
_NONE_PER_IN2 = 15.0
_CELL_IN = 0.1
_EVERYWHERE = 0.8
_SOLID = 0.5


def tell_kind(
    page: Page, prepared: Prepared, *, is_damaged: bool, known: Sequence[Lexicon] = ()
) -> PageKind:
    """Return what is on the page that was read; ``is_damaged`` says that a fax lost rows of it.

    A page on which the engine is sure of hardly a letter is a picture, unless specks cover it all
    over. One that it reads with little confidence is print all the same where most of the words
    are ``known``: thin type is read right by an engine that believes in nothing. Else it is
    handwriting where the strokes are large for the letters found, or print past reading.
    """
    if is_blank(prepared.image, prepared.dpi, ink_in2=prepared.ink_in2):
        return "blank"
    letters = sum(len(word.text) for word in page.words) or len("".join(page.text.split()))
    density = letters / prepared.ink_in2
    if density < _NONE_PER_IN2:
        return "unreadable" if _is_speckled(prepared) else "picture"
    if mean_sureness(page) >= _PRINT_FROM or is_language(page, known):
        return "print"
    return "handwriting" if density < _SPARSE_PER_IN2 and not is_damaged else "unreadable"


def is_blank(image: Image.Image, dpi: float, *, ink_in2: float) -> bool:
    """Say whether there is no more on a page, evened or prepared, than dust; see ``Prepared``."""
    if ink_in2 >= BLANK_INK_IN2:
        return False
    ink, across, down = look_at(image, dpi_x=dpi, dpi_y=dpi)
    return not has_letters(ink, dpi_x=across, dpi_y=down)


def is_language(page: Page, known: Sequence[Lexicon]) -> bool:
    """Say whether most of the long words, of which there are several, are words of a language."""
    texts = [word.text for word in page.words] or page.text.split()
    long_words = [each for each in texts if sum(map(str.isalpha, each)) >= _LONG_WORD]
    if len(long_words) < _LEAST_LONG_WORDS:
        return False
    return sum(is_word(text, known) for text in long_words) >= _IN_DICTIONARY * len(long_words)


def _is_speckled(prepared: Prepared) -> bool:
    """Say whether there is some ink nearly everywhere and little of it is solid."""
    dark = prepared.image.point(lambda value: 255 if value < INK_BELOW else 0)
    cells = np.asarray(dark.reduce(max(1, round(_CELL_IN * prepared.dpi)))) / 255
    solid = cells[cells > _SOLID].sum() / max(float(cells.sum()), 1.0)
    return float(np.mean(cells > 0)) > _EVERYWHERE and solid < 1 - _EVERYWHERE
