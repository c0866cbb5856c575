"""What was written into an XFA form, whose pages only a program of Adobe's can draw.

Other programs see one page that asks to wait. The data are an XML packet in the PDF (ISO 32000-1
§12.7.8; XML Forms Architecture 3.3, chapter 3): an element for each field, in groups.
"""

from __future__ import annotations

import ctypes
import xml.sax
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml
import pypdfium2.raw as pdfium
from defusedxml import sax

FORM_UNREAD = "page_form_unread"
"""Defect of the first page: there is an XFA form, and not all that it holds was read."""

_MOST_PACKETS = 50
_MOST_BYTES = 5_000_000
_MOST_FIELDS = 2_000
_MOST_CHARACTERS = 100_000
_PACKETS = frozenset({"datasets", ""})
"""The packet of the data; the whole form in one stream has no name."""
_RICH_TEXT = "body"
"""The element of a text with formatting, all of which is the value of the field around it."""
_XHTML = "http://www.w3.org/1999/xhtml"
"""Its namespace; a group of fields may have the same name."""
_LINES = frozenset({"p", "br", "li"})
_LEAST_TOLD = 4
"""Letters of a value that is not told again where the page says it; shorter ones are chance."""


@dataclass(frozen=True, slots=True)
class FormData:
    """The fields of a form that hold something, by their names in the file, in its order."""

    fields: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True

    def beside(self, text: str) -> str:
        """Return a line for each field whose value ``text``, that of the page, does not have."""
        said = " ".join(text.split())
        lines = [
            f"{name}: {value}"
            for name, value in self.fields
            if len(value) < _LEAST_TOLD or " ".join(value.split()) not in said
        ]
        return "\n".join(lines)


def read_form_data(pdf: Any) -> FormData:
    """Return the data of the XFA form in an open PDF (``FPDF_DOCUMENT``); empty where none is.

    It is not whole where a packet is damaged or too large, a field holds a picture, or nothing is
    written into a form that no page shows.
    """
    count = pdfium.FPDF_GetXFAPacketCount(pdf)
    if count <= 0:
        return FormData()
    fields: list[tuple[str, str]] = []
    is_whole = count <= _MOST_PACKETS
    for content in _packets(pdf, min(count, _MOST_PACKETS)):
        found = _fields(content) if content is not None else FormData(is_whole=False)
        fields += found.fields
        is_whole = is_whole and found.is_whole
    return FormData(tuple(fields), is_whole and bool(fields or _is_shown(pdf)))


def _packets(pdf: Any, count: int) -> Iterator[bytes | None]:
    """Yield the packets that may hold data; None for one that cannot be had."""
    for index in range(count):
        if _name(pdf, index) not in _PACKETS:
            continue
        size = ctypes.c_ulong()
        is_there = pdfium.FPDF_GetXFAPacketContent(pdf, index, None, 0, size)
        if not is_there or size.value > _MOST_BYTES:
            yield None
            continue
        buffer = ctypes.create_string_buffer(size.value)
        pdfium.FPDF_GetXFAPacketContent(pdf, index, buffer, size.value, size)
        yield buffer.raw


def _name(pdf: Any, index: int) -> str:
    size = pdfium.FPDF_GetXFAPacketName(pdf, index, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetXFAPacketName(pdf, index, buffer, size)
    return buffer.raw.rstrip(b"\0").decode("utf-8", "replace")


def _is_shown(pdf: Any) -> bool:
    """Say whether the first page has fields: a form that any program shows as it is filled in."""
    page = pdfium.FPDF_LoadPage(pdf, 0)
    if not page:
        return False
    try:
        return any(_is_field(page, n) for n in range(pdfium.FPDFPage_GetAnnotCount(page)))
    finally:
        pdfium.FPDF_ClosePage(page)


def _is_field(page: Any, index: int) -> bool:
    note = pdfium.FPDFPage_GetAnnot(page, index)
    if not note:
        return False
    try:
        return bool(pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_WIDGET)
    finally:
        pdfium.FPDFPage_CloseAnnot(note)


def _fields(packet: bytes) -> FormData:
    reader = _Reader()
    is_sound = True
    try:
        sax.parseString(packet, reader, forbid_dtd=True)
    except (xml.sax.SAXException, defusedxml.DefusedXmlException, ValueError):
        is_sound = False
    return FormData(tuple(reader.fields), is_sound and reader.is_whole)


class _Reader(ContentHandler):
    """Collects the text of the elements inside ``data``, which stands in ``datasets``."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.is_whole = True
        self._path: list[str] = []
        """The open elements, but for those that format a text."""
        self._data_from = self._rich = 0
        """How deep the element of the data is, and how many open ones format; 0 outside."""
        self._prefixes: set[str] = set()
        """Those that stand for XHTML; for elements without one see ``_plain``."""
        self._plain: list[bool] = []
        """Whether elements without a prefix are of XHTML, inside each of the open elements."""
        self._text: list[str] = []
        self._length = 0

    def startElement(self, name: str, attributes: AttributesImpl) -> None:  # noqa: N802 - SAX
        prefix, _, local = name.rpartition(":")
        if self._rich:
            self._rich += 1
            return
        is_plain = self._declare(attributes)
        if local == _RICH_TEXT and (prefix in self._prefixes if prefix else is_plain):
            self._rich = 1
            return
        self._close()
        self._plain.append(is_plain)
        if not self._data_from and local == "data" and self._path[-1:] == ["datasets"]:
            self._data_from = len(self._path) + 1
        self._path.append(local)
        if attributes.get("xfa:contentType", "").startswith("image/"):
            self.is_whole = False

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX
        if self._rich:
            self._rich -= 1
            self._text.append(" " if name.rpartition(":")[2] in _LINES else "")
            return
        self._close()
        if len(self._path) == self._data_from:
            self._data_from = 0
        del self._path[-1:], self._plain[-1:]

    def characters(self, content: str) -> None:
        if self._data_from:
            self._text.append(content)

    def _declare(self, attributes: AttributesImpl) -> bool:
        """Note the prefixes of XHTML; say whether an element without a prefix is of it here."""
        for name, value in attributes.items():
            if name.startswith("xmlns:") and value == _XHTML:
                self._prefixes.add(name.removeprefix("xmlns:"))
        if "xmlns" in attributes:
            return bool(attributes["xmlns"] == _XHTML)
        return bool(self._plain) and self._plain[-1]

    def _close(self) -> None:
        """End the text of the field that is open, if it has any."""
        text = " ".join("".join(self._text).split())
        self._text.clear()
        self._length += len(text)
        if len(self.fields) >= _MOST_FIELDS or self._length > _MOST_CHARACTERS:
            self.is_whole = self.is_whole and not text
        elif text:
            self.fields.append((self._path[-1], text))
