"""The tree of MIME parts as slices of the raw bytes (RFC 2045, RFC 2046).

The standard library builds the tree by recursion, takes quadratic time on crowded boundaries and
does not say where a part lay in the message. This reader is one pass over the lines that begin
with two hyphens, keeps every part byte for byte, and stops at the limits below.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.parsing.containers import uuencoded
from intake.parsing.messages import headers as header_block
from intake.parsing.messages.headers import Headers
from intake.parsing.writing import parameters
from intake.parsing.writing.text import clean_line
from intake.schemas.documents import Defect

MAX_LEVELS = 100
MAX_PARTS = 1000
_MAX_SEARCHES = 20
_SEARCH_WINDOW = 1024 * 1024

_BASE64_NOISE = re.compile(rb"[^A-Za-z0-9+/=]+")
_GUESSED = re.compile(
    rb"^--([^\s-][^\r\n]{0,199}?|-[^\r\n]{1,199}?)[ \t]*\r?\nContent-", re.M | re.I
)
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.M)


class ShapeRefused(Exception):
    """A limit was met; ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Budget:
    """What may still be spent on one item, its nested messages included."""

    parts: int = MAX_PARTS
    header_bytes: int = header_block.MAX_BLOCK_BYTES
    searches: int = _MAX_SEARCHES
    """How often a part is searched for a boundary that was declared wrongly."""

    def spend_part(self) -> None:
        """Take one part off; raises ``ShapeRefused`` when none is left."""
        self.parts -= 1
        if self.parts < 0:
            raise ShapeRefused("too_many_parts")


