from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from intake.ocr.preparing.grey import bands, to_grey

SIZE = (1000, 2500)
"""Two and a half bands."""


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_all_of_a_deep_picture_is_scaled_by_its_one_white(mode):
    deep = np.full(SIZE[::-1], 1000, dtype={"I;16": "u2", "I": "i4", "F": "f4"}[mode])
    deep[-1, -1] = 4095

    grey = np.asarray(to_grey(Image.fromarray(deep)))

    assert (grey.min(), grey.max()) == (62, 255)
    assert (grey == 62).sum() == grey.size - 1


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_a_picture_of_several_bands_is_converted_as_a_whole(mode):
    pixels = np.random.default_rng(1).integers(0, 256, (*SIZE[::-1], len(mode)), dtype=np.uint8)
    picture = Image.fromarray(pixels, mode)

    assert to_grey(picture).tobytes() == picture.convert("L").tobytes()


@pytest.mark.parametrize("size", [SIZE, (1, 1), (3_000_000, 2), (7, 0)])
def test_bands_make_up_the_picture(size):
    picture = Image.new("L", size, 3)

    found = [(first, band.height) for band, first in bands(picture)]

    assert sum(height for _, height in found) == size[1]
    assert [first for first, _ in found] == [
        sum(height for _, height in found[:index]) for index in range(len(found))
    ]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
@pytest.mark.parametrize(("letter", "ground"), [(255, 0), (230, 0), (0, 255), (120, 255)])
def test_letters_without_a_ground_get_one_on_which_they_are_seen(mode, letter, ground):
    picture = Image.new("RGBA", SIZE, (letter, letter, letter, 0))
    picture.paste((letter, letter, letter, 255), (100, 1700, 300, 1740))
    if mode == "P":
        picture = Image.new("P", SIZE, 0)
        picture.putpalette([letter, letter, letter] * 2)
        picture.paste(1, (100, 1700, 300, 1740))
        picture.info["transparency"] = 0
    else:
        picture = picture.convert(mode)

    grey = to_grey(picture)

    assert grey.getpixel((5, 5)) == ground
    assert grey.getpixel((200, 1720)) == letter


def test_an_opaque_white_page_with_clear_corners_stays_on_white():
    page = Image.new("RGBA", (200, 300), "white")
    page.paste((0, 0, 0, 255), (50, 50, 60, 90))
    page.putpixel((0, 0), (0, 0, 0, 0))
    assert to_grey(page).getpixel((0, 0)) == 255
