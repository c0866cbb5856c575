"""What Outlook keeps of a message (MS-OXPROPS), and the same as MIME.

TNEF streams (``tnef``) and .msg files (``outlook_files``) hold the same properties in two
wrappings; both become one MIME entity, so that everything after is read by the one MIME reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from intake.parsing.office import rtf
from intake.parsing.writing import charsets
from intake.parsing.writing.text import clean_line

SUBJECT = 0x0037
SUBMITTED = 0x0039
HEADERS = 0x007D
SENDER_NAME = 0x0C1A
SENDER_ADDRESS = 0x0C1F
SENDER_SMTP = 0x5D01
DISPLAY_CC = 0x0E03
DISPLAY_TO = 0x0E04
DELIVERED = 0x0E06
BODY = 0x1000
RTF = 0x1009
HTML = 0x1013
MESSAGE_ID = 0x1035
IN_REPLY_TO = 0x1042
DISPLAY_NAME = 0x3001
ATTACHED_DATA = 0x3701
ATTACHED_FILENAME = 0x3704
ATTACHED_LONG_FILENAME = 0x3707
ATTACHED_TYPE = 0x370E
ATTACHED_CONTENT_ID = 0x3712
INTERNET_CODE_PAGE = 0x3FDE
MESSAGE_CODE_PAGE = 0x3FFD

Value = bytes | int | str
Properties = dict[int, Value]
"""Property number -> value; of a property that comes twice the first."""

_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
VARIABLE = frozenset({_STRING8, _UNICODE, _OBJECT, _BINARY})
_SYSTIME = 0x40
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class AttachedFile:
    """A file attached to a message of Outlook."""

    content: bytes
    name: str | None = None
    media_type: str | None = None
    content_id: str | None = None


@dataclass(slots=True)
class OutlookMessage:
    """A message as its properties tell it. ``is_whole``: it has headers of its own."""

    properties: Properties = field(default_factory=dict)
    files: list[AttachedFile] = field(default_factory=list)
    is_whole: bool = False


def value_of(kind: int, data: bytes, code_page: str = "cp1252") -> Value:
    """Return the bytes of a property as the value its type says (MS-OXCDATA §2.11.1)."""
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").partition("\0")[0]
    if kind == _STRING8:
        text = data.partition(b"\0")[0]
        return charsets.decode(text, code_page)
    if kind in (_OBJECT, _BINARY):
        return data
    return int.from_bytes(data[:8], "little")


def code_page_name(number: Value | None) -> str:
    """Return the charset of a Windows code page; cp1252 where there is none."""
    if not isinstance(number, int):
        return "cp1252"
    name = {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 28605: "iso-8859-15"}.get(
        number, f"cp{number}"
    )
    return name if charsets.find_codec(name) else "cp1252"


def text_of(properties: Mapping[int, Value], number: int) -> str:
    """Return a property as one line of text; empty where there is none."""
    value = properties.get(number)
    return clean_line(value) if isinstance(value, str) else ""


def describe_file(properties: Mapping[int, Value], content: bytes) -> AttachedFile:
    """Return the attached file that ``properties`` name."""
    names = (ATTACHED_LONG_FILENAME, ATTACHED_FILENAME, DISPLAY_NAME)
    return AttachedFile(
        content=content,
        name=next(filter(None, (text_of(properties, number) for number in names)), None),
        media_type=text_of(properties, ATTACHED_TYPE).lower() or None,
        content_id=text_of(properties, ATTACHED_CONTENT_ID).strip("<>") or None,
    )


def to_mime(message: OutlookMessage) -> bytes:
    """Return the message as MIME: text and HTML as alternatives, then the files, undecoded."""
    parts = list(_bodies(message.properties))
    parts += [_file_part(file) for file in message.files]
    boundary = _boundary(parts)
    lines = [b"MIME-Version: 1.0\r\n"]
    if message.is_whole:
        lines.append(_headers(message.properties))
    lines.append(b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n")
    for part in parts:
        lines += (b"--", boundary, b"\r\n", part, b"\r\n")
    lines += (b"--", boundary, b"--\r\n")
    return b"".join(lines)


def _bodies(properties: Mapping[int, Value]) -> Iterator[bytes]:
    """Yield the text and the HTML as one part; the RTF as text where there is neither."""
    plain, html, packed = (properties.get(number) for number in (BODY, HTML, RTF))
    found: list[bytes] = []
    if isinstance(plain, str) and plain.strip():
        found.append(_text_part("plain", "utf-8", plain.encode("utf-8", "replace")))
    if isinstance(html, str):
        found.append(_text_part("html", "utf-8", html.encode("utf-8", "replace")))
    elif isinstance(html, bytes) and html:
        charset = code_page_name(properties.get(INTERNET_CODE_PAGE))
        found.append(_text_part("html", charset, html))
    if not found and isinstance(packed, bytes):
        text = rtf.to_text(rtf.decompress(packed))
        if text.strip():
            found.append(_text_part("plain", "utf-8", text.encode("utf-8", "replace")))
    if len(found) == 1:
        yield found[0]
    elif found:
        boundary = _boundary(found)
        inner = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in found)
        head = b"Content-Type: multipart/alternative; boundary=" + boundary + b"\r\n\r\n"
        yield head + inner + b"--" + boundary + b"--\r\n"


def _text_part(subtype: str, charset: str, content: bytes) -> bytes:
    head = f"Content-Type: text/{subtype}; charset={charset}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: binary\r\n\r\n" + content


def _file_part(file: AttachedFile) -> bytes:
    kind = file.media_type if file.media_type and file.media_type.isascii() else None
    head = f"Content-Type: {kind or 'application/octet-stream'}\r\n"
    head += "Content-Transfer-Encoding: binary\r\n"
    if file.content_id:
        head += f"Content-ID: <{clean_line(file.content_id)}>\r\n"
    quoted = (file.name or "").replace("\\", "\\\\").replace('"', '\\"')
    place = "inline" if file.content_id else "attachment"
    head += f"Content-Disposition: {place}" + (f'; filename="{quoted}"' if quoted else "")
    return head.encode("utf-8", "replace") + b"\r\n\r\n" + file.content


def _boundary(parts: list[bytes]) -> bytes:
    """Return a boundary that no part has: it depends on all they say."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return b"outlook-" + digest.hexdigest()[:40].encode()


