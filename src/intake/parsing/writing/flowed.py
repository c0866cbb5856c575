"""Paragraphs that were cut into lines on the way: ``format=flowed`` (RFC 3676)."""

from __future__ import annotations


def unflow(text: str, *, deletes_space: bool) -> str:
    """Return ``text`` with its soft line breaks undone; ``deletes_space`` is ``DelSp=yes``."""
    out: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        quotes = len(line) - len(content)
        content = content.removeprefix(" ")  # space-stuffing (§4.4)
        if paragraph and quotes != depth:
            out.append(_quote("".join(paragraph), depth))
            paragraph = []
        depth = quotes
        is_soft = content.endswith(" ") and content != "-- "
        paragraph.append(content[:-1] if is_soft and deletes_space else content)
        if not is_soft:
            out.append(_quote("".join(paragraph), depth))
            paragraph = []
    if paragraph:
        out.append(_quote("".join(paragraph), depth))
    return "\n".join(out)


def _quote(text: str, depth: int) -> str:
    return f"{'>' * depth} {text}" if depth else text
