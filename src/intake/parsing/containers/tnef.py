"""winmail.dat: a message of Outlook in TNEF (MS-OXTNEF), read in one bounded pass."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.parsing.containers import mapi
from intake.parsing.containers.mapi import AttachedFile, OutlookMessage, Properties
from intake.parsing.writing import charsets
from intake.parsing.writing.text import clean_line

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 1000
_MAX_PROPERTIES = 5000
_ATTACHMENT_LEVEL = 2

_BODY = 0x800C
_TITLE = 0x8010
_DATA = 0x800F
_NEW_ATTACHMENT = 0x9002
_MESSAGE_PROPERTIES = 0x9003
_ATTACHMENT_PROPERTIES = 0x9005
_TRANSPORT_NAME = 0x9001
_CODE_PAGE = 0x9007
_SUBJECT = 0x8004

_MULTIPLE = 0x1000
# Fixed sizes of property types; shorter values are filled up to four bytes (MS-OXCDATA §2.11.1).
_SIZES = {1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}

# What an attached object is, by the interface it was saved through (MS-OXCMSG §2.2.2.9).
_EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    data: bytes = b""
    properties: Properties = field(default_factory=dict)

    def as_file(self) -> AttachedFile | None:
        """Return the file; an attached object comes without the identifier before it."""
        attached = self.properties.get(mapi.ATTACHED_DATA)
        media_type = None
        content = self.data
        if isinstance(attached, bytes) and len(attached) > 16 and not content:
            is_message = attached.startswith(_EMBEDDED_MESSAGE)
            media_type = "application/ms-tnef" if is_message else None
            content = attached[16:]
        if not content and not self.title and not self.properties:
            return None
        file = mapi.describe_file(self.properties, content)
        file.name = file.name or self.title or None
        file.media_type = media_type or file.media_type
        return file


def read(data: bytes) -> OutlookMessage | None:
    """Return the message in a TNEF stream, as far as it can be read; None when it is none."""
    if not data.startswith(SIGNATURE):
        return None
    message = OutlookMessage()
    code_page = "cp1252"
    attachments: list[_Attachment] = []
    for level, number, value in _attributes(data):
        if level == _ATTACHMENT_LEVEL:
            if number == _NEW_ATTACHMENT or not attachments:
                if len(attachments) >= MAX_FILES:
                    break
                attachments.append(_Attachment())
            _take(attachments[-1], number, value, code_page)
        elif number == _CODE_PAGE:
            code_page = mapi.code_page_name(int.from_bytes(value[:4], "little"))
        elif number == _MESSAGE_PROPERTIES:
            message.properties = _properties(value, code_page) | message.properties
        elif number in (_BODY, _SUBJECT):
            which = mapi.BODY if number == _BODY else mapi.SUBJECT
            text = charsets.decode(value.partition(b"\0")[0], code_page)
            message.properties.setdefault(which, text)
    message.files = [file for each in attachments if (file := each.as_file()) is not None]
    return message


def _take(attachment: _Attachment, number: int, value: bytes, code_page: str) -> None:
    if number == _TITLE:
        attachment.title = _string(value, code_page)
    elif number == _TRANSPORT_NAME:
        attachment.title = attachment.title or _string(value, code_page)
    elif number == _DATA:
        attachment.data = value
    elif number == _ATTACHMENT_PROPERTIES:
        attachment.properties = _properties(value, code_page)


def _string(value: bytes, code_page: str) -> str:
    return clean_line(charsets.decode(value.partition(b"\0")[0], code_page))


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield level, number and value of each attribute; one that is cut off comes as it is."""
    position = 6
    while position + 9 <= len(data):
        level, number, _, length = struct.unpack_from("<BHHI", data, position)
        if level not in (1, _ATTACHMENT_LEVEL):
            return
        start = position + 9
        yield level, number, data[start : start + length]
        position = start + length + 2


def _properties(data: bytes, code_page: str) -> Properties:
    """Return the properties in ``data`` up to the first that cannot be read."""
    found: Properties = {}
    reader = _PropertyReader(data)
    try:
        for _ in range(min(reader.number(), _MAX_PROPERTIES)):
            number, kind, values = reader.property()
            if values and not kind & _MULTIPLE:
                found.setdefault(number, mapi.value_of(kind, values[0], code_page))
    except EOFError:
        pass
    return found


@dataclass(slots=True)
class _PropertyReader:
    """Reads numbers and values, filled up to four bytes each; ``EOFError`` at the end."""

    data: bytes
    position: int = 0

    def take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self.data):
            raise EOFError
        taken = self.data[self.position : end]
        self.position = end + (-size % 4)
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def property(self) -> tuple[int, int, list[bytes]]:
        """Return number, type and values of the next property."""
        kind, number = struct.unpack("<HH", self.take(4))
        if number >= 0x8000:  # a named property: its name is of no use here
            self.take(16)
            if self.number() == 1:
                self.take(self.number())
            else:
                self.take(4)
        return number, kind, self._values(kind)

    def _values(self, kind: int) -> list[bytes]:
        plain = kind & ~_MULTIPLE
        if plain in mapi.VARIABLE:
            return [self.take(self.number()) for _ in range(self._count())]
        if plain not in _SIZES:
            raise EOFError
        count = self._count() if kind & _MULTIPLE else 1
        size = _SIZES[plain]
        if kind & _MULTIPLE and plain == 2:
            size = 2
        return [self.take(size) for _ in range(count)]

    def _count(self) -> int:
        count = self.number()
        if count > len(self.data) // 4:
            raise EOFError
        return count
