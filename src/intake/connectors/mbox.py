"""mbox: a mailbox of one file, read-only (RFC 4155)."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, ClassVar, Literal, NamedTuple, Self

from pydantic import Field

from intake.connectors.files import FoundFile, look_at, now_ns, shown, source_error
from intake.errors import ItemGone, SourceRefused, SourceUnavailable, TransientFailure
from intake.schemas.base import Frozen
from intake.schemas.receipts import RawItem, Receipt

_LINE_BYTES = 64 * 1024  # longer lines are read in pieces
_BLANK = (b"\n", b"\r\n")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SEPARATOR = re.compile(  # the word "From", an address, the time as ctime(3) prints it
    rb"From .{0,500}\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) +"
    rb"(?P<month>" + "|".join(_MONTHS).encode("ascii") + rb") +(?P<day>\d{1,2}) +"
    rb"(?P<time>\d{2}:\d{2}(?::\d{2})?)(?: +(?P<zone>[+-]\d{4}))?.{0,100} (?P<year>\d{4})\b"
)
_QUOTED = re.compile(rb">+From ")


class MboxOptions(Frozen):
    """Options of an mbox file."""

    path: Path
    """The file."""
    profile: Literal["mail", "pec", "fax"] = "mail"
    settle_s: float = Field(default=10, ge=0)
    """Seconds for which nobody may have touched the file before its last message is complete."""
    unquote: bool = False
    """Whether one ``>`` is taken from lines such as ``>From ``, as the variant mboxrd puts it."""


class _Message(NamedTuple):
    """A message of the file: its offset in bytes, the separator line before it, its digest."""

    start: int
    separator: bytes
    sha256: str
    size_bytes: int
    is_last: bool


class MboxConnector:
    """Takes each message of the file for an item; the file is never changed.

    The key is the SHA-256 of the message, and ``#2``, ``#3``, ... for further identical copies:
    offsets would change when the owner deletes a message. The cursor is a key, too; if no message
    has it any more the file is listed whole. A poll reads the file in one pass, line by line, up
    to the last item asked for.
    """

    kind: ClassVar[str] = "mbox"
    options_model = MboxOptions

    def __init__(self, source: str, options: MboxOptions) -> None:
        self.source = source
        self.options = options

    def __enter__(self) -> Self:
        self.check()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def check(self) -> None:
        """Open the file and see whether it begins as an mbox does."""
        with self._open() as stream:
            first = _first_line(stream)
        if first and not _SEPARATOR.match(first):
            raise SourceRefused(
                f"{shown(self.options.path)} is not an mbox: its first line is no separator.",
                remedy="Name a file that begins with a line such as "
                "'From a@example.org Mon Jan  5 10:00:00 2026'.",
            )

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
        """Yield at most ``limit`` messages in the order of the file."""
        if after is not None and not any(item.key == after for item in self._items()):
            after = None
        count = 0
        for item in self._items():
            if after is None and count < limit:
                count += 1
                yield item
            elif after is None:
                return
            elif item.key == after:
                after = None

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Do nothing: the file is not ours to change."""

    def _items(self) -> Iterator[RawItem]:
        copies: Counter[bytes] = Counter()
        is_written_to = not self._look().is_settled(settle_s=self.options.settle_s, now_ns=now_ns())
        with self._open() as stream:
            for message in _messages(stream, unquote=self.options.unquote):
                if message.is_last and is_written_to:
                    return
                digest = bytes.fromhex(message.sha256)
                copies[digest] += 1
                yield self._item(message, copies[digest])

    def _item(self, message: _Message, copy: int) -> RawItem:
        key = message.sha256 if copy == 1 else f"{message.sha256}#{copy}"
        received_at = _time_of(message.separator)
        return RawItem(
            source=self.source,
            key=key,
            content=partial(self._read, message),
            profile=self.options.profile,
            size_bytes=message.size_bytes,
            received_at=received_at,
            received_at_by="file" if received_at else "intake",
            attributes={"offset": str(message.start), "copy": str(copy)},
            cursor=key,
        )

    def _read(self, message: _Message) -> Iterator[bytes]:
        """Yield the message in chunks, and prove at the end that it is the one listed."""
        digest = hashlib.sha256()
        try:
            with self._open() as stream:
                stream.seek(message.start)
                for chunk in _gathered(_body(stream, unquote=self.options.unquote)):
                    digest.update(chunk)
                    yield chunk
        except SourceUnavailable as error:
            raise ItemGone(error.message) from error
        if digest.hexdigest() != message.sha256:
            raise TransientFailure(
                f"The file {shown(self.options.path)} changed while it was read.",
                code="changed",
                remedy="Nothing to do: it is read again when its writer has finished.",
            )

    def _open(self) -> BinaryIO:
        try:
            return self.options.path.open("rb")
        except OSError as error:
            raise source_error(error, self.options.path) from error

    def _look(self) -> FoundFile:
        found = look_at(self.options.path.resolve())
        if found is None:
            raise SourceUnavailable(f"{shown(self.options.path)} is not a file.")
        return found


def _first_line(stream: BinaryIO) -> bytes:
    """Return the first line that is not empty; nothing at the end of the file."""
    while (line := stream.readline(_LINE_BYTES)) in _BLANK:
        pass
    return line


def _messages(stream: BinaryIO, *, unquote: bool) -> Iterator[_Message]:
    """Yield the messages, read in one pass in pieces."""
    separator = _first_line(stream)
    while separator:
        start, size_bytes, digest = stream.tell(), 0, hashlib.sha256()
        for piece in _body(stream, unquote=unquote):
            digest.update(piece)
            size_bytes += len(piece)
        following = stream.readline(_LINE_BYTES)
        yield _Message(start, separator, digest.hexdigest(), size_bytes, is_last=not following)
        separator = following


def _body(stream: BinaryIO, *, unquote: bool) -> Iterator[bytes]:
    """Yield lines, or pieces of long ones, up to the next separator, and stop before it.

    The empty line that ends each message (RFC 4155, Appendix A) is not part of it.
    """
    held_back = b""
    is_line_start = True
    while line := stream.readline(_LINE_BYTES):
        if is_line_start and _SEPARATOR.match(line):
            stream.seek(-len(line), os.SEEK_CUR)
            return
        if held_back:
            yield held_back
        held_back = line if is_line_start and line in _BLANK else b""
        if not held_back:
            is_quoted = unquote and is_line_start and _QUOTED.match(line)
            yield line[1:] if is_quoted else line
        is_line_start = line.endswith(b"\n")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of some 64 KB."""
    chunk = bytearray()
    for piece in pieces:
        chunk += piece
        if len(chunk) >= _LINE_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _time_of(separator: bytes) -> datetime | None:
    """Return the time of receipt that the separator states, in UTC where it names no zone."""
    match = _SEPARATOR.match(separator)
    if match is None:
        return None
    fields = {name: (value or b"").decode("ascii") for name, value in match.groupdict().items()}
    clock = fields["time"] if fields["time"].count(":") == 2 else f"{fields['time']}:00"
    month = _MONTHS.index(fields["month"]) + 1
    stamp = f"{fields['year']}-{month:02}-{int(fields['day']):02}T{clock}{fields['zone'] or 'Z'}"
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
