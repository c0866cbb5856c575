"""Form fields of rich text, and fonts of signs (RTF 1.9.1, "Form Fields", "Font Table")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from intake.parsing.office import tick_boxes

_FONT = re.compile(
    rb"\{\\f(\d{1,5})(?:\\[a-z]{1,20}-?\d{0,10} ?|\{[^{}]{0,100}\}){0,10}[\r\n ]*"
    rb"(Wingdings(?: 2)?);"
)
_CHECK_BOX, _LIST = 1, 2
_UNTOLD = 25
"""The result of a field that nobody has touched: what it was made with holds."""


def find_sign_fonts(rtf: bytes) -> dict[int, str]:
    """Return the fonts of the table whose letters are signs, by their numbers."""
    return {int(number): name.decode("ascii") for number, name in _FONT.findall(rtf)}


@dataclass(slots=True)
class FormField:
    """A form field, taken word by word; one to write in has its result as text beside it."""

    depth: int
    """How many groups are open around what it says."""
    entries: list[bytearray] = field(default_factory=list)
    """Of a list, in bytes of the document's charset."""
    is_in_entry: bool = False
    _facts: dict[bytes, int] = field(default_factory=dict)

    def take_word(self, word: bytes, number: int) -> None:
        """Take a control word and its number; a word without one counts as 0."""
        if word == b"ffl":
            self.entries.append(bytearray())
            self.is_in_entry = True
        else:
            self._facts.setdefault(word, number)

    def take_bytes(self, data: bytes) -> None:
        """Take plain text, which is kept only of a list."""
        if self.is_in_entry:
            self.entries[-1] += data

    def text(self) -> bytes:
        """Return what is ticked or chosen."""
        result = self._facts.get(b"ffres", _UNTOLD)
        if result == _UNTOLD:
            result = self._facts.get(b"ffdefres", 0)
        kind = self._facts.get(b"fftype")
        if kind == _CHECK_BOX:
            return tick_boxes.box(result == 1).encode("ascii")
        is_chosen = kind == _LIST and 0 <= result < len(self.entries)
        return bytes(self.entries[result]).strip() if is_chosen else b""
