"""Print, handwriting, pictures and empty pages are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from intake.ocr.judging.page_kind import tell_kind
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.tesseract.lexicon import lexicons
from intake.schemas.documents import Page, Word

SIDE = 1000


def page(letters: int, confidence: float) -> Page:
    word = Word(text="x" * letters, confidence=confidence, left=0, top=0, right=9, bottom=9)
    return Page(number=1, words=(word,) if letters else (), confidence=confidence)


def sheet(image: Image.Image | None = None, *, ink_in2: float = 1.0) -> Prepared:
    image = image or Image.new("L", (SIDE, SIDE), 255)
    return Prepared(image=image, dpi=250, skew=0.0, ink_in2=ink_in2)


def photo() -> Image.Image:
    return Image.linear_gradient("L").resize((SIDE, SIDE))


def specks() -> Image.Image:
    random = np.random.default_rng(1)
    return Image.fromarray(np.where(random.random((SIDE, SIDE)) < 0.02, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("letters", "confidence", "kind"),
    [
        (500, 0.95, "print"),
        (900, 0.72, "print"),  # a poor fax in thin type
        (120, 0.9, "print"),  # a few words under a large letterhead
        (120, 0.45, "handwriting"),
        (900, 0.4, "unreadable"),
    ],
)
def test_ink_and_what_was_read_tell_print_from_handwriting(
    letters: int, confidence: float, kind: str
) -> None:
    assert tell_kind(page(letters, confidence), sheet(), is_damaged=False) == kind


def test_print_that_the_line_tore_is_not_taken_for_handwriting() -> None:
    assert tell_kind(page(120, 0.45), sheet(), is_damaged=True) == "unreadable"


def prose(words: str, confidence: float) -> Page:
    read = tuple(
        Word(text=text, confidence=confidence, left=0, top=0, right=9, bottom=9)
        for text in words.split()
    )
    return Page(number=1, words=read, confidence=confidence)


def test_words_of_the_dictionary_are_print_however_little_the_engine_believes_in_them() -> None:
    known = lexicons(("ita",))
    read = prose("Dipartimento della Protezione Civile vorrei sapere quale zona sismica", 0.5)
    drawn = prose("Dlpzrtlm dzllz Prwtzzl Clvllz vwrrzl szpzrz qxzlz zwnz", 0.5)
    assert tell_kind(read, sheet(ink_in2=0.1), is_damaged=False, known=known) == "print"
    assert tell_kind(drawn, sheet(ink_in2=0.1), is_damaged=False, known=known) == "unreadable"


def test_two_or_three_words_do_not_make_scrawl_print() -> None:
    read = prose("della vorrei sapere", 0.5)
    kind = tell_kind(read, sheet(ink_in2=0.2), is_damaged=False, known=lexicons(("ita",)))
    assert kind == "handwriting"


def test_a_page_of_dust_is_blank() -> None:
    assert tell_kind(page(0, 1.0), sheet(ink_in2=0.01), is_damaged=False) == "blank"


def test_ink_without_letters_is_a_picture_unless_it_is_specks_all_over() -> None:
    assert tell_kind(page(2, 0.9), sheet(photo()), is_damaged=False) == "picture"
    assert tell_kind(page(2, 0.9), sheet(specks()), is_damaged=False) == "unreadable"
