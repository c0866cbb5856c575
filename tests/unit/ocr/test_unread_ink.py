"""Print that no word's box covers is told of; rules, specks and flourishes are no print."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import ImageDraw

from intake.ocr.judging.unread_ink import has_unread_ink, unread_letters
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.recognise import recognise
from intake.ocr.words.page_words import page_of

DPI = 250


LINES = ("Il muro di sostegno", "ha ceduto nella notte", "quale ufficio se ne occupa?")


def prepared(sheet):
    return Prepared(image=sheet, dpi=DPI, skew=0.0, ink_in2=0.5)


def test_a_page_that_was_read_has_no_unread_ink(page_of_lines):
    sheet, words = page_of_lines(*LINES, read={0, 1, 2})
    assert unread_letters(prepared(sheet), words, bilevel=True) == 0


def test_a_line_that_was_passed_over_is_unread_ink(page_of_lines):
    sheet, words = page_of_lines(*LINES, read={0, 2})
    assert has_unread_ink(prepared(sheet), words, bilevel=True)
    assert 12 <= unread_letters(prepared(sheet), words, bilevel=True) <= 30


@pytest.mark.parametrize(("step", "size"), [(26, 21), (22, 18), (50, 42), (80, 42)])
def test_words_left_out_in_the_midst_of_a_line_are_unread_ink(page_of_lines, step, size):
    lines = (
        "Ufficio tecnico del comune",
        "il muro crollato nella notte",
        "Strada chiusa al traffico",
    )
    sheet, words = page_of_lines(*lines, read={0, 1, 2}, step=step, size=size)
    found = [word for word in words if word.text not in ("crollato", "nella")]
    assert unread_letters(prepared(sheet), words, bilevel=True) == 0
    assert has_unread_ink(prepared(sheet), found, bilevel=True)


def test_white_and_rules_between_the_cells_of_a_row_are_no_unread_ink(page_of_lines):
    sheet, words = page_of_lines(*LINES, read={0, 1, 2}, step=50)
    far = [
        word.model_copy(update={"left": word.left + 700, "right": word.right + 700})
        for word in words
    ]
    sheet.paste(sheet.crop((0, 0, 700, 400)), (700, 0))
    pen = ImageDraw.Draw(sheet)
    for left in (660, 690, 745):
        pen.line([(left, 90), (left, 300)], fill=0, width=4)
    pen.line([(640, 175), (790, 175)], fill=0, width=4)
    rows = sorted([*words, *far], key=lambda word: (word.line, word.left))
    assert unread_letters(prepared(sheet), rows, bilevel=True) == 0


def test_rules_specks_flourishes_and_pictures_are_no_print(page_of_lines):
    sheet, words = page_of_lines(*LINES, read={0, 1, 2})
    pen = ImageDraw.Draw(sheet)
    pen.line([(100, 500), (1400, 500)], fill=0, width=6)
    pen.rectangle((100, 600, 500, 900), fill=60)
    for at in range(700, 1300, 60):
        pen.ellipse((at, 700, at + 9, 709), fill=0)
    pen.line([(700 + 3 * at, 900 + (at % 40) * 5) for at in range(150)], fill=0, width=5)
    assert not has_unread_ink(prepared(sheet), words, bilevel=True)


def test_without_words_of_some_length_nothing_is_said(page_of_lines):
    sheet, _ = page_of_lines(*LINES, read=set())
    assert unread_letters(prepared(sheet), [], bilevel=True) == 0


class TwoReadings:
    """Reads the words it was given: some in its usual languages, others in German as well."""

    name = "two"

    def __init__(self, usual, german):
        self.usual, self.german = usual, german

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        words = self.german if "deu" in languages else self.usual
        return page_of(words, number=number, size=image.size)


def test_what_the_second_reading_read_is_no_unread_ink(page_of_lines):
    lines = ("die Mauer ist heute Nacht", "ganz und gar eingebrochen", "wer ist dafür hier da?")
    sheet, words = page_of_lines(*lines, read={0, 1, 2})
    surer = [word.model_copy(update={"confidence": 0.99}) for word in words]
    out = BytesIO()
    sheet.save(out, "PNG", dpi=(DPI, DPI))

    def codes(usual, german):
        document = recognise(
            out.getvalue(),
            None,
            engine=TwoReadings(usual, german),
            languages=("ita",),
            limits=PageLimits(dpi=DPI),
            tell=lambda _: "deu",
        )
        assert document.pages[0].languages == ("deu", "ita")
        return [defect.code for defect in document.defects]

    partly = [word for word in words if word.line != 1]
    partly_surer = [word for word in surer if word.line != 1]
    assert codes(partly, surer) == []
    assert codes(words, partly_surer) == ["page_unread_ink"]
