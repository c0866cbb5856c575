"""One page of a PDF as PDFium loads it: its text, its pictures, and what is drawn beside them."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from intake.ocr.coloured_marks import MOST_PIXELS
from intake.ocr.grey import to_grey
from intake.ocr.scans import POINTS_PER_INCH, Box, Matrix, Picture
from intake.ocr.text_layers import Line, in_reading_order

PAGE_WIDE = 0.5
"""A picture that covers so much of the page hides the text that lies under it."""
_MOST_OBJECTS = 20_000
_MOST_NESTED = 5
_MOST_PICTURES = 500
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 §9.3.6
_WHITE = 250


class PdfPage:
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
        if picture.place.within(self.box).area > PAGE_WIDE * self.box.area:
            self._typed.clear()  # what lies under a page-wide picture is not seen
        self.pictures.append(picture)


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
