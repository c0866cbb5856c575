"""Pages out of PDF files, through PDFium: real text, else the scan in it, else a drawing."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from functools import partial

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from intake.errors import UnreadableItem
from intake.ocr import pdf_repair
from intake.ocr.coloured_marks import MOST_PIXELS, find_print
from intake.ocr.grey import to_grey
from intake.ocr.limits import PageLimits
from intake.ocr.opening import read_sheets
from intake.ocr.pdf_page import PdfPage
from intake.ocr.resolution import judge_resolution
from intake.ocr.scans import compose, shows
from intake.ocr.sheets import PageImage, PageText, Sheet
from intake.ocr.text_layers import is_real_text

SCANNED_SHARE = 0.5
"""A page half covered by pictures is a scan: what a person sees on it is read."""
TYPED_LETTERS = 300
"""So much visible text on top of a page-wide picture is a letter on printed paper; a fax machine's
or registry's line on a scan has under 150."""
LEAST_RENDER_DPI = 72
PROOF_DPI = 40
_BITS_OF_RGB = 24
_USER_UNIT = re.compile(rb"/UserUnit\s+(\d{1,5}(?:\.\d{1,5})?)")


def read_pdf(data: bytes, limits: PageLimits, passwords: Sequence[str] = ()) -> Iterator[Sheet]:
    """Yield the pages of a PDF in order, as PageText where they hold real text.

    The file is opened in a process of its own. A page that cannot be read is yielded as PageLost.
    ``passwords`` are tried on a locked file, after the empty one.

    Raises:
        UnreadableItem: ``encrypted_pdf``, ``corrupt_pdf``, or ``too_large`` when the file's
            structure alone uses up the CPU time allowed.
        TransientFailure: opening it crashed or took too long.
    """
    return read_sheets(partial(PdfFile, data, limits, passwords), limits)


class PdfFile:
    """An open PDF."""

    def __init__(self, data: bytes, limits: PageLimits, passwords: Sequence[str]) -> None:
        self._limits = limits
        self._pdf = _open(data, passwords)
        self._pdf.init_forms()  # so that what a citizen wrote into a form is on the page
        self._unit = _user_unit(data)

    def read(self, number: int) -> Sheet | None:
        """Return a page as text if it holds real text, as a picture otherwise.

        Raises:
            UnreadableItem: it cannot be loaded or drawn, or is too large for that.
        """
        if number > len(self._pdf):
            return None
        try:
            page = self._load(number)
            return self._text(number, page) or self._scan(number, page) or self._draw(number, page)
        except (pypdfium2.PdfiumError, ValueError, ctypes.ArgumentError) as error:
            raise UnreadableItem(f"Page {number} cannot be drawn.", code="corrupt_pdf") from error
        except MemoryError as error:
            raise _too_large(number, "out of memory") from error

    def _load(self, number: int) -> PdfPage:
        page = self._pdf[number - 1]
        if pdfium.FPDFPage_GetAnnotCount(page.raw) > 0:
            pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = self._pdf[number - 1]
        return PdfPage(page, self._unit)

    def _text(self, number: int, page: PdfPage) -> PageText | None:
        text = page.text()
        if not is_real_text(text) or not page.has_visible_text:
            return None
        if page.scanned_share >= SCANNED_SHARE and page.typed_letters() < TYPED_LETTERS:
            return None
        return PageText(number, text)

    def _scan(self, number: int, page: PdfPage) -> PageImage | None:
        """Return the pictures that make up the page, pixel by pixel; None where there is more."""
        most = self._limits.max_pixels
        if sum(picture.width * picture.height for picture in page.pictures) > most:
            raise _too_large(number, "it holds pictures of too many pixels")
        if page.is_drawn_on or not page.pictures:
            return None
        composed = compose(page.pictures, page.box, most)
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


def _open(data: bytes, passwords: Sequence[str]) -> pypdfium2.PdfDocument:
    """Open a PDF, mended where PDFium takes it for none or finds no page in it."""
    pdf = _opened(data, passwords)
    if pdf is None or len(pdf) < 1:
        pdf = _opened(pdf_repair.mend(data), passwords)
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
