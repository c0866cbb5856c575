"""Pages out of PDF files, through PDFium: real text, else the scan in it, else a drawing."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from intake.errors import UnreadableItem
from intake.ocr.files.opening import read_sheets
from intake.ocr.limits import PageLimits
from intake.ocr.pdf import repair
from intake.ocr.pdf.form_data import FormData, read_form_data
from intake.ocr.pdf.notes import Notes, read_notes
from intake.ocr.pdf.own_letters import OwnLetters
from intake.ocr.pdf.page import PdfPage
from intake.ocr.pdf.pasted import MOST_PICTURES, Region, lines_above
from intake.ocr.pdf.scans import POINTS_PER_INCH, compose, shows
from intake.ocr.pdf.text_layers import Line, is_real_text
from intake.ocr.pdf.unseen_text import UNSEEN_TEXT
from intake.ocr.pdf.words_beside import with_words_beside
from intake.ocr.preparing.coloured_marks import MOST_PIXELS, find_print
from intake.ocr.preparing.grey import to_grey
from intake.ocr.preparing.prepare import WORK_PIXELS
from intake.ocr.preparing.resolution import judge_resolution
from intake.ocr.sheets import PICTURE_UNREAD, PageImage, PageText, PastedPicture, Sheet
from intake.schemas.documents import Defect

SCANNED_SHARE = 0.5
"""A page half covered by pictures is a scan: what a person sees on it is read."""
TYPED_LETTERS = 300
"""So much visible text on top of a page-wide picture is a letter on printed paper; a fax machine's
or registry's line on a scan has under 150."""
LEAST_RENDER_DPI = 72
LEAST_SHEET_DPI = 100
"""A pasted picture is enlarged no further: letters that are any larger are read no better."""
PROOF_DPI = 40
_BITS_OF_RGB = 24
_USER_UNIT = re.compile(rb"/UserUnit\s+(\d{1,5}(?:\.\d{1,5})?)")


def read_pdf(
    data: bytes, limits: PageLimits, passwords: Sequence[str] = (), first: int = 1
) -> Iterator[Sheet]:
    """Yield the pages of a PDF from ``first`` on, as PageText where they hold real text.

    The file is opened in a process of its own. A page that cannot be read is yielded as PageLost.
    ``passwords`` are tried on a locked file, after the empty one.

    Raises:
        UnreadableItem: ``encrypted_pdf``, ``corrupt_pdf``, or ``too_large`` when the file's
            structure alone uses up the CPU time allowed.
        TransientFailure: opening it crashed or took too long.
    """
    return read_sheets(partial(PdfFile, data, limits, passwords), limits, first)


