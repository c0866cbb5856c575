"""Bytes -> text, whatever charset they are in and whatever charset they claim.

The rule for Italian mail is "strict UTF-8, else cp1252": detectors by statistics are wrong on
short texts. A declared charset is believed only where it can be right.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}\Z")
_CP1252 = bytes(range(256)).decode("cp1252", errors="replace")
# unicode_escape turns text into other text, idna and punycode are quadratic in the input,
# undefined always fails; none of them is a charset of mail.
_REFUSED = frozenset(
    {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}
)
_LATIN = frozenset({"ascii", "utf-8", "iso8859-1", "cp1252", "latin-1"})
_SINGLE_BYTE = ("iso8859-", "cp125", "koi8", "mac", "cp437", "cp85", "cp86", "tis-620")


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of ``data``, believing the ``declared`` charset where it can be right."""
    codec = find_codec(declared) if declared else None
    if codec is None or codec in _LATIN:
        return _utf8_or_cp1252(data)
    if codec.startswith(_SINGLE_BYTE) and not data.isascii():
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return _utf8_or_cp1252(data)


@lru_cache(maxsize=256)
def find_codec(declared: str) -> str | None:
    """Return Python's name for a declared charset, or None where there is no usable one."""
    name = declared.strip().strip("\"'").partition("*")[0]
    if not _NAME.match(name):
        return None
    try:
        b"a".decode(name)  # hex, zip and their like are codecs but not of text: LookupError
        found: str | None = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        found = _codec_of_two_bytes(name)
    return None if (found or "").replace("-", "_") in _REFUSED else found


def _codec_of_two_bytes(name: str) -> str | None:
    """Return the codec of a charset in which one byte alone is an error, such as UTF-16."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if found.startswith(("utf-16", "utf-32")) else None


def _utf8_or_cp1252(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    repaired = data.decode("utf-8", "intake.cp1252")
    strangers = sum(byte > 0x7F for byte in data[:65536])
    good = len(data[:65536].decode("utf-8", "ignore").encode("utf-8")) - (
        len(data[:65536]) - strangers
    )
    if good * 2 > strangers:  # UTF-8 with a few broken bytes, as after a cut in mid-character
        return repaired
    return codecs.charmap_decode(data, "strict", _CP1252)[0]


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - registered for decoding only
    bad = error.object[error.start : error.end]
    return codecs.charmap_decode(bad, "strict", _CP1252)[0], error.end


codecs.register_error("intake.cp1252", _as_cp1252)
