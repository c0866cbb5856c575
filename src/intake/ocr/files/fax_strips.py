"""The coded rows of a fax (ITU-T T.4, T.6): how many there are, and a TIFF made of them again.

Receivers write a page's rows first and the directory that describes them last. Of a transmission
or a file that broke off, the rows are there and nothing says what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
from PIL import Image, TiffImagePlugin

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_STRIP_OFFSET, _SAMPLES, _ROWS, _STRIP_BYTES, _T4_OPTIONS = 273, 277, 278, 279, 292
_G3, _G4 = 3, 4
_HEADERS = {b"II": b"II*\0\x08\0\0\0", b"MM": b"MM\0*\0\0\0\x08"}
_EOL_ZEROS = 11
_RTC_BITS = 13
"""An end of line so soon after another, tag bit included, ends the page (T.4 §2.3); a white row of
two dimensions takes one bit more."""
FAX_WIDTH = 1728
MOST_ROWS = 12_000
LEAST_ROWS = 60
LEAST_COHERENCE = 0.4
"""Share of the ink that has ink above it: 0.6 to 0.9 in letters, far less in what is no fax."""
_MOST_BYTES = 4_000_000

_LOOSE_BYTES = 8
"""The end of a strip: its last codes, those that end the page, and what fills up a byte."""
_ROW_BYTES = 64
"""A row of a page of type takes so many bytes; that in which decoding stops is not told rightly."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

Tags = Mapping[int, object]


def count_rows(strip: bytes, *, is_reversed: bool) -> int:
    """Return how many rows of Group 3 are in the strip, by their ends of line.

    One stands before each row; whether one stands after the last row too is the encoder's choice.
    ``is_reversed``: the lowest bit of a byte comes first (TIFF FillOrder 2).
    """
    data = np.frombuffer(strip[:_MOST_BYTES], dtype=np.uint8)
    ones = np.flatnonzero(np.unpackbits(data, bitorder="little" if is_reversed else "big"))
    if len(ones) < 2:
        return 0
    ends = ones[np.diff(ones, prepend=-1) > _EOL_ZEROS]
    if not len(ends):
        return 0
    # What follows the last end of line ends with the last one bit: a row, or the tag of an RTC.
    lengths = np.diff([*ends, ones[-1] + _EOL_ZEROS + 1])
    return int(np.count_nonzero(lengths > _RTC_BITS))


def single_strip(
    strip: bytes, tags: Tags, *, width: int, rows: int, prefix: bytes = b"II"
) -> bytes:
    """Return a TIFF of one picture whose only strip is ``strip``, coded as ``tags`` say."""
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=prefix)
    for tag, value in tags.items():
        directory[tag] = value
    directory[_WIDTH], directory[_HEIGHT], directory[_ROWS] = width, rows, rows
    # Pillow counts the strip's place from the end of the directory.
    directory[_STRIP_OFFSET], directory[_STRIP_BYTES] = 0, len(strip)
    return _HEADERS[prefix] + directory.tobytes(8) + strip


def stops_at(strip: bytes, *, width: int, rows: int, is_reversed: bool = False) -> int | None:
    """Return the row (from 0) from which on a Group 4 strip is white only because decoding stopped.

    At zeros, and where the codes break off, libtiff takes the page for ended and says nothing.
    Coded anew, the picture gives the same bytes as far as it was decoded: T.6 leaves an encoder no
    choice. Then only one of both goes on. None: both end together, or another encoder had choices.
    """
    order = 2 if is_reversed else 1
    tags = {_BITS: 1, _PHOTOMETRIC: 1, _FILL_ORDER: order, _SAMPLES: 1, _COMPRESSION: _G4}
    picture = decoded(single_strip(strip, tags, width=width, rows=rows))
    if picture is None:
        return None
    own, given = _coded(picture), strip.translate(_REVERSED) if is_reversed else strip
    inked = np.flatnonzero(np.asarray(picture).any(axis=1))
    last = int(inked[-1]) + 1 if len(inked) else 0
    told = len(own) - (rows - last) // 8 - _LOOSE_BYTES  # a white row is one bit
    alike = max(0, min(told, len(given)) - _ROW_BYTES)
    if last == rows or own[:alike] != given[:alike] or _is_whole(own, given):
        return None
    lengths = len(own.rstrip(b"\0")), len(given.rstrip(b"\0"))
    return last if abs(lengths[0] - lengths[1]) > _LOOSE_BYTES else None


