"""Lines of paper that hold several: ``Mario Rossi - Via Po 3 - 10123 Torino - Tel. 011 ...``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from intake.letters.lines import Block, Line
from intake.letters.others import is_address_line
from intake.letters.senders import find_emails, find_phones, is_bare_number

_BETWEEN = re.compile(r"\s+[-–—*]\s+|\s*[|•·]\s*")
_LEAST_CONTACTS = 2
"""Of streets, towns, telephones and addresses; running text has as many in no line, or one."""


def spread(blocks: Sequence[Block], *, is_text: Callable[[str], bool]) -> list[Block]:
    """Cut the lines of a letterhead at their dashes, dots and strokes, up to where text begins."""
    spread_blocks: list[Block] = []
    is_begun = False
    for block in blocks:
        lines: Block = []
        for line in block:
            is_begun = is_begun or is_text(line.text)
            lines += [line] if is_begun else spread_line(line)
        spread_blocks.append(lines)
    return spread_blocks


def spread_line(line: Line) -> list[Line]:
    """Return the parts of a line that holds several contacts; any other line whole.

    A number without a word before it stays with what it follows, unless that is a telephone: it
    may be a second fax.
    """
    parts: list[str] = []
    for part in filter(None, map(str.strip, _BETWEEN.split(line.text))):
        if parts and is_bare_number(part) and not find_phones(parts[-1], is_alone_enough=True):
            parts[-1] += f" - {part}"
        else:
            parts.append(part)
    if sum(map(_is_contact, parts)) < _LEAST_CONTACTS:
        return [line]
    return [replace(line, text=part) for part in parts]


def _is_contact(text: str) -> bool:
    return (
        is_address_line(text)
        or bool(find_phones(text, is_alone_enough=True))
        or bool(find_emails(text))
    )
