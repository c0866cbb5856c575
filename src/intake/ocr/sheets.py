"""What the file readers hand on for each page: a picture, a text, or why there is neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from intake.errors import ItemError
from intake.ocr.readings import PAGE_LOST
from intake.schemas.documents import Corners, Defect

PICTURE_UNREAD = "page_picture_unread"
"""Defect of a page of typed text: a picture on it that may hold words was not read."""
COARSE_BELOW = 150
"""Dots per inch below which the steps of a scan are as large as parts of letters."""

Sides = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a page as it is seen, as shares of its width and height
from its upper left corner."""


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed on a page in black, in grey: without ink in colour that lies over it."""

    image: Image.Image
    is_written_over: bool
    """Some of that ink is as dark as a pen's or a stamp's: it says something, or crosses out."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a grey picture (mode ``L``, 0 is black) whose pixels need not be square."""

    number: int
    image: Image.Image
    dpi_x: float
    dpi_y: float
    source_dpi_y: float | None = None
    """Lines per inch it was once scanned with, where ``image`` is a finer drawing of that."""
    size_is_guessed: bool = False
    """Nothing tells how large it is: it was taken for a whole sheet."""
    bilevel: bool = False
    """The picture was black and white, as a fax is: it has no background to even out."""
    rotation: int = 0
    """Degrees clockwise by which the file's own orientation note had it turned."""
    damaged_share: float = 0.0
    """Share of the rows that the fax receiver could not make out; text is lost with them."""
    is_incomplete: bool = False
    """A part of the page could not be decoded and is white here; ``defects`` says which."""
    defects: tuple[Defect, ...] = ()
    print_only: Print | None = None
    """It without the ink in colour that lies over its print; None: there is no such ink."""
    corners: Corners | None = None
    """Where in the file's picture ``image``, a sheet on a table, was cut out; None: it is all."""
    notes: str = ""
    """What the file says beside the picture: notes that people put on the page, its form's data."""

    @property
    def scanned_dpi(self) -> float:
        """Dots per inch that it was scanned with, in the direction that has fewer.

        Of a page drawn anew, such as one of a PDF, those down the page.
        """
        return self.source_dpi_y or min(self.dpi_x, self.dpi_y)

    @property
    def is_grey(self) -> bool:
        """Whether it was scanned in shades of grey: its letters have no steps, however coarse.

        Of a page drawn anew that is not known.
        """
        return not self.bilevel and self.source_dpi_y is None


@dataclass(frozen=True, slots=True)
class PastedPicture:
    """A picture on a page of typed text that may hold words, drawn without that text."""

    image: PageImage
    sides: Sides
    line: int
    """How many lines of the page's text stand before it."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page whose text stood in the file."""

    number: int
    text: str
    inches: tuple[float, float] = (0.0, 0.0)
    """Width and height as it is seen; 0 where the file knows no pages."""
    pictures: tuple[PastedPicture, ...] = ()
    """Those that may hold words, from the top to the bottom of the page."""
    defects: tuple[Defect, ...] = ()
    """What of the page is not in its text."""


@dataclass(frozen=True, slots=True)
class PageLost:
    """A page, or all pages from this one on, that could not be read."""

    number: int
    error: ItemError
    defect: str = PAGE_LOST


Sheet = PageImage | PageText | PageLost


class PageFile(Protocol):
    """An open file of pages, numbered from 1."""

    def read(self, number: int) -> Sheet | None:
        """Return a page; None when there are not so many.

        Raises:
            ItemError: this page cannot be read, or whether there is one.
        """
