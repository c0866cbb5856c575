"""Pages out of picture files: TIFF (each page), JPEG, PNG, BMP, GIF and WebP."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import (
    ExifTags,
    Image,
    ImageFile,
    ImageOps,
    TiffImagePlugin,
    UnidentifiedImageError,
)

from intake.errors import UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.resolution import judge_resolution
from intake.ocr.sheets import PageImage, PageLost, Sheet
from intake.schemas.documents import Defect

# Pillow knows many more; some of those start other programs (EPS), the rest are never letters.
_FORMATS = ("TIFF", "JPEG", "PNG", "BMP", "GIF", "WEBP")

# TIFF 6.0 §8 and, for the fax lines, RFC 2306; Pillow names only some of them.
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_BAD_FAX_LINES = 326
_CM_PER_INCH = 2.54
_CENTIMETRE = 3

_TURNED_DEGREES = {3: 180, 6: 90, 8: 270}
_ON_ITS_SIDE = (5, 6, 7, 8)


def read_pictures(data: bytes, limits: PageLimits) -> Iterator[Sheet]:
    """Yield the pages of a picture file in order; of an animated file, its first picture.

    A page that cannot be decoded is yielded as PageLost, and the pages after it follow.

    Raises:
        UnreadableItem: the file cannot be opened (``corrupt_image``), or its first page is larger
            than Pillow opens at all (``too_large``).
    """
    image = _open(data)
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        yield _read(image, 1, limits)
        return
    number = 1
    while number <= limits.max_pages:
        yield _read(image, number, limits)
        number += 1
        try:
            if not _turn_to(image, number):
                return
        except UnreadableItem as error:
            yield PageLost(number, error, defect="pages_left_out")
            return
    yield PageLost(number, _too_many(limits.max_pages), defect="pages_left_out")


def _open(data: bytes) -> ImageFile.ImageFile:
    with _guard(1):
        image = Image.open(BytesIO(data), formats=_FORMATS)
    return image  # noqa: RET504 - inside the guard mypy would miss a return


def _turn_to(image: ImageFile.ImageFile, number: int) -> bool:
    """Make ``number`` the current page; return False when there are no more."""
    with _guard(number):
        try:
            image.seek(number - 1)
        except EOFError:
            return False
    return True


def _read(image: ImageFile.ImageFile, number: int, limits: PageLimits) -> Sheet:
    if image.width * image.height > limits.max_pixels:
        return PageLost(number, _too_large(number, f"{image.width} x {image.height} pixels"))
    try:
        with _guard(number):
            sheet = _decode(image, number)
    except UnreadableItem as error:
        return PageLost(number, error)
    return sheet


def _decode(image: ImageFile.ImageFile, number: int) -> PageImage:
    # What the header says is read first: decoding turns a TIFF page and takes its tag away.
    tagged, bilevel, bad_rows = _tagged_dpi(image), image.mode == "1", _bad_fax_rows(image)
    defects = _defects(image, bad_rows)
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    upright = _to_grey(ImageOps.exif_transpose(image))
    width, height = upright.size
    if orientation in _ON_ITS_SIDE:
        dpi_y, dpi_x = judge_resolution((height, width), tagged, bilevel=bilevel)
    else:
        dpi_x, dpi_y = judge_resolution((width, height), tagged, bilevel=bilevel)
    return PageImage(
        number=number,
        image=upright,
        dpi_x=dpi_x,
        dpi_y=dpi_y,
        bilevel=bilevel,
        rotation=_TURNED_DEGREES.get(orientation, 0),
        damaged_share=bad_rows / max(image.height, 1),
        defects=defects,
    )


def _tagged_dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """Return the (x, y) dots per inch that the file claims, None if it claims nothing usable.

    A TIFF without a unit claims a pixel shape only; its figures are then no sheet's resolution.
    """
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        claim = (tags.get(_X_RESOLUTION), tags.get(_Y_RESOLUTION))
        scale = _CM_PER_INCH if tags.get(_RESOLUTION_UNIT) == _CENTIMETRE else 1.0
    else:
        claim, scale = image.info.get("dpi", (None, None)), 1.0
    if claim[0] is None or claim[1] is None:
        return None
    x, y = float(claim[0]) * scale, float(claim[1]) * scale
    is_usable = math.isfinite(x) and math.isfinite(y) and x > 0 and y > 0
    return (x, y) if is_usable else None


def _bad_fax_rows(image: ImageFile.ImageFile) -> int:
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 0
    return int(image.tag_v2.get(_BAD_FAX_LINES) or 0)


def _defects(image: ImageFile.ImageFile, bad_rows: int) -> tuple[Defect, ...]:
    if bad_rows:
        return (Defect(code="bad_fax_lines", detail=f"{bad_rows} rows of {image.height} damaged"),)
    # A phone's multi-picture JPEG (MPO) repeats one scene; an animation may show other things.
    is_tiff = isinstance(image, TiffImagePlugin.TiffImageFile)
    if not is_tiff and image.format != "MPO" and getattr(image, "is_animated", False):
        return (Defect(code="frames_left_out", detail="only the first picture was read"),)
    return ()


def _to_grey(image: Image.Image) -> Image.Image:
    """Return the picture in mode ``L``: transparency on white, deep pixels scaled to 8 bits."""
    if image.mode.startswith("I;16"):
        deep = np.asarray(image, dtype=np.uint16)
        return Image.fromarray((deep >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        deep_range = np.asarray(image, dtype=np.float64)
        top = max(float(deep_range.max()), 1.0)
        return Image.fromarray(np.clip(deep_range * (255 / top), 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        cover = image.convert("RGBA")
        ground = Image.new("RGBA", cover.size, "white")
        return Image.alpha_composite(ground, cover).convert("L")
    return image.convert("L")


@contextmanager
def _guard(number: int) -> Iterator[None]:
    """Turn whatever Pillow raises into UnreadableItem; its warnings about odd tags are dropped."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnidentifiedImageError as error:
        raise UnreadableItem("The picture's header is damaged.", code="corrupt_image") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise _too_large(number, str(error) or "out of memory") from error
    # Pillow raises nearly anything on damaged files: OSError, SyntaxError, struct.error,
    # zlib.error, KeyError, TypeError, RuntimeError ... there is no common class.
    except Exception as error:
        raise UnreadableItem(
            f"Page {number} cannot be decoded: {error or type(error).__name__}",
            code="corrupt_image",
        ) from error


def _too_large(number: int, what: str) -> UnreadableItem:
    return UnreadableItem(f"Page {number} is too large to be opened: {what}", code="too_large")


def _too_many(max_pages: int) -> UnreadableItem:
    return UnreadableItem(f"Pages after {max_pages} were not read", code="too_large")