@dataclass(slots=True)
class Part:
    """One part: a message, a multipart or a leaf. Offsets are into ``buffer``."""

    buffer: bytes
    headers: Headers
    start: int
    body_start: int
    end: int
    media_type: str
    declared_type: str
    parameters: dict[str, str]
    disposition: str
    filename: str | None
    parent: Part | None = None
    parts: list[Part] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    def raw(self) -> bytes:
        """Return the part verbatim, headers and all: what a signature covers (RFC 8551 §3.1.1)."""
        return self.buffer[self.start : self.end]

    def content(self) -> bytes:
        """Return the body with its transfer encoding undone (RFC 2045 §6)."""
        encoding = (self.headers.unfolded("content-transfer-encoding") or "").strip(" ;\"'").lower()
        if encoding == "base64":
            return self._from_base64(memoryview(self.buffer)[self.body_start : self.end])
        body = self.buffer[self.body_start : self.end]
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return self._from_uuencode(body)
        if encoding not in ("", "7bit", "8bit", "binary"):
            self.note("unknown_transfer_encoding", encoding[:80])
        return body

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that hold no other part, in their order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.parts:
                waiting.extend(reversed(part.parts))
            else:
                yield part

    def walk(self) -> Iterator[Part]:
        """Yield this part and every part in it, in their order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))

    def note(self, code: str, detail: str = "") -> None:
        if all(defect.code != code for defect in self.defects):
            self.defects.append(Defect(code=code, detail=clean_line(detail)))

    def _from_base64(self, body: memoryview) -> bytes:
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            self.note("broken_base64")
        data = _BASE64_NOISE.sub(b"", body).replace(b"=", b"")
        return binascii.a2b_base64(data[: len(data) - (len(data) % 4 == 1)] + b"==")

    def _from_uuencode(self, body: bytes) -> bytes:
        begin = _UU_BEGIN.search(body)
        out = bytearray()
        for line in body[begin.end() if begin else 0 :].splitlines():
            if line.strip() in (b"end", b"`", b""):
                continue
            data = uuencoded.decode_line(line)
            if data is None:
                self.note("broken_uuencode")
                return body
            out += data
        return bytes(out)


def read(raw: bytes, budget: Budget) -> Part:
    """Return the tree of the message ``raw``.

    Raises ``ShapeRefused`` at a limit; ``read_alone`` gives the headers of such a message.
    """
    # Bare CR as line end: the offsets stay the same.
    buffer = raw if b"\n" in raw or b"\r" not in raw else raw.replace(b"\r", b"\n")
    return _Reader(buffer, budget).read()


def read_alone(raw: bytes) -> Part:
    """Return the message with its headers and without a look at its parts."""
    buffer = raw if b"\n" in raw[: header_block.MAX_BLOCK_BYTES] else raw.replace(b"\r", b"\n")
    start = header_block.first(buffer)
    block, body_start = header_block.read(buffer, start, len(buffer))
    return _make(buffer, block, start, body_start, "text/plain")


class _Reader:
    """One pass over one message."""

    def __init__(self, buffer: bytes, budget: Budget) -> None:
        self.buffer = buffer
        self.budget = budget
        self.open: list[tuple[Part, bytes]] = []
        self.current: Part | None = None

    def read(self) -> Part:
        start = header_block.first(self.buffer)
        root = self._enter(start, None)
        if start:
            root.note("damaged_header", "blank lines before the headers")
        position = root.body_start
        while self.open:
            found = self._next_delimiter(position)
            if found is None:
                break
            line_start, line_end, level, is_last = found
            self._close_down_to(level, line_start)
            position = line_end
            if is_last:
                self.open.pop()
            else:
                self.current = self._enter(line_end, self.open[-1][0])
                position = self.current.body_start
        for part in root.walk():
            if part.is_multipart and not part.parts:
                part.note("multipart_without_parts")
                part.media_type = "text/plain"
        return root

    def _enter(self, start: int, parent: Part | None) -> Part:
        self.budget.spend_part()
        limit = min(len(self.buffer), start + self.budget.header_bytes + 1)
        block, body_start = header_block.read(self.buffer, start, limit)
        self.budget.header_bytes -= body_start - start
        if self.budget.header_bytes <= 0:
            raise ShapeRefused("headers_too_large")
        in_digest = parent is not None and parent.media_type == "multipart/digest"
        part = _make(
            self.buffer, block, start, body_start, "message/rfc822" if in_digest else "text/plain"
        )
        if parent is not None:
            part.parent = parent
            parent.parts.append(part)
        if part.is_multipart:
            self._open(part)
        return part

    def _open(self, part: Part) -> None:
        if len(self.open) >= MAX_LEVELS:
            raise ShapeRefused("too_deep")
        declared = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
        boundary = self._find_boundary(part, declared)
        if boundary:
            self.open.append((part, boundary))

    def _find_boundary(self, part: Part, declared: bytes) -> bytes:
        """Return the boundary in use: the declared one, or the one that stands in its place."""
        if self.budget.searches <= 0:
            return declared
        near = part.body_start + _SEARCH_WINDOW
        if declared and self.buffer.find(b"--" + declared, part.body_start, near) >= 0:
            return declared
        self.budget.searches -= 1
        window = self.buffer[part.body_start : part.body_start + 65536]
        known = {boundary for _, boundary in self.open}
        match = _GUESSED.search(window)
        if match is None or match[1] in known:
            return declared
        part.note("wrong_boundary")
        return match[1]

    def _next_delimiter(self, position: int) -> tuple[int, int, int, bool] | None:
        """Find the next line that is a boundary of an open multipart.

        Returns its start, its end, the level of the multipart and whether it is the last one.
        """
        levels = {boundary: level for level, (_, boundary) in enumerate(self.open)}
        buffer = self.buffer
        while True:
            if not buffer.startswith(b"--", position):
                position = buffer.find(b"\n--", position) + 1
                if position == 0:
                    return None
            end = buffer.find(b"\n", position)
            end = len(buffer) if end < 0 else end
            line = buffer[position + 2 : min(end, position + 1000)].rstrip()
            if line in levels:
                return position, min(end + 1, len(buffer)), levels[line], False
            if line.endswith(b"--") and line[:-2] in levels:
                return position, min(end + 1, len(buffer)), levels[line[:-2]], True
            position = end + 1
            if position >= len(buffer):
                return None

    def _close_down_to(self, level: int, line_start: int) -> None:
        """End the current part, and the multiparts inside ``level``, before the boundary's line.

        The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
        """
        end = line_start
        if end > 0 and self.buffer[end - 1 : end] == b"\n":
            end -= 2 if self.buffer[end - 2 : end - 1] == b"\r" else 1
        parent: Part | None = self.open[level][0]
        youngest = parent
        while youngest is not None and youngest.parts:
            youngest = youngest.parts[-1]
            if youngest.end == len(self.buffer):
                youngest.end = max(end, youngest.body_start)
        del self.open[level + 1 :]


def _make(buffer: bytes, block: Headers, start: int, body_start: int, default: str) -> Part:
    declared, given = parameters.parse(block.unfolded("content-type") or "")
    kind, _, subtype = declared.partition("/")
    media_type = declared if kind and subtype and " " not in declared else default
    if kind == "text" and not subtype:
        media_type = "text/plain"
    disposition, more = parameters.parse(block.unfolded("content-disposition") or "")
    part = Part(
        buffer=buffer,
        headers=block,
        start=start,
        body_start=body_start,
        end=len(buffer),
        media_type=media_type,
        declared_type=declared,
        parameters=given,
        disposition=disposition,
        filename=more.get("filename") or given.get("name") or more.get("name"),
    )
    if block.is_cut:
        part.note("header_too_long")
    if block.is_damaged:
        part.note("damaged_header")
    if not block.has_end and body_start < len(buffer):
        part.note("missing_blank_line")
    return part
