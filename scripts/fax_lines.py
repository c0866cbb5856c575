"""Pages of lines as fax machines send them, each line with its text, for Tesseract to learn from.

A page is set in a typeface of the machine, goes pale or dusty, is scanned at one of the three
resolutions of ITU-T T.4, loses rows on the way, and is made ready as intake does it.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
from fax_writing import Writer
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import even
from intake.ocr.sheets import PageImage

sys.path.append(str(Path(__file__).resolve().parents[1] / "fixtures"))
_fax_pages = import_module("make_fax_pages")
DRAWN_DPI: int = _fax_pages.DRAWN_DPI
SHEET_IN: tuple[float, float] = _fax_pages.SHEET_IN
DOTS_PER_IN = 204
LINES_PER_IN = {98: 0.7, 196: 0.22, 392: 0.08}
"""Standard, fine and superfine, and how often each is drawn: what is hard is learned most."""
PREPARED_DPI = PageLimits().dpi
SIZES_PT = (8.5, 9, 9, 9.5, 10, 10, 11, 11, 12, 12, 13)
SPACINGS = (1.15, 1.2, 1.3, 1.35, 1.5)
THRESHOLDS = (95, 105, 115, 125, 135, 145, 155)
LOSES_ROWS = 0.6
"""The share of the pages that lose rows."""
LEAST_LEFT = 0.72
"""A line that has less of its height left is nothing to learn from."""
USUAL_FACES = 0.7
USUAL = (
    "Liberation", "Nimbus", "Free", "Carlito", "Caladea", "DejaVu S", "C059", "P052", "Gothic",
    "Bookman", "Courier", "TeX Gyre", "Arimo", "Tinos", "Cousine",
)  # fmt: skip
UNSUITED_FACES = (
    "Math", "Symbol", "Dingbat", "Z003", "Keyboard", "Initials", "Chorus", "Unslanted", "Dunhill",
    "LMMonoLtCond",
)  # fmt: skip
UNSUITED_CUTS = ("Thin", "Hairline", "ExtraLight", "Black", "Heavy")


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the box of its ink, in dots: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


@cache
def faces() -> dict[str, list[tuple[str, str]]]:
    """Return (cut, file) of each typeface of the machine that has Italian letters."""
    form = "%{file}\t%{family[0]}\t%{style[0]}\t%{lang}\n"
    found: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(subprocess.check_output(["fc-list", "-f", form], text=True).splitlines()):
        path, family, cut, languages = row.split("\t")
        if (
            "it" in languages.split("|")
            and path.endswith((".ttf", ".otf", ".t1", ".pfb"))
            and not any(part in family for part in UNSUITED_FACES)
            and not any(part in cut for part in UNSUITED_CUTS)
        ):
            found.setdefault(family, []).append((cut, path))
    return found


def fax_page(chance: random.Random, writer: Writer) -> tuple[Image.Image, float, list[Line]]:
    """Return a page made ready for the engine, its dots per inch, and its lines in those dots."""
    sheet, lines = _drawn(chance, writer)
    lines_per_in = chance.choices(list(LINES_PER_IN), list(LINES_PER_IN.values()))[0]
    threshold = chance.choice(THRESHOLDS)
    page = _fax_pages.scan(_worn(sheet, chance), lines_per_in, threshold=threshold)
    moved: NDArray[np.intp] = np.arange(page.height + 1)
    if chance.random() < LOSES_ROWS:
        page, moved = _without_rows(page, chance, lines_per_in)
    evened = even(
        PageImage(
            number=1,
            image=page.convert("L"),
            dpi_x=DOTS_PER_IN,
            dpi_y=lines_per_in,
            bilevel=True,
        ),
        dpi=PREPARED_DPI,
    )
    left = [_left_of(line, moved, lines_per_in, evened.dpi, chance) for line in lines]
    return evened.image, evened.dpi, [line for line in left if line is not None]


def _drawn(chance: random.Random, writer: Writer) -> tuple[Image.Image, list[Line]]:
    """Return a sheet of lines, and the lines in its dots, as high as the face's letters can be."""
    font = choose_font(chance)
    width, height = (round(side * DRAWN_DPI) for side in SHEET_IN)
    sheet = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(sheet)
    left = round(chance.uniform(0.5, 1.1) * DRAWN_DPI)
    above, below = -font.getbbox("l", anchor="ls")[1], font.getbbox("p", anchor="ls")[3]
    base = round(chance.uniform(0.6, 1) * DRAWN_DPI) + above
    step = round(font.size * chance.choice(SPACINGS))
    words, lines = writer.words(chance), []
    while base + below < height - DRAWN_DPI / 2:
        room = (width - 1.8 * left) * chance.choice((1, 1, 1, 1, 1, 0.7, 0.4))
        text = _line_of(words, pen, font, room)
        pen.text((left, base), text, font=font, fill=0, anchor="ls")
        box = pen.textbbox((left, base), text, font=font, anchor="ls")
        lines.append(
            Line(text, (box[0], min(box[1], base - above), box[2], max(box[3], base + below)))
        )
        base += step + (step // 2 if chance.random() < 0.08 else 0)
    return sheet, lines


def _line_of(
    words: Iterator[str], pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, room: float
) -> str:
    """Return as many of the next words as fit, one at least; the one too many is lost."""
    text = next(words)
    for word in words:
        longer = f"{text} {word}"
        if pen.textlength(longer, font=font) > room:
            break
        text = longer
    return text


def choose_font(chance: random.Random) -> ImageFont.FreeTypeFont:
    """Return a face of the machine in one of the sizes of letters, most often a usual one."""
    usual = [name for name in faces() if any(part in name for part in USUAL)]
    family = chance.choice(usual if chance.random() < USUAL_FACES else list(faces()))
    cuts = faces()[family]
    regular = [each for each in cuts if each[0] in ("Regular", "Book", "Roman", "Medium")] or cuts
    _, path = chance.choice(regular if chance.random() < 0.8 else cuts)
    return ImageFont.truetype(path, round(chance.choice(SIZES_PT) * DRAWN_DPI / 72))


def _worn(sheet: Image.Image, chance: random.Random) -> Image.Image:
    """Return the sheet softened by the scanner's glass; three of ten pale, half of those dusty."""
    kind = chance.random()
    if kind < 0.7:
        return sheet.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 2.5)))
    soft = sheet.filter(ImageFilter.GaussianBlur(chance.uniform(1.5, 3)))
    pale = soft.point(lambda grey: 40 + grey * 215 // 255)
    if kind < 0.85:
        return pale
    grain = np.random.default_rng(chance.randint(0, 10**6))
    dust = (grain.random((sheet.height // 6, sheet.width // 6)) > 0.001) * 255
    specks = Image.fromarray(dust.astype(np.uint8)).resize(sheet.size)
    return Image.fromarray(np.minimum(np.asarray(pale), np.asarray(specks)))


def _without_rows(
    page: Image.Image, chance: random.Random, lines_per_in: int
) -> tuple[Image.Image, NDArray[np.intp]]:
    """Return the page with runs of rows gone, and where each row, and the end, has moved to."""
    rows = np.asarray(page)
    kept = np.ones(len(rows), dtype=bool)
    for _ in range(chance.randint(4, 40)):
        start = chance.randrange(len(rows))
        kept[start : start + round(chance.expovariate(1 / 3) * lines_per_in / 98)] = False
    return Image.fromarray(rows[kept]), np.concatenate(([0], np.cumsum(kept)))


def _left_of(
    line: Line, moved: NDArray[np.intp], lines_per_in: int, dpi: float, chance: random.Random
) -> Line | None:
    """Return the line where it stands on the page made ready, None if too little of it is left.

    Tesseract does not find the height of a line to the dot; nor are the boxes exact here.
    """
    left, top, right, bottom = line.box
    rows = (
        math.floor(top * lines_per_in / DRAWN_DPI),
        math.ceil(bottom * lines_per_in / DRAWN_DPI),
    )
    first, last = (moved[min(row, len(moved) - 1)] * dpi / lines_per_in for row in rows)
    if last - first < LEAST_LEFT * (bottom - top) * dpi / DRAWN_DPI:
        return None
    scale = dpi / DRAWN_DPI
    first, last = first + chance.randint(-2, 2), last + chance.randint(-2, 2)
    return Line(line.text, (left * scale, max(0.0, first), right * scale, last))
