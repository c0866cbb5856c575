"""Pages out of PDF files, through PDFium: real text, else the scan in it, else a drawing."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from intake.errors import UnreadableItem
from intake.ocr import pdf_repair
from intake.ocr.coloured_marks import MOST_PIXELS, find_print
from intake.ocr.grey import to_grey
from intake.ocr.limits import PageLimits
from intake.ocr.opening import read_sheets
from intake.ocr.own_letters import OwnLetters
from intake.ocr.resolution import judge_resolution
from intake.ocr.scans import POINTS_PER_INCH, Box, Matrix, Picture, compose, shows
from intake.ocr.sheets import PageImage, PageText, Sheet
from intake.ocr.text_layers import Line, in_reading_order, is_real_text

SCANNED_SHARE = 0.5
"""A page half covered by pictures is a scan: what a person sees on it is read."""
TYPED_LETTERS = 300
"""So much visible text on top of a page-wide picture is a letter on printed paper; a fax machine's
or registry's line on a scan has under 150."""
LEAST_RENDER_DPI = 72
PROOF_DPI = 40
_MOST_OBJECTS = 20_000
_MOST_NESTED = 5
_MOST_PICTURES = 500
_MOST_LETTERS = 50_000
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 §9.3.6
_WHITE = 250
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

    def letters(self, number: int) -> OwnLetters:
        """Return the letters of a page's text, seen or not.

        Raises:
            UnreadableItem: the page cannot be loaded.
        """
        try:
            return self._load(number).letters()
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise UnreadableItem(f"Page {number} cannot be read.", code="corrupt_pdf") from error

    def _load(self, number: int) -> _LoadedPage:
        page = self._pdf[number - 1]
        if pdfium.FPDFPage_GetAnnotCount(page.raw) > 0:
            pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = self._pdf[number - 1]
        return _LoadedPage(page, self._unit)

    def _text(self, number: int, page: _LoadedPage) -> PageText | None:
        text = page.text()
        if not is_real_text(text) or not page.has_visible_text:
            return None
        if page.scanned_share >= SCANNED_SHARE and page.typed_letters() < TYPED_LETTERS:
            return None
        return PageText(number, text)

    def _scan(self, number: int, page: _LoadedPage) -> PageImage | None:
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

    def _draw(self, number: int, page: _LoadedPage) -> PageImage:
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

    def _render_dpi(self, number: int, page: _LoadedPage) -> int:
        """Return the wanted resolution, less where the page would have too many pixels."""
        width, height = page.inches
        most = math.floor(math.sqrt(self._limits.max_pixels / (width * height)))
        if most < LEAST_RENDER_DPI:
            raise _too_large(number, f"it measures {width:.0f} x {height:.0f} inches")
        return min(self._limits.dpi, most)


