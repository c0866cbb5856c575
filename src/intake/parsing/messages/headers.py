"""The header block of a message or of one of its parts (RFC 5322 §2.2, RFC 6532)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from intake.parsing.writing import charsets, encoded_words
from intake.parsing.writing.text import clean_line

MAX_HEADER_BYTES = 64 * 1024
"""Of a longer header the first so many bytes are read."""
MAX_BLOCK_BYTES = 1024 * 1024
"""Headers of a message and all its parts together; beyond it the parts are not opened."""

# A blank before the colon is obsolete but allowed (§4.5). A line that begins with two hyphens
# is a boundary that came too early, not a header.
_FIELD = re.compile(rb"(?!--)([!-9;-~]{1,200})[ \t]*:")
# A header whose name was damaged is passed over when one of these comes next.
_USUAL = re.compile(
    rb"(?i)(?:from|to|cc|subject|date|sender|reply-to|received|return-path|delivered-to|message-id"
    rb"|in-reply-to|references|mime-version|content-[a-z-]{2,30}|x-[a-z-]{2,60}|user-agent"
    rb"|dkim-signature|authentication-results|list-[a-z]{2,20})[ \t]*:"
)
_UNIX_FROM = re.compile(rb">?From ")
_FOLD = re.compile(r"[\r\n]+")
_ID = re.compile(r"<([^<>]*)>")
_MAX_IDS = 1000
_MAX_FIELDS = 2000
_BEFORE = b"\xef\xbb\xbf \t\r\n"
_MAX_BEFORE = 1000
_MAX_FIELDS_AFTER = 100


@dataclass(slots=True)
class Headers:
    """Header fields in their order: lower-case name and verbatim value."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    is_cut: bool = False
    """A header was longer than ``MAX_HEADER_BYTES``, or there were too many."""
    is_damaged: bool = False
    """A line among the headers is none and was passed over."""
    has_end: bool = True
    """A blank line, or the end of the data, closed the block."""

    def __contains__(self, name: str) -> bool:
        return any(known == name for known, _ in self.fields)

    def raw(self, name: str) -> bytes | None:
        """Return the verbatim value of the first field ``name``."""
        for known, value in self.fields:
            if known == name:
                return value
        return None

    def unfolded(self, name: str) -> str | None:
        """Return the first field ``name`` as one line, its encoded words left as they are."""
        value = self.raw(name)
        return None if value is None else unfold(value)

    def all_unfolded(self, name: str) -> list[str]:
        """Return every field ``name`` as one line each, encoded words left as they are."""
        return [unfold(value) for known, value in self.fields if known == name]

    def text(self, name: str) -> str | None:
        """Return the first field ``name`` decoded and fit to leave; None when there is none."""
        value = self.unfolded(name)
        return None if value is None else clean_line(encoded_words.decode(value))

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the message identifiers of all fields ``name``, without angle brackets."""
        found: list[str] = []
        for value in self.all_unfolded(name):
            words = _ID.findall(value) or value.replace("<", " ").replace(">", " ").split()
            found += (clean_line("".join(word.split())) for word in words)
        return tuple(word for word in found if word)[:_MAX_IDS]


def unfold(value: bytes) -> str:
    """Return a verbatim header value as one line of text (RFC 5322 §2.2.3)."""
    text = value.decode("ascii") if value.isascii() else charsets.decode(value)
    if "\n" in text or "\r" in text:
        text = _FOLD.sub("", text)
    return text.strip()


def read(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Read the block that begins at ``start``; return it and where the body begins.

    Reads at most ``MAX_BLOCK_BYTES``. A line that is no header ends the block and is the first
    of the body, as when the blank line is missing.
    """
    headers = Headers()
    is_full = False
    position = start
    limit = min(end, start + MAX_BLOCK_BYTES)
    while position < limit:
        newline = raw.find(b"\n", position, end)
        stop = end if newline < 0 else newline + 1
        if _is_blank(raw, position, stop):
            return headers, stop
        if raw[position] in b" \t":
            if headers.fields and not is_full:
                _append(headers, raw, position, stop)
        elif match := _FIELD.match(raw, position, stop):
            is_full = len(headers.fields) >= _MAX_FIELDS
            if is_full:
                headers.is_cut = True
            else:
                headers.fields.append((match[1].decode("ascii").lower(), b""))
                _append(headers, raw, match.end(), stop)
        elif _is_damaged_header(raw, position, stop, end):
            headers.is_damaged = is_full = True  # its folded lines are not of the one before
        elif not _UNIX_FROM.match(raw, position, stop) or len(headers.fields) > 1:
            headers.has_end = False
            return headers, position
        position = stop
    headers.has_end = position >= end
    return headers, position


def first(raw: bytes) -> int:
    """Return where the headers of a message begin: blank lines or a BOM may stand before them."""
    position = 0
    while position < min(len(raw), _MAX_BEFORE) and raw[position] in _BEFORE:
        position += 1
    return position if position and _USUAL.match(raw, position) else 0


def _is_blank(raw: bytes, position: int, stop: int) -> bool:
    return stop - position <= 2 and not raw[position:stop].strip(b"\r\n")


def _is_damaged_header(raw: bytes, position: int, stop: int, end: int) -> bool:
    """Tell a damaged header from the first line of a body: a usual header follows it."""
    if raw.startswith(b"--", position):
        return False
    if b":" not in raw[position : min(stop, position + 100)]:
        return _USUAL.match(raw, stop, end) is not None and _are_headers(raw, stop, end)
    for _ in range(20):
        if stop >= end or raw[stop] not in b" \t":
            break
        newline = raw.find(b"\n", stop, end)
        stop = end if newline < 0 else newline + 1
    return _USUAL.match(raw, stop, end) is not None


def _are_headers(raw: bytes, position: int, end: int) -> bool:
    """Tell whether all lines up to a blank one are headers."""
    for _ in range(_MAX_FIELDS_AFTER):
        newline = raw.find(b"\n", position, end)
        stop = end if newline < 0 else newline + 1
        if _is_blank(raw, position, stop):
            return position < end
        if raw[position] not in b" \t" and not _FIELD.match(raw, position, stop):
            return False
        position = stop
    return True


def _append(headers: Headers, raw: bytes, start: int, stop: int) -> None:
    name, value = headers.fields[-1]
    room = max(MAX_HEADER_BYTES - len(value), 0)
    piece = raw[start : min(stop, start + room + 2)].rstrip(b"\r\n")
    if stop - start > room + 2:
        headers.is_cut = True
        piece = piece.rpartition(b" ")[0]
    headers.fields[-1] = (name, value + piece)
