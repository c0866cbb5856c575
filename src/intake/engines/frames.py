"""JSON objects over a pipe or socket: four bytes of length (big endian), then UTF-8."""

from __future__ import annotations

import json
import socket
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
    return json.loads(body) if len(body) == length else None


def receive_frame(
    connection: socket.socket, most_descriptors: int = 0
) -> tuple[dict[str, Any], list[int]] | None:
    """Receive one object and the descriptors that came with it; None when the other hung up."""
    header, descriptors, _, _ = socket.recv_fds(connection, LENGTH.size, most_descriptors)
    header += _receive(connection, LENGTH.size - len(header)) if header else b""
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    body = _receive(connection, length)
    return (json.loads(body), list(descriptors)) if len(body) == length else None


def _receive(connection: socket.socket, length: int) -> bytes:
    """Return the next ``length`` bytes; fewer when the other side has hung up."""
    received = bytearray()
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            break
        received += part
    return bytes(received)
