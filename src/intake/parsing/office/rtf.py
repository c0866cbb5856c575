"""Rich text: of Outlook unpacked (MS-OXRTFCP), as the plain text a reader sees, its pictures."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from intake.parsing.office import tick_boxes
from intake.parsing.office.rtf_fields import FormField, find_sign_fonts
from intake.parsing.writing import charsets

MAX_BYTES = 4_000_000
"""Rich text is unpacked and read up to here."""
_MAX_TOKENS = 500_000
_PREFILL = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+",
    re.IGNORECASE,
)
_SILENT = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"themedata",
     b"datastore", b"listtable", b"listoverridetable", b"generator", b"filetbl"}
)  # fmt: skip
_HEADS = frozenset({b"header", b"headerl", b"headerr", b"headerf"})
_FEET = frozenset({b"footer", b"footerl", b"footerr", b"footerf"})
_GROUP = rb"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_PICTURE = re.compile(
    rb"\\pict(?![a-z])((?:\\(?!bin\d)[a-z]+-?\d*|" + _GROUP + rb"|[\r\n ])*)"
    rb"(?:\\bin(\d{1,9}) ?|([0-9a-f\r\n ]*))",
    re.IGNORECASE,
)
"""A picture: words that say how it is, then the number of its bytes, which follow as they are, or
these as hexadecimal figures."""
_GOAL = re.compile(rb"\\pic([wh])goal(\d{1,9})(?!\d)")
_TWIPS_PER_INCH = 1440
_ONCE_MORE = b"\\nonshppict"
"""Before a picture that stands here in a form for older programs."""
_WORDS = {
    b"par": "\n", b"line": "\n", b"tab": "\t", b"row": "\n", b"cell": "\t", b"page": "\n",
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip
_SYMBOLS = {
    b"~": "\xa0", b"_": "-", b"\n": "\n", b"\r": "\n", b"\\": "\\", b"{": "{", b"}": "}"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RtfPicture:
    """The bytes of a picture, and how large it is shown."""

    data: bytes
    inches: tuple[float, float] | None
    """Width and height; None where that is not said."""


def take_pictures(rtf: bytes) -> tuple[bytes, list[RtfPicture]]:
    """Return rich text without its pictures, and these, each once."""
    kept: list[bytes] = []
    pictures: list[RtfPicture] = []
    end = 0
    while match := _PICTURE.search(rtf, end):
        kept += rtf[end : match.start()], b"\\pict "
        is_once_more = _ONCE_MORE in rtf[max(match.start() - 20, end) : match.start()]
        end = match.end() + int(match[2] or 0)
        data = _unhex(match[3]) if match[2] is None else rtf[match.end() : end]
        if data and not is_once_more:
            pictures.append(RtfPicture(data, _inches(match[1])))
    return b"".join([*kept, rtf[end:]]), pictures


def _inches(words: bytes) -> tuple[float, float] | None:
    """Return the size that a picture is to have; the file gives it in twips."""
    goals = {name: int(twips) / _TWIPS_PER_INCH for name, twips in _GOAL.findall(words)}
    return (goals[b"w"], goals[b"h"]) if len(goals) == 2 else None


def _unhex(figures: bytes) -> bytes:
    joined = b"".join(figures.split())
    return bytes.fromhex(joined[: len(joined) // 2 * 2].decode("ascii"))


def decompress(packed: bytes) -> bytes:
    """Return the rich text of PR_RTF_COMPRESSED; what could be read of a damaged one."""
    if len(packed) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<IIII", packed)
    if kind == 0x414C454D:  # MELA: stored as it is
        return packed[16 : 16 + min(raw_size, MAX_BYTES)]
    if kind != 0x75465A4C:  # LZFu
        return b""
    return _unpack(packed, min(raw_size, MAX_BYTES))


def _unpack(packed: bytes, limit: int) -> bytes:
    out = bytearray(_PREFILL)
    start = len(_PREFILL)
    position = 16
    while position < len(packed) and len(out) - start < limit:
        flags = packed[position]
        position += 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += packed[position : position + 1]
                position += 1
                continue
            if position + 2 > len(packed):
                return bytes(out[start:])
            reference = packed[position] << 8 | packed[position + 1]
            position += 2
            distance = (len(out) - (reference >> 4)) % _WINDOW
            if distance == 0:  # the place where the next byte goes: the end
                return bytes(out[start : start + limit])
            if distance > len(out):
                return bytes(out[start:])
            for _ in range((reference & 15) + 2):
                out.append(out[-distance])
    return bytes(out[start : start + limit])


def to_text(rtf: bytes) -> str:
    """Return the words of rich text: headers, body, footers, each header and footer once.

    Form fields are told by what is ticked, chosen or written in them.

    HTML that was wrapped in it gives its text (MS-OXRTFEX).

    One pass: linear in the length of ``rtf``.
    """
    reader = _Reader(find_sign_fonts(rtf[:MAX_BYTES]))
    for match in islice(_TOKEN.finditer(rtf[:MAX_BYTES]), _MAX_TOKENS):
        reader.take(match)
    return reader.text()


@dataclass(slots=True)
class _Reader:
    """What the groups and control words read so far mean for the next ones."""

    sign_fonts: Mapping[int, str]
    body: list[str] = field(default_factory=list)
    heads: list[list[str]] = field(default_factory=list)
    feet: list[list[str]] = field(default_factory=list)
    out: list[str] = field(init=False)
    """Where what is read belongs: to the body, or to a header or footer."""
    waiting: bytearray = field(default_factory=bytearray)
    """Bytes in ``charset`` that are not decoded yet."""
    charset: str = "cp1252"
    groups: list[tuple[bool, int, list[str], str]] = field(default_factory=list)
    is_silent: bool = False
    """Inside a group whose words are not the writer's, such as the table of fonts."""
    is_rtf_only: bool = False
    """Between ``\\htmlrtf`` and ``\\htmlrtf0``: not of the wrapped HTML."""
    is_group_new: bool = False
    fallback: int = 1
    """How many characters stand after ``\\uN`` for readers without Unicode."""
    to_skip: int = 0
    font: str = ""
    """That of signs in which the next letters stand; empty for any other."""
    form: FormField | None = None

    def __post_init__(self) -> None:
        self.out = self.body

    def take(self, match: re.Match[bytes]) -> None:
        """Take one token; its kind is the group that matched."""
        word, number, code, symbol, brace, plain = match.groups()
        if brace:
            self._take_brace(brace)
            return
        if self.is_group_new and (symbol == b"*" or word in _SILENT):
            self.is_silent = True
        elif self.is_group_new and word in _HEADS | _FEET:
            self._begin(self.heads if word in _HEADS else self.feet)
        self.is_group_new = False
        if word == b"formfield":
            self.form = FormField(len(self.groups))
        elif self.form is not None:
            self._take_of_form(match)
        elif word == b"htmlrtf":
            self.is_rtf_only = number != b"0"
        elif word == b"ansicpg" and number and charsets.find_codec(f"cp{int(number)}"):
            self.charset = f"cp{int(number)}"
        elif self.is_silent or self.is_rtf_only:
            return
        elif word:
            self._take_word(word, int(number or 0))
        elif code:
            self._take_bytes(bytes((int(code, 16),)))
        elif symbol:
            self._take_text(_SYMBOLS.get(symbol, ""))
        elif plain:
            self._take_bytes(plain)

    def _take_of_form(self, match: re.Match[bytes]) -> None:
        word, number, code, _, _, plain = match.groups()
        if self.form is not None and word:
            self.form.take_word(word, int(number or 0))
        elif self.form is not None:
            self.form.take_bytes(bytes((int(code, 16),)) if code else plain or b"")

    def text(self) -> str:
        """Return all that was taken; two halves of a character outside the BMP become one."""
        self._flush()
        parts = [
            *dict.fromkeys(_stripped(head) for head in self.heads),
            "".join(self.body),
            *dict.fromkeys(_stripped(foot) for foot in self.feet),
        ]
        joined = "\n".join(part for part in parts if part)
        return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _take_brace(self, brace: bytes) -> None:
        self.to_skip = 0
        self.is_group_new = brace == b"{"
        if self.is_group_new:
            self.groups.append((self.is_silent, self.fallback, self.out, self.font))
            return
        if self.form is not None:
            self._end_group_of(self.form)
        before = self.groups.pop() if self.groups else (False, 1, self.body, "")
        if before[2] is not self.out or before[3] != self.font:
            self._flush()
        self.is_silent, self.fallback, self.out, self.font = before

    def _end_group_of(self, form: FormField) -> None:
        """End an entry of a list, or the field, whose text then stands where the field does."""
        form.is_in_entry = False
        if len(self.groups) <= form.depth:
            self.form = None
            self._flush()
            if not self.is_rtf_only:
                self.waiting += form.text()
                self._flush()

    def _begin(self, parts: list[list[str]]) -> None:
        """Collect what follows in this group as a part of its own."""
        self._flush()
        self.out = []
        parts.append(self.out)

    def _take_word(self, word: bytes, number: int) -> None:
        if word == b"uc":
            self.fallback = min(max(number, 0), 4)
        elif word in (b"f", b"plain"):
            self._flush()
            self.font = self.sign_fonts.get(number, "") if word == b"f" else ""
        elif word == b"u":
            self._take_text(tick_boxes.with_signs(chr(number & 0xFFFF), self.font))
            self.to_skip = self.fallback
        elif word in _WORDS:
            self._take_text(_WORDS[word])

    def _take_text(self, text: str) -> None:
        self._flush()
        self.out.append(text)

    def _take_bytes(self, data: bytes) -> None:
        self.waiting += data[self.to_skip :]
        self.to_skip = max(self.to_skip - len(data), 0)

    def _flush(self) -> None:
        if self.waiting:
            charset = "latin-1" if self.font else self.charset
            text = charsets.decode(bytes(self.waiting), charset)
            self.out.append(tick_boxes.with_signs(text, self.font))
            self.waiting.clear()


def _stripped(part: Sequence[str]) -> str:
    return "".join(part).strip()
