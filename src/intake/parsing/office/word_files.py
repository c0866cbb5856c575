"""Text of DOCX (ECMA-376 part 1 §17) and ODT (ODF 1.3 part 3): as it reads, tables row by row.

python-docx was not taken: it leaves out what stands in text boxes, content controls and notes,
where forms and letterheads keep names and addresses.
"""

from __future__ import annotations

import xml.sax
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml
from defusedxml import sax

from intake.errors import UnreadableItem
from intake.parsing.office import tick_boxes
from intake.parsing.office.form_fields import Fields, OpenFields, WordFields, whole_number
from intake.parsing.office.packages import Package

MAX_CHARACTERS = 2_000_000
_DOCX_PARTS = (
    r"word/header\d*\.xml",
    r"word/document\.xml",
    r"word/footnotes\.xml",
    r"word/endnotes\.xml",
    r"word/footer\d*\.xml",
)
_PARAGRAPHS = frozenset({"p", "h"})
_ROWS = frozenset({"tr", "table-row"})
_CELLS = frozenset({"tc", "table-cell", "covered-table-cell"})
_BREAKS = frozenset({"br", "cr", "line-break"})
_UNSEEN = frozenset(
    {"Fallback", "del", "moveFrom", "tracked-changes", "annotation", "sequence-decls"}
)
"""What stands twice, was taken out, or is a remark of an editor."""


def read_docx(package: Package) -> str:
    """Return headers, body, notes and footers, each text once, with what form fields hold.

    Raises:
        UnreadableItem: ``corrupt_document`` or ``too_large``.
    """
    texts = [
        read_part(package.read(name))
        for pattern in _DOCX_PARTS
        for name in package.matching(pattern)
    ]
    return "\n".join(dict.fromkeys(text for text in texts if text))


def read_odt(package: Package) -> str:
    """Return headers and footers, then the body with what form fields hold.

    Raises:
        UnreadableItem: ``corrupt_document``, ``too_large``, or ``encrypted_document``.
    """
    if "META-INF/manifest.xml" in package.names and b":encryption-data" in package.read(
        "META-INF/manifest.xml"
    ):
        raise UnreadableItem("The document is locked.", code="encrypted_document")
    texts = []
    if "styles.xml" in package.names:
        styles = package.read("styles.xml")
        texts.append(_text(styles, OpenFields(), holders=_PARAGRAPHS, within="master-styles"))
    texts.append(_text(package.read("content.xml"), OpenFields(), holders=_PARAGRAPHS))
    return "\n".join(dict.fromkeys(text for text in texts if text))


def read_part(part: bytes) -> str:
    """Return the text of a part in which runs of text are elements ``t``.

    Raises:
        UnreadableItem: ``corrupt_document``: nothing of it can be read.
    """
    return _text(part, WordFields(), holders=frozenset({"t"}))


def _text(
    part: bytes, fields: Fields, *, holders: frozenset[str], within: str | None = None
) -> str:
    reader = _Reader(fields, holders, within)
    try:
        sax.parseString(part, reader, forbid_dtd=True)
    except (xml.sax.SAXException, defusedxml.DefusedXmlException, ValueError) as error:
        if not reader.has_text:
            raise UnreadableItem("The document is damaged.", code="corrupt_document") from error
    return reader.text()


class _Reader(ContentHandler):
    """Collects the text inside elements named ``holders``, whatever their namespace prefix.

    ``within`` confines it to an element of that name. ``fields`` says what stands for form fields.
    """

    def __init__(self, fields: Fields, holders: frozenset[str], within: str | None) -> None:
        super().__init__()
        self._fields = fields
        self._holders = holders
        self._within = within
        self._out: list[str] = []
        self._length = 0
        self._font = ""
        self._holding = self._unseen = self._cells = 0
        self._inside = 0 if within else 1

    @property
    def has_text(self) -> bool:
        """Say whether anything was found before the part ended or broke off."""
        return bool(self._out)

    def startElement(self, name: str, attributes: AttributesImpl) -> None:  # noqa: N802 - SAX
        local = name.rpartition(":")[2]
        self._inside += local == self._within
        self._unseen += local in _UNSEEN
        self._holding += local in self._holders
        self._cells += local in _CELLS
        if local in _BREAKS:
            self._write("\n")
        elif local == "tab":
            self._write("\t")
        elif local == "s":
            self._write(" " * min(whole_number(attributes.get("text:c")) or 1, 100))
        elif local == "noBreakHyphen":
            self._write("-")
        elif local == "r":
            self._font = ""
        elif local == "rFonts":
            self._font = attributes.get("w:ascii", "")
        if written := self._fields.start(name, attributes):
            self._write(written)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX
        local = name.rpartition(":")[2]
        if written := self._fields.end(name):
            self._write(written)
        self._inside -= local == self._within
        self._unseen -= local in _UNSEEN
        self._holding -= local in self._holders
        self._cells -= local in _CELLS
        if local in _CELLS:
            self._write("\t")
        elif local in _ROWS:
            self._write("\n")
        elif local in _PARAGRAPHS:
            self._write(" " if self._cells else "\n")

    def characters(self, content: str) -> None:
        if self._holding:
            text = content.replace("\n", " ")  # which it is in both (ODF 1.3 part 3 §6.1.2)
            self._write(tick_boxes.with_signs(text, self._font))

    def text(self) -> str:
        """Return the lines, without those that are empty one after another."""
        lines = [
            "\t".join(" ".join(cell.split()) for cell in line.split("\t")).rstrip()
            for line in "".join(self._out).split("\n")
        ]
        kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
        return "\n".join(kept).strip("\n")

    def _write(self, text: str) -> None:
        if self._inside and not self._unseen and self._length < MAX_CHARACTERS:
            self._out.append(text)
            self._length += len(text)
