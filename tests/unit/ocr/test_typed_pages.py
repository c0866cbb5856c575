"""What the pictures on a page of typed text say is put between its lines."""

from __future__ import annotations

import pytest
from PIL import Image

from intake.errors import TransientFailure
from intake.letters.lines import read_blocks
from intake.ocr.readings import Reading
from intake.ocr.sheets import PageImage, PageText, PastedPicture
from intake.ocr.typed_pages import read_typed
from intake.schemas.documents import Defect, Page, Word

TYPED = "Gentile Ufficio,\nvedete la figura.\nDistinti saluti"
SIDES = (0.1, 0.5, 0.6, 0.75)


def _picture(line=2, shade=255):
    image = Image.new("L", (400, 200), shade)
    return PastedPicture(PageImage(1, image, dpi_x=72, dpi_y=72), SIDES, line)


def _sheet(*pictures):
    return PageText(1, TYPED, (8.0, 12.0), pictures)


def _said(text, confidence=0.97, kind="print", **facts):
    word = Word(text=text, confidence=confidence, left=100, top=50, right=300, bottom=90)
    known = {"words": (word,), "width": 1000, "height": 500, "languages": ("ita",)}
    return Page(number=1, text=text, confidence=confidence, kind=kind, **(known | facts))


def _read(sheet, *said, defects=()):
    script = list(said)
    return read_typed(sheet, lambda image: Reading(script.pop(0), defects=defects), dpi=250)


def test_a_page_without_pictures_is_as_sure_as_its_text():
    page = _read(_sheet()).page
    assert (page.text, page.confidence, page.origin) == (TYPED, 1.0, "embedded")
    assert (page.words, page.width, page.languages) == ((), 0, ())


def test_the_text_of_a_picture_stands_where_the_picture_does():
    page = _read(_sheet(_picture()), _said("contratto")).page
    assert page.text == "Gentile Ufficio,\nvedete la figura.\n\ncontratto\n\nDistinti saluti"
    assert (page.origin, page.confidence, page.languages) == ("embedded", 0.97, ("ita",))


def test_several_pictures_keep_their_order_and_the_worst_gives_the_confidence():
    page = _read(_sheet(_picture(2), _picture(3)), _said("prima"), _said("seconda", 0.5)).page
    assert page.text.split("\n\n")[1:] == ["prima", "Distinti saluti", "seconda"]
    assert page.confidence == 0.5
    assert [word.paragraph for word in page.words] == [0, 1]


def test_words_are_placed_on_the_page():
    (word,) = _read(_sheet(_picture()), _said("contratto")).page.words
    left, top, wide, high = 0.1 * 2000, 0.5 * 3000, 0.5 * 2000, 0.25 * 3000
    assert (word.left, word.right) == (left + 0.1 * wide, left + 0.3 * wide)
    assert (word.top, word.bottom) == (round(top + 0.1 * high), round(top + 0.18 * high))


def test_words_of_a_picture_that_lay_on_its_side_have_no_place():
    page = _read(_sheet(_picture()), _said("contratto", rotation=90)).page
    assert "contratto" in page.text
    assert (page.words, page.rotation) == ((), 0)


@pytest.mark.parametrize("said", [("", 0.0, "blank"), ("l. -", 0.9), ("Ee", 0.8, "picture")])
def test_a_picture_without_words_adds_nothing_and_asks_for_nobody(said):
    reading = _read(_sheet(_picture()), _said(*said), defects=(Defect(code="page_picture"),))
    assert (reading.page.text, reading.page.confidence) == (TYPED, 1.0)
    assert (reading.defects, reading.is_doubtful) == ((), False)


@pytest.mark.parametrize(("shade", "is_told"), [(255, True), (0, False)])
def test_writing_by_hand_on_paper_asks_for_a_person_and_the_noise_of_a_photo_does_not(
    shade, is_told
):
    picture = _picture(shade=shade)
    if not shade:  # stripes as close as those of a photo: no ground is as wide
        picture.image.image.paste(255, (0, 0, 200, 200))
        picture.image.image.putdata([(at * 7) % 150 for at in range(400 * 200)])
    said = _said("boh", 0.4, "handwriting")
    reading = _read(_sheet(picture), said, defects=(Defect(code="page_handwriting"),))
    assert reading.is_doubtful == is_told
    assert [defect.code for defect in reading.defects] == ["page_handwriting"] * is_told


def test_a_picture_that_cannot_be_read_costs_no_text_and_is_told():
    lost = Reading(error=TransientFailure("zu langsam", code="timeout"))
    reading = read_typed(_sheet(_picture()), lambda image: lost, dpi=250)
    assert reading.page.text == TYPED
    assert [defect.code for defect in reading.defects] == ["page_picture_unread"]
    assert reading.is_doubtful


def test_the_lines_of_a_letter_are_those_of_its_whole_text():
    page = _read(_sheet(_picture()), _said("contratto")).page
    blocks = [[line.text for line in block] for block in read_blocks(page)]
    assert blocks == [["Gentile Ufficio,", "vedete la figura."], ["contratto"], ["Distinti saluti"]]
