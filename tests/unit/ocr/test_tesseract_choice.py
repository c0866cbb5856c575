"""Where the data for faxes doubt a coarse page, those of the system are asked about a strip."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from intake.errors import TransientFailure
from intake.ocr.tesseract import choice as tesseract_choice
from intake.ocr.tesseract.choice import read_page
from intake.ocr.tesseract.language_data import FAX_DATA

DPI = 100
BOTH = ("ita", "eng")
FAX, SYSTEM = FAX_DATA.stem, "ita+eng"


class Tesseract:
    """Reads lines of twenty letters, an inch apart down the page; sure as it is told by data."""

    def __init__(self, *, lines=range(2, 9), **sureness):
        self.asked, self.seconds = [], []
        self._lines, self._sureness = lines, sureness

    def table_of(self, data, image, mode, timeout_s):
        self.asked.append((data.names, image.height))
        self.seconds.append(timeout_s)
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
        return read_page(image, languages, self.table_of, number=1, timeout_s=60)


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


class OfPicture(Tesseract):
    """Reads a picture's black lines; what is cut through at its edges it is sure of by 5 %."""

    def table_of(self, data, image, mode, timeout_s):
        rows = np.flatnonzero(np.asarray(image)[:, 60] == 0)
        lines = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
        return "\n".join(
            f"5\t1\t1\t1\t{number}\t1\t50\t{line[0]}\t400\t{len(line)}"
            f"\t{self._of(data) if len(line) == 20 else 5}\t{data.names[0] * 20}"
            for number, line in enumerate(lines)
        )

    def _of(self, data):
        return self._sureness["fax" if data.names == FAX else "system"]


def _lines_at(*tops, height=1100):
    image = Image.new("L", (850, height), 255)
    for top in tops:
        image.paste(0, (50, top, 450, top + 20))
    image.info.update(dpi=(DPI, DPI), scanned_dpi=98)
    return image


def test_what_the_edges_of_a_strip_cut_through_speaks_against_nobody():
    close = range(100, 1000, 32)
    tesseract = OfPicture(fax=80, system=95)
    page = read_page(_lines_at(*close), BOTH, tesseract.table_of, number=1, timeout_s=60)
    assert _data_of(page) == SYSTEM


def test_the_strip_is_taken_where_most_is_written():
    read = []

    class Noting(OfPicture):
        def table_of(self, data, image, mode, timeout_s):
            table = super().table_of(data, image, mode, timeout_s)
            read.append(len(table.splitlines()))
            return table

    tesseract = Noting(fax=80, system=70)
    image = _lines_at(100, 700, 740, 780, 820)
    read_page(image, BOTH, tesseract.table_of, number=1, timeout_s=60)
    assert read == [5, 4]


def test_a_reading_that_fails_costs_nothing_but_itself():
    class Failing(Tesseract):
        def table_of(self, data, image, mode, timeout_s):
            if data.names == SYSTEM:
                raise TransientFailure("it failed", code="ocr_failed")
            return super().table_of(data, image, mode, timeout_s)

    assert _data_of(Failing(fax_page=80).read()) == FAX


def test_all_readings_of_a_page_share_its_time(monkeypatch):
    clock = iter(range(0, 1000, 25))
    monkeypatch.setattr(tesseract_choice.time, "monotonic", lambda: next(clock))
    tesseract = Tesseract(fax_page=80, system_strip=95, system_page=95)
    assert _data_of(tesseract.read()) == FAX
    assert tesseract.seconds == [35, 10]


def test_a_few_sure_words_are_no_better_than_many():
    class Short(Tesseract):
        def table_of(self, data, image, mode, timeout_s):
            table = super().table_of(data, image, mode, timeout_s)
            return table.splitlines()[0] if data.names == SYSTEM else table

    tesseract = Short(fax_page=80, system_strip=95, system_page=95)
    assert _data_of(tesseract.read()) == FAX


def test_a_page_that_lies_upside_down_is_no_matter_of_data():
    tesseract = Tesseract(fax_page=40)
    tesseract.read()
    assert tesseract.asked == [(FAX, 1100)]


def test_where_nobody_says_how_finely_it_is_drawn_no_strip_is_read():
    tesseract = Tesseract(fax_page=80)
    tesseract.read(dpi=None)
    assert tesseract.asked == [(FAX, 1100)]
