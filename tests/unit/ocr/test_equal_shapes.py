"""What a machine printed with the same dots is read the same."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from PIL import Image

from intake.ocr.preparing.prepare import Evened
from intake.ocr.words.equal_shapes import settle_figures
from intake.ocr.words.header_line import take_header
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


def spans(printed: str) -> list[tuple[int, int]]:
    """Return the columns of each word of a printed line."""
    return [(CELL * found.start(), CELL * found.end()) for found in re.finditer(r"\S+", printed)]


def settled(printed: str, read: str, ink: np.ndarray | None = None) -> str:
    ink = line(printed) if ink is None else ink
    return " ".join(settle_figures(ink, read.split(), spans(printed)))


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
        # In any order, and though most of its zeros were misread.
        ("0101 10:40", "6161 10:40", "0101 10:40"),
        ("10:40 0101", "10:40 6161", "10:40 0101"),
        ("10:30 0200 300 400", "10:30 6266 366 406", "10:30 0200 300 400"),
        # The same reading of two words that are printed otherwise.
        ("0101 6161 10:40 36:66", "6161 6161 10:40 36:66", "0101 6161 10:40 36:66"),
        # One figure against many.
        ("3883 38:33 833", "3883 38:38 833", "3883 38:33 833"),
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
        ("7:40 55", "7:40 56"),  # as often one as the other
        ("31/03/2026 011-561-2345 3", "31/03/2026 011-561-2345 3"),  # a number, not a year
        ("212-555-2368 13:34", "212-555-2368 13:34"),
        ("081.763.2311", "081.763.2311"),
        ("?A7h A?4h", "?A7h A?4h"),  # most of what one shape was read as is no figure
    ],
)
def test_what_agrees_or_is_no_figure_stays_as_it_was_read(printed: str, read: str) -> None:
    assert settled(printed, read) == read


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("10-OCT-10 0101 SOTTO", "10-OCT-10 0101 SOTTO"),
        ("TO:0746100 FROM:0101001", "TO:0746100 FROM:0101001"),
        ("10:40 COMODO 0124", "10:40 C0M0DO 0124"),
    ],
)
def test_letters_that_are_printed_like_figures_stay_letters(printed: str, read: str) -> None:
    assert settled(printed, read, line(printed.replace("O", "0"))) == read


def test_a_letter_like_a_figure_does_not_outvote_the_figures() -> None:
    printed = "21/05/14 11:41 DITTA LIBRI 0124 511"
    read = "21/05/14 11:41 D1TTA L1BRI 0124 517"
    ink = line(printed.replace("I", "1"))
    assert settled(printed, read, ink) == read.replace("517", "511")


def test_a_word_whose_letters_touch_stays_as_it_was_read() -> None:
    printed = "0101 6161 0699"
    ink = line(printed, touching=frozenset({12}))
    assert settled(printed, "0101 6161 6699", ink) == "0101 6161 6699"


def test_a_touching_pair_does_not_shorten_a_number_that_was_read_right() -> None:
    printed = "20:68 0811234 12:34 0606"
    ink = line(printed, touching=frozenset({8}))
    read = "26:68 0811234 12:34 0606"
    assert settled(printed, read, ink) == read.replace("26:68", "20:68")


def test_every_figure_with_dots_of_its_own_stays_as_it_was_read() -> None:
    printed = "10:40 0746 0101"
    noise = np.random.default_rng(1).random((12, CELL * len(printed))) < 0.02
    read = "10:40 0746 6161"
    assert settled(printed, read, line(printed) ^ noise) == read


@pytest.mark.parametrize("seed", range(40))
def test_what_was_read_right_is_never_changed(seed: int) -> None:
    """Whatever letters share their dots with figures."""
    choose = random.Random(seed)

    def digits(count: int) -> str:
        return "".join(choose.choices("0123456789", k=count))

    name = "".join(choose.choices("OISBGZQDLAE", k=8))
    number = choose.choice(("{}-{}-2{}", "{}.{}.2{}", "0{} {} 2{}", "+39 {} {} {}"))
    date = choose.choice(("31/03/2026", "2-Oct-2028", "OCT-10-2020", "10 OTT 09", "2026-03-31"))
    printed = (
        f"{date} {choose.randint(10, 23)}:{choose.randint(10, 59)} {name} TO:{digits(7)}"
        f" {number.format(digits(3), digits(3), digits(3))} P{digits(1)}"
    )
    alike = str.maketrans(dict(choose.sample(list(zip("OISBGZQ", "0158620", strict=True)), 3)))
    assert settled(printed, printed, line(printed.translate(alike))) == printed


def test_boxes_beyond_the_line_and_lines_without_ink_do_no_harm() -> None:
    far = [(-40, 5000), (9000, -3), (-9, -3)]
    texts = ("0101", "0101", "")
    assert settle_figures(line("6161"), texts, far) == texts
    assert settle_figures(np.zeros((0, 0), dtype=bool), texts, far) == texts
    assert settle_figures(line("08" * 400), ["08" * 400], [(0, CELL * 800)]) == ("08" * 400,)


def test_the_figures_of_a_header_are_settled_by_the_dots_that_were_sent() -> None:
    """The engine reads an enlarged band with a white edge; the dots are found under its boxes."""
    printed = "2-Mar-2026 10:40  STUDIO  +39 0746 555 0101  p.1"
    ink = line(printed)
    sent = Image.new("L", (ink.shape[1] + 40, 600), 255)
    sent.paste(Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)), (20, 4))
    page = Evened(sent.resize((sent.width * 3, sent.height * 2)), dpi=150)
    edge = round(0.08 * page.dpi)
    texts = ["2-Mar-2026", "10:40", "STUDIO", "+39", "6746", "555", "6161", "p.1"]
    read = tuple(
        Word(
            text=text,
            confidence=0.8,
            left=edge + 3 * (20 + left),
            right=edge + 3 * (20 + right),
            top=edge,
            bottom=edge + 24,
        )
        for text, (left, right) in zip(texts, spans(printed), strict=True)
    )

    header, _ = take_header(page, lambda *_: Page(number=1, words=read, confidence=0.9), sent)

    assert header is not None
    assert (header.number, header.date) == ("+39 0746 555 0101", "2-Mar-2026")
