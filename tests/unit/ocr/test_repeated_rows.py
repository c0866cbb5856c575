"""Bars that a fax receiver made of one row are taken out, ruled lines and barcodes are not."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from intake.ocr.files.repeated_rows import longest_bad_run, without_repeats


def bars(*runs: tuple[int, int]) -> Image.Image:
    """Return a page of random rows; each run, (first row, repeats), has one row over and over."""
    rows = np.random.default_rng(3).choice(np.array([0, 255], dtype=np.uint8), (200, 300))
    for first, repeats in runs:
        rows[first : first + repeats + 1] = rows[first]
    return Image.fromarray(rows)


def test_a_gap_that_the_receiver_filled_with_one_row_becomes_white() -> None:
    page = bars((40, 55))
    mended = np.asarray(without_repeats(page, 55))
    assert (mended[41:96] == 255).all()
    assert (mended[:41] == np.asarray(page)[:41]).all()
    assert (mended[96:] == np.asarray(page)[96:]).all()


def test_bars_of_another_height_than_the_receiver_counted_are_left() -> None:
    page = bars((40, 30))
    assert without_repeats(page, 55).tobytes() == page.tobytes()


def test_a_page_without_a_long_gap_is_left_as_it_is() -> None:
    page = bars((40, 3))
    assert without_repeats(page, 3) is page


def test_the_longest_gap_is_what_the_receiver_noted() -> None:
    file = BytesIO()
    bars().convert("1").save(file, "TIFF", compression="group4", tiffinfo={328: 55})
    assert longest_bad_run(Image.open(file)) == 55
    assert longest_bad_run(Image.open(BytesIO(_png()))) == 0


def _png() -> bytes:
    file = BytesIO()
    bars().save(file, "PNG")
    return file.getvalue()
