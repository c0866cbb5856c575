"""BigTIFF, which has places of 64 bits, made classic TIFF: the form that the rest of us knows.

Pillow reads no big-endian BigTIFF, and what is read of damaged pages is found in classic ones.
"""

from __future__ import annotations

import struct

_SIGNATURES = {b"II+\0": "<", b"MM\0+": ">"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
_NARROWER = {16: 4, 17: 9, 18: 13}  # LONG8, SLONG8, IFD8 -> LONG, SLONG, IFD
_MOST_DIRECTORIES = 2_000
_MOST_ENTRIES = 1_000


def to_classic(data: bytes) -> bytes:
    """Return a BigTIFF as a classic TIFF, any other file as it is.

    The pixels stay where they are; directories are written anew behind them (TIFF 6.0 §2, Adobe's
    BigTIFF design). Of a damaged file the directories before the damage are kept.
    """
    order = _SIGNATURES.get(data[:4])
    if order is None or len(data) >= 1 << 31:
        return data
    out = bytearray(data)
    struct.pack_into(f"{order}H", out, 2, 42)
    link, seen = 4, set[int]()
    try:
        (place,) = struct.unpack_from(f"{order}Q", data, 8)
        while place and place not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(place)
            directory, values, place = _directory(data, place, order, len(out))
            struct.pack_into(f"{order}I", out, link, len(out))
            link = len(out) + len(directory) - 4
            out += directory + values
    except (struct.error, KeyError):
        pass
    return bytes(out) if link != 4 else data


def _directory(data: bytes, place: int, order: str, start: int) -> tuple[bytes, bytes, int]:
    """Return a classic directory that will stand at ``start``, its values, and the next's place."""
    if place > len(data):
        raise struct.error("a directory beyond the end")
    (count,) = struct.unpack_from(f"{order}Q", data, place)
    if count > _MOST_ENTRIES:
        raise struct.error("too many entries")
    values_at = start + 2 + 12 * count + 4
    entries, values = struct.pack(f"{order}H", count), b""
    for entry in range(place + 8, place + 8 + 20 * count, 20):
        tag, kind, number = struct.unpack_from(f"{order}HHQ", data, entry)
        value = _value(data, entry + 12, kind, number, order)
        if len(value) > 4:
            value, values = (
                struct.pack(f"{order}I", values_at + len(values)),
                values + value + bytes(len(value) % 2),
            )
        if len(values) > len(data):
            raise struct.error("more values than bytes")
        kind = _NARROWER.get(kind, kind)
        entries += struct.pack(f"{order}HHI", tag, kind, number) + value.ljust(4, b"\0")
    (following,) = struct.unpack_from(f"{order}Q", data, place + 8 + 20 * count)
    return entries + bytes(4), values, following


def _value(data: bytes, field: int, kind: int, number: int, order: str) -> bytes:
    """Return the bytes of an entry's values, 64-bit numbers narrowed to 32."""
    size = number * _SIZES[kind]
    if size > len(data):
        raise struct.error("more values than bytes")
    if size > 8:
        (field,) = struct.unpack_from(f"{order}Q", data, field)
    if field + size > len(data):
        raise struct.error("values beyond the end")
    raw = data[field : field + size]
    if kind not in _NARROWER:
        return raw
    wide, narrow = ("q", "i") if kind == 17 else ("Q", "I")
    return struct.pack(f"{order}{number}{narrow}", *struct.unpack(f"{order}{number}{wide}", raw))
