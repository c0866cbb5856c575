"""Files written into the text of a message: ``begin 644 foto.jpg`` ... ``end`` (POSIX uuencode)."""

from __future__ import annotations

import binascii
import re

from intake.parsing.containers.shared import Entry

MAX_FILES = 100
_BEGIN = re.compile(r"begin(?:-base64)? [0-7]{3,4} +(\S.{0,254})\Z")
_FULL_LINE = 45


def take_out(text: str) -> tuple[str, list[Entry]]:
    """Return ``text`` (LF line ends) without the files in it, and the files.

    A block counts only when every line up to its ``end`` decodes.
    """
    if "begin " not in text and "begin-base64 " not in text:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    entries: list[Entry] = []
    number = 0
    while number < len(lines):
        match = _BEGIN.match(lines[number].rstrip()) if lines[number][:5] == "begin" else None
        found = _block(lines, number) if match and len(entries) < MAX_FILES else None
        if match is None or found is None:
            kept.append(lines[number])
            number += 1
            continue
        number, content = found
        entries.append(Entry(match[1].strip(), content))
    return "\n".join(kept), entries


def decode_line(line: bytes) -> bytes | None:
    """Return the bytes of one line; None when it is no such line."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        pass
    if not line:
        return None
    length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some senders pad a line with rubbish
    try:
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return None


def _block(lines: list[str], begin: int) -> tuple[int, bytes] | None:
    """Return the number of the line after the block that begins here, and its bytes."""
    is_base64 = lines[begin].startswith("begin-base64")
    out = bytearray()
    last = "====" if is_base64 else "end"
    for number in range(begin + 1, len(lines)):
        line = lines[number].rstrip("\r")
        if line.strip() == last:
            return (number + 1, bytes(out)) if out or number == begin + 2 else None
        data = _base64_line(line) if is_base64 else _uu_line(line)
        if data is None:
            return None
        out += data
    return None


def _uu_line(line: str) -> bytes | None:
    if line.strip() in ("", "`"):
        return b""
    if len(line) > 100 or not line.isascii():
        return None
    size = (ord(line[0]) - 32) & 63
    if size > _FULL_LINE or len(line) < 1 + size * 4 // 3 - 3:
        return None
    return decode_line(line.encode("ascii"))


def _base64_line(line: str) -> bytes | None:
    try:
        return binascii.a2b_base64(line.strip(), strict_mode=True) if line.strip() else b""
    except (binascii.Error, ValueError):
        return None
