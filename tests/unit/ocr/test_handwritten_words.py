"""Capitals by hand are told from print, whatever its typeface, size, roughness and machine."""

from __future__ import annotations

import random
from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from intake.ocr.judging.handwritten_words import has_handwritten_words
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.recognise import recognise
from intake.ocr.sheets import PageImage
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Word

DPI = 250
FINER = 2
"""Letters are drawn on dots so much smaller, as they lie on paper, before they are scanned."""
SIZE = 44
LINES = (
    "SEGNALO CHE IL TORRENTE DIETRO CASA",
    "E PIENO DI TRONCHI E CON LA PIOGGIA",
    "ESCE DAGLI ARGINI OGNI ANNO A MARZO",
    "CHIEDO UN SOPRALLUOGO AL PIU PRESTO",
)


class Paper:
    """A sheet that is written on letter by letter, and the words on it as an engine boxes them."""

    def __init__(self, seed=1):
        self.sheet = Image.new("L", (1500 * FINER, 660 * FINER), 255)
        self.words = []
        self.chance = random.Random(seed)

    def write(self, text, number, *, left=100, face="DejaVuSans.ttf", wobble=0.0, step=None):
        """Write a line; by each letter differs from its like by ``wobble`` of its size."""
        font = ImageFont.truetype(face, SIZE * FINER)
        at, top = left * FINER, (60 + 90 * number) * FINER
        for word in text.split():
            start = at
            for letter in word:
                wide = font.getlength(letter)
                self._stamp(self._letter(letter, font, wobble), at + (step or wide) / 2, top)
                at += step or wide + 3 * FINER
            box = (start // FINER, top // FINER - 34, at // FINER, top // FINER + 2)
            self.words.append(
                Word(text=word, confidence=0.95, left=int(box[0]), top=int(box[1]),
                     right=int(box[2]), bottom=int(box[3]), paragraph=0, line=number)
            )  # fmt: skip
            at += step or 18 * FINER
        return at // FINER

    def _letter(self, letter, font, wobble):
        ink = _ink(letter, font.path)
        across, down, lean, turn = (self.chance.gauss(0, wobble) for _ in range(4))
        if not wobble:
            return ink
        middle = ink.width / 2
        warp = (1 + across, lean, -middle * (across + lean),
                turn / 2, 1 + down, -middle * (down + turn / 2))  # fmt: skip
        return ink.transform(ink.size, Image.Transform.AFFINE, warp, Image.Resampling.BICUBIC)

    def _stamp(self, ink, middle, top):
        self.sheet.paste(0, (round(middle - ink.width / 2), round(top - SIZE * FINER)), ink)

    def image(self, rows=1):
        """Return the page at DPI; only every so-many-th row of it was scanned."""
        width, height = self.sheet.width // FINER, self.sheet.height // FINER
        coarse = self.sheet.resize((width, height // rows), Image.Resampling.BOX)
        return coarse.resize((width, height), Image.Resampling.BICUBIC)

    def is_by_hand(self, *, rows=1, dpi=DPI, bilevel=False):
        image = self.image(rows)
        if bilevel:
            image = image.point(lambda grey: 255 * (grey > 127)).filter(
                ImageFilter.GaussianBlur(0.9)
            )
        paper = PageImage(number=1, image=image, dpi_x=dpi, dpi_y=dpi / rows, bilevel=bilevel)
        prepared = Prepared(image=image, dpi=DPI, skew=0.0, ink_in2=0.5)
        return has_handwritten_words(prepared, self.words, paper)


@cache
def _ink(letter, face):
    font = ImageFont.truetype(face, SIZE * FINER)
    side = 2 * font.size
    ink = Image.new("L", (side, side), 0)
    ImageDraw.Draw(ink).text((side / 2, side / 2), letter, font=font, fill=255, anchor="ms")
    return ink


def letter(**how):
    paper = Paper()
    for number, line in enumerate(LINES):
        paper.write(line, number, **how)
    return paper


@pytest.mark.parametrize("bilevel", [True, False])
def test_letters_of_which_no_two_are_alike_are_by_hand(bilevel):
    assert letter(wobble=0.09).is_by_hand(bilevel=bilevel)


@pytest.mark.parametrize("face", ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf"])
@pytest.mark.parametrize(("rows", "bilevel"), [(1, False), (1, True), (2, True)])
def test_print_in_capitals_is_not(face, rows, bilevel):
    assert not letter(face=face).is_by_hand(rows=rows, bilevel=bilevel)


def test_of_a_form_filled_in_by_hand_the_hand_is_told():
    paper = Paper()
    for number, line in enumerate(LINES):
        left = paper.write("Nome e cognome:", number) + 40
        paper.write(line[:24], number, left=left, wobble=0.09)
    assert paper.is_by_hand()


def test_one_filled_in_by_machine_in_another_typeface_is_not_by_hand():
    paper = Paper()
    for number, line in enumerate(LINES):
        left = paper.write("COGNOME E NOME:", number, face="DejaVuSerif-Bold.ttf") + 40
        paper.write(line[:20], number, left=left)
    assert not paper.is_by_hand()


def test_letters_in_even_steps_are_a_machines_however_worn():
    assert not letter(wobble=0.09, step=36 * FINER).is_by_hand()


def test_an_enlarged_fax_is_as_rough_as_its_small_print():
    def page(*, small_print):
        paper = letter(wobble=0.07)
        for number in range(4, 7) if small_print else ():
            text = "quando arriva la grande gente della terra"
            paper.write(text, number, wobble=0.07)
        return paper

    assert page(small_print=False).is_by_hand()
    assert not page(small_print=True).is_by_hand()


def test_of_pages_that_are_coarse_both_ways_nothing_is_said():
    assert not letter(wobble=0.09).is_by_hand(dpi=90)


def test_two_words_are_too_few_to_tell():
    paper = Paper()
    paper.write("ROSSI MARIO", 0, wobble=0.09)
    assert not paper.is_by_hand()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=6), st.integers(-50, 1700), st.integers(-50, 800),
                  st.integers(0, 200), st.integers(0, 90)),
        max_size=6,
    )
)  # fmt: skip
def test_boxes_may_lie_anywhere(boxes):
    paper = Paper()
    paper.write("AABB", 0)
    paper.words = [
        Word(text=text, confidence=0.5, left=left, top=top, right=left + wide, bottom=top + high,
             paragraph=0, line=0)
        for text, left, top, wide, high in boxes
    ]  # fmt: skip
    assert not paper.is_by_hand()


class Reads:
    """An engine that reads the words it was given."""

    name = "reads"

    def __init__(self, words):
        self.words = words

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        return page_of(self.words, number=number, size=image.size)


@pytest.mark.parametrize(("wobble", "told"), [(0.09, True), (0.0, False)])
def test_a_person_is_told_and_the_text_is_kept(wobble, told):
    paper, out = letter(wobble=wobble), BytesIO()
    paper.image().save(out, "PNG", dpi=(DPI, DPI))
    words = [word.model_copy(update={"confidence": 0.99}) for word in paper.words]

    document = recognise(
        out.getvalue(), None, engine=Reads(words), languages=("ita",), limits=PageLimits(dpi=DPI)
    )

    assert [defect.code for defect in document.defects] == ["page_handwritten_words"] * told
    assert document.needs_review is told
    assert document.text.split() == " ".join(LINES).split()
