"""A first look at the shape of BER (X.690), before a library builds objects of it."""

from __future__ import annotations

MAX_LEVELS = 40
MAX_VALUES = 300_000
_CONSTRUCTED = 0x20
_INDEFINITE = 0x80


def is_tame(data: bytes) -> bool:
    """Tell whether the values are not too many and not too deep to be read in linear time.

    Values whose end is not stated can be nested a million times in a few bytes, and each level
    is copied by whoever reads it.
    """
    position = 0
    ends: list[int | None] = []
    for _ in range(MAX_VALUES):
        while ends and ends[-1] is not None and position >= ends[-1]:
            ends.pop()
        if position + 2 > len(data) or (position > 0 and not ends):
            return True
        if data[position] == 0 and data[position + 1] == 0 and ends and ends[-1] is None:
            ends.pop()
            position += 2
            continue
        head = _head(data, position)
        if head is None:
            return True
        start, length = head
        if not data[position] & _CONSTRUCTED:
            position = start + (length or 0)
            continue
        ends.append(None if length is None else start + length)
        if len(ends) > MAX_LEVELS:
            return False
        position = start
    return False


def _head(data: bytes, position: int) -> tuple[int, int | None] | None:
    """Return where a value begins and how long it is; None for a length that is not stated."""
    start = position + 1
    if data[position] & 0x1F == 0x1F:
        while start < len(data) and data[start] & 0x80 and start < position + 8:
            start += 1
        start += 1
    if start >= len(data):
        return None
    first = data[start]
    if first == _INDEFINITE:
        return start + 1, None
    if first < 0x80:
        return start + 1, first
    size = first & 0x7F
    if size > 8:
        return None
    return start + 1 + size, int.from_bytes(data[start + 1 : start + 1 + size], "big")
