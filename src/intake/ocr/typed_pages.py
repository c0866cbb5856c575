"""A page of typed text with pictures on it: what the pictures say is put between its lines.

The words of the pictures get places on the page, as if the whole page had been read as it is seen.
The typed text gets none: a searchable PDF holds it already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from intake.ocr.preparing.prepare import PAPER_FROM, flatten
from intake.ocr.preparing.sheet_edges import onto
from intake.ocr.readings import Reading
from intake.ocr.sheets import PICTURE_UNREAD, PageImage, PageText, PastedPicture
from intake.schemas.documents import FILES_INSIDE, Defect, Page, Point, Word

_PAPER_SHARE = 0.75
"""A note by hand is paper in so much of it once its ground is even; what the engine takes for
letters in the photo of a street is noise."""
_LOOK_SIDE = 700
_LEAST_WORD = 3
"""Letters of the longest word: shorter ones alone are edges of things."""


def read_typed(sheet: PageText, read: Callable[[PageImage], Reading], *, dpi: int) -> Reading:
    """Return a page of typed text with what ``read`` finds in its pictures.

    A picture without words adds nothing and asks for nobody. The page has the confidence of its
    worst picture with words; these have their places on the page at ``dpi`` dots per inch.
    """
    size = (round(sheet.inches[0] * dpi), round(sheet.inches[1] * dpi))
    found: list[tuple[PastedPicture, Page]] = []
    defects = list(sheet.defects)
    for picture in sheet.pictures:
        reading = read(picture.image)
        if reading.page is None:
            defects.append(Defect(code=PICTURE_UNREAD, detail=f"page {sheet.number}"))
        elif _says_something(reading.page, picture.image):
            found.append((picture, reading.page))
            defects += reading.defects
    pages = [page for _, page in found]
    words = _on_the_page(found, size)
    page = Page(
        number=sheet.number,
        text=_joined(sheet.text, found),
        origin="embedded",
        confidence=min((page.confidence for page in pages), default=1.0),
        seconds=round(sum(page.seconds for page in pages), 3),
        words=words,
        width=size[0] if words else 0,
        height=size[1] if words else 0,
        languages=tuple(dict.fromkeys(each for page in pages for each in page.languages)),
    )
    is_doubtful = any(defect.code != FILES_INSIDE for defect in defects)
    return Reading(page=page, defects=tuple(dict.fromkeys(defects)), is_doubtful=is_doubtful)


def _says_something(page: Page, image: PageImage) -> bool:
    """Say whether a picture has words on it, be they such that nobody can read them."""
    if page.kind in ("blank", "picture"):
        return False
    if page.kind != "print":
        step = max(1, max(image.image.size) // _LOOK_SIDE)
        levels = np.asarray(flatten(image.image.reduce(step)))
        return float(np.mean(levels >= PAPER_FROM)) >= _PAPER_SHARE
    return any(sum(map(str.isalnum, run)) >= _LEAST_WORD for run in page.text.split())


def _joined(text: str, found: Sequence[tuple[PastedPicture, Page]]) -> str:
    """Return the text with that of each picture as a paragraph after the lines before it."""
    lines = text.split("\n")
    parts, done = [], 0
    for picture, page in sorted(found, key=lambda each: each[0].line):
        parts += ["\n".join(lines[done : picture.line]), page.text]
        done = picture.line
    parts.append("\n".join(lines[done:]))
    return "\n\n".join(stripped for part in parts if (stripped := part.strip("\n")))


def _on_the_page(
    found: Sequence[tuple[PastedPicture, Page]], size: tuple[int, int]
) -> tuple[Word, ...]:
    """Return the words of the pictures in pixels of a page of ``size``.

    Those of a picture that was turned have no place: a page is turned as a whole or not at all.
    """
    placed: list[Word] = []
    for picture, page in found:
        first = placed[-1].paragraph + 1 if placed else 0
        paragraphs = {number: first + at for at, number in enumerate(_paragraphs(page.words))}
        if page.rotation == 0:
            placed += [_placed(word, page, picture, size, paragraphs) for word in page.words]
    return tuple(placed)


def _paragraphs(words: Sequence[Word]) -> dict[int, None]:
    return dict.fromkeys(word.paragraph for word in words)


def _placed(
    word: Word,
    page: Page,
    picture: PastedPicture,
    size: tuple[int, int],
    paragraphs: dict[int, int],
) -> Word:
    """Return a word of a picture where it stands on the page; it lies level there as well."""
    middle = (word.top + word.bottom) / 2
    start, end, top, bottom = (
        _point(x, y, page, picture, size)
        for x, y in (
            (word.left, middle),
            (word.right, middle),
            (word.left, word.top),
            (word.left, word.bottom),
        )
    )
    height, across_from = math.dist(top, bottom), (start[1] + end[1]) / 2
    return word.model_copy(
        update={
            "left": round(start[0]),
            "right": max(round(end[0]), round(start[0]) + 1),
            "top": round(across_from - height / 2),
            "bottom": max(round(across_from + height / 2), round(across_from - height / 2) + 1),
            "paragraph": paragraphs[word.paragraph],
        }
    )


def _point(x: float, y: float, page: Page, picture: PastedPicture, size: tuple[int, int]) -> Point:
    """Return where a pixel of the prepared picture is on the page, in pixels of the page."""
    sine, cosine = math.sin(math.radians(page.skew)), math.cos(math.radians(page.skew))
    from_x, from_y = x - page.width / 2, y - page.height / 2
    across = 0.5 + (cosine * from_x - sine * from_y) / page.width
    down = 0.5 + (sine * from_x + cosine * from_y) / page.height
    if page.corners is not None:
        across, down = onto(page.corners, across, down)
    left, top, right, bottom = picture.sides
    return (
        (left + across * (right - left)) * size[0],
        (top + down * (bottom - top)) * size[1],
    )
