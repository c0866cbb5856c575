"""Real Tesseract and PDFium on letters that were faxed, scanned or typed."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.tesseract.in_process import TesserocrEngine

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"


@cache
def _recognise(name, **limits):
    """Read a file once for all tests that ask for it."""
    return recognise(
        (FIXTURES / name).read_bytes(),
        None,
        engine=TesserocrEngine(),
        languages=("ita", "eng"),
        limits=PageLimits(**limits),
    )


def _normal(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def _error_rate(text, name):
    truth = _normal(Path(FIXTURES / name).with_suffix(".txt").read_text(encoding="utf-8"))
    return Levenshtein.distance(_normal(text), truth) / len(truth)


@pytest.mark.parametrize(
    ("name", "bound", "dpi_y"),
    [
        ("fax/standard_clean.tif", 0.06, 98),
        ("fax/standard_noisy.tif", 0.12, 98),
        ("fax/fine_noisy.tif", 0.05, 196),
    ],
)
def test_a_fax_is_read_with_its_pixels_made_square(name, bound, dpi_y):
    document = _recognise(name)
    assert _error_rate(document.text, name) < bound
    (page,) = document.pages
    assert (page.dpi_x, page.dpi_y) == (204, dpi_y)
    assert 0.75 < page.confidence < 1


def test_the_sending_machines_line_is_no_part_of_the_letter():
    for name in ("fax/standard_clean.tif", "fax/fine_clean.tif", "fax/standard_noisy.tif"):
        (page,) = _recognise(name).pages
        assert page.fax_header is not None
        assert page.fax_header.name == "STUDIO TECNICO RINALDI"
        assert "STUDIO TECNICO" not in page.text
        assert not any(word.text == "TECNICO" for word in page.words)


def test_a_page_without_such_a_line_keeps_its_first_line():
    (page, _) = _recognise("fax/two_resolutions.tif").pages
    assert page.fax_header is None
    assert page.text.startswith("Anna Bellini")


def test_every_page_of_a_fax_is_read_at_its_own_resolution():
    document = _recognise("fax/two_resolutions.tif")
    assert [page.number for page in document.pages] == [1, 2]
    assert [page.dpi_y for page in document.pages] == [98, 196]
    assert _error_rate(document.text, "fax/two_resolutions.tif") < 0.02
    assert not document.needs_review


def test_a_crooked_scan_is_levelled_and_read():
    document = _recognise("scan/rischio_sismico.png")
    assert document.pages[0].skew == pytest.approx(-1.2, abs=0.2)
    assert "informazioni sul rischio sismico" in document.text
    assert _error_rate(document.text, "scan/rischio_sismico.png") < 0.02


def test_a_scanned_pdf_is_drawn_and_read():
    document = _recognise("scan/area_di_attesa.pdf")
    assert document.media_type == "application/pdf"
    assert document.pages[0].origin == "ocr"
    assert document.engine == "tesserocr"
    assert _error_rate(document.text, "scan/area_di_attesa.pdf") < 0.02


def test_real_text_in_a_pdf_is_kept_as_it_is():
    document = _recognise("scan/volontariato.pdf")
    assert document.pages[0].origin == "embedded"
    assert document.confidence == 1.0
    assert _error_rate(document.text, "scan/volontariato.pdf") == 0
    assert document.engine == ""


def test_a_damaged_second_page_does_not_cost_the_first():
    document = _recognise("hostile/second_page_damaged.tif")
    assert [page.number for page in document.pages] == [1]
    assert "rischio sismico" in document.text
    assert [defect.code for defect in document.defects] == ["page_lost"]
    assert document.needs_review


@pytest.mark.parametrize("name", ["two_columns", "leaflet", "form", "side_box"])
def test_columns_rows_and_boxes_are_read_in_the_order_people_read_them(name):
    document = _recognise(f"layouts/{name}.tif")
    assert _error_rate(document.text, f"layouts/{name}.tif") < 0.01
