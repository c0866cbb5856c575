"""Compound files, the file system in a file of old Office formats (MS-CFB), bounded."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ENTRIES = 20_000
_LAST_SECTOR = 0xFFFFFFFA
"""Numbers from here on are marks, such as the end of a chain."""
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class Storage:
    """A folder: its streams and folders by name."""

    streams: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Name -> first sector and size in bytes."""
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """A compound file in memory. ``read`` gives a stream; damaged chains end early."""

    def __init__(self, data: bytes) -> None:
        """Read the tables; raises ``ValueError`` when ``data`` is no compound file."""
        if not data.startswith(SIGNATURE) or len(data) < 1536:
            raise ValueError("no compound file")
        self._data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise ValueError("no sectors of a known size")
        self._size = 1 << shift
        directory, _, self._cutoff, small_table, _, more, _ = struct.unpack_from("<7I", data, 48)
        self._table = self._read_table(more)
        entries = self._entries(self._chain_bytes(directory))
        if not entries or entries[0].kind != _ROOT:
            raise ValueError("no root")
        self._small_table = _numbers(self._chain_bytes(small_table))
        self._small = self._chain_bytes(entries[0].start)
        self._allowed = 4 * len(data)
        self.root = _tree(entries)

    def read(self, stream: tuple[int, int]) -> bytes:
        """Return the bytes of a stream.

        Raises ``ValueError`` when the streams read so far are many times the file: they overlap.
        """
        start, size = stream
        size = min(size, len(self._data))
        self._allowed -= size
        if self._allowed < 0:
            raise ValueError("streams overlap")
        if size < self._cutoff:
            return self._read_small(start, size)
        return self._chain_bytes(start, size)

    def _read_small(self, start: int, size: int) -> bytes:
        pieces = []
        number = start
        for _ in range((size + 63) // 64):
            if number >= len(self._small_table):
                break
            pieces.append(self._small[number * 64 : number * 64 + 64])
            number = self._small_table[number]
        return b"".join(pieces)[:size]

    def _read_table(self, more: int) -> list[int]:
        """Return the table that says which sector comes after which (§2.3, §2.5)."""
        places = [n for n in struct.unpack_from("<109I", self._data, 76) if n < _LAST_SECTOR]
        for _ in range(len(self._data) // self._size):
            if more >= _LAST_SECTOR:
                break
            numbers = _numbers(self._sector(more))
            if not numbers:
                break
            *found, more = numbers
            places += [n for n in found if n < _LAST_SECTOR]
        places = places[: len(self._data) // self._size + 1]
        return _numbers(b"".join(self._sector(place) for place in places))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _chain_bytes(self, start: int, size: int | None = None) -> bytes:
        """Return a chain of sectors, at most as long as the file: a chain may bite its tail."""
        longest = len(self._data) // self._size
        if size is not None:
            longest = min(longest, (size + self._size - 1) // self._size)
        pieces = []
        number = start
        for _ in range(longest):
            if number >= len(self._table):
                break
            pieces.append(self._sector(number))
            number = self._table[number]
        return b"".join(pieces)[:size]

    def _entries(self, directory: bytes) -> list[_Entry]:
        found = []
        wide = self._size == 4096
        for start in range(0, min(len(directory) - 127, MAX_ENTRIES * 128), 128):
            length, kind = struct.unpack_from("<HB", directory, start + 64)
            left, right, child = struct.unpack_from("<III", directory, start + 68)
            first, low, high = struct.unpack_from("<III", directory, start + 116)
            raw_name = directory[start : start + max(min(length, 64) - 2, 0)]
            name = raw_name.decode("utf-16-le", "replace")
            size = low | high << 32 if wide else low
            found.append(_Entry(name, kind, left, right, child, first, size))
        return found


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _tree(entries: list[_Entry]) -> Storage:
    """Return the root with all below it; each entry is visited once, whatever points to it."""
    root = Storage()
    visited = {0}
    waiting = [(entries[0].child, root)]
    while waiting:
        number, folder = waiting.pop()
        if number >= len(entries) or number in visited:
            continue
        visited.add(number)
        entry = entries[number]
        waiting += [(entry.left, folder), (entry.right, folder)]
        if entry.kind == _STREAM:
            folder.streams.setdefault(entry.name, (entry.start, entry.size))
        elif entry.kind == _STORAGE:
            inner = folder.storages.setdefault(entry.name, Storage())
            waiting.append((entry.child, inner))
    return root
