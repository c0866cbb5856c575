"""A page on which print was passed over is read once more, smaller."""

import time
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.errors import TransientFailure
from intake.ocr.limits import PageLimits
from intake.ocr.page_words import page_of
from intake.ocr.recognise import recognise
from intake.schemas.documents import Word

DPI = 250
FONT = ImageFont.load_default(42)
LINES = ("Il muro di sostegno", "ha ceduto nella notte", "quale ufficio se ne occupa?")
PASSED_OVER, ALL = (0, 2), (0, 1, 2)


def _sheet():
    """Return a page of lines as a PNG, and the words of each line with their boxes."""
    sheet = Image.new("L", (1500, 1200), 255)
    pen = ImageDraw.Draw(sheet)
    words = []
    for number, line in enumerate(LINES):
        left, top = 120, 100 + 80 * number
        for text in line.split():
            pen.text((left, top), text, font=FONT, fill=0)
            box = [round(edge) for edge in pen.textbbox((left, top), text, font=FONT)]
            words.append((number, text, box))
            left = box[2] + 14
    out = BytesIO()
    sheet.save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue(), words


class ChanceEngine:
    """Finds some of the lines at the usual size, others at a smaller one."""

    name = "chance"

    def __init__(self, words, usual, smaller, confidence=0.95, pause_s=0.0):
        self.words, self.usual, self.smaller = words, usual, smaller
        self.confidence, self.pause_s = confidence, pause_s
        self.seen = []

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        time.sleep(self.pause_s)
        self.seen.append(round(image.info["dpi"][0]))
        is_smaller = self.seen[-1] < DPI
        found = self.smaller if is_smaller else self.usual
        if found is None:
            raise TransientFailure("too slow", code="timeout")
        scale = self.seen[-1] / DPI
        words = []
        for line, text, box in self.words:
            if line in found:
                left, top, right, bottom = (round(edge * scale) for edge in box)
                words.append(
                    Word(text=text, confidence=self.confidence if is_smaller else 0.95, left=left,
                         top=top, right=right, bottom=bottom, paragraph=0, line=line)
                )  # fmt: skip
        return page_of(words, number=number, size=image.size)


def _read(usual, smaller, confidence=0.95, watch=None, pause_s=0.0):
    data, words = _sheet()
    engine = ChanceEngine(words, usual, smaller, confidence, pause_s)
    limits = PageLimits(dpi=DPI)
    document = recognise(data, None, engine=engine, languages=("ita",), limits=limits, watch=watch)
    return document, engine


def test_what_is_found_at_a_smaller_size_is_taken_and_nobody_is_told():
    shown = []
    document, engine = _read(PASSED_OVER, ALL, watch=lambda *each: shown.append(each))
    assert document.text.split() == " ".join(LINES).split()
    assert document.defects == ()
    assert engine.seen == [250, 200]
    ((_, prepared, page),) = shown
    assert prepared.dpi == pytest.approx(200, abs=1)
    assert page == document.pages[0]


def test_the_seconds_of_a_page_are_those_of_both_looks():
    document, _ = _read(PASSED_OVER, ALL, pause_s=0.3)
    assert document.pages[0].seconds > 0.6


def test_late_pages_of_a_long_document_are_read_once():
    data, words = _sheet()
    blank = Image.new("L", (1500, 1200), 255)
    out = BytesIO()
    with Image.open(BytesIO(data)) as sheet:
        blank.save(out, "TIFF", save_all=True, append_images=[*[blank] * 19, sheet], dpi=(DPI, DPI))
    engine = ChanceEngine(words, PASSED_OVER, ALL)
    document = recognise(
        out.getvalue(), None, engine=engine, languages=("ita",), limits=PageLimits(dpi=DPI)
    )
    assert document.pages[20].kind == "print"
    assert engine.seen == [250]


@pytest.mark.parametrize(
    ("smaller", "confidence"),
    [(ALL, 0.3), ((0,), 0.95), (None, 0.95)],
    ids=["it is less sure", "it finds less", "it fails"],
)
def test_a_second_look_that_is_no_better_costs_nothing_and_a_person_is_told(smaller, confidence):
    document, _ = _read(PASSED_OVER, smaller, confidence)
    assert document.text.split() == f"{LINES[0]} {LINES[2]}".split()
    assert [defect.code for defect in document.defects] == ["page_unread_ink"]


def test_a_page_on_which_nothing_was_passed_over_is_read_once():
    _, engine = _read(ALL, ALL)
    assert engine.seen == [250]
