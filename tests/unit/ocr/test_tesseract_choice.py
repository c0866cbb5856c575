"""Where the data for faxes doubt a coarse page, those of the system are asked about a strip."""

from __future__ import annotations

import pytest
from PIL import Image

from intake.ocr.language_data import FAX_DATA
from intake.ocr.tesseract_choice import read_page

DPI = 100
BOTH = ("ita", "eng")
FAX, SYSTEM = FAX_DATA.stem, "ita+eng"


class Tesseract:
    """Reads lines of twenty letters, an inch apart down the page; sure as it is told by data."""

    def __init__(self, *, lines=range(2, 9), **sureness):
        self.asked = []
        self._lines, self._sureness = lines, sureness

    def table_of(self, data, image, mode):
        self.asked.append((data.names, image.height))
        part = "page" if image.height == 1100 else "strip"
        sureness = self._sureness[f"fax_{part}" if data.names == FAX else f"system_{part}"]
        rows = range(image.height // DPI) if part == "strip" else self._lines
        return "\n".join(
            f"5\t1\t1\t1\t{row}\t1\t50\t{row * DPI + 30}\t400\t20\t{sureness}\t{data.names[0] * 20}"
            for row in rows
        )

    def read(self, *, height=1100, languages=BOTH, **info):
        image = Image.new("L", (850, height), 255)
        image.info.update({"dpi": (DPI, DPI), "scanned_dpi": 98, **info})
        return read_page(image, languages, self.table_of, number=1)


def _data_of(page):
    return {"f": FAX, "i": SYSTEM}[page.text[0]]


def test_a_fine_page_is_read_with_the_data_of_the_system_alone():
    tesseract = Tesseract(system_page=50)
    assert _data_of(tesseract.read(scanned_dpi=204)) == SYSTEM
    assert tesseract.asked == [(SYSTEM, 1100)]


def test_of_a_coarse_page_that_those_for_faxes_are_sure_of_no_other_data_are_asked():
    tesseract = Tesseract(fax_page=97)
    assert _data_of(tesseract.read()) == FAX
    assert tesseract.asked == [(FAX, 1100)]


def test_data_that_are_surer_of_a_strip_and_of_the_page_read_it():
    tesseract = Tesseract(fax_page=80, system_strip=95, system_page=94)
    assert _data_of(tesseract.read()) == SYSTEM
    assert tesseract.asked == [(FAX, 1100), (SYSTEM, 150), (SYSTEM, 1100)]


@pytest.mark.parametrize("sureness", [70, 80, 81])
def test_data_that_are_hardly_surer_of_a_strip_cost_no_more_than_that(sureness):
    tesseract = Tesseract(fax_page=80, system_strip=sureness)
    assert _data_of(tesseract.read()) == FAX
    assert tesseract.asked == [(FAX, 1100), (SYSTEM, 150)]


def test_of_a_coarse_page_in_grey_those_of_the_system_are_asked_first():
    tesseract = Tesseract(system_page=97)
    assert _data_of(tesseract.read(scanned_grey=True)) == SYSTEM
    assert tesseract.asked == [(SYSTEM, 1100)]
    tesseract = Tesseract(system_page=80, fax_strip=81, fax_page=81)
    assert _data_of(tesseract.read(scanned_grey=True)) == FAX
    tesseract = Tesseract(system_page=80, fax_strip=79)
    assert _data_of(tesseract.read(scanned_grey=True)) == SYSTEM


def test_data_that_are_surer_of_a_strip_only_change_nothing():
    tesseract = Tesseract(fax_page=80, system_strip=95, system_page=70)
    assert _data_of(tesseract.read()) == FAX


@pytest.mark.parametrize(
    ("height", "lines"), [(300, range(1)), (1100, ())], ids=["a strip itself", "nothing read"]
)
def test_nothing_is_compared_where_there_is_nothing_to_choose(height, lines):
    tesseract = Tesseract(fax_page=80, fax_strip=80, lines=lines)
    tesseract.read(height=height)
    assert [names for names, _ in tesseract.asked] == [FAX]


def test_the_strip_is_taken_where_most_is_written():
    read = []

    class Noting(Tesseract):
        def table_of(self, data, image, mode):
            read.append(image.getpixel((0, 0)))
            return super().table_of(data, image, mode)

    tesseract = Noting(fax_page=80, system_strip=70, lines=(7, 8, 9))
    image = Image.new("L", (850, 1100), 255)
    image.paste(100, (0, 650, 850, 1000))
    image.info.update(dpi=(DPI, DPI), scanned_dpi=98)
    read_page(image, BOTH, tesseract.table_of, number=1)
    assert read == [255, 100]
