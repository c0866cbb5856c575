"""Letters among the pictures of an office document have the same page numbers in every process."""

from __future__ import annotations

import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage, PageLost, PageText, Sheet
from intake.pipeline.pages.office_file import read_office

LIMITS = PageLimits()
LOGO, SCAN = (200, 200), (900, 700)
BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>Si veda sotto.</w:t></w:r></w:p></w:body></w:document>"
)


def _picture(size: tuple[int, int], grey: int) -> bytes:
    noise = np.random.default_rng(grey).integers(0, 40, size[::-1], dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(noise + np.uint8(grey)).save(written, "PNG")
    return written.getvalue()


def _document(*pictures: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("word/document.xml", BODY)
        for number, content in enumerate(pictures, start=1):
            package.writestr(f"word/media/image{number}.png", content)
    return written.getvalue()


def _what(sheet: Sheet) -> tuple[int, object]:
    if isinstance(sheet, PageImage):
        return sheet.number, sheet.image.tobytes()
    assert isinstance(sheet, PageText | PageLost)
    return sheet.number, sheet.text if isinstance(sheet, PageText) else sheet.error.code


LOGOS = [_picture(LOGO, grey) for grey in (10, 20, 30)]
A, B = _picture(SCAN, 100), _picture(SCAN, 200)
BROKEN = A[:60] + bytes(len(A) - 60)


@pytest.mark.parametrize(
    "pictures",
    [
        [*LOGOS, A, B],
        [A, *LOGOS, B],
        [LOGOS[0], A, LOGOS[1], BROKEN, LOGOS[2], B],
        [*LOGOS],
        [b"no picture" * 1000, A, B],
    ],
)
def test_who_begins_with_a_later_page_finds_the_same_pages(pictures: list[bytes]) -> None:
    data = _document(*pictures)
    whole = [_what(sheet) for sheet in read_office(data, LIMITS)]
    assert [number for number, _ in whole] == list(range(1, len(whole) + 1))
    for first in range(1, len(whole) + 2):
        assert [_what(sheet) for sheet in read_office(data, LIMITS, first)] == whole[first - 1 :]


def test_a_letter_that_does_not_decode_is_told() -> None:
    text, lost, letter = read_office(_document(LOGOS[0], BROKEN, B), LIMITS)
    assert isinstance(text, PageText)
    assert isinstance(lost, PageLost)
    assert (lost.number, lost.defect) == (2, "page_lost")
    assert isinstance(letter, PageImage)
