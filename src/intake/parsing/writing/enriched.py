"""Text of the old formats text/enriched (RFC 1896) and text/richtext (RFC 1341 §7.1.3)."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"(?i)<<|<(/?)(param|nl|lt|np|[a-z0-9-]{1,60})>|\n+|[^<\n]+|<")
_RICHTEXT_BREAKS = frozenset({"nl", "np"})


def to_text(source: str, *, is_richtext: bool = False) -> str:
    """Return what ``source`` says, without its commands.

    In text/enriched a single line break is a blank, and n of them are n - 1; in text/richtext
    only ``<nl>`` breaks the line and ``<lt>`` is the sign itself.
    """
    said: list[str] = []
    is_parameter = False
    for token in _TOKEN.finditer(source):
        word = token[0]
        command = (token[2] or "").lower()
        if command == "param":
            is_parameter = not token[1]
        elif is_parameter:
            continue
        elif command:
            said.append(_said_by(command, is_richtext=is_richtext))
        elif word.startswith("\n"):
            said.append(" " if is_richtext or len(word) == 1 else "\n" * (len(word) - 1))
        else:
            said.append("<" if word == "<<" else word)
    return "".join(said)


def _said_by(command: str, *, is_richtext: bool) -> str:
    if not is_richtext:
        return ""
    if command in _RICHTEXT_BREAKS:
        return "\n"
    return "<" if command == "lt" else ""
