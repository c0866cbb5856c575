"""Photos as phones and archives keep them come out as the same picture, the right way up."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from intake.errors import UnreadableItem
from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageLost

SCANS = Path(__file__).resolve().parents[3] / "fixtures" / "scan"
LIMITS = PageLimits()


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two grey pictures of one size, in levels of 255."""
    assert one.size == other.size
    return float(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).mean())


@pytest.fixture(scope="module")
def letter() -> Image.Image:
    with Image.open(SCANS / "photo.png") as picture:
        return picture.convert("L")


def test_an_iphone_photo_is_turned_once_though_two_notes_say_so(letter: Image.Image) -> None:
    data = (SCANS / "photo.heic").read_bytes()
    assert b"irot" in data
    assert b"Exif" in data
    (page,) = read_pictures(data, LIMITS)
    assert _distance(page.image, letter) < 1
    assert _distance(page.image, letter.rotate(180)) > 4  # white with white is alike


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("AVIF", {"quality": 90, "speed": 10}),
        ("JPEG2000", {}),
        ("JPEG2000", {"no_jp2": True}),  # the bare codestream
        ("WEBP", {"lossless": True}),
    ],
)
def test_rare_formats_give_the_same_picture(letter: Image.Image, kind: str, options: dict) -> None:
    colour = Image.merge("RGB", [letter, letter.filter(ImageFilter.BoxBlur(2)), letter])
    out = BytesIO()
    colour.save(out, kind, **options)
    (page,) = read_pictures(out.getvalue(), LIMITS)
    assert _distance(page.image, colour.convert("L")) < 2


@pytest.mark.parametrize("kind", ["heic", "AVIF", "JPEG2000"])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_one_that_breaks_off_has_a_typed_end(letter: Image.Image, kind: str, share: float) -> None:
    if kind == "heic":
        data = (SCANS / "photo.heic").read_bytes()
    else:
        out = BytesIO()
        letter.save(out, kind, **({"speed": 10} if kind == "AVIF" else {}))
        data = out.getvalue()
    try:
        (page,) = read_pictures(data[: int(len(data) * share)], LIMITS)
    except UnreadableItem as error:
        assert error.code == "corrupt_image"  # noqa: PT017 - any of three ends is right
        return
    if isinstance(page, PageLost):
        assert page.error.code == "corrupt_image"
    else:
        assert page.is_incomplete
