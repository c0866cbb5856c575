"""AES as ZIP files use it (cryptography)."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16
_CHUNK_BLOCKS = 65_536


def aes_ctr_little_endian(key: bytes, data: bytes) -> bytes:
    """Return ``data`` locked or unlocked in counter mode, the counter little-endian from 1."""
    # The library's own counter mode counts big-endian: the key stream is made of single blocks.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
    out = bytearray()
    for start in range(0, len(data), _CHUNK_BLOCKS * _BLOCK):
        piece = data[start : start + _CHUNK_BLOCKS * _BLOCK]
        first = start // _BLOCK + 1
        blocks = range(first, first + (len(piece) + _BLOCK - 1) // _BLOCK)
        stream = encryptor.update(b"".join(n.to_bytes(_BLOCK, "little") for n in blocks))
        mixed = int.from_bytes(piece, "little") ^ int.from_bytes(stream[: len(piece)], "little")
        out += mixed.to_bytes(len(piece), "little")
    return bytes(out)
