"""OfficeFile: the pages of a document of an office program, and of the letters pasted into it."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from intake.errors import UnreadableItem
from intake.ocr.files.opening import read_sheets
from intake.ocr.files.pictures import PictureFile
from intake.ocr.limits import PageLimits
from intake.ocr.pdf.pasted import LEAST_HEIGHT_IN, LEAST_WIDTH_IN
from intake.ocr.sheets import PICTURE_UNREAD, PageImage, PageLost, PageText, Sheet
from intake.parsing.containers.compound_files import SIGNATURE as _OLE
from intake.parsing.containers.compound_files import CompoundFile
from intake.parsing.media_types import DOCX, ODS, ODT, PPTX, RTF, XLS, XLSX
from intake.parsing.office import rtf
from intake.parsing.office.cell_formats import formats_of
from intake.parsing.office.formulas import formulas_of, sheet_parts
from intake.parsing.office.packages import LEAST_PICTURE_BYTES, Package
from intake.parsing.office.shown_numbers import read_shown_numbers
from intake.parsing.office.slides import PRESENTATION, list_slides, read_slide
from intake.parsing.office.spreadsheets import Workbook
from intake.parsing.office.word_files import read_docx, read_odt
from intake.schemas.documents import Defect

_RTF, _ZIP = b"{\\rtf", b"PK\x03\x04"
OFFICE_SIGNATURES = (_RTF, _ZIP, _OLE)
_LOCKED = "EncryptedPackage"  # a DOCX or XLSX inside a compound file (MS-OFFCRYPTO §2.3.4.4)
_OLD_WORKBOOKS = {"Workbook", "Book"}  # MS-XLS §2.1.2
_READ_PICTURES = (b"\x89PNG", b"\xff\xd8")
"""How those pictures of an RTF begin that can be decoded; others are metafiles."""
_LEAST_PICTURE_PIXELS = 500_000
"""A smaller picture in a document is a logo or a stamp; a letter at 72 dpi has as many."""


def read_office(data: bytes, limits: PageLimits, first: int = 1) -> Iterator[Sheet]:
    """Yield the pages of an office document from ``first`` on, opened in a process of its own.

    Raises:
        UnreadableItem: the document as a whole cannot be opened.
        TransientFailure: opening it crashed or took too long.
    """
    return read_sheets(partial(OfficeFile, data, limits), limits, first)


def type_of_office(data: bytes) -> str | None:
    """Return the media type of an office document by what is in it; None where that is not told.

    The beginning of a ZIP or compound file need not tell: programs write its parts in any order.
    """
    try:
        if data.startswith(_ZIP):
            return _type_of_package(Package(data))
        if data.startswith(_OLE):
            return XLS if _OLD_WORKBOOKS & CompoundFile(data).root.streams.keys() else None
    except (UnreadableItem, ValueError, struct.error):
        return None
    return RTF if data.startswith(_RTF) else None


def _type_of_package(package: Package) -> str | None:
    if "word/document.xml" in package.names:
        return DOCX
    if PRESENTATION in package.names:
        return PPTX
    if package.matching(r"xl/workbook\.(xml|bin)"):
        return XLSX
    if "content.xml" in package.names:
        return ODS if package.read("mimetype").startswith(ODS.encode()) else ODT
    return None


class OfficeFile:
    """An open DOCX, ODT, RTF, PPTX or spreadsheet: its text, then pictures that may be scans.

    A text has one page, for these formats know none; a spreadsheet has one for each sheet, and a
    presentation one for each slide.

    Raises:
        UnreadableItem: ``corrupt_document``, ``encrypted_document``, ``too_large`` or, where the
            bytes are of none of these formats, ``unknown_format``.
    """

    def __init__(self, data: bytes, limits: PageLimits) -> None:
        self._limits = limits
        self._pages: list[Callable[[], str]] = []
        """What gives the text of each page."""
        self._pictures: deque[bytes] = deque()
        """Those that were not looked at yet."""
        self._letters: list[bytes] = []
        """Those that may be scanned letters."""
        self._unread = False
        if data.startswith(_RTF):
            text, pictures = rtf.take_pictures(data)
            self._pages = [partial(rtf.to_text, text)]
            large = [each for each in pictures if len(each.data) >= LEAST_PICTURE_BYTES]
            self._pictures.extend(each.data for each in large)
            self._unread = any(map(_is_unread, large))
        elif data.startswith(_ZIP):
            self._open(data, Package(data))
        elif data.startswith(_OLE):
            self._pages = _sheets(_old_workbook(data), {})
        else:
            raise UnreadableItem("The file is no document of an office.", code="unknown_format")

    def _open(self, data: bytes, package: Package) -> None:
        kind = _type_of_package(package)
        if kind in (DOCX, ODT):
            text = read_docx(package) if kind == DOCX else read_odt(package)
            self._pages = [lambda: text]
        elif kind == PPTX:
            self._pages = [partial(read_slide, package, part) for part in list_slides(package)]
        elif kind is not None:
            self._pages = _sheets(_workbook(data, package, kind), _parts(package))
        else:
            raise UnreadableItem("The file is no document of an office.", code="unknown_format")
        if kind in (DOCX, ODT, PPTX):
            self._pictures.extend(package.pictures())

    def read(self, number: int) -> Sheet | None:
        """Return a page; None when there are not so many.

        Raises:
            UnreadableItem: this sheet or picture is damaged.
        """
        if number <= len(self._pages):
            lack = Defect(code=PICTURE_UNREAD, detail=f"page {number}")
            text = self._pages[number - 1]()
            return PageText(number, text, defects=(lack,) if self._unread else ())
        picture = self._letter(number - 1 - len(self._pages))
        return None if picture is None else self._read_letter(picture, number)

    def _letter(self, place: int) -> bytes | None:
        """Return a picture that may be a letter, counted from 0; None when there are not so many.

        They are counted by their headers, from the first picture on whichever page is asked for
        first: so a page has the same number in every process that opens the document.
        """
        while len(self._letters) <= place and self._pictures:
            picture = self._pictures.popleft()
            if self._may_be_letter(picture):
                self._letters.append(picture)
        return self._letters[place] if place < len(self._letters) else None

    def _may_be_letter(self, picture: bytes) -> bool:
        try:
            width, height = PictureFile(picture, self._limits).size
        except UnreadableItem as error:
            return error.code == "too_large"
        return width * height >= _LEAST_PICTURE_PIXELS

    def _read_letter(self, picture: bytes, number: int) -> Sheet:
        """Return a picture of the document as a page.

        Raises:
            UnreadableItem: it cannot be decoded.
        """
        sheet = PictureFile(picture, self._limits).read(1)
        if isinstance(sheet, PageImage):
            return replace(sheet, number=number)
        if isinstance(sheet, PageLost):
            raise sheet.error
        raise UnreadableItem(f"Page {number} is a picture without pixels.", code="corrupt_image")


def _is_unread(picture: rtf.RtfPicture) -> bool:
    """Say whether a picture of an RTF is of no kind that is read, and no logo either."""
    if picture.data.startswith(_READ_PICTURES):
        return False
    width, height = picture.inches or (LEAST_WIDTH_IN, LEAST_HEIGHT_IN)
    return width >= LEAST_WIDTH_IN and height >= LEAST_HEIGHT_IN


def _sheets(workbook: Workbook, parts: Mapping[str, str]) -> list[Callable[[], str]]:
    """Return what reads each sheet; ``parts`` of the file hold them, by name, where that is known.

    No program writes a part that several sheets name: it is read for the first of them.
    """
    known: dict[str, int] = {}
    pages: list[Callable[[], str]] = []
    for index, name in enumerate(workbook.names):
        first = known.setdefault(parts[name], index) if name in parts else index
        is_new = first == index
        pages.append(partial(workbook.sheet, index) if is_new else partial(_refuse, index, first))
    return pages


def _refuse(index: int, first: int) -> str:
    raise UnreadableItem(
        f"Sheet {index + 1} of the spreadsheet is sheet {first + 1} once more.",
        code="corrupt_document",
    )


def _parts(package: Package) -> Mapping[str, str]:
    try:
        return sheet_parts(package)
    except UnreadableItem:  # it is no XLSX, or the reader of the sheets says what is wrong with it
        return {}


def _workbook(data: bytes, package: Package, kind: str) -> Workbook:
    if kind == ODS:
        shown = read_shown_numbers(package)
        return Workbook(data, formats=lambda sheet: shown.get(sheet, {}))
    return Workbook(data, formulas_of(package), formats_of(package))


def _old_workbook(data: bytes) -> Workbook:
    """Return the workbook in a compound file, which may also hold a locked document, or a DOC."""
    try:
        names = CompoundFile(data).root.streams.keys()
    except (ValueError, struct.error) as error:
        raise UnreadableItem("The document is damaged.", code="corrupt_document") from error
    if _LOCKED in names:
        raise UnreadableItem("The document is locked.", code="encrypted_document")
    if not _OLD_WORKBOOKS & names:
        raise UnreadableItem(
            "Of old Office files only spreadsheets (XLS) are read.", code="unknown_format"
        )
    return Workbook(data)
