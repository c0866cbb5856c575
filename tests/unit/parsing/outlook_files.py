"""Writers of TNEF streams and .msg files, for tests."""

from __future__ import annotations

import struct
from typing import Any

IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def rtf_stored(rtf: bytes) -> bytes:
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def tnef(
    *,
    properties: dict[int, Any] | None = None,
    files: list[dict[str, Any]] | None = None,
    body: str | None = None,
    code_page: int = 1252,
) -> bytes:
    out = b"\x78\x9f\x3e\x22\x01\x00"
    out += _attribute(1, 0x9007, struct.pack("<II", code_page, 0))
    if body is not None:
        out += _attribute(1, 0x800C, body.encode("cp1252") + b"\0")
    if properties:
        out += _attribute(1, 0x9003, _properties(properties))
    for file in files or []:
        out += _attribute(2, 0x9002, bytes(14))
        if "title" in file:
            out += _attribute(2, 0x8010, file["title"].encode("cp1252") + b"\0")
        if "data" in file:
            out += _attribute(2, 0x800F, file["data"])
        if "properties" in file:
            out += _attribute(2, 0x9005, _properties(file["properties"]))
    return out


def _attribute(level: int, number: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, number, 6, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def _properties(values: dict[int, Any]) -> bytes:
    out = struct.pack("<I", len(values))
    for number, value in values.items():
        if isinstance(value, int):
            out += struct.pack("<HHI", 3, number, value)
            continue
        kind, data = (0x1F, f"{value}\0".encode("utf-16-le")) if isinstance(value, str) else (
            0x0D if number == 0x3701 else 0x102, value
        )  # fmt: skip
        out += struct.pack("<HHII", kind, number, 1, len(data)) + data + bytes(-len(data) % 4)
    return out


def msg(properties: dict[int, Any], files: list[dict[str, Any]] | None = None) -> bytes:
    """Return a .msg; a file is its properties, or holds ``message`` and its ``files``."""
    return compound_file(_storage(properties, files or [], 32))


def _storage(properties: dict[int, Any], files: list[dict[str, Any]], head: int) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    fixed = bytes(head)
    for number, value in properties.items():
        if isinstance(value, int):
            kind = 0x40 if number in (0x39, 0xE06) else 3
            fixed += struct.pack("<HHIQ", kind, number, 6, value)
        elif isinstance(value, str):
            tree[f"__substg1.0_{number:04X}001F"] = value.encode("utf-16-le")
        else:
            tree[f"__substg1.0_{number:04X}0102"] = value
    tree["__properties_version1.0"] = fixed
    if head != 8:
        tree["__nameid_version1.0"] = {}
    for place, file in enumerate(files):
        inner = _storage(file.get("properties", {}), [], 8)
        if "message" in file:
            inner["__substg1.0_3701000D"] = _storage(file["message"], file.get("files", []), 24)
        tree[f"__attach_version1.0_#{place:08X}"] = inner
    return tree


class _Writer:
    def __init__(self) -> None:
        self.entries: list[list[Any]] = []
        self.sectors: list[bytes] = []
        self.next: list[int] = []
        self.small = b""
        self.small_next: list[int] = []

    def chain(self, data: bytes) -> int:
        if not data:
            return 0xFFFFFFFE
        start = len(self.sectors)
        for at in range(0, len(data), 512):
            self.sectors.append(data[at : at + 512].ljust(512, b"\0"))
            self.next.append(len(self.sectors))
        self.next[-1] = 0xFFFFFFFE
        return start

    def small_chain(self, data: bytes) -> int:
        start = len(self.small) // 64
        for at in range(0, len(data), 64):
            self.small += data[at : at + 64].ljust(64, b"\0")
            self.small_next.append(len(self.small) // 64)
        if data:
            self.small_next[-1] = 0xFFFFFFFE
        return start

    def add(self, name: str, kind: int, content: Any) -> int:
        number = len(self.entries)
        self.entries.append([name, kind, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0])  # right, child, start, size
        if isinstance(content, bytes):
            big = len(content) >= 4096
            self.entries[number][4] = self.chain(content) if big else self.small_chain(content)
            self.entries[number][5] = len(content)
            return number
        before = None
        for inner_name, inner in content.items():
            inner_kind = 2 if isinstance(inner, bytes) else 1
            child = self.add(inner_name, inner_kind, inner)
            if before is None:
                self.entries[number][3] = child
            else:
                self.entries[before][2] = child
            before = child
        return number


def compound_file(tree: dict[str, Any]) -> bytes:
    writer = _Writer()
    writer.add("Root Entry", 5, tree)
    writer.entries[0][4] = writer.chain(writer.small)
    writer.entries[0][5] = len(writer.small)
    small_table = b"".join(struct.pack("<I", n) for n in writer.small_next)
    small_start = writer.chain(small_table.ljust(-(-len(small_table) // 512) * 512, b"\xff"))
    directory = b""
    for name, kind, right, child, start, size in writer.entries:
        raw = name.encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
        directory += struct.pack("<III", 0xFFFFFFFF, right, child) + bytes(36)
        directory += struct.pack("<IQ", start, size)
    directory_start = writer.chain(directory)
    tables = 1
    while tables * 128 < len(writer.sectors) + tables:
        tables += 1
    first = len(writer.sectors)
    numbers = writer.next + [0xFFFFFFFD] * tables
    table = struct.pack(f"<{len(numbers)}I", *numbers).ljust(tables * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory_start, 0, 4096,
                          small_start, -(-len(small_table) // 512), 0xFFFFFFFE, 0)  # fmt: skip
    places = [first + n for n in range(tables)] + [0xFFFFFFFF] * (109 - tables)
    header += struct.pack("<109I", *places)
    return header + b"".join(writer.sectors) + table
