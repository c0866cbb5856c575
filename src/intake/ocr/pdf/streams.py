"""Whether the data of a picture in a PDF is whole: PDFium draws what it has and says nothing."""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image

from intake.ocr.files.decoder_messages import listening
from intake.ocr.files.fax_strips import single_strip, stops_at

_LONGEST_NAME = 32
_END_OF_JPEG, _TAIL = b"\xff\xd9", 64
"""The marker that ends a JPEG (T.81 B.1.1.3), and in how many last bytes it stands."""
_CODINGS = ({259: 4}, {259: 3, 292: 0}, {259: 3, 292: 1})
"""As TIFF tags: Group 4, and Group 3 of one dimension and of two (PDF 32000-1 §7.4.6)."""
_UNDERSTOOD = 0.02
"""Share of the rows that must decode before the damage; where fewer do, the coding is another."""
_MOST_BYTES = 64 << 20
_PIECE = 1 << 16
_ZLIB_HEADER = 2
"""Bytes before what was deflated (RFC 1950 §2.2); the checksum after it is not looked at."""


def is_damaged(item: Any, size: tuple[int, int], bits: int) -> bool:
    """Say whether the data of a picture breaks off, or cannot be decoded in its middle.

    ``item`` is PDFium's picture object, ``size`` its width and height and ``bits`` those of a
    pixel. Looked at are JPEG, Flate and fax codes that stand by themselves.
    """
    if pdfium.FPDFImageObj_GetImageFilterCount(item) != 1:
        return False
    check = _CHECKS.get(_filter_of(item))
    return check is not None and check(_data_of(item), size, bits)


def _filter_of(item: Any) -> str:
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    length = pdfium.FPDFImageObj_GetImageFilter(item, 0, name, _LONGEST_NAME)
    return name.value.decode("ascii", "replace") if length else ""


def _data_of(item: Any) -> bytes:
    length = pdfium.FPDFImageObj_GetImageDataRaw(item, None, 0)
    if not 0 < length <= _MOST_BYTES:
        return b""
    data = ctypes.create_string_buffer(length)
    pdfium.FPDFImageObj_GetImageDataRaw(item, data, length)
    return data.raw


def _breaks_off_jpeg(data: bytes, _size: tuple[int, int], _bits: int) -> bool:
    return bool(data) and _END_OF_JPEG not in data.rstrip(b"\0\r\n ")[-_TAIL:]


def _breaks_off_flate(data: bytes, size: tuple[int, int], bits: int) -> bool:
    """Say whether there is less than the picture needs; no more than that is unpacked."""
    if len(data) < _ZLIB_HEADER:
        return False
    wanted = size[0] * min(bits, 8) // 8 * size[1]  # PDFium tells those of its own picture
    unpacking, place = zlib.decompressobj(-zlib.MAX_WBITS), _ZLIB_HEADER
    try:
        while wanted > 0 and not unpacking.eof and (place < len(data) or unpacking.unconsumed_tail):
            piece = unpacking.unconsumed_tail or data[place : place + _PIECE]
            place += 0 if unpacking.unconsumed_tail else _PIECE
            wanted -= len(unpacking.decompress(piece, _PIECE * 16))
    except zlib.error:
        return True
    return wanted > 0 and not unpacking.eof


def _is_wrong_fax(data: bytes, size: tuple[int, int], _bits: int) -> bool:
    """Say whether some rows are missing, or made out in none of the codings that there are."""
    width, height = size
    if data and stops_at(data, width=width, rows=height) is not None:
        return True
    understood = 0
    for coding in _CODINGS if data else ():
        row = _first_wrong(data, coding, width, height)
        if row is None:
            return False
        understood = max(understood, row)
    return understood > _UNDERSTOOD * height


def _first_wrong(data: bytes, coding: dict[int, int], width: int, height: int) -> int | None:
    """Return the first row (from 0) that does not decode, None where all do."""
    tags = {258: 1, 262: 0, 266: 1, 277: 1, **coding}
    with listening() as heard:
        try:
            with Image.open(
                BytesIO(single_strip(data, tags, width=width, rows=height)), formats=("TIFF",)
            ) as picture:
                picture.load()
        except Exception:  # noqa: BLE001 - Pillow raises nearly anything on damaged data
            return 0
    return min((row for _, row in heard), default=None)


_CHECKS: dict[str, Callable[[bytes, tuple[int, int], int], bool]] = {
    "DCTDecode": _breaks_off_jpeg,
    "FlateDecode": _breaks_off_flate,
    "CCITTFaxDecode": _is_wrong_fax,
}
