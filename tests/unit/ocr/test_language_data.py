"""Which of Tesseract's language data a page is read with."""

from importlib.resources import files

import pytest
from PIL import Image

from intake.ocr.tesseract.language_data import FAX_DATA, suits_fax_data


def _page(**info):
    page = Image.new("L", (40, 40), 255)
    page.info.update(info)
    return page


@pytest.mark.parametrize("languages", [("ita",), ("eng",), ("eng", "ita")])
@pytest.mark.parametrize("scanned_dpi", [90, 98, 149.9])
def test_coarse_letters_in_italian_and_english_are_read_with_the_data_for_faxes(
    languages, scanned_dpi
):
    assert suits_fax_data(_page(scanned_dpi=scanned_dpi), languages)


@pytest.mark.parametrize(
    ("info", "languages"),
    [
        ({"scanned_dpi": 150}, ("ita", "eng")),
        ({"scanned_dpi": 98}, ("deu", "ita", "eng")),
        ({"scanned_dpi": 98}, ()),
        ({"scanned_dpi": None}, ("ita",)),
        ({}, ("ita",)),
    ],
    ids=["fine", "a language it was not taught", "no language", "not scanned", "nobody said"],
)
def test_everything_else_is_read_with_the_data_of_the_system(info, languages):
    assert not suits_fax_data(_page(**info), languages)


def test_the_data_for_faxes_come_with_the_package():
    assert files("intake.ocr").joinpath("data", FAX_DATA.name).is_file()
