"""Every kind of TIFF that scanners write: made by hand here, so no library agrees with itself."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from intake.ocr.files.big_tiff import to_classic
from intake.ocr.files.page_copies import copy_pages
from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage

LIMITS = PageLimits()
SIZE = (1728, 700)
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP, SAMPLES, ROWS, STRIP_BYTES = 273, 277, 278, 279
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, JPEG, JPEG_BYTES = 322, 323, 324, 325, 513, 514


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """A page without any symmetry, black on white in mode L."""
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    draw.polygon([(100, 80), (1500, 200), (300, 600)], fill=0)
    draw.line([(1600, 0), (1700, 699)], fill=0, width=9)
    return image


def _tiff(tags: dict[int, int | list[int]], body: bytes) -> bytes:
    """Return a classic TIFF, little-endian, with ``body`` from byte 8 on and every value a LONG."""
    body += bytes(len(body) % 2)
    start = 8 + len(body)
    values_at = start + 2 + 12 * len(tags) + 4
    entries = values = b""
    for tag, value in sorted(tags.items()):
        numbers = value if isinstance(value, list) else [value]
        packed = struct.pack(f"<{len(numbers)}I", *numbers)
        if len(numbers) > 1:
            place, values = struct.pack("<I", values_at + len(values)), values + packed
            packed = place
        entries += struct.pack("<HHI", tag, 4, len(numbers)) + packed
    head = struct.pack("<2sHI", b"II", 42, start)
    return head + body + struct.pack("<H", len(tags)) + entries + bytes(4) + values


def _big_tiff(page: Image.Image, pages: int, order: str) -> bytes:
    """Return a BigTIFF that holds the page, in two strips, so many times; ``order`` as struct's."""
    pixels = page.convert("1").tobytes()
    half = len(pixels) // 2
    mark = b"II" if order == "<" else b"MM"
    out = bytearray(struct.pack(f"{order}2sHHHQ", mark, 43, 8, 0, 0)) + pixels
    link = 8
    for _ in range(pages):
        arrays = len(out)
        out += struct.pack(f"{order}4Q", 16, 16 + half, half, len(pixels) - half)
        fields = [
            (WIDTH, 3, 1, "H", page.width), (HEIGHT, 16, 1, "Q", page.height), (BITS, 3, 1, "H", 1),
            (COMPRESSION, 3, 1, "H", 1), (PHOTOMETRIC, 3, 1, "H", 1), (STRIP, 16, 2, "Q", arrays),
            (SAMPLES, 3, 1, "H", 1), (ROWS, 4, 1, "I", page.height // 2),
            (STRIP_BYTES, 16, 2, "Q", arrays + 16), (282, 5, 1, "II", 204, 1),
            (283, 5, 1, "II", 98, 1),
        ]  # fmt: skip
        struct.pack_into(f"{order}Q", out, link, len(out))
        out += struct.pack(f"{order}Q", len(fields))
        for tag, kind, count, form, *value in fields:
            out += struct.pack(f"{order}HHQ", tag, kind, count)
            out += struct.pack(f"{order}{form}", *value).ljust(8, b"\0")
        link = len(out)
        out += bytes(8)
    return bytes(out)


def _read(data: bytes) -> PageImage:
    (sheet,) = read_pictures(data, LIMITS)
    assert isinstance(sheet, PageImage)
    assert not sheet.defects
    return sheet


def _same(sheet: PageImage, page: Image.Image) -> bool:
    return bool((np.asarray(sheet.image) == np.asarray(page)).all())


def _jpeg(page: Image.Image) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_page_of_a_big_tiff_is_read(page, order):
    sheets = list(read_pictures(_big_tiff(page, 2, order), LIMITS))
    assert [sheet.number for sheet in sheets] == [1, 2]
    for sheet in sheets:
        assert isinstance(sheet, PageImage)
        assert _same(sheet, page)
        assert (sheet.dpi_x, sheet.dpi_y, sheet.bilevel) == (204, 98, True)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_pages_of_a_big_tiff_are_copied(page, order):
    first, second = copy_pages(_big_tiff(page, 2, order), [range(1, 2), range(2, 3)])
    assert first == second
    [sheet] = read_pictures(first, LIMITS)
    assert isinstance(sheet, PageImage)
    assert _same(sheet, page)


@pytest.mark.parametrize("order", ["<", ">"])
@given(data=st.data())
def test_a_damaged_big_tiff_is_made_classic_or_left_alone(page, order, data):
    whole = bytearray(_big_tiff(page.crop((0, 0, 160, 20)), 2, order))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    made = to_classic(damaged)
    assert made == damaged or made[2:4] in (b"*\0", b"\0*")
    assert len(made) < 4 * len(whole)


def test_a_directory_that_leads_to_itself_ends(page):
    whole = bytearray(_big_tiff(page, 1, ">"))
    whole[-8:] = whole[8:16]
    assert len(list(read_pictures(bytes(whole), LIMITS))) == 1


@pytest.mark.parametrize("compression", [1, 8])
def test_tiles_are_put_together(page, compression):
    side, body, places, lengths = 256, b"", [], []
    for top in range(0, SIZE[1], side):
        for left in range(0, SIZE[0], side):
            tile = page.crop((left, top, left + side, top + side)).tobytes()
            tile = zlib.compress(tile) if compression == 8 else tile
            places.append(8 + len(body))
            lengths.append(len(tile))
            body += tile
    tags = {
        WIDTH: SIZE[0], HEIGHT: SIZE[1], BITS: 8, COMPRESSION: compression, PHOTOMETRIC: 1,
        SAMPLES: 1, TILE_WIDTH: side, TILE_HEIGHT: side, TILES: places, TILE_BYTES: lengths,
    }  # fmt: skip
    assert _same(_read(_tiff(tags, body)), page)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("compression", [6, 7])
def test_jpeg_inside_a_tiff_is_read_in_its_new_and_its_old_way(page, mode, compression):
    jpeg = _jpeg(page.convert(mode))
    samples, photometric = (1, 1) if mode == "L" else (3, 6)
    tags = {
        WIDTH: SIZE[0], HEIGHT: SIZE[1], BITS: [8] * samples, COMPRESSION: compression,
        PHOTOMETRIC: photometric, STRIP: 8, SAMPLES: samples, ROWS: SIZE[1],
        STRIP_BYTES: len(jpeg),
    }  # fmt: skip
    if compression == 6:
        tags |= {JPEG: 8, JPEG_BYTES: len(jpeg)}
    if mode == "RGB":
        tags[530] = [2, 2]  # the colours at half the resolution, as Pillow writes them
    sheet = _read(_tiff(tags, jpeg))
    assert np.abs(np.asarray(sheet.image, dtype=int) - np.asarray(page)).mean() < 2


@pytest.mark.parametrize("compression", ["group3", "group4"])
@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("black_is_zero", [False, True])
def test_a_fax_is_read_whatever_its_bits_mean(page, compression, fill_order, black_is_zero):
    out = BytesIO()
    inverted = page.point(lambda level: 255 - level).convert("1")
    inverted.save(out, "TIFF", compression=compression, tiffinfo={ROWS: SIZE[1], PHOTOMETRIC: 1})
    with Image.open(BytesIO(out.getvalue())) as made:
        start, size = made.tag_v2[STRIP][0], made.tag_v2[STRIP_BYTES][0]
        t4_options = made.tag_v2.get(292, 0)
    strip = out.getvalue()[start : start + size]
    strip = strip.translate(REVERSED) if fill_order == 2 else strip
    tags = {
        WIDTH: SIZE[0], HEIGHT: SIZE[1], BITS: 1,
        COMPRESSION: 3 if compression == "group3" else 4, PHOTOMETRIC: int(black_is_zero),
        FILL_ORDER: fill_order, STRIP: 8, SAMPLES: 1, ROWS: SIZE[1], STRIP_BYTES: len(strip),
    }  # fmt: skip
    if compression == "group3":
        tags[292] = t4_options
    sheet = _read(_tiff(tags, strip))
    seen = page.point(lambda level: 255 - level) if black_is_zero else page
    assert _same(sheet, seen)
    assert sheet.bilevel
