"""Files in a ZIP that AES locks (WinZip AE-1 and AE-2)."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zipfile
import zlib
from collections.abc import Sequence

METHOD = 99
_EXTRA = 0x9901
_SALT_BYTES = {1: 8, 2: 12, 3: 16}
_ROUNDS = 1000
_MAC_BYTES = 10


def read(data: bytes, info: zipfile.ZipInfo, passwords: Sequence[str]) -> bytes | None:
    """Return the unlocked bytes of one file; None when no password opens it.

    Raises ``ValueError`` when the file is damaged or packed in an unknown way.
    """
    from intake.parsing.containers.ciphers import (  # noqa: PLC0415 - cryptography, where something is locked
        aes_ctr_little_endian,
    )

    strength, method = _extra(info.extra)
    start = _start(data, info)
    packed = data[start : start + info.compress_size]
    salt_bytes = _SALT_BYTES[strength]
    salt, proof = packed[:salt_bytes], packed[salt_bytes : salt_bytes + 2]
    locked, mac = packed[salt_bytes + 2 : -_MAC_BYTES], packed[-_MAC_BYTES:]
    key_bytes = salt_bytes * 2
    for password in passwords:
        keys = hashlib.pbkdf2_hmac(
            "sha1", password.encode("utf-8"), salt, _ROUNDS, 2 * key_bytes + 2
        )
        if keys[-2:] != proof:
            continue
        found = hmac.new(keys[key_bytes:-2], locked, hashlib.sha1).digest()[:_MAC_BYTES]
        if hmac.compare_digest(found, mac):
            return _unpack(aes_ctr_little_endian(keys[:key_bytes], locked), method, info.file_size)
    return None


def _unpack(content: bytes, method: int, size: int) -> bytes:
    if method == zipfile.ZIP_STORED:
        return content
    if method == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(wbits=-15).decompress(content, size + 1)
    raise ValueError(f"packed by method {method}")


def _extra(extra: bytes) -> tuple[int, int]:
    """Return the strength of the key and the method of packing."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == _EXTRA and length >= 7 and position + 11 <= len(extra):
            strength, method = struct.unpack_from("<BH", extra, position + 8)
            if strength in _SALT_BYTES:
                return strength, method
        position += 4 + length
    raise ValueError("no description of the key")


def _start(data: bytes, info: zipfile.ZipInfo) -> int:
    """Return where the bytes of a file begin: after its local header."""
    header = data[info.header_offset : info.header_offset + 30]
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise ValueError("no local header")
    name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
    return info.header_offset + 30 + int(name_bytes) + int(extra_bytes)
