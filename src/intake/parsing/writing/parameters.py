"""Values with parameters: ``text/plain; charset=utf-8`` (RFC 2045 §5.1, RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from intake.parsing.writing import charsets, encoded_words

_MAX_PARAMETERS = 100
_CONTINUED = re.compile(r"([^*]+)\*(\d{1,3})(\*?)\Z")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse(value: str) -> tuple[str, dict[str, str]]:
    """Return the value in lower case, and its parameters by lower-case name, decoded.

    Takes what senders write: quotes left open, blanks in unquoted values, 8-bit names, encoded
    words in quotes. Of two parameters of one name the first stays; ``name*`` beats ``name``.
    """
    head, *rest = _split(value)
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for field in rest[:_MAX_PARAMETERS]:
        name, equals, text = field.partition("=")
        name = name.strip().lower()
        if not equals or not name:
            continue
        text = _unquote(text.strip())
        if name.endswith("*") and (match := _CONTINUED.match(name[:-1])) is None:
            pieces.setdefault(name[:-1], {}).setdefault(0, (text, True))
        elif match := _CONTINUED.match(name):
            piece = (text, bool(match[3]))
            pieces.setdefault(match[1], {}).setdefault(int(match[2]), piece)
        else:
            plain.setdefault(name, encoded_words.decode(text))
    for name, numbered in pieces.items():
        plain[name] = _join(numbered)
    return head.strip().lower(), plain


def _split(value: str) -> list[str]:
    """Split at semicolons outside quotes; a quote that is never closed ends with the value."""
    fields: list[str] = []
    start = position = 0
    while True:
        semicolon = value.find(";", position)
        quote = value.find('"', position, semicolon if semicolon >= 0 else len(value))
        if quote >= 0:
            position = _end_of_quote(value, quote)
        elif semicolon >= 0:
            fields.append(value[start:semicolon])
            start = position = semicolon + 1
        else:
            return [*fields, value[start:]]


def _end_of_quote(value: str, quote: int) -> int:
    position = quote + 1
    while True:
        end = value.find('"', position)
        if end < 0:
            return len(value)
        escapes = 0
        while value[end - 1 - escapes] == "\\" and end - 1 - escapes > quote:
            escapes += 1
        if escapes % 2 == 0:
            return end + 1
        position = end + 1


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text
    end = text.rfind('"')
    inner = text[1:end] if end > 0 else text[1:]
    # A backslash before a quote or itself escapes it; another is part of a Windows path.
    return _ESCAPED.sub(lambda m: m[1] if m[1] in '"\\' else m[0], inner)


def _join(numbered: dict[int, tuple[str, bool]]) -> str:
    """Join the pieces of a continued or encoded parameter in their order (RFC 2231 §3-4)."""
    charset = ""
    data = b""
    for place, number in enumerate(sorted(numbered)):
        text, is_encoded = numbered[number]
        if is_encoded and place == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        data += unquote_to_bytes(raw) if is_encoded else raw
    return encoded_words.decode(charsets.decode(data, charset or None))
