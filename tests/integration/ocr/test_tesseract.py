from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.tesseract.in_process import TesserocrEngine
from intake.ocr.tesseract.program import TesseractEngine
from intake.plugins import load


@pytest.fixture(params=[TesseractEngine, TesserocrEngine])
def engine(request):
    return request.param()


def typed(text):
    page = Image.new("L", (1200, 260), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(page).text((60, 80), text, font=font, fill=0)
    page.info["dpi"] = (250, 250)
    return page


def read(engine, image, *languages, timeout_s=30):
    return engine.recognise(image, number=1, languages=languages or ("ita",), timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("name", "engine_class"), [("tesseract", TesseractEngine), ("tesserocr", TesserocrEngine)]
)
def test_it_comes_in_by_the_entry_point(name, engine_class):
    assert load("ocr_engines", name) is engine_class


def test_words_carry_their_boxes_and_confidence(engine):
    page = read(engine, typed("La città è più sicura"))
    assert page.text == "La città è più sicura"
    assert [word.text for word in page.words] == page.text.split()
    assert all(word.confidence > 0.8 for word in page.words)
    assert all(a.right < b.left for a, b in zip(page.words, page.words[1:], strict=False))
    assert (page.width, page.height) == (1200, 260)


def test_a_page_is_read_alike_whatever_was_read_before(engine):
    first = read(engine, typed("Richiesta di sopralluogo"))
    read(engine, typed("Tutt'altra pagina, n. 1234"))
    assert read(engine, typed("Richiesta di sopralluogo")) == first


def test_a_missing_language_is_named_with_its_package(engine):
    with pytest.raises(ToolMissing, match="xyz") as caught:
        read(engine, Image.new("L", (300, 300), 255), "ita", "xyz")
    assert "tesseract-ocr-xyz" in caught.value.remedy


def test_a_page_that_takes_too_long_is_given_up(engine):
    with pytest.raises(TransientFailure) as caught:
        read(engine, typed("parole su parole " * 5), timeout_s=0.001)
    assert caught.value.code == "timeout"


def test_without_the_program_its_engine_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as caught:
        read(TesseractEngine(), typed("testo"))
    assert "tesseract-ocr-ita" in caught.value.remedy


def test_without_language_data_the_library_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setattr("intake.ocr.tesseract.language_data._DATA_FOLDERS", ())
    with pytest.raises(ToolMissing) as caught:
        read(TesserocrEngine(), typed("testo"))
    assert "tesseract-ocr" in caught.value.remedy
