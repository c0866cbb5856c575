from __future__ import annotations

import pytest
from PIL import Image

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.tesseract import TesseractEngine
from intake.plugins import load


def test_it_comes_in_by_the_entry_point():
    assert load("ocr_engines", "tesseract") is TesseractEngine


def test_a_missing_language_is_named_with_its_package():
    blank = Image.new("L", (300, 300), 255)
    with pytest.raises(ToolMissing, match="xyz") as caught:
        TesseractEngine().recognise(blank, number=1, languages=("ita", "xyz"), timeout_s=10)
    assert "tesseract-ocr-xyz" in caught.value.remedy


def test_a_page_that_takes_too_long_is_given_up():
    page = Image.effect_noise((2000, 2800), 120)
    with pytest.raises(TransientFailure) as caught:
        TesseractEngine().recognise(page, number=1, languages=("ita",), timeout_s=0.3)
    assert caught.value.code == "timeout"
