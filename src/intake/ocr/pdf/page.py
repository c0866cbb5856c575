"""One page of a PDF as PDFium loads it: its text, its pictures, and what is drawn beside them."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from intake.ocr.pdf.pasted import Region, find_regions
from intake.ocr.pdf.scans import POINTS_PER_INCH, Box, Matrix, Picture
from intake.ocr.pdf.streams import is_damaged
from intake.ocr.pdf.text import Letter, address_of, lines_of, read_letters, split_lines
from intake.ocr.pdf.text_layers import Line, in_reading_order
from intake.ocr.pdf.typed_columns import by_columns
from intake.ocr.pdf.unseen_text import (
    DRAWN_DPI,
    MOST_DRAWN,
    Cover,
    Look,
    may_be_unseen,
    says_something,
    unseen,
)
from intake.ocr.preparing.coloured_marks import MOST_PIXELS
from intake.ocr.preparing.grey import to_grey
from intake.ocr.sheets import Sides

PAGE_WIDE = 0.5
"""A picture that covers so much of the page hides the text that lies under it."""
_MOST_OBJECTS = 20_000
_MOST_NESTED = 5
_MOST_PICTURES = 500
_INVISIBLE, _ONLY_CLIPS = 3, 7  # text rendering modes, ISO 32000-1 §9.3.6
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
        self._typed: dict[int, Any] = {}
        self._looks: dict[int, Look] = {}
        self._covers: list[Cover] = []
        self._survey(page.raw, Matrix(), 0, iter(range(_MOST_OBJECTS)))

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height as the page is seen: turned, and in the file's own unit."""
        width, height = self._page.get_size()
        scale = self._unit / POINTS_PER_INCH
        return max(width * scale, 0.01), max(height * scale, 0.01)

    @property
    def is_turned(self) -> bool:
        """Whether the file has it turned before it is shown."""
        return bool(self._page.get_rotation())

    @property
    def scanned_share(self) -> float:
        """How much of the page its pictures cover, 0 to 1."""
        covered = sum(picture.place.within(self.box).area for picture in self.pictures)
        return min(covered / max(self.box.area, 1.0), 1.0)

    @cached_property
    def letters(self) -> list[Letter]:
        """All letters of the page, seen or not, in the file's order."""
        layer = self._page.get_textpage()
        try:
            return read_letters(layer.raw)
        finally:
            layer.close()

    @cached_property
    def unseen(self) -> frozenset[int]:
        """The addresses of the text objects on the page that nobody sees."""
        doubtful = may_be_unseen(self._own_letters, self._looks, self._covers)
        if not doubtful:
            return frozenset()
        dpi = min(DRAWN_DPI, math.sqrt(MOST_DRAWN / max(self.box.area, 1.0)) * POINTS_PER_INCH)
        drawing = self.render(dpi / self._unit, unturned=True)
        return unseen(doubtful, drawing, self.box, [each.place for each in self.pictures])

    @property
    def hides_text(self) -> bool:
        """Whether there is text on the page that nobody sees."""
        return says_something([each for each in self.letters if each.owner in self.unseen])

    def lines(self) -> list[Line]:
        """Return the lines of text that are seen on the page, in reading order.

        Empty ones around them are left out, and text in or under a picture that is itself read.
        """
        seen = [letter for letter in self._own_letters if letter.owner not in self.unseen]
        lines = in_reading_order(lines_of(by_columns(list(split_lines(seen)))))
        written = [index for index, line in enumerate(lines) if line.text.strip()]
        return lines[written[0] : written[-1] + 1] if written else []

    @cached_property
    def _own_letters(self) -> list[Letter]:
        """The letters that stand on the page, without others' readings of pictures on it."""
        pictures = [region.box for region in self.pasted]
        return [
            letter
            for letter in self.letters
            if letter.owner == 0  # PDFium put it between letters
            or (self.box.holds(letter.box) and not self._is_of_others(letter, pictures))
        ]

    def _is_of_others(self, letter: Letter, pictures: Sequence[Box]) -> bool:
        return letter.owner not in self._typed and any(box.holds(letter.box) for box in pictures)

    def is_typed(self, least: int) -> bool:
        """Say whether so many characters are visibly drawn on top of the pictures."""
        typed = [letter for letter in self.letters if letter.owner in self._typed]
        return (
            len(typed) >= least
            and sum(letter.owner not in self.unseen for letter in typed) >= least
        )

    @cached_property
    def pasted(self) -> list[Region]:
        """The parts of a page of typed text whose pictures may hold words."""
        if not self.pictures:
            return []
        typed = [each.box for each in self.letters if each.is_drawn and each.owner in self._typed]
        return find_regions(self.pictures, self.box, typed, unit=self._unit)

    def render(self, dpi: float, *, unturned: bool = False, in_colour: bool = False) -> Image.Image:
        """Return the page drawn in grey, or in RGB; ``unturned`` leaves the file's own rotation
        out."""
        turn = -self._page.get_rotation() % 360 if unturned else 0
        scale = dpi / POINTS_PER_INCH * self._unit
        bitmap = self._page.render(scale=scale, rotation=turn, grayscale=not in_colour)
        image: Image.Image = bitmap.to_pil()
        wanted = "RGB" if in_colour else "L"
        return image if image.mode == wanted else image.convert(wanted)

    @contextmanager
    def without_text(self) -> Iterator[None]:
        """Leave what is typed on the page out of its drawings."""
        self._show_text(False)
        try:
            yield
        finally:
            self._show_text(True)

    def _show_text(self, is_shown: bool) -> None:
        for item in self._typed.values():
            pdfium.FPDFPageObj_SetIsActive(item, is_shown)

    def render_part(self, sides: Sides, dpi: float) -> Image.Image:
        """Return a part of the page in grey; ``sides`` as of a ``PastedPicture``."""
        width, height = self._page.get_size()
        left, top, right, bottom = sides
        cut = (left * width, (1 - bottom) * height, (1 - right) * width, top * height)
        scale = dpi / POINTS_PER_INCH * self._unit
        image: Image.Image = self._page.render(scale=scale, crop=cut, grayscale=True).to_pil()
        return image if image.mode == "L" else image.convert("L")

    def sides_of(self, box: Box) -> Sides:
        """Return where a part of the page lies as it is seen; see ``PastedPicture``."""
        left, right = ((side - self.box.left) / self.box.width for side in (box.left, box.right))
        top, bottom = ((self.box.top - side) / self.box.height for side in (box.top, box.bottom))
        return {
            90: (1 - bottom, left, 1 - top, right),
            180: (1 - right, 1 - bottom, 1 - left, 1 - top),
            270: (top, 1 - right, bottom, 1 - left),
        }.get(self._page.get_rotation(), (left, top, right, bottom))

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
            self._looks[address_of(item)] = self._look_of(item)
            if pdfium.FPDFTextObj_GetTextRenderMode(item) != _INVISIBLE:
                self.has_visible_text = self.is_drawn_on = True
                self._typed[address_of(item)] = item
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._add_picture(item, _matrix_of(item).then(matrix))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MOST_NESTED:
            self._survey(item, _matrix_of(item).then(matrix), depth + 1, budget)
        elif kind != pdfium.FPDF_PAGEOBJ_PATH:
            self.is_drawn_on = True
        else:
            self.is_drawn_on |= _is_seen(item)
            if _is_filled(item):
                self._covers.append(Cover(_bounds(item, matrix), self._look_of(item)))

    def _look_of(self, item: Any) -> Look:
        """Return how a text or a filled path is drawn; what has a pattern is taken for black."""
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        is_plain = pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
        return Look(
            grey=0.299 * red.value + 0.587 * green.value + 0.114 * blue.value,
            opacity=alpha.value if is_plain else 255,
            order=len(self._looks) + len(self._covers),
            has_ink=pdfium.FPDFTextObj_GetTextRenderMode(item) not in (_INVISIBLE, _ONLY_CLIPS),
        )

    def _add_picture(self, item: Any, matrix: Matrix) -> None:
        facts = pdfium.FPDF_IMAGEOBJ_METADATA()
        if not pdfium.FPDFImageObj_GetImageMetadata(item, self._page.raw, facts):
            self.is_drawn_on = True
            return
        if len(self.pictures) >= _MOST_PICTURES or not facts.width or not facts.height:
            self.is_drawn_on = True
            return
        width, height, bits = facts.width, facts.height, facts.bits_per_pixel
        check = partial(is_damaged, item, (width, height), bits)
        picture = Picture(width, height, bits, matrix, partial(_pixels, item), check)
        over = Look(grey=_WHITE, opacity=255, order=len(self._looks) + len(self._covers))
        self._covers.append(Cover(picture.place, over))
        if picture.place.within(self.box).area > PAGE_WIDE * self.box.area:
            self._typed.clear()  # what lies under a page-wide picture is not seen
        self.pictures.append(picture)


def _matrix_of(item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, found):
        return Matrix()
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


def _bounds(item: Any, matrix: Matrix) -> Box:
    """Return the rectangle around an object of the page, or of a form that ``matrix`` places."""
    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *sides)
    left, bottom, right, top = (side.value for side in sides)
    return Matrix(right - left, 0, 0, top - bottom, left, bottom).then(matrix).square


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


def _is_filled(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), pdfium.FPDF_BOOL()
    return bool(pdfium.FPDFPath_GetDrawMode(path, fill, stroke)) and bool(fill.value)


def _pixels(item: Any) -> Image.Image:
    """Return a picture of the page as it stands in the file, in colour where it has some."""
    raw = pdfium.FPDFImageObj_GetBitmap(item)
    if not raw:
        raise ValueError("the picture cannot be decoded")
    picture = pypdfium2.PdfBitmap.from_raw(raw).to_pil()
    is_small = picture.width * picture.height <= MOST_PIXELS
    return picture if picture.mode == "RGB" and is_small else to_grey(picture)