class PdfFile:
    """An open PDF."""

    def __init__(self, data: bytes, limits: PageLimits, passwords: Sequence[str]) -> None:
        self._limits = limits
        self._pdf = _open(data, passwords)
        self._pdf.init_forms()  # so that what a citizen wrote into a form is on the page
        self._unit = _user_unit(data)
        self._form = read_form_data(self._pdf.raw)
        self._notes: dict[int, Notes] = {}

    def read(self, number: int) -> Sheet | None:
        """Return a page as text if it holds real text, as a picture otherwise.

        Raises:
            UnreadableItem: it cannot be loaded or drawn, or is too large for that.
        """
        if number > len(self._pdf):
            return None
        try:
            page = self._load(number)
            sheet: PageText | PageImage | None = self._text(number, page)
            if sheet is None:
                sheet = _flawed(self._scan(number, page) or self._draw(number, page), page)
            is_first = number == 1
            return with_words_beside(
                sheet,
                self._notes.get(number, Notes()),
                self._form if is_first else FormData(),
                has_files=is_first and pdfium.FPDFDoc_GetAttachmentCount(self._pdf.raw) > 0,
            )
        except (pypdfium2.PdfiumError, ValueError, ctypes.ArgumentError) as error:
            raise UnreadableItem(f"Page {number} cannot be drawn.", code="corrupt_pdf") from error
        except MemoryError as error:
            raise _too_large(number, "out of memory") from error

    def letters(self, number: int) -> OwnLetters:
        """Return the letters of a page's text, seen or not.

        Raises:
            UnreadableItem: the page cannot be loaded.
        """
        try:
            letters = [each for each in self._load(number).letters if not each.text.isspace()]
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise UnreadableItem(f"Page {number} cannot be read.", code="corrupt_pdf") from error
        boxes = [each.box for each in letters]
        middles = [((box.left + box.right) / 2, (box.bottom + box.top) / 2) for box in boxes]
        return OwnLetters("".join(each.text for each in letters), middles)

    def _load(self, number: int) -> PdfPage:
        page = self._pdf[number - 1]
        if pdfium.FPDFPage_GetAnnotCount(page.raw) > 0:
            self._notes.setdefault(number, read_notes(page.raw))  # which are gone then
            pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = self._pdf[number - 1]
        return PdfPage(page, self._unit)

    def _text(self, number: int, page: PdfPage) -> PageText | None:
        if not page.has_visible_text:
            return None
        if page.scanned_share >= SCANNED_SHARE and not page.is_typed(TYPED_LETTERS):
            return None
        lines = page.lines()
        text = "\n".join(line.text for line in lines).strip()
        if not is_real_text(text):
            return None
        try:
            pictures, is_whole = self._pasted(number, page, lines)
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            pictures, is_whole = [], False
        lacks = {PICTURE_UNREAD: not is_whole, UNSEEN_TEXT: page.hides_text}
        codes = [code for code, is_so in lacks.items() if is_so]
        defects = tuple(Defect(code=code, detail=f"page {number}") for code in codes)
        return PageText(number, text, page.inches, tuple(pictures), defects)

    def _pasted(
        self, number: int, page: PdfPage, lines: Sequence[Line]
    ) -> tuple[list[PastedPicture], bool]:
        """Return the pictures on a page of typed text that may hold words, and if these are all."""
        regions = page.pasted
        if regions and self._has_too_many_pixels(page):
            return [], False
        most = min(WORK_PIXELS, self._limits.max_pixels // max(len(regions), 1))
        with page.without_text():
            pictures = [
                PastedPicture(
                    self._pasted_image(number, page, region, most),
                    page.sides_of(region.box),
                    len(lines) if page.is_turned else lines_above(lines, region.box),
                )
                for region in regions[:MOST_PICTURES]
            ]
        return pictures, len(regions) <= MOST_PICTURES

    def _pasted_image(
        self, number: int, page: PdfPage, region: Region, most_pixels: int
    ) -> PageImage:
        """Return a picture as fine as it is in the file, and as a sheet of its own if that is
        coarser: who pastes a photo or a screenshot into a letter makes it small."""
        inches2 = region.box.area * (self._unit / POINTS_PER_INCH) ** 2
        dpi = min(region.dpi, math.sqrt(most_pixels / inches2))
        image = page.render_part(page.sides_of(region.box), dpi)
        sheet_dpi = max(judge_resolution(image.size, None, bilevel=False)[1], LEAST_SHEET_DPI)
        return PageImage(
            number=number,
            image=image,
            dpi_x=min(dpi, sheet_dpi),
            dpi_y=min(dpi, sheet_dpi),
            source_dpi_y=min(dpi, sheet_dpi) if region.is_bilevel else None,
            size_is_guessed=sheet_dpi < dpi,
        )

    def _has_too_many_pixels(self, page: PdfPage) -> bool:
        pixels = sum(picture.width * picture.height for picture in page.pictures)
        return pixels > self._limits.max_pixels

    def _scan(self, number: int, page: PdfPage) -> PageImage | None:
        """Return the pictures that make up the page, pixel by pixel; None where there is more."""
        if self._has_too_many_pixels(page):
            raise _too_large(number, "it holds pictures of too many pixels")
        if page.is_drawn_on or not page.pictures:
            return None
        composed = compose(page.pictures, page.box, self._limits.max_pixels)
        if composed is None:
            return None
        image, (dpi_x, dpi_y) = composed
        proof = page.render(PROOF_DPI, unturned=True)
        if not shows(image, proof):
            image = Image.eval(image, lambda level: 255 - level)  # a stencil: what is set is ink
            if not shows(image, proof):
                return None
        image, (dpi_x, dpi_y) = page.turned(image, (dpi_x / self._unit, dpi_y / self._unit))
        bilevel = all(picture.bits == 1 for picture in page.pictures)
        dpi_x, dpi_y = judge_resolution(image.size, (dpi_x, dpi_y), bilevel=bilevel)
        return PageImage(
            number=number,
            image=to_grey(image),
            print_only=find_print(image),
            dpi_x=dpi_x,
            dpi_y=dpi_y,
            bilevel=bilevel,
        )

    def _draw(self, number: int, page: PdfPage) -> PageImage:
        dpi = self._render_dpi(number, page)
        largest = max(page.pictures, key=lambda each: each.place.area, default=None)
        is_scan = largest is not None and page.scanned_share >= SCANNED_SHARE
        width, height = page.inches
        is_small = width * height * dpi**2 <= MOST_PIXELS
        is_coloured = is_scan and any(picture.bits >= _BITS_OF_RGB for picture in page.pictures)
        image = page.render(dpi, in_colour=is_coloured and is_small)
        source_dpi_y = largest.dpi[1] / self._unit if largest and is_scan else None
        return PageImage(
            number=number,
            image=to_grey(image),
            print_only=find_print(image),
            dpi_x=dpi,
            dpi_y=dpi,
            source_dpi_y=source_dpi_y,
        )

    def _render_dpi(self, number: int, page: PdfPage) -> int:
        """Return the wanted resolution, less where the page would have too many pixels."""
        width, height = page.inches
        most = math.floor(math.sqrt(self._limits.max_pixels / (width * height)))
        if most < LEAST_RENDER_DPI:
            raise _too_large(number, f"it measures {width:.0f} x {height:.0f} inches")
        return min(self._limits.dpi, most)


def _flawed(sheet: PageImage, page: PdfPage) -> PageImage:
    """Return the sheet with what is wrong with the data of its pictures."""
    if not any(picture.is_damaged() for picture in page.pictures):
        return sheet
    detail = f"page {sheet.number}: a picture on it breaks off, or is damaged in its middle"
    defect = Defect(code="page_incomplete", detail=detail)
    return replace(sheet, is_incomplete=True, defects=(*sheet.defects, defect))


def _open(data: bytes, passwords: Sequence[str]) -> pypdfium2.PdfDocument:
    """Open a PDF, mended where PDFium takes it for none or finds no page in it."""
    pdf = _opened(data, passwords)
    if pdf is None or len(pdf) < 1:
        pdf = _opened(repair.mend(data), passwords)
    if pdf is None or len(pdf) < 1:
        raise UnreadableItem("The PDF is damaged: it has no page.", code="corrupt_pdf")
    return pdf


def _opened(data: bytes, passwords: Sequence[str]) -> pypdfium2.PdfDocument | None:
    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(data, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                return None
    raise UnreadableItem("The PDF is locked with a password.", code="encrypted_pdf")


def _user_unit(data: bytes) -> float:
    """Return the size of the file's unit in points (ISO 32000-1 §14.11, table 30), usually 1.

    PDFium does not tell it. It is looked for in the file's plain objects, and believed where all
    pages that name one agree.
    """
    units = {float(found) for found in _USER_UNIT.findall(data)}
    return units.pop() if len(units) == 1 and 0 < max(units) <= 1000 else 1.0


def _too_large(number: int, why: str) -> UnreadableItem:
    return UnreadableItem(f"Page {number} is too large to be drawn: {why}.", code="too_large")
