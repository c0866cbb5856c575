"""What a TIFF says of a page beyond its pixels, and what can be read of a damaged one."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from typing import Any

from PIL import Image, ImageFile, TiffImagePlugin

from intake.ocr.files.decoder_messages import Heard
from intake.ocr.files.fax_strips import count_rows, decoded, most_rows, single_strip, stops_at
from intake.ocr.preparing.grey import to_grey

# TIFF 6.0 §8, §13, §15 and, for the fax lines, RFC 2306; Pillow names only some of them.
_WIDTH, _HEIGHT = 256, 257
_STRIP_OFFSETS, _STRIP_ROWS, _STRIP_BYTES = 273, 278, 279
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_PLANAR_CONFIGURATION, _SEPARATE_PLANES = 284, 2
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 322, 323, 324, 325
_BAD_FAX_LINES = 326
_COMPRESSION, _G3, _G4, _OLD_JPEG = 259, 3, 4, 6
_JPEG_OFFSET, _JPEG_BYTES = 513, 514
_FILL_ORDER, _LOWEST_FIRST = 266, 2
_COUNTING_ERROR = 0.02
_SIZES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # bytes of a value, by type
_HOW_TO_DECODE = (258, 259, 262, 266, 277, 292, 293, 317, 320, 338, 339, 347, 530)
"""Bits, compression, photometric, fill order, samples, T4 and T6 options, predictor, colour map,
extra samples, sample format, JPEG tables, YCbCr subsampling."""
_CM_PER_INCH = 2.54
_CENTIMETRE = 3
_MOST_SEARCHED = 8
"""Damaged strips in which the last good row is searched for; of further ones nothing is kept."""
_MOST_STRIPS = 10_000
_MOST_CHECKED = 100
"""Strips of which it is asked whether decoding stopped early: a millisecond or two each."""


def tagged_dpi(image: TiffImagePlugin.TiffImageFile) -> tuple[float, float]:
    """Return the (x, y) dots per inch of the tags, (0, 0) where there are none.

    A TIFF without a unit claims a pixel shape only; its figures are then no sheet's resolution.
    """
    tags = image.tag_v2
    scale = _CM_PER_INCH if tags.get(_RESOLUTION_UNIT) == _CENTIMETRE else 1.0
    x, y = tags.get(_X_RESOLUTION, 0), tags.get(_Y_RESOLUTION, 0)
    return float(x) * scale, float(y) * scale


def bad_fax_rows(image: ImageFile.ImageFile) -> int:
    """Return how many rows of a fax its receiver could not make out."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 0
    return int(image.tag_v2.get(_BAD_FAX_LINES) or 0)


def rows_of(image: ImageFile.ImageFile, heard: Heard) -> list[int]:
    """Return the numbers (from 1) of the rows of a page that the decoder could not make out."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return []
    height = int(image.tag_v2[_HEIGHT])
    in_strip = min(int(image.tag_v2.get(_STRIP_ROWS) or height), height)
    return sorted({min(strip * in_strip + row + 1, height) for strip, row in heard})


def first_wrong_row(data: bytes, image: ImageFile.ImageFile, heard: Heard) -> int | None:
    """Return the number (from 1) of the row from which on a Group 4 page may be wrong, if any.

    Each row is coded by the one above it (T.6): after a row that could not be made out, what
    looks sound need not be; or decoding stopped there. In Group 3 rows stand by themselves, or
    some few together.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    tags = dict(image.tag_v2)
    if tags.get(_COMPRESSION) != _G4:
        return None
    heard_rows = rows_of(image, heard)
    return heard_rows[0] if heard_rows else _first_stop(tags, data)


def _first_stop(tags: dict[int, Any], data: bytes) -> int | None:
    """Return the number (from 1) of the row at which decoding of a Group 4 strip stopped early."""
    is_reversed = tags.get(_FILL_ORDER) == _LOWEST_FIRST
    for part in islice(_parts(tags, data), _MOST_CHECKED):
        row = stops_at(part.data, width=part.width, rows=part.height, is_reversed=is_reversed)
        if row is not None:
            return part.top + row + 1
    return None


def missing_fax_rows(data: bytes, image: ImageFile.ImageFile) -> int:
    """Return how many rows of a Group 3 page have no end of line in its strips.

    The decoder leaves such rows white, or repeats the one above, and says nothing.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 0
    tags = dict(image.tag_v2)
    if tags.get(_COMPRESSION) != _G3:
        return 0
    is_reversed = tags.get(_FILL_ORDER) == _LOWEST_FIRST
    found = sum(count_rows(part.data, is_reversed=is_reversed) for part in _parts(tags, data))
    height = int(tags[_HEIGHT])
    missing = height - found
    return missing if found and missing > _COUNTING_ERROR * height else 0


def end_of_page(data: bytes, image: ImageFile.ImageFile) -> int:
    """Return where in the file the current page's rows and directory end."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return len(data)
    tags = dict(image.tag_v2)
    places, sizes = tags.get(_STRIP_OFFSETS, ()), tags.get(_STRIP_BYTES, ())
    ends = [int(place + size) for place, size in zip(places, sizes, strict=False)]
    directory = _end_of_directory(data, image.tag_v2._offset or 0, image.tag_v2.prefix)
    return min(max([*ends, directory]), len(data))


