"""Encoded words of headers: ``=?utf-8?Q?Perch=C3=A9?=`` (RFC 2047)."""

from __future__ import annotations

import binascii
import re

from intake.parsing.writing.charsets import decode as decode_bytes

_WORD = re.compile(r"=\?([^?\s]{1,75})\?([bBqQ])\?([^?\r\n]*)\?=")


def decode(value: str) -> str:
    """Return ``value`` with its encoded words decoded; what is not one stays as it is.

    White space between two encoded words is not shown (§6.2). Neighbours of one charset are
    joined before they are decoded, because senders cut characters in two.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        if between.strip() or not run:
            out += (_decode_run(run), between)
            run = []
        run.append((match[1].lower(), match[2].lower(), match[3]))
        position = match.end()
    out += (_decode_run(run), value[position:])
    return "".join(out)


def _decode_run(run: list[tuple[str, str, str]]) -> str:
    out: list[str] = []
    start = 0
    for end in range(1, len(run) + 1):
        if end == len(run) or run[end][0] != run[start][0]:
            out.append(_decode_alike(run[start:end]))
            start = end
    return "".join(out)


def _decode_alike(words: list[tuple[str, str, str]]) -> str:
    charset = words[0][0]
    if all(encoding == "b" for _, encoding, _ in words) and _is_cut(words):
        data = _from_base64("".join(text for _, _, text in words))
    else:
        data = b"".join(
            _from_base64(text) if encoding == "b" else _from_q(text) for _, encoding, text in words
        )
    return decode_bytes(data, charset)


def _is_cut(words: list[tuple[str, str, str]]) -> bool:
    """Tell whether a sender cut one base64 text into words without regard to its groups of 4."""
    lengths = [len(text) for _, _, text in words]
    if all(length % 4 == 0 for length in lengths[:-1]):
        return False
    return sum(lengths) % 4 == 0 or any(length % 4 == 1 for length in lengths[:-1])


def _from_base64(text: str) -> bytes:
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", text.encode("ascii", "replace"))
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _from_q(text: str) -> bytes:
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
