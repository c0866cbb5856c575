"""The letters of a page of a PDF, each with its place, and the lines that they make."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from intake.ocr.pdf.scans import Box
from intake.ocr.pdf.text_layers import Line

_HYPHEN, _NOTHING = "\x02", "\0"
"""What PDFium writes for the hyphen at the end of a line, and for a letter without a code."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A character of a page, in points; ends of lines and many spaces are of PDFium's own making.

    ``owner`` is the address of the text object that draws it, 0 where none does.
    """

    text: str
    box: Box
    owner: int

    @property
    def is_drawn(self) -> bool:
        """Whether it may leave ink on the page."""
        return self.owner != 0 and not self.text.isspace()


def read_letters(layer: Any) -> list[Letter]:
    """Return the characters of an open text layer (``FPDF_TEXTPAGE``), in the file's order."""
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides
    found = []
    for index in range(pdfium.FPDFText_CountChars(layer)):
        pdfium.FPDFText_GetCharBox(layer, index, left, right, bottom, top)
        box = Box(left.value, bottom.value, right.value, top.value)
        text = chr(pdfium.FPDFText_GetUnicode(layer, index))
        found.append(Letter(text, box, address_of(pdfium.FPDFText_GetTextObject(layer, index))))
    return found


def address_of(item: Any) -> int:
    """Return where an object of the page is in memory, by which two handles are the same."""
    return ctypes.addressof(item.contents) if item else 0


def lines_of(lines: Iterable[Sequence[Letter]]) -> list[Line]:
    """Return the lines that letters make, in NFC; one has no place if it is empty."""
    return [_line(line) for line in lines]


def split_lines(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Yield the letters line by line, without what ends a line."""
    line: list[Letter] = []
    for letter in letters:
        if letter.text == "\n":
            yield line
            line = []
        elif letter.text != "\r":
            line.append(letter)
    yield line


def _line(letters: Sequence[Letter]) -> Line:
    text = "".join(letter.text for letter in letters)
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = unicodedata.normalize("NFC", text.replace(_HYPHEN, "-").replace(_NOTHING, ""))
    shown = [letter.box for letter in letters if not letter.text.isspace()]
    if not shown:
        return Line(text, 0.0, 0.0, 0.0, 0.0)
    first, last = shown[0], shown[-1]
    return Line(text, first.left, first.bottom, last.right, first.height)
