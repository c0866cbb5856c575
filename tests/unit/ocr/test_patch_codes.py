from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from intake.ocr.batches.patch_codes import find_patch_code

FIXTURES = Path(__file__).parents[3] / "fixtures"
ORDERS = {"1": "1100", "2": "1001", "3": "1010", "4": "0110", "6": "0011", "T": "0101"}


def sheet(code: str, dpi: tuple[int, int] = (200, 200), length_in: float = 2.5) -> Image.Image:
    """Return an A4 sheet with the code's bars across its top (Kodak's measures)."""
    page = Image.new("L", (round(8.27 * dpi[0]), round(11.69 * dpi[1])), 255)
    pen, y = ImageDraw.Draw(page), 0.5
    for bar in ORDERS[code]:
        height = 0.20 if bar == "1" else 0.08
        edges = (2 * dpi[0], y * dpi[1], (2 + length_in) * dpi[0], (y + height) * dpi[1])
        pen.rectangle([round(each) for each in edges], fill=0)
        y += height + 0.08
    return page


def find(page: Image.Image, dpi: tuple[int, int] = (200, 200)) -> str | None:
    return find_patch_code(page, dpi_x=dpi[0], dpi_y=dpi[1])


@pytest.mark.parametrize("code", ORDERS)
def test_every_code_is_found(code: str) -> None:
    assert find(sheet(code)) == code


@pytest.mark.parametrize("dpi", [(100, 100), (204, 98), (300, 300)])
def test_codes_are_found_at_the_resolutions_of_scanners_and_faxes(dpi: tuple[int, int]) -> None:
    assert find(sheet("T", dpi), dpi) == "T"


def test_codes_are_found_on_a_sheet_that_lies_on_its_side_or_crooked() -> None:
    assert find(sheet("2").rotate(90, expand=True, fillcolor=255)) == "2"
    assert find(sheet("T").rotate(2, Image.Resampling.BICUBIC, fillcolor=255)) == "T"


def test_upside_down_t_is_3() -> None:
    assert find(sheet("T").rotate(180)) == "3"


def test_a_soft_and_grainy_copy_is_still_found() -> None:
    page = sheet("3").filter(ImageFilter.GaussianBlur(2))
    rng = random.Random(1)
    for _ in range(2000):
        page.putpixel((rng.randrange(page.width), rng.randrange(page.height)), 0)
    assert find(page) == "3"


def test_bars_that_are_too_short_are_no_code() -> None:
    assert find(sheet("T", length_in=0.8)) is None


def test_text_tables_and_barcodes_are_no_code() -> None:
    folder = FIXTURES / "letters"
    pictures = [*folder.glob("*.png"), FIXTURES / "scan" / "rischio_sismico.png"]
    assert len(pictures) >= 9
    assert [path.name for path in pictures if find(Image.open(path).convert("L"))] == []
    table = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(table)
    for row in range(20):
        pen.rectangle((100, 100 + 36 * row, 1500, 100 + 36 * row + (16 if row % 3 else 40)), fill=0)
    assert find(table) is None
