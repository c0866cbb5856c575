"""Reading: what came of one sheet."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import ItemError
from intake.schemas.documents import Defect, Page


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one sheet: a page, or the error that took its place."""

    page: Page | None = None
    error: ItemError | None = None
    defects: tuple[Defect, ...] = ()
    is_doubtful: bool = False
    """The text is too little for the ink (a picture, handwriting, a page on its side), or the
    fax arrived with gaps, or something of the page is not in its text."""
