"""What a stream that is not UTF-8 can show: ASCII forms of what it has no sign for."""

from __future__ import annotations

import codecs
import io
import sys
from typing import TextIO

_FORMS = {
    **dict.fromkeys("─━═╌┄┈‐‑‒–—―−", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰╶╴╷╵╸╺", "+"),
    **dict.fromkeys("‘’‚′", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " "),
    "…": "~",  # as wide: what is cut off stands in columns
    "•": "*",
    "×": "x",
    "€": "E",
}
_UNKNOWN = "?"
_PLAINLY = "intake-plainly"


def speak_plainly() -> None:
    """Let stdout and stderr show a plain sign for what their encoding has none for."""
    codecs.register_error(_PLAINLY, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_PLAINLY)


def is_unicode(stream: TextIO) -> bool:
    """Return whether ``stream`` has every letter."""
    return (stream.encoding or "utf-8").lower().startswith("utf")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_FORMS.get(sign, _UNKNOWN) for sign in unknown), error.end
