"""JSON objects over a pipe or socket: four bytes of length (big endian), then UTF-8."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

LENGTH = struct.Struct(">I")
MAX_FRAME_BYTES = 256 << 20


def frame(content: dict[str, Any]) -> bytes:
    """Return one object as it is written."""
    encoded = json.dumps(content, ensure_ascii=True).encode("ascii")
    return LENGTH.pack(len(encoded)) + encoded


def write_frame(stream: IO[bytes], content: dict[str, Any]) -> None:
    """Write one object and flush."""
    stream.write(frame(content))
    stream.flush()


def read_frame(stream: IO[bytes]) -> dict[str, Any] | None:
    """Read one object; None when the other side has hung up."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    body = stream.read(length)
    if len(body) < length:
        return None
    content: dict[str, Any] = json.loads(body)
    return content
