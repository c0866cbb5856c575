"""Files that are text themselves, whatever they are called: what they say, within bounds."""

from __future__ import annotations

import codecs
import quopri
import re

from intake.parsing.writing import charsets, html_text
from intake.parsing.writing.text import clean_text

MAX_CHARACTERS = 100_000
"""Of a longer file the beginning and the end are read: a chat grows at its end."""
_MAX_BYTES = 4 * MAX_CHARACTERS
_PAGES = ("<html", "<!doc")
_CARDS = re.compile(r"(?i)\s*BEGIN:V(?:CARD|CALENDAR)\b")
_FOLD = re.compile(r"\n[ \t]|=\n")
_LINE = re.compile(r"(?P<name>[A-Za-z0-9.-]{1,80})(?P<parameters>(?:;[^:\n]*)?):(?P<value>.+)")
_SILENT = frozenset(
    {"action", "begin", "calscale", "class", "created", "dtend", "dtstamp", "dtstart", "duration",
     "end", "key", "last-modified", "logo", "method", "org", "photo", "prodid", "rev", "role",
     "rrule", "sequence", "sound", "status", "title", "transp", "trigger", "tzid", "tzname",
     "tzoffsetfrom", "tzoffsetto", "uid", "url", "version"}
)  # fmt: skip
"""What programs write in cards and appointments, and what somebody is by trade (RFC 6350 §6,
RFC 5545 §3.8); a person wrote the rest."""


def read_text(content: bytes, media_type: str) -> tuple[str, bool]:
    """Return what a text file says to a reader, and whether it is all of it."""
    parts, is_whole = _decode(content)
    told = [_visible(part, media_type) for part in parts]
    text, is_short = both_ends("\n".join(part for part in told if part))
    return text, is_whole and is_short


def both_ends(text: str) -> tuple[str, bool]:
    """Return a text, or the beginning and the end of a long one, and whether it is all of it."""
    if len(text) <= MAX_CHARACTERS:
        return text, True
    half = MAX_CHARACTERS // 2
    return f"{text[:half]}\n{text[-half:]}", False


def _decode(content: bytes) -> tuple[list[str], bool]:
    """Return the text of a file, or of its beginning and its end, and whether it is all."""
    codec = _codec(content)
    if len(content) <= _MAX_BYTES:
        return [clean_text(charsets.decode(content, codec))], True
    half = _MAX_BYTES // 2
    end = content[len(content) - half - len(content) % 2 :]  # of UTF-16 no half character
    return [clean_text(charsets.decode(part, codec)) for part in (content[:half], end)], False


def _codec(content: bytes) -> str | None:
    marks = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    return next((name for mark, name in marks.items() if content.startswith(mark)), None)


def _visible(text: str, media_type: str) -> str:
    if _CARDS.match(text):
        return _card(text)
    if "html" in media_type or "xml" in media_type or text.lstrip()[:5].lower() in _PAGES:
        return clean_text(html_text.to_text(text).text).strip()
    return text.strip("\n")


def _card(text: str) -> str:
    """Return what a person wrote in a card or an appointment, a value a line."""
    found = []
    for line in _FOLD.sub("", text).split("\n"):
        match = _LINE.match(line)
        if match is None or match["name"].rpartition(".")[2].lower() in _SILENT:
            continue
        value = match["value"]
        if "quoted-printable" in match["parameters"].lower():
            value = clean_text(charsets.decode(quopri.decodestring(value.encode())))
        found.append(value.replace("\\n", "\n").replace("\\", "").replace(";", " ").strip())
    return "\n".join(filter(None, found))