def _end_of_directory(data: bytes, start: int, prefix: bytes) -> int:
    """Return where a directory and the values outside it end (TIFF 6.0 §2)."""
    order = "<" if prefix == b"II" else ">"
    try:
        (count,) = struct.unpack_from(f"{order}H", data, start)
        end = start + 2 + 12 * count + 4
        for entry in range(start + 2, end - 4, 12):
            _, kind, values, place = struct.unpack_from(f"{order}HHII", data, entry)
            size = values * _SIZES.get(kind, 1)
            end = max(end, place + size) if size > 4 else end
    except struct.error:
        return start
    return end if end <= len(data) else start


@dataclass(frozen=True, slots=True)
class _Part:
    """A strip or tile: its place on the page in pixels, and its bytes as far as they are there."""

    left: int
    top: int
    width: int
    height: int
    data: bytes


def rescue(
    data: bytes, image: TiffImagePlugin.TiffImageFile
) -> tuple[Image.Image, list[tuple[int, int]]] | None:
    """Return the rows of the current page that decode, on white, and the spans that do not.

    Each strip or tile is decoded by itself; of a damaged one the rows before the damage are kept.
    A span is (first row, rows). None when nothing decodes.
    """
    tags = dict(image.tag_v2)
    if tags.get(_COMPRESSION) == _OLD_JPEG:
        whole = _old_jpeg(tags, data)
        return None if whole is None else (whole, [])
    page = Image.new("L", (tags[_WIDTH], tags[_HEIGHT]), 255)
    lost: list[tuple[int, int]] = []
    searched = kept = 0
    for part in _parts(tags, data):
        decode = partial(_decode, part, tags, image.tag_v2.prefix)
        rows = min(part.height, page.height - part.top)
        picture = decode(part.height) if part.data else None
        if picture is None and part.data and searched < _MOST_SEARCHED:
            searched += 1
            picture = most_rows(part.height, decode)
        good = picture.height if picture else 0
        if picture is not None:
            page.paste(picture, (part.left, part.top))
            kept += good
        if good < rows:
            lost.append((part.top + good, rows - good))
    return (page, _joined(lost)) if kept else None


def _old_jpeg(tags: dict[int, Any], data: bytes) -> Image.Image | None:
    """Return the page that stands in the file as one JPEG, as old scanners wrote it (TIFF 6.0 §22).

    None: there is no such JPEG, or its size is another. libtiff as Pillow has it reads none.
    """
    place = tags.get(_JPEG_OFFSET, 0)
    jpeg = data[place : place + tags.get(_JPEG_BYTES, len(data))]
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        if picture.size != (tags[_WIDTH], tags[_HEIGHT]):
            return None
        picture.load()
        return to_grey(picture)


def _parts(tags: dict[int, Any], data: bytes) -> Iterator[_Part]:
    if tags.get(_PLANAR_CONFIGURATION) == _SEPARATE_PLANES:
        return
    width, height = tags[_WIDTH], tags[_HEIGHT]
    if _TILE_OFFSETS in tags:
        across, down = tags[_TILE_WIDTH], tags[_TILE_HEIGHT]
        places, sizes = tags[_TILE_OFFSETS], tags[_TILE_BYTES]
    else:
        across, down = width, min(tags.get(_STRIP_ROWS, height), height)
        places, sizes = tags[_STRIP_OFFSETS], tags.get(_STRIP_BYTES, ())
    left = top = 0
    for index, place in enumerate(places[:_MOST_STRIPS]):
        if top >= height:
            return
        size = sizes[index] if index < len(sizes) else len(data)
        rows = down if _TILE_OFFSETS in tags else min(down, height - top)
        yield _Part(left, top, across, rows, data[place : place + size])
        left += across
        if left >= width:
            left, top = 0, top + down


def _decode(part: _Part, tags: dict[int, Any], prefix: bytes, rows: int) -> Image.Image | None:
    """Return the first rows of a strip or tile in grey; None when they do not decode."""
    kept = {tag: tags[tag] for tag in _HOW_TO_DECODE if tag in tags}
    file = single_strip(part.data, kept, width=part.width, rows=rows, prefix=prefix)
    picture = decoded(file)
    return None if picture is None else to_grey(picture)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans of lost rows with neighbours made one, each row once."""
    joined: list[tuple[int, int]] = []
    for first, rows in sorted(spans):
        if joined and first <= sum(joined[-1]):
            start, length = joined[-1]
            joined[-1] = (start, max(first + rows, start + length) - start)
        else:
            joined.append((first, rows))
    return joined
