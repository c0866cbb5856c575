"""The sending machine's line is told from the first line of a letter, and its facts are read."""

from __future__ import annotations

import re

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.preparing.prepare import Evened
from intake.ocr.words.header_line import find_band, read_header, take_header
from intake.schemas.documents import Page, Word

DPI = 250
HEADER = "2-Mar-2026  09:30   STUDIO RINALDI     +39 0746 555 0101    p.1"
LETTER = ["Anna Bellini", "Via dei Tigli 14", "67039 Sulmona (AQ)"]


def read(line: str, confidence: float = 0.9) -> Page:
    """Return what an engine makes of a line of letters that are all 12 pixels wide and high."""
    words = [
        Word(
            text=found[0],
            confidence=confidence,
            left=found.start() * 12,
            right=found.end() * 12,
            top=0,
            bottom=12,
        )
        for found in re.finditer(r"\S+", line)
    ]
    return Page(number=1, text=line, words=tuple(words), confidence=confidence)


def draw(lines: list[tuple[float, str]]) -> Image.Image:
    """Return an A4 page with each line at so many inches from the top."""
    page = Image.new("L", (round(8.27 * DPI), round(11.69 * DPI)), 255)
    font = ImageFont.load_default(size=34)
    for inches, text in lines:
        ImageDraw.Draw(page).text((200, inches * DPI), text, font=font, fill=0)
    return page


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        (HEADER, ("STUDIO RINALDI", "+39 0746 555 0101", "2-Mar-2026", "09:30", 1, None)),
        (
            "02/03/2026  09:30  0746555010  COMUNE DI RIETI  PAG. 01/03",
            ("COMUNE DI RIETI", "0746555010", "02/03/2026", "09:30", 1, 3),
        ),
        (
            "MAR-02-2026  09:30  From:RINALDI SRL  0746 555010  To:0668201234  Page:1/3",
            ("RINALDI SRL", "0746 555010", "MAR-02-2026", "09:30", 1, 3),
        ),
        (
            "FROM : RINALDI SRL  FAX NO. : 0746 555010  Mar. 02 2026 09:30AM P1",
            ("RINALDI SRL", "0746 555010", "Mar. 02 2026", "09:30AM", 1, None),
        ),
        (
            "DA : Comune di Amatrice  N. TEL. : 0746 555010  02 MAR. 2026 09:30 P1",
            ("Comune di Amatrice", "0746 555010", "02 MAR. 2026", "09:30", 1, None),
        ),
        (
            "Mar 02 2026  9:30AM  HP Fax  page 1",
            ("HP Fax", None, "Mar 02 2026", "9:30AM", 1, None),
        ),
        (
            "02-03-26;09:30  ;RINALDI SRL  ;  ;0746555010  # 1/ 3",
            ("RINALDI SRL", "0746555010", "02-03-26", "09:30", 1, 3),
        ),
        (
            "Da: RINALDI SRL  Fax: +39 0746 555010  A: 06 68201234  Pag: 1 di 3  02/03/2026 09:30",
            ("RINALDI SRL", "+39 0746 555010", "02/03/2026", "09:30", 1, 3),
        ),
        (
            "LUN 02 MAR 2026 09:30  FAX 0746 555010  P.02",
            (None, "0746 555010", "02 MAR 2026", "09:30", 2, None),
        ),
    ],
)
def test_the_lines_that_machines_print_are_read(line: str, facts: tuple[object, ...]) -> None:
    header = read_header(read(line))

    assert header is not None
    got = (header.name, header.number, header.date, header.time, header.page, header.pages)
    assert got == facts


@pytest.mark.parametrize(
    "line",
    [
        "Rieti, 3 febbraio 2025",
        "Roma, 3 marzo 2025 ore 15:30",
        "Tel. 0746 555 0101   Fax: 0746 555 0102",
        "COMUNE DI RIETI     Ufficio tecnico",
        "Prot. n. 1234/2025     del 03/02/2025",
        "Via Ulpiano 11, 00193 Roma   Tel. 06 68201   Fax: 06 6820202",
        "Ufficio aperto dalle 9.00 alle 13.00",
        "OGGETTO: sisma del 24/08/2016 ore 3:36",
        "P.IVA 01234567890     Cod. Fisc. RSSMRA80A01H501U",
        "il 3 marzo 2025 alle 15:30 come da pagina 2",
        "pag. 3",
        "",
    ],
)
def test_no_first_line_of_a_letter_is_taken_for_a_header(line: str) -> None:
    assert read_header(read(line)) is None


@pytest.mark.parametrize(
    "line",
    [
        "2-Mar-2AZA  RA9:3A  STIMIO TECNICO RINALDI  +39 A74A SSS AIAI  n.1",
        "é-Mar-<uzb  11:5b  STUDIU TEUNIUU KINALDI  +47 UFO JI DIUI  Pos",
        "f-Mar-2A2A 1A;18  ATIMTO TEGNICO RINALDI  +39 A?4A AAA AA n.f",
    ],
)
def test_a_damaged_header_is_known_but_its_illegible_facts_are_not_guessed(line: str) -> None:
    header = read_header(read(line, confidence=0.5))

    assert header is not None
    assert (header.date, header.time, header.number) == (None, None, None)
    assert header.raw.startswith(line[:5])
    assert header.confidence < 0.5


def test_a_time_or_a_year_that_cannot_be_is_not_a_fact() -> None:
    header = read_header(read("2-Mar-20926  16:82  STUDIO  +39 0746 555 0101  p.1"))

    assert header is not None
    assert (header.date, header.time) == (None, None)


def test_a_line_alone_at_the_top_is_a_band_and_a_letter_under_its_margin_is_not() -> None:
    letter = [(1.0 + 0.2 * number, line) for number, line in enumerate(LETTER)]

    band = find_band(draw([(0.02, HEADER), *letter]), DPI)

    assert band is not None
    assert 0.1 * DPI < band < 0.5 * DPI
    assert find_band(draw(letter), DPI) is None


def test_lines_that_go_on_below_the_top_are_no_band() -> None:
    text = [(0.02 + 0.16 * number, line) for number, line in enumerate(LETTER * 4)]

    assert find_band(draw(text), DPI) is None


def test_a_page_without_ink_has_no_band() -> None:
    assert find_band(draw([]), DPI) is None
    assert find_band(Image.new("L", (1, 1), 0), DPI) is None


def test_the_header_leaves_the_page_and_a_letters_line_stays() -> None:
    page = Evened(draw([(0.02, "as the engine is told"), (1.0, "Anna Bellini")]), DPI)

    header, rest = take_header(page, lambda image, dpi: read(HEADER), page.image)
    none, whole = take_header(page, lambda image, dpi: read("Rieti, 3 febbraio 2025"), page.image)

    assert header is not None
    assert find_band(rest.image, DPI) is None
    assert rest.image.crop((0, DPI, *page.image.size)) == page.image.crop(
        (0, DPI, *page.image.size)
    )
    assert none is None
    assert whole.image == page.image
