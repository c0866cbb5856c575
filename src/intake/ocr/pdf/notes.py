"""What people wrote on a page of a PDF without it being drawn there: notes, comments, boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

NOTES_UNREAD = "page_notes_unread"
"""Defect of a page with more notes on it than are read."""

_MOST_NOTES = 500
_MOST_LOOKED_AT = 20_000
"""Annotations of any kind: an index has thousands of links."""
_MOST_CHARACTERS = 50_000
_MARKUP = frozenset(
    {pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_LINE,
     pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_POLYGON,
     pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE,
     pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_STAMP,
     pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_FILEATTACHMENT}
)  # fmt: skip
"""Annotations that a person makes (ISO 32000-1 §12.5.6.2); others are links, fields and films."""
_HIDDEN = 1 << 1  # ISO 32000-1 §12.5.3, table 165
_END_BYTES = 2  # UTF-16LE, with a NUL at its end


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of a page, in the file's order."""

    texts: tuple[str, ...] = ()
    is_whole: bool = True
    """There are no more, and none is cut."""
    has_files: bool = False
    """Files are attached to the page (ISO 32000-1 §12.5.6.15)."""

    def beside(self, text: str) -> str:
        """Return those that ``text``, what is read on the page itself, does not say already.

        A comment on a marked passage often repeats it.
        """
        said = " ".join(text.split())
        return "\n".join(note for note in self.texts if " ".join(note.split()) not in said)


def read_notes(page: Any) -> Notes:
    """Return the notes of a loaded page (``FPDF_PAGE``), each once.

    Text boxes with an appearance are left out: they are drawn, and read with the page.
    """
    count = pdfium.FPDFPage_GetAnnotCount(page)
    texts: dict[str, None] = {}
    length = markups = 0
    has_files = False
    is_whole = count <= _MOST_LOOKED_AT
    for note in _notes(page, min(count, _MOST_LOOKED_AT)):
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        has_files = has_files or kind == pdfium.FPDF_ANNOT_FILEATTACHMENT
        if not _is_unseen_markup(note, kind):
            continue
        markups += 1
        text = _string(note, b"Contents").strip() if markups <= _MOST_NOTES else ""
        if markups > _MOST_NOTES or length + len(text) > _MOST_CHARACTERS:
            is_whole = is_whole and text in texts
        elif text and text not in texts:
            texts[text] = None
            length += len(text)
    return Notes(tuple(texts), is_whole, has_files)


def _notes(page: Any, count: int) -> Iterator[Any]:
    """Yield annotations of any kind, each open until the next one is asked for."""
    for index in range(count):
        note = pdfium.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            yield note
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _is_unseen_markup(note: Any, kind: int) -> bool:
    """Say whether a person's words may be in the note that are not drawn on the page."""
    if kind not in _MARKUP or pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN:
        return False
    if pdfium.FPDFAnnot_HasKey(note, b"StateModel"):  # a program's "marked as read"
        return False
    drawing = pdfium.FPDFAnnot_GetAP(note, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)
    return bool(kind != pdfium.FPDF_ANNOT_FREETEXT or drawing <= _END_BYTES)


def _string(note: Any, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(note, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(
        note, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size
    )
    text = buffer.raw[: max(size - _END_BYTES, 0)].decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
