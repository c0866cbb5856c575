"""A searchable PDF: the file's own pictures, and over them, unseen, the words that were read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from io import BytesIO

import pikepdf

from intake.errors import UnreadableItem
from intake.ocr.files.big_tiff import to_classic
from intake.ocr.files.pictures import PictureFile
from intake.ocr.limits import PageLimits
from intake.ocr.pdf.own_letters import OwnLetters
from intake.ocr.pdf.pages import PdfFile
from intake.ocr.readings import PAGE_LOST
from intake.ocr.searchable.blank_font import blank_font
from intake.ocr.searchable.overlaid_words import write_words
from intake.ocr.searchable.picture_pdf import add_lost_page, add_picture_page, add_rescued_page
from intake.ocr.sheets import PageImage, Sheet
from intake.schemas.documents import Page, RecognisedDocument

PDF = "application/pdf"


def make_searchable(
    data: bytes, document: RecognisedDocument, passwords: Sequence[str] = ()
) -> bytes:
    """Return the file as a PDF in which the words of ``document`` can be searched and copied.

    A PDF keeps its pages as they are; pages whose text stood in the file already, or that were not
    read, get nothing, and no word is written where the page's own text says it. The pictures of any
    other file become pages, JPEG and fax pictures in their own coding; of a damaged one as much as
    decodes, and in place of a page that could not be read at all an empty one that says so.
    ``passwords`` open a locked PDF; the result is not locked.

    Raises:
        UnreadableItem: ``no_searchable_pdf``: the pages cannot be put into a PDF.
    """
    try:
        with _opened(data, document, passwords) as pdf:
            font = blank_font(pdf)
            own = _OwnText(data, document, passwords)
            for target, page in _pages(pdf, data, document):
                if page.words:
                    write_words(target, page, font, own.letters(page.number))
            return _saved(pdf)
    # pikepdf and Pillow raise nearly anything on damaged files, and the two may count its pages
    # otherwise than those who read them. The text that was read must not be lost for that.
    except Exception as error:
        raise UnreadableItem(
            f"The pages cannot be put into a PDF: {error}", code="no_searchable_pdf"
        ) from error


def _opened(data: bytes, document: RecognisedDocument, passwords: Sequence[str]) -> pikepdf.Pdf:
    if document.media_type != PDF:
        return pikepdf.new()
    for password in ("", *passwords):
        try:
            return pikepdf.open(BytesIO(data), password=password)
        except pikepdf.PasswordError:
            continue
    raise ValueError("it is locked with a password")


def _pages(
    pdf: pikepdf.Pdf, data: bytes, document: RecognisedDocument
) -> list[tuple[pikepdf.Page, Page]]:
    if document.media_type != PDF:
        return _picture_pages(pdf, to_classic(data), document)
    found = [(pdf.pages[page.number - 1], page) for page in document.pages]
    for target, page in found:  # what the file says of the turn may stand far above the page
        target.rotate(page.rotation, relative=True)
    return found


def _picture_pages(
    pdf: pikepdf.Pdf, data: bytes, document: RecognisedDocument
) -> list[tuple[pikepdf.Page, Page]]:
    """Add a page for each picture of the file in order, an empty one for each that was lost."""
    read = {page.number: page for page in document.pages}
    lost = sum(defect.code == PAGE_LOST for defect in document.defects)
    again = _SecondReading(data)
    added = []
    for number in range(1, max((*read, len(read) + lost)) + 1):
        page = read.get(number)
        if page is None:
            add_lost_page(pdf, number)
        else:
            added.append((_picture_page(pdf, data, page, again), page))
    return added


def _picture_page(pdf: pikepdf.Pdf, data: bytes, page: Page, again: _SecondReading) -> pikepdf.Page:
    try:
        return add_picture_page(pdf, data, page)
    except Exception:  # Pillow raises nearly anything on a damaged page, and its rows were rescued
        sheet = again.read(page.number)
        if not isinstance(sheet, PageImage):
            raise
        return add_rescued_page(pdf, sheet, page)


class _SecondReading:
    """Reads damaged pages of a picture file again, in ascending order, and no page twice.

    The pages between are read as well: a page whose directory is lost is found behind them.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._passed = 0

    @cached_property
    def _file(self) -> PictureFile:
        return PictureFile(self._data, PageLimits())

    def read(self, number: int) -> Sheet | None:
        for between in range(self._passed + 1, number):
            with suppress(UnreadableItem):
                self._file.read(between)
        self._passed = number
        return self._file.read(number)


class _OwnText:
    """What text the pages of a PDF have of their own; those of other files have none."""

    def __init__(self, data: bytes, document: RecognisedDocument, passwords: Sequence[str]) -> None:
        self._data, self._passwords = data, passwords
        self._is_pdf = document.media_type == PDF

    @cached_property
    def _file(self) -> PdfFile:
        return PdfFile(self._data, PageLimits(), self._passwords)

    def letters(self, number: int) -> OwnLetters:
        with suppress(UnreadableItem):  # it was drawn when it was read; then its words are needed
            if self._is_pdf:
                return self._file.letters(number)
        return OwnLetters()


def _saved(pdf: pikepdf.Pdf) -> bytes:
    written = BytesIO()
    pdf.save(
        written,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        encryption=False,
    )
    return written.getvalue()
