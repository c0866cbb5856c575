"""Which lines of a reply are new, and which are the history it quotes (Italian and English).

What a citizen wrote is never cut: answers between and under quoted lines are new, a forward with
nothing before it is the request itself, and when in doubt the text stays whole.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from intake.parsing.writing.disclaimers import without_disclaimer
from intake.parsing.writing.histories import MAX_LINE, Histories, is_quoted

_MAX_SIGNATURE_LINES = 15
_MAX_FOOTER_LINES = 6

_MOBILE = re.compile(
    r"(?i)\s*(?:inviato (?:da|dal|dalla|con|tramite)\b|sent (?:from|with|via)\b"
    r"|(?:get|ottieni|scarica) outlook\b|(?:ottieni|scarica) (?:bluemail|app)\b).{0,80}$"
)
_FOOTER_RULE = re.compile(r"\s*[_-]{20,}\s*$")
_LIST_FOOTER = re.compile(r"(?i)mailing list|/listinfo/|unsubscribe|disiscri")
_MARKS = re.compile(r"(?:\s{0,3}(?:>|&gt;))+ ?")


class LeftOut(NamedTuple):
    """What stands in a text and is not new: quoted history without its marks, and the rest."""

    quoted: str
    footer: str
    """Signature, notice of confidentiality and whatever else the writer's program added."""


def new_text(text: str) -> str:
    """Return what the writer of ``text`` added: no quoted history, no signature, no
    disclaimer.

    Returns the whole text when nothing else would be left. Linear in the length of ``text``.
    """
    lines = text.split("\n")
    kept = [line for line, old in zip(lines, _are_old(lines, text), strict=True) if not old]
    kept = _without_signature(without_disclaimer(_without_list_footer(kept)))
    return _tidy(kept) or text.strip()


def left_out(text: str, new: str) -> LeftOut:
    """Return what stands in ``text`` and not in ``new``, whoever told them apart.

    Nothing is lost between the two: each line of ``text`` is in ``new`` or here.
    """
    lines = text.split("\n")
    told = Counter(line.strip() for line in new.split("\n"))
    found: dict[bool, list[str]] = {True: [], False: []}
    for line, old in zip(lines, _are_old(lines, text), strict=True):
        if told[line.strip()]:
            told[line.strip()] -= 1
        else:
            found[old].append(_MARKS.sub("", line, count=1) if is_quoted(line) else line)
    return LeftOut(_tidy(found[True]), _tidy(found[False]))


def _are_old(lines: list[str], text: str) -> list[bool]:
    """Tell of each line whether it is an introduction, marked, or after one without marks."""
    may_be_quoted = ">" in text or "&gt;" in text
    old = [may_be_quoted and is_quoted(line) for line in lines]
    for span in Histories(lines, text).spans():
        end = span.end if span.quoted else len(lines)
        old[span.first : end] = [True] * (end - span.first)
    return old


def _without_list_footer(lines: list[str]) -> list[str]:
    """Leave out the lines that a mailing list adds at the end, below a rule."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for number in range(end - 1, max(-1, end - _MAX_FOOTER_LINES - 1), -1):
        if _FOOTER_RULE.match(lines[number][:MAX_LINE]):
            footer = "\n".join(lines[number:end])[: 2 * MAX_LINE]
            return lines[:number] if _LIST_FOOTER.search(footer) else lines
    return lines


def _without_signature(lines: list[str]) -> list[str]:
    for number in range(len(lines) - 1, max(-1, len(lines) - _MAX_SIGNATURE_LINES - 2), -1):
        if lines[number].rstrip() == "--" and any(line.strip() for line in lines[:number]):
            lines = lines[:number]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _MOBILE.match(lines[end - 1][:MAX_LINE])):
        end -= 1
    return lines[:end]


def _tidy(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
