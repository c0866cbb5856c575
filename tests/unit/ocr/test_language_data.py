"""Which of Tesseract's language data a page is read with."""

import pytest
from PIL import Image

from intake.ocr.language_data import FAX_DATA, data_folder, data_for


def _page(**info):
    page = Image.new("L", (40, 40), 255)
    page.info.update(info)
    return page


@pytest.mark.parametrize("languages", [("ita",), ("eng", "ita")])
def test_coarse_letters_in_italian_and_english_are_read_with_the_data_for_faxes(languages):
    assert data_for(_page(scanned_dpi=98), languages) == (FAX_DATA.parent, FAX_DATA.stem)
    assert FAX_DATA.is_file()


@pytest.mark.parametrize(
    ("info", "languages", "names"),
    [
        ({"scanned_dpi": 196}, ("ita", "eng"), "ita+eng"),
        ({"scanned_dpi": 98}, ("deu", "ita", "eng"), "deu+ita+eng"),
        ({}, ("ita",), "ita"),
    ],
    ids=["fine", "a language it was not taught", "nobody said how it was scanned"],
)
def test_everything_else_is_read_with_the_data_of_the_system(info, languages, names):
    assert data_for(_page(**info), languages) == (data_folder(), names)
