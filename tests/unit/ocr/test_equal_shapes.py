"""What a machine printed with the same dots is read the same."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from intake.ocr.equal_shapes import settle_figures
from intake.ocr.header_line import take_header
from intake.ocr.prepare import Evened
from intake.schemas.documents import Page, Word

CELL = 10
"""Columns from one character of a line to the next."""


def line(printed: str, *, touching: frozenset[int] = frozenset()) -> np.ndarray:
    """Return the ink of a line of characters, each with dots of its own; those that touch the next
    have no white column after them."""
    ink = np.zeros((12, CELL * len(printed)), dtype=bool)
    for place, character in enumerate(printed):
        if character != " ":
            dots = np.random.default_rng(ord(character)).random((12, CELL - 2)) < 0.5
            dots[0] = True
            ink[:, CELL * place : CELL * place + CELL - 2] = dots
            if place in touching:
                ink[0, CELL * place : CELL * place + CELL] = True
    return ink


def words(read: str, printed: str) -> list[Word]:
    """Return what was read of each word of a printed line, with its box."""
    found, place = [], 0
    for text, truth in zip(read.split(), printed.split(), strict=True):
        place = printed.index(truth, place)
        left, right = CELL * place, CELL * (place + len(truth))
        found.append(Word(text=text, confidence=0.8, left=left, top=0, right=right, bottom=12))
        place += len(truth)
    return found


def settled(printed: str, read: str) -> str:
    return " ".join(word.text for word in settle_figures(line(printed), words(read, printed)))


@pytest.mark.parametrize(
    ("printed", "read", "meant"),
    [
        ("10:40 0746 555 0101", "10:40 0746 555 6161", "10:40 0746 555 0101"),
        # A 6 is one shape and a zero another: what was read in both ways is the zero.
        ("06:36 066 606", "06:36 666 666", "06:36 066 606"),
        # No year begins with 26.
        ("2-Mar-2026 10:18 0746 0101", "2-Mar-2626 16:18 6746 6161", "2-Mar-2026 10:18 0746 0101"),
        # Of letters that were read, those that are figures elsewhere.
        ("03:18 1031 3810 813", "03:18 1031 3810 BI3", "03:18 1031 3810 813"),
        # Two kinds read as 0, one of them as 8 too: that is the 8.
        ("16/08/2014 0868 5884", "16/08/2014 0060 5004", "16/08/2014 0868 5884"),
        # A zero with a stroke that was read as two figures.
        (
            "2-Mar-2026 09:30 0746 0101",
            "2-Mar-20926 09:30 09746 6161",
            "2-Mar-2026 09:30 0746 0101",
        ),
        ("", "", ""),
    ],
)
def test_figures_with_the_same_dots_are_the_same(printed: str, read: str, meant: str) -> None:
    assert settled(printed, read) == meant


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("0746 STUDIO 555 0101", "0746 5TUD1O 555 0101"),  # each shape was read in one way only
        ("12:30 OSLO IO 10", "12:30 OSLO IO 10"),  # letters, though the machine's O is no zero
        ("4711 4711", "4711 4711"),
        ("?A7h A?4h", "?A7h A?4h"),  # most of what one shape was read as is no figure
    ],
)
def test_what_agrees_or_is_no_figure_stays_as_it_was_read(printed: str, read: str) -> None:
    assert settled(printed, read) == read


def test_figures_that_are_printed_like_letters_leave_the_letters_alone() -> None:
    printed = "0101 SOTTO 0660"
    ink = line(printed.replace("O", "0"))
    read = words("0101 SOTTO 6660", printed)
    assert [word.text for word in settle_figures(ink, read)] == ["0101", "SOTTO", "0660"]


def test_a_word_whose_letters_touch_stays_as_it_was_read() -> None:
    printed = "0101 6161 0699"
    ink = line(printed, touching=frozenset({12}))
    read = words("0101 6161 6699", printed)
    assert [word.text for word in settle_figures(ink, read)] == ["0101", "6161", "6699"]


def test_every_figure_with_dots_of_its_own_stays_as_it_was_read() -> None:
    printed = "10:40 0746 0101"
    noise = np.random.default_rng(1).random((12, CELL * len(printed))) < 0.02
    read = words("10:40 0746 6161", printed)
    assert [word.text for word in settle_figures(line(printed) ^ noise, read)] == [
        "10:40", "0746", "6161",
    ]  # fmt: skip


def test_boxes_beyond_the_line_and_lines_without_ink_do_no_harm() -> None:
    far = Word(text="0101", confidence=1, left=-40, top=0, right=5000, bottom=12)
    gone = far.model_copy(update={"left": 9000, "right": -3})
    blank = np.zeros((0, 0), dtype=bool)
    assert [word.text for word in settle_figures(line("6161"), [far, gone])] == ["0101", "0101"]
    assert settle_figures(blank, [far])[0].text == "0101"


def test_the_figures_of_a_header_are_settled_by_the_dots_that_were_sent() -> None:
    """The engine reads an enlarged band with a white edge; the dots are found under its boxes."""
    printed = "2-Mar-2026 10:40  STUDIO  +39 0746 555 0101  p.1"
    ink = line(printed)
    sent = Image.new("L", (ink.shape[1] + 40, 600), 255)
    sent.paste(Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)), (20, 4))
    page = Evened(sent.resize((sent.width * 3, sent.height * 2)), dpi=150)
    edge = round(0.08 * page.dpi)
    boxes = words("2-Mar-2026 10:40 STUDIO +39 6746 555 6161 p.1", printed)
    read = tuple(
        word.model_copy(
            update={"left": edge + 3 * (20 + word.left), "right": edge + 3 * (20 + word.right)}
        )
        for word in boxes
    )

    header, _ = take_header(page, lambda *_: Page(number=1, words=read, confidence=0.9), sent)

    assert header is not None
    assert (header.number, header.date) == ("+39 0746 555 0101", "2-Mar-2026")