def _headers(properties: Mapping[int, Value]) -> bytes:
    """Return the headers the message was delivered with, else those its properties make."""
    delivered = properties.get(HEADERS)
    if isinstance(delivered, str) and ":" in delivered[:2000]:
        return _without_structure(delivered).encode("utf-8", "replace")
    sender = text_of(properties, SENDER_SMTP) or text_of(properties, SENDER_ADDRESS)
    name = text_of(properties, SENDER_NAME).replace('"', "'")
    made = {
        "From": f'"{name}" <{sender}>' if "@" in sender else name,
        "To": text_of(properties, DISPLAY_TO),
        "Cc": text_of(properties, DISPLAY_CC),
        "Subject": text_of(properties, SUBJECT),
        "Date": _date(properties),
        "Message-ID": text_of(properties, MESSAGE_ID),
        "In-Reply-To": text_of(properties, IN_REPLY_TO),
    }
    lines = (f"{name}: {value}\r\n" for name, value in made.items() if value)
    return "".join(lines).encode("utf-8", "replace")


def _without_structure(headers: str) -> str:
    """Return delivered headers without those that describe parts which are here no more."""
    kept: list[str] = []
    is_kept = False
    for line in headers.replace("\r", "").split("\n"):
        if not line.strip():
            continue
        if not line.startswith((" ", "\t")):
            is_kept = ":" in line and not line.lower().startswith(("content-", "mime-version"))
        if is_kept:
            kept.append(f"{line}\r\n")
    return "".join(kept)


def _date(properties: Mapping[int, Value]) -> str:
    for number in (SUBMITTED, DELIVERED):
        ticks = properties.get(number)
        if isinstance(ticks, int) and ticks > 0:
            try:
                return format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
            except (OverflowError, ValueError):
                continue
    return ""
