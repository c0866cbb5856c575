"""An engine is shown the part of a picture that holds ink, and tells of the whole picture."""

from __future__ import annotations

import pytest
from PIL import Image

from intake.ocr.tesseract.choice import read_page
from intake.ocr.tesseract.inked_part import inked_part
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Word

DPI = 100
ROW = "5\t1\t1\t1\t1\t1\t{left}\t{top}\t{width}\t{height}\t96\tcasa"


def _sheet(*boxes, size=(850, 1100)):
    sheet = Image.new("L", size, 255)
    sheet.info["dpi"] = (DPI, DPI)
    for box in boxes:
        sheet.paste(0, box)
    return sheet


def _box_of_ink(image):
    return image.point(lambda level: 255 if level < 128 else 0).getbbox()


def test_words_stand_where_they_stand_on_the_whole_page():
    word = (300, 420, 380, 440)

    def table_of(data, image, mode, timeout_s):
        left, top, right, bottom = _box_of_ink(image)
        assert image.width * image.height < 850 * 1100 / 10
        return ROW.format(left=left, top=top, width=right - left, height=bottom - top)

    page = read_page(_sheet(word), ("ita",), table_of, number=1, timeout_s=60)

    assert [(each.left, each.top, each.right, each.bottom) for each in page.words] == [word]
    assert (page.width, page.height) == (850, 1100)
    assert page.text == "casa"


def test_a_quarter_of_an_inch_of_white_is_left_around_the_ink():
    part = inked_part(_sheet((300, 420, 380, 440), (100, 500, 110, 510)))
    assert part.image.size == (280 + 50, 90 + 50)
    assert (part.left, part.top) == (75, 395)
    assert part.image.info["dpi"] == (DPI, DPI)


@pytest.mark.parametrize(
    "boxes", [(), ((20, 20, 830, 1080),), ((0, 0, 5, 5), (845, 1095, 850, 1100))]
)
def test_a_picture_without_a_margin_worth_while_is_shown_as_it_is(boxes):
    sheet = _sheet(*boxes)
    part = inked_part(sheet)
    page = page_of((), number=1, size=sheet.size)
    assert part.image is sheet
    assert part.placed(page) is page


def test_what_is_pale_is_ink_as_well():
    sheet = _sheet((400, 500, 450, 520))
    sheet.paste(225, (100, 100, 160, 120))
    assert inked_part(sheet).top == 75


def test_ink_in_colour_is_seen():
    sheet = _sheet((400, 500, 450, 520)).convert("RGB")
    assert inked_part(sheet).image.mode == "RGB"
    assert inked_part(sheet).image.size == (100, 70)


def test_more_than_the_place_of_a_word_stays_as_it_was():
    sheet = _sheet((400, 500, 450, 520))
    word = Word(text="x", confidence=0.5, left=1, top=2, right=3, bottom=4, paragraph=6, line=7)
    part = inked_part(sheet)
    [placed] = part.placed(page_of([word], number=1, size=part.image.size)).words
    assert (placed.text, placed.confidence, placed.paragraph, placed.line) == ("x", 0.5, 6, 7)