class _LoadedPage:
    """A page with what is drawn on it, in the order in which it is drawn."""

    def __init__(self, page: pypdfium2.PdfPage, unit: float) -> None:
        self._page = page
        self._unit = unit
        self.box = Box(*page.get_bbox())
        self.pictures: list[Picture] = []
        self.has_visible_text = False
        self.is_drawn_on = False
        """There are visible lines, shapes or letters beside the pictures."""
        self._typed: list[Any] = []
        self._survey(page.raw, Matrix(), 0, iter(range(_MOST_OBJECTS)))

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height as the page is seen: turned, and in the file's own unit."""
        width, height = self._page.get_size()
        scale = self._unit / POINTS_PER_INCH
        return max(width * scale, 0.01), max(height * scale, 0.01)

    @property
    def scanned_share(self) -> float:
        """How much of the page its pictures cover, 0 to 1."""
        covered = sum(picture.place.within(self.box).area for picture in self.pictures)
        return min(covered / max(self.box.area, 1.0), 1.0)

    def text(self) -> str:
        """Return all text of the page, seen or not, in NFC."""
        layer = self._page.get_textpage()
        try:
            raw = layer.get_text_range()
            lines = _lines(layer, raw)
        finally:
            layer.close()
        joined = "\n".join(in_reading_order(lines))
        return unicodedata.normalize("NFC", joined.replace("\x02", "-").replace("\0", "")).strip()

    def letters(self) -> OwnLetters:
        """Return its letters with their places, in the order of the text."""
        layer = self._page.get_textpage()
        try:
            codes = [
                (pdfium.FPDFText_GetUnicode(layer.raw, index), layer.get_charbox(index))
                for index in range(min(layer.count_chars(), _MOST_LETTERS))
            ]
        finally:
            layer.close()
        seen = [(chr(code), box) for code, box in codes if not chr(code).isspace()]
        middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for _, box in seen]
        return OwnLetters("".join(letter for letter, _ in seen), middles)

    def typed_letters(self) -> int:
        """Return how many characters are visibly drawn on top of the pictures."""
        layer = self._page.get_textpage()
        try:
            return sum(
                pdfium.FPDFTextObj_GetText(each, layer.raw, None, 0) // 2 - 1
                for each in self._typed
            )
        finally:
            layer.close()

    def render(self, dpi: float, *, unturned: bool = False, in_colour: bool = False) -> Image.Image:
        """Return the page drawn in grey, or in RGB; ``unturned`` leaves the file's own rotation
        out."""
        turn = -self._page.get_rotation() % 360 if unturned else 0
        scale = dpi / POINTS_PER_INCH * self._unit
        bitmap = self._page.render(scale=scale, rotation=turn, grayscale=not in_colour)
        image: Image.Image = bitmap.to_pil()
        wanted = "RGB" if in_colour else "L"
        return image if image.mode == wanted else image.convert(wanted)

    def turned(
        self, image: Image.Image, dpi: tuple[float, float]
    ) -> tuple[Image.Image, tuple[float, float]]:
        """Return the picture and its (x, y) dpi turned as the file says."""
        turn = {
            90: Image.Transpose.ROTATE_270,
            180: Image.Transpose.ROTATE_180,
            270: Image.Transpose.ROTATE_90,
        }.get(self._page.get_rotation())
        if turn is None:
            return image, dpi
        upright = image.transpose(turn)
        return upright, dpi if turn is Image.Transpose.ROTATE_180 else (dpi[1], dpi[0])

    def _survey(self, holder: Any, matrix: Matrix, depth: int, budget: Iterator[int]) -> None:
        """Look at each object of the page, or of a form drawn on it."""
        count, get = (
            (pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)
            if depth == 0
            else (pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
        )
        for index in range(count(holder)):
            if next(budget, None) is None:
                self.is_drawn_on = True
                return
            self._look_at(get(holder, index), matrix, depth, budget)

    def _look_at(self, item: Any, matrix: Matrix, depth: int, budget: Iterator[int]) -> None:
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) != _INVISIBLE:
                self.has_visible_text = self.is_drawn_on = True
                self._typed.append(item)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._add_picture(item, _matrix_of(item).then(matrix))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MOST_NESTED:
            self._survey(item, _matrix_of(item).then(matrix), depth + 1, budget)
        elif kind != pdfium.FPDF_PAGEOBJ_PATH or _is_seen(item):
            self.is_drawn_on = True

    def _add_picture(self, item: Any, matrix: Matrix) -> None:
        facts = pdfium.FPDF_IMAGEOBJ_METADATA()
        if not pdfium.FPDFImageObj_GetImageMetadata(item, self._page.raw, facts):
            self.is_drawn_on = True
            return
        if len(self.pictures) >= _MOST_PICTURES or not facts.width or not facts.height:
            self.is_drawn_on = True
            return
        picture = Picture(
            facts.width, facts.height, facts.bits_per_pixel, matrix, partial(_pixels, item)
        )
        if picture.place.within(self.box).area > SCANNED_SHARE * self.box.area:
            self._typed.clear()  # what lies under a page-wide picture is not seen
        self.pictures.append(picture)


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


def _lines(layer: pypdfium2.PdfTextPage, raw: str) -> list[Line]:
    is_placed = layer.count_chars() == len(raw)  # not so with characters outside the BMP
    lines, start = [], 0
    for text in raw.split("\n"):
        shown = text.rstrip("\r")
        left = bottom = top = 0.0
        if is_placed and shown.strip():
            first = start + len(shown) - len(shown.lstrip())
            left, bottom, _, top = layer.get_charbox(first)
        lines.append(Line(shown, left, bottom, top - bottom))
        start += len(text) + 1
    return lines


def _matrix_of(item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, found):
        return Matrix()
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


def _is_seen(path: Any) -> bool:
    """Say whether a path leaves ink: it is stroked, or filled with more than white."""
    fill, stroke = ctypes.c_int(), pdfium.FPDF_BOOL()
    if not pdfium.FPDFPath_GetDrawMode(path, fill, stroke):
        return True
    if stroke.value:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not fill.value:
        return False
    if not pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha):
        return True
    return min(red.value, green.value, blue.value) < _WHITE


def _pixels(item: Any) -> Image.Image:
    """Return a picture of the page as it stands in the file, in colour where it has some."""
    raw = pdfium.FPDFImageObj_GetBitmap(item)
    if not raw:
        raise ValueError("the picture cannot be decoded")
    picture = pypdfium2.PdfBitmap.from_raw(raw).to_pil()
    is_small = picture.width * picture.height <= MOST_PIXELS
    return picture if picture.mode == "RGB" and is_small else to_grey(picture)


def _too_large(number: int, why: str) -> UnreadableItem:
    return UnreadableItem(f"Page {number} is too large to be drawn: {why}.", code="too_large")
