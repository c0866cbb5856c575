"""Strings fit to leave the parser: no controls, no lone surrogates, NFC, LF line ends."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls but for TAB and LF, lone surrogates, and the byte order mark.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_LINE_BREAKS = re.compile("[ \t]*[\r\n\x0b\x0c\x85\u2028\u2029]+[ \t]*|\t")
_FOREIGN_RUN = re.compile("[^\x00-\u02ff]{40,}")
_MAX_MARKS = 30


def clean_text(text: str) -> str:
    """Return ``text`` with LF line ends, in NFC, without controls, NUL or lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x0c" in text or "\u2028" in text or "\u2029" in text:
        text = text.replace("\x0c", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _to_nfc(_UNFIT.sub(_mend, text))


def clean_line(text: str) -> str:
    """Return ``text`` as one line, trimmed and otherwise as ``clean_text`` does."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _to_nfc(_UNFIT.sub(_mend, _LINE_BREAKS.sub(" ", text))).strip()


def clean_value(value: object) -> object:
    """Return a JSON value with every string in it cleaned; its shape stays as it is."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_value(entry) for entry in value]
    if isinstance(value, dict):
        return {clean_line(str(key)): clean_value(entry) for key, entry in value.items()}
    return value


def _mend(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match.group() <= "\udfff" else ""


def _to_nfc(text: str) -> str:
    """Return ``text`` in NFC unless composing it would be slow.

    Putting combining marks into order is quadratic in the length of their run; the stream-safe
    text format allows 30 of them (Unicode Standard Annex 15 §13).
    """
    try:
        text.encode("latin-1")  # what fits there is in NFC: the quickest test for most texts
    except UnicodeEncodeError:
        return unicodedata.normalize("NFC", text) if _is_stream_safe(text) else text
    return text


def _is_stream_safe(text: str) -> bool:
    for run in _FOREIGN_RUN.finditer(text):
        marks = 0
        for character in run.group():
            marks = marks + 1 if unicodedata.combining(character) else 0
            if marks > _MAX_MARKS:
                return False
    return True
