"""Which pictures on a page of typed text are read, and what of them the reader is given."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pages import read_pdf
from intake.ocr.sheets import PageText

MADE = runpy.run_path(str(Path(__file__).with_name("typed_pdfs.py")))
LETTER, picture_of, pdf_with = MADE["LETTER"], MADE["picture_of"], MADE["pdf_with"]
PLACE = (72, 200, 360, 180)


def _typed(data, **limits):
    (sheet,) = read_pdf(data, PageLimits(**limits))
    assert isinstance(sheet, PageText)
    return sheet


def _ink(image):
    return float((np.asarray(image) < 128).mean())


def test_a_picture_on_a_page_of_typed_text_is_handed_on_with_its_own_pixels():
    sheet = _typed(pdf_with((picture_of(), *PLACE)))
    (picture,) = sheet.pictures
    assert sheet.text.startswith("Luca Marangon")
    assert picture.image.image.size == pytest.approx((900, 450), abs=2)
    assert picture.sides == pytest.approx((72 / 595, 462 / 842, 432 / 595, 642 / 842), abs=1e-3)
    assert sheet.inches == pytest.approx((8.26, 11.69), abs=0.01)


def test_it_is_read_as_large_as_a_sheet_where_the_letter_shows_it_smaller():
    (picture,) = _typed(pdf_with((picture_of(size=(1400, 700)), *PLACE))).pictures
    assert picture.image.dpi_x == pytest.approx(1400 / 11.69, rel=0.01)
    assert picture.image.size_is_guessed


@pytest.mark.parametrize("place", [(72, 300, 60, 60), (72, 780, 450, 40), (300, 100, 160, 60)])
def test_logos_letterheads_and_signatures_are_not_read(place):
    assert _typed(pdf_with((picture_of(), *place))).pictures == ()


def test_a_ground_in_a_few_shades_is_not_read():
    shades = Image.linear_gradient("L").resize((40, 30))
    assert _typed(pdf_with((shades, 0, 0, 595, 400))).pictures == ()


def test_the_paper_that_a_letter_is_typed_on_is_not_read():
    assert _typed(pdf_with((picture_of(size=(600, 800)), 0, 0, 595, 842))).pictures == ()


def test_a_box_that_the_text_is_typed_on_is_not_read():
    assert _typed(pdf_with((picture_of(), 60, 580, 480, 210))).pictures == ()


def test_strips_of_one_picture_are_one():
    image = picture_of()
    half = image.height // 2
    upper, lower = image.crop((0, 0, 900, half)), image.crop((0, half, 900, image.height))
    (picture,) = _typed(pdf_with((upper, 72, 290, 360, 90), (lower, 72, 200, 360, 90))).pictures
    assert picture.image.image.size == pytest.approx((900, 450), abs=2)
    assert _ink(picture.image.image) == pytest.approx(_ink(image), rel=0.2)


def test_what_is_typed_over_a_picture_is_not_read_again():
    empty = Image.new("L", (900, 450), 255)
    typed = b"BT /F1 11 Tf 100 300 Td (Figura 1) Tj ET"
    sheet = _typed(pdf_with((empty, *PLACE), over=typed))
    assert "Figura 1" in sheet.text
    assert _ink(sheet.pictures[0].image.image) == 0


@pytest.mark.parametrize(
    ("turn", "sides"),
    [
        (90, (200 / 842, 72 / 595, 380 / 842, 432 / 595)),
        (180, (163 / 595, 200 / 842, 523 / 595, 380 / 842)),
        (270, (462 / 842, 163 / 595, 642 / 842, 523 / 595)),
    ],
)
def test_on_a_page_that_the_file_turns_it_is_where_it_is_seen(turn, sides):
    data = pdf_with((picture_of(), *PLACE), page=f"/Type /Page /Rotate {turn} /".encode())
    (picture,) = _typed(data).pictures
    assert picture.sides == pytest.approx(sides, abs=1e-3)
    assert _ink(picture.image.image) == pytest.approx(_ink(picture_of()), rel=0.2)


def test_it_stands_after_the_lines_above_it():
    first, rest = LETTER.split("Gentili", 1)
    below = f"BT /F1 11 Tf 15 TL 72 150 Td ({rest.split(chr(10))[1]}) Tj ET".encode("cp1252")
    sheet = _typed(pdf_with((picture_of(), *PLACE), text=first, over=below))
    before = sheet.text.split("\n")[: sheet.pictures[0].line]
    assert before[-1].startswith("Oggetto")
    assert sheet.text.split("\n")[len(before) :] == [rest.split("\n")[1]]


def test_pictures_of_too_many_pixels_are_told_and_cost_no_text():
    sheet = _typed(pdf_with((picture_of(), *PLACE)), max_pixels=100_000)
    assert "infermiere" in sheet.text
    assert sheet.pictures == ()
    assert [defect.code for defect in sheet.defects] == ["page_picture_unread"]
