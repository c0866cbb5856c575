"""A page on which print was passed over is read once more, otherwise."""

import time
from io import BytesIO

import pytest
from PIL import Image

from intake.errors import TransientFailure
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.second_look import resolution_again
from intake.ocr.words.page_words import page_of

DPI = 250
LINES = ("Il muro di sostegno", "ha ceduto nella notte", "quale ufficio se ne occupa?")
PASSED_OVER, ALL = (0, 2), (0, 1, 2)
EDGES = ("left", "top", "right", "bottom")


@pytest.fixture
def page(page_of_lines):
    """Return a page of lines as a picture, and their words."""
    return page_of_lines(*LINES, read=ALL)


@pytest.fixture
def read(page):
    """Return a function that has the page read by an engine with some luck, and both results."""

    def read(usual, smaller, confidence=0.95, *, pages_before=0, pause_s=0.0, watch=None):
        sheet, words = page
        blank = Image.new("L", sheet.size, 255)
        first, *others = [*[blank] * pages_before, sheet]
        out = BytesIO()
        first.save(out, "TIFF", save_all=True, append_images=others, dpi=(DPI, DPI))
        engine = ChanceEngine(words, usual, smaller, confidence, pause_s)
        limits = PageLimits(dpi=DPI)
        document = recognise(
            out.getvalue(), None, engine=engine, languages=("ita",), limits=limits, watch=watch
        )
        return document, engine

    return read


class ChanceEngine:
    """Finds some of the lines at the usual size, others at a smaller one."""

    name = "chance"

    def __init__(self, words, usual, smaller, confidence, pause_s):
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
        words = [self._scaled(word, scale) for word in self.words if word.line in found]
        return page_of(words, number=number, size=image.size)

    def _scaled(self, word, scale):
        if scale == 1:
            return word
        box = {edge: round(getattr(word, edge) * scale) for edge in EDGES}
        return word.model_copy(update={**box, "confidence": self.confidence})


def test_what_is_found_at_a_smaller_size_is_taken_and_nobody_is_told(read):
    shown = []
    document, engine = read(PASSED_OVER, ALL, watch=lambda *each: shown.append(each))
    assert document.text.split() == " ".join(LINES).split()
    assert document.defects == ()
    assert engine.seen == [250, 250, 200]  # with even ink, since it is grey, before smaller
    ((_, prepared, page),) = shown
    assert prepared.dpi == pytest.approx(200, abs=1)
    assert page == document.pages[0]


def test_the_seconds_of_a_page_are_those_of_both_looks(read):
    document, _ = read(PASSED_OVER, ALL, pause_s=0.3)
    assert document.pages[0].seconds > 0.6


def test_late_pages_of_a_long_document_are_read_once(read):
    document, engine = read(PASSED_OVER, ALL, pages_before=20)
    assert document.pages[20].kind == "print"
    assert engine.seen == [250]


@pytest.mark.parametrize(
    ("smaller", "confidence"),
    [(ALL, 0.3), ((0,), 0.95), (None, 0.95)],
    ids=["it is less sure", "it finds less", "it fails"],
)
def test_a_second_look_that_is_no_better_costs_nothing_and_a_person_is_told(
    read, smaller, confidence
):
    document, _ = read(PASSED_OVER, smaller, confidence)
    assert document.text.split() == f"{LINES[0]} {LINES[2]}".split()
    assert [defect.code for defect in document.defects] == ["page_unread_ink"]


def test_a_page_on_which_nothing_was_passed_over_is_read_once(read):
    _, engine = read(ALL, ALL)
    assert engine.seen == [250]


def test_small_print_is_looked_at_again_at_a_larger_size(page_of_lines):
    for size, again in ((18, 350), (42, 200)):
        sheet, words = page_of_lines(*LINES, read=ALL, size=size)
        assert resolution_again(page_of(words, number=1, size=sheet.size), DPI) == again
    assert resolution_again(page_of([], number=1, size=(9, 9)), DPI) == 200