def _is_whole(own: bytes, given: bytes) -> bool:
    """Say whether all codes of the page are given: what follows them is not of the page."""
    codes = own.rstrip(b"\0")[:-_LOOSE_BYTES]
    return given.startswith(codes)


def _coded(picture: Image.Image) -> bytes:
    """Return the only strip of the picture in Group 4."""
    file = BytesIO()
    plain = picture.copy()  # without the tags of its file
    plain.save(file, "TIFF", compression="group4", tiffinfo={_ROWS: picture.height})
    with Image.open(file, formats=("TIFF",)) as saved:
        tags = dict(saved.tag_v2)  # type: ignore[attr-defined]
    start = tags[_STRIP_OFFSET][0]
    return file.getvalue()[start : start + tags[_STRIP_BYTES][0]]


def most_rows(rows: int, decode: Callable[[int], Image.Image | None]) -> Image.Image | None:
    """Return the picture of as many first rows, of ``rows``, as decode without an error."""
    best: Image.Image | None = None
    good, bad = 0, rows + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        picture = decode(middle)
        if picture is None:
            bad = middle
        else:
            best, good = picture, middle
    return best


def decoded(file: bytes) -> Image.Image | None:
    """Return the picture of a TIFF in memory; None when it does not decode."""
    try:
        with Image.open(BytesIO(file), formats=("TIFF",)) as picture:
            picture.load()
            return picture
    except Exception:  # noqa: BLE001 - Pillow raises nearly anything on damaged data
        return None


def find_page(data: bytes, start: int) -> bytes | None:
    """Return a TIFF of the fax rows that stand in ``data`` from ``start`` on; None: there are none.

    Tried are Group 3, if there are ends of line, else Group 4, on the usual width of 1728 dots.
    """
    strip = data[start : start + _MOST_BYTES]
    counts = {order: count_rows(strip, is_reversed=order == 2) for order in (1, 2)}
    order, rows = max(counts.items(), key=lambda item: item[1])
    rows -= 1  # what stands last broke off in the middle
    if rows >= LEAST_ROWS:
        codings = [{_COMPRESSION: _G3, _T4_OPTIONS: options, _FILL_ORDER: order}
                   for options in (0, 1)]  # fmt: skip
    else:
        strip, rows = strip.lstrip(b"\0"), MOST_ROWS  # pages begin on even places
        codings = [{_COMPRESSION: _G4, _FILL_ORDER: order} for order in (1, 2)]
    found = [page for coding in codings if (page := _page(strip, coding, rows))]
    return max(found)[1] if found else None


def _page(strip: bytes, coding: Tags, rows: int) -> tuple[float, bytes] | None:
    """Return how much the page looks like writing in this coding, and its TIFF."""
    tags: dict[int, object] = {_BITS: 1, _PHOTOMETRIC: 0, _SAMPLES: 1, **coding}

    def file(count: int) -> bytes:
        return single_strip(strip, tags, width=FAX_WIDTH, rows=count)

    picture = most_rows(min(rows, MOST_ROWS), lambda count: decoded(file(count)))
    if picture is None:
        return None
    ink = ~np.asarray(picture)
    written = np.flatnonzero(ink.any(axis=1))  # after damage in Group 4 all rows are white
    if not len(written) or written[-1] < LEAST_ROWS:
        return None
    ink = ink[: written[-1] + 1]
    if ink.mean() > 0.5:  # no page is more black than white: its maker called 0 black
        ink, tags[_PHOTOMETRIC] = ~ink, 1
    coherent = float((ink[1:] & ink[:-1]).sum())
    is_writing = coherent >= LEAST_COHERENCE * ink.sum()
    return (coherent, file(len(ink))) if is_writing else None
