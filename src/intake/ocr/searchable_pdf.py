"""A searchable PDF: the file's own pictures, and over them, unseen, the words that were read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import groupby

import pikepdf

from intake.errors import UnreadableItem
from intake.ocr.big_tiff import to_classic
from intake.ocr.blank_font import DESCENT, LARGEST_CODE, LETTER_WIDTH, blank_font
from intake.ocr.limits import PageLimits
from intake.ocr.pages import PictureFile
from intake.ocr.picture_pdf import add_lost_page, add_picture_page, add_rescued_page
from intake.ocr.scans import Box
from intake.ocr.sheet_edges import onto
from intake.ocr.sheets import PAGE_LOST, PageImage, Sheet
from intake.schemas.documents import Corners, Page, RecognisedDocument, Word

PDF = "application/pdf"
_UNSEEN = 3
"""Text rendering mode of PDF 32000-1 §9.3.6: neither filled nor stroked."""


def make_searchable(
    data: bytes, document: RecognisedDocument, passwords: Sequence[str] = ()
) -> bytes:
    """Return the file as a PDF in which the words of ``document`` can be searched and copied.

    A PDF keeps its pages as they are; pages whose text stood in the file already, or that were not
    read, get nothing. The pictures of any other file become pages, JPEG and fax pictures in their
    own coding; of a damaged one as much as decodes, and in place of a page that could not be read
    at all an empty one that says so. ``passwords`` open a locked PDF; the result is not locked.

    Raises:
        UnreadableItem: ``no_searchable_pdf``: the pages cannot be put into a PDF.
    """
    try:
        with _opened(data, document, passwords) as pdf:
            font = blank_font(pdf)
            for target, page in _pages(pdf, data, document):
                if page.words:
                    _write_words(target, page, font)
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


def _write_words(target: pikepdf.Page, page: Page, font: pikepdf.Object) -> None:
    name = target.add_resource(font, pikepdf.Name.Font)
    place = _Placement.of(target, page)
    lines = groupby(page.words, key=lambda word: (word.paragraph, word.line))
    drawn = [line for _, words in lines for line in _line(list(words), place)]
    # The page's own drawing may leave a changed coordinate system behind: q and Q shut it in.
    target.contents_add(b"q", prepend=True)
    start = f"Q BT {name} 1 Tf {_UNSEEN} Tr"
    target.contents_add("\n".join([start, *drawn, "ET"]).encode("ascii"))


def _line(words: Sequence[Word], place: _Placement) -> list[str]:
    """Return the operators that write one line, each word as wide as it is on the page.

    All words of a line have one height and stand on one line, or viewers would take them for
    several lines.
    """
    bottom, top = max(word.bottom for word in words), min(word.top for word in words)
    height = max(bottom - top, 1)
    base = bottom - DESCENT * height
    drawn = []
    for word in words:
        text = "".join(letter for letter in word.text if ord(letter) <= LARGEST_CODE)
        if not text:
            continue
        stretch = max(word.right - word.left, 1) / (len(text) * LETTER_WIDTH * height)
        matrix = place.matrix(word.left, base, across=height * stretch, down=height)
        drawn.append(f"{matrix} Tm <{text.encode('utf-16-be').hex()}0020> Tj")
    return drawn


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where a pixel of the prepared picture lies on the PDF page, in points.

    The prepared picture is the page as it is seen, levelled by ``skew`` about its middle.
    """

    width: int
    height: int
    skew: float
    box: Box
    turn: int
    """Degrees clockwise by which the PDF page is turned when it is shown, upright at last."""
    corners: Corners | None
    """Where on the page as it is seen the sheet lies that was prepared; None: it fills it."""

    @classmethod
    def of(cls, target: pikepdf.Page, page: Page) -> _Placement:
        seen = _box(target.cropbox).within(_box(target.mediabox))
        turn = int(target.obj.get("/Rotate", 0))
        return cls(page.width, page.height, page.skew, seen, turn % 360, page.corners)

    def matrix(self, x: float, y: float, *, across: float, down: float) -> str:
        """Return the text matrix of a letter at pixel (x, y), ``across`` by ``down`` pixels."""
        origin = self._point(x, y)
        right, up = self._point(x + across, y), self._point(x, y - down)
        figures = (
            right[0] - origin[0],
            right[1] - origin[1],
            up[0] - origin[0],
            up[1] - origin[1],
            *origin,
        )
        return " ".join(f"{figure:.3f}" for figure in figures)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        shares = self._unlevelled(x, y)
        return self._unturned(*(shares if self.corners is None else onto(self.corners, *shares)))

    def _unlevelled(self, x: float, y: float) -> tuple[float, float]:
        """Return where the pixel was before the page was levelled, as shares of its sides."""
        sine, cosine = math.sin(math.radians(self.skew)), math.cos(math.radians(self.skew))
        middle_x, middle_y = self.width / 2, self.height / 2
        from_x, from_y = x - middle_x, y - middle_y
        across = middle_x + cosine * from_x - sine * from_y
        down = middle_y + sine * from_x + cosine * from_y
        return across / self.width, down / self.height

    def _unturned(self, across: float, down: float) -> tuple[float, float]:
        """Return the point of the page's own coordinates that is seen at these shares."""
        share_x, share_y = {
            0: (across, 1 - down),
            90: (down, across),
            180: (1 - across, down),
            270: (1 - down, 1 - across),
        }[self.turn]
        return self.box.left + share_x * self.box.width, self.box.bottom + share_y * self.box.height


def _box(corners: pikepdf.Array) -> Box:
    """Return the rectangle between two corners, whichever they are (PDF 32000-1 §7.9.5)."""
    one_x, one_y, other_x, other_y = (float(side) for side in corners)
    across, down = sorted((one_x, other_x)), sorted((one_y, other_y))
    return Box(across[0], down[0], across[1], down[1])
