"""RapidOCR with the models of its wheel, on pages that the tests type."""

import sys

import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.rapid import RapidOcrEngine

ENGINE = RapidOcrEngine()


def typed(*lines):
    page = Image.new("L", (900, 100 + 60 * len(lines)), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(page).multiline_text((60, 40), "\n".join(lines), font=font, spacing=12)
    return page


def read(image, *, engine=ENGINE, timeout_s=120.0):
    return engine.recognise(image, number=1, languages=("ita", "eng"), timeout_s=timeout_s)


def test_italian_accents_are_read_line_by_line():
    page = read(typed("La città è più sicura", "perché così può"))

    assert page.text == "La città è più sicura\nperché così può"
    assert page.confidence > 0.9


def test_the_words_of_a_line_stand_side_by_side():
    first, second, third = read(typed("tre parole lunghe")).words

    assert first.right < second.left < second.right < third.left < third.right < 900
    assert first.top == second.top == third.top
    assert first.line == second.line == third.line


def test_lines_far_apart_are_two_paragraphs():
    assert read(typed("Spett. Comune", "", "", "Con osservanza")).text == (
        "Spett. Comune\n\nCon osservanza"
    )


def test_a_page_that_takes_too_long_is_given_up():
    with pytest.raises(TransientFailure) as caught:
        read(typed("una riga"), timeout_s=0.0)

    assert caught.value.code == "timeout"


@pytest.mark.parametrize("lacking", ["rapidocr", "onnxruntime"])
def test_without_the_extra_it_says_what_to_install(monkeypatch, lacking):
    monkeypatch.setitem(sys.modules, lacking, None)

    with pytest.raises(ToolMissing) as caught:
        read(typed("una riga"), engine=RapidOcrEngine())

    assert caught.value.remedy == "Run `pip install citizen-intake[rapidocr]`."


def test_a_model_that_the_wheel_lacks_is_not_fetched(monkeypatch):
    monkeypatch.setattr("intake.ocr.rapid._READER", "none.onnx")

    with pytest.raises(ToolMissing) as caught:
        read(typed("una riga"), engine=RapidOcrEngine())

    assert "none.onnx" in caught.value.message


def test_a_single_line_is_read_without_looking_for_it():
    line = typed("perché così")
    left, top, right, bottom = ImageOps.invert(line).getbbox()
    cut = line.crop((left - 6, top - 6, right + 6, bottom + 6))

    assert ENGINE.read_line(cut, languages=("ita",)) == "perché così"


def test_a_line_in_a_language_it_does_not_know_is_a_missing_tool():
    with pytest.raises(ToolMissing):
        ENGINE.read_line(typed("una riga"), languages=("xyz",))
