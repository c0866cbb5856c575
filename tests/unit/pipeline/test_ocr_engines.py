import pytest

from intake.errors import ConfigError
from intake.pipeline.pages.ocr_engines import open_engine


def test_without_a_second_engine_the_first_reads_alone():
    assert open_engine("tesserocr").name == "tesserocr"


def test_a_second_engine_is_named_beside_the_first():
    assert open_engine("tesserocr", "rapidocr").name == "tesserocr+rapidocr"


def test_a_second_engine_that_reads_no_single_lines_is_a_mistake_of_the_operator():
    with pytest.raises(ConfigError) as caught:
        open_engine("tesserocr", "tesseract")

    assert "ocr.second_engine" in caught.value.message
