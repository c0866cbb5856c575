"""Pages of a TIFF copied as they are: directories and strips moved, not a bit of a page changed.

TIFF 6.0 §2: a file is a chain of directories (one a page) of entries; an entry of more than four
bytes holds the place of its values, and the places of the picture's strips or tiles are values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from intake.errors import UnreadableItem

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of one value of each field type (TIFF 6.0 §2)."""
_OFFSETS_AND_COUNTS = {273: 279, 324: 325}
"""StripOffsets and StripByteCounts, TileOffsets and TileByteCounts."""
_POINTERS = frozenset({330, 34665, 34853, 513, 514, 519, 520, 521})
"""Entries that lead to other places of the file (sub-directories, Exif, GPS, old JPEG): a page
can do without the former; one in the old JPEG form is not copied."""
_OLD_JPEG = frozenset({513, 519})
_MOST_PAGES = 100_000
_SHORT, _LONG = 3, 4


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    kind: int
    count: int
    values: bytes


def copy_tiff_pages(data: bytes, pages: range) -> bytes:
    """Return a TIFF of the pages of these numbers (from 1), in the byte order of the original.

    Raises:
        UnreadableItem: ``corrupt_image``: a directory lies outside the file, or a page is in the
            old JPEG form.
    """
    order = "<" if data[:2] == b"II" else ">"
    out = bytearray(data[:4] + bytes(4))
    link = 4
    try:
        for number, place in enumerate(_directories(data, order), start=1):
            if number in pages:
                link = _append(out, link, list(_entries(data, order, place)), data, order)
            if number >= pages.stop - 1:
                return bytes(out)
    except (struct.error, IndexError, ValueError) as error:
        raise _damaged("a directory lies outside the file") from error
    raise _damaged(f"it has no page {pages.stop - 1}")


def _directories(data: bytes, order: str) -> Iterator[int]:
    """Yield the places of the directories; a chain that bites its tail ends."""
    seen: set[int] = set()
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    while place and place not in seen and len(seen) < _MOST_PAGES:
        seen.add(place)
        yield place
        (count,) = struct.unpack_from(f"{order}H", data, place)
        (place,) = struct.unpack_from(f"{order}I", data, place + 2 + 12 * count)


def _entries(data: bytes, order: str, place: int) -> Iterator[_Entry]:
    (count,) = struct.unpack_from(f"{order}H", data, place)
    for at in range(place + 2, place + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(f"{order}HHI", data, at)
        size = _SIZES.get(kind, 0) * length
        start = at + 8 if size <= 4 else struct.unpack_from(f"{order}I", data, at + 8)[0]
        if tag in _OLD_JPEG:
            raise _damaged("a page is in the old JPEG form")
        if size and tag not in _POINTERS and start + size <= len(data):
            yield _Entry(tag, kind, length, data[start : start + size])


def _append(out: bytearray, link: int, entries: list[_Entry], data: bytes, order: str) -> int:
    """Add a page; ``link`` is where its place is written. Return where the next one's goes."""
    moved = [_moved(out, each, entries, data, order) for each in entries]
    places = [_store(out, each.values) if len(each.values) > 4 else None for each in moved]
    start = _aligned(out)
    out[link : link + 4] = struct.pack(f"{order}I", start)
    out += struct.pack(f"{order}H", len(moved))
    for each, place in zip(moved, places, strict=True):
        out += struct.pack(f"{order}HHI", each.tag, each.kind, each.count)
        out += each.values.ljust(4, b"\0") if place is None else struct.pack(f"{order}I", place)
    out += bytes(4)
    return len(out) - 4


def _moved(out: bytearray, entry: _Entry, entries: list[_Entry], data: bytes, order: str) -> _Entry:
    """Return the entry; that of the strips' places after the strips were copied there."""
    if entry.tag not in _OFFSETS_AND_COUNTS:
        return entry
    counts = next((e for e in entries if e.tag == _OFFSETS_AND_COUNTS[entry.tag]), None)
    offsets = _numbers(entry, order)
    # One strip without its size reaches as far as the file does (TIFF 6.0 §3 wants the size).
    sizes = _numbers(counts, order) if counts else [len(data)] * len(offsets[:1])
    if sum(min(size, len(data)) for size in sizes) > len(data):
        raise _damaged("its strips overlap")
    places = [
        _store(out, data[offset : offset + size])
        for offset, size in zip(offsets, sizes, strict=True)
    ]
    values = struct.pack(f"{order}{len(places)}I", *places)
    return _Entry(entry.tag, _LONG, len(places), values)


def _numbers(entry: _Entry, order: str) -> list[int]:
    form = {_SHORT: "H", _LONG: "I"}.get(entry.kind)
    if form is None:
        raise _damaged("the places of its strips are no numbers")
    return list(struct.unpack(f"{order}{entry.count}{form}", entry.values))


def _store(out: bytearray, content: bytes) -> int:
    place = _aligned(out)
    out += content
    return place


def _aligned(out: bytearray) -> int:
    """Return the end of the file, made even: a directory begins on a word (TIFF 6.0 §2)."""
    if len(out) % 2:
        out.append(0)
    return len(out)


def _damaged(why: str) -> UnreadableItem:
    return UnreadableItem(f"The TIFF cannot be copied page by page: {why}.", code="corrupt_image")
