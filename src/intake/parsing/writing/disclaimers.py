"""Disclaimers: the notices of confidentiality that mail servers add (Italian and English).

A paragraph is one only if it speaks of "this message" as confidential or meant for somebody *and*
tells whoever is not meant what to do, or names the law. A question, or a word in the first person,
is the writer's own: then nothing is cut. Only the end of a text is looked at.
"""

from __future__ import annotations

import re

_MAX_PARAGRAPHS = 8
_MAX_LENGTH = 6000
_LEAST_LENGTH = 100
_MAX_LINES = 200
_SIGNS = ("riservat", "confiden", "destinat", "intended", "privileged", "esclusiv", "presente")
"""Words of which every disclaimer has one; most messages have none and are not looked into."""

_THIS_MESSAGE = (
    r"(?:(?:quest[oa'’]|(?:il|la|del|della|nel|nella|al|alla) presente)\s?"
    r"(?:messaggio|e-?mail|mail|posta elettronica|comunicazione|trasmissione)"
    r"|this (?:e-?mail|mail|message|communication|transmission))"
)
_SPEAKS = re.compile(
    rf"(?i)\b(?:inform\w+|content\w*|contenut\w*|dati)\b[^.?]{{0,60}}\b{_THIS_MESSAGE}"
    rf"|\b{_THIS_MESSAGE}[^?]{{0,200}}(?:riservat|confidenzial|confidential|privileged|intended"
    r"|esclusiv|destinat)"
)
_INSTRUCTS = re.compile(
    r"(?i)(?:ricevut|pervenut|received)[^.?]{0,80}(?:per errore|erroneamente|in error|by mistake)"
    r"|(?:erroneamente|per errore)[^.?]{0,60}(?:ricevut|pervenut)"
    r"|not (?:the|an) intended (?:recipient|addressee)"
    r"|non (?:è|e'|siete|siate) (?:il|i) destinatari"
    r"|(?:vietat|proibit|prohibit)\w*|solely for the (?:use|addressee|intended)"
    r"|(?:2016/679|196/2003|\bGDPR\b)"
)
_OWN_WORDS = re.compile(
    r"(?i)\?|\b(?:io|ho|mi|mio|mia|miei|mie|vorrei|chiedo|abbiamo|my|me|(?-i:I))\b"
)
_HEADING = re.compile(
    r"(?i)[\s*_=-]*(?:(?:avviso|clausola|nota|notice)?\s*(?:di|of|sulla)?\s*"
    r"(?:riservatezza|confidentiality|privacy|disclaimer)(?:\s*(?:notice|note))?|disclaimer"
    r"|avviso legale|legal notice)[\s:*_=.-]*$"
)
_FOOTER = re.compile(
    r"(?i)[\s*]*(?:[_=*-]{3,}|(?:prima di stampare|please consider the environment"
    r"|rispetta l'ambiente|pensa all'ambiente)\b.{0,200}"
    r"|(?:privo di virus|virus-free)\b.{0,80})\s*$"
)


def without_disclaimer(lines: list[str]) -> list[str]:
    """Return the lines before the disclaimers that end them; all where there is none."""
    tail = "\n".join(lines[-_MAX_LINES:]).lower()
    if not any(sign in tail for sign in _SIGNS):
        return lines
    end, kept = len(lines), len(lines)
    found = False
    for _ in range(_MAX_PARAGRAPHS):
        start, end = _last_paragraph(lines, end)
        if start == end:
            break
        paragraph = _joined(lines[start:end])
        is_disclaimer = _is_disclaimer(paragraph)
        if not (is_disclaimer or _FOOTER.match(paragraph) or (found and _HEADING.match(paragraph))):
            break
        found = found or is_disclaimer
        kept, end = start, start
    return lines[:kept]


def _last_paragraph(lines: list[str], end: int) -> tuple[int, int]:
    """Return where the last paragraph before ``end`` begins and ends.

    A rule or a heading on a line of its own begins another paragraph.
    """
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip():
        start -= 1
        if _begins_one(lines[start]):
            return (start if start == end - 1 else start + 1), end
    return start, end


def _begins_one(line: str) -> bool:
    line = line[:200]
    return bool(_HEADING.match(line) or _FOOTER.match(line)) or line.strip() == "--"


def _joined(lines: list[str]) -> str:
    length, joined = 0, []
    for line in lines:
        joined.append(line.strip()[:_MAX_LENGTH])
        length += len(joined[-1])
        if length > _MAX_LENGTH:
            return ""
    return " ".join(joined)


def _is_disclaimer(paragraph: str) -> bool:
    return (
        len(paragraph) >= _LEAST_LENGTH
        and not _OWN_WORDS.search(paragraph)
        and bool(_SPEAKS.search(paragraph) and _INSTRUCTS.search(paragraph))
    )
