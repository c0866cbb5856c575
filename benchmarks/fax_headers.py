"""How many facts of the line that a sending fax machine prints are read right, wrong, or not.

python benchmarks/fax_headers.py [DIR --number NUMBER] [--lines N]

Draws ``--lines`` pages whose first line a machine printed, in each typeface of this machine that
has letters of one width, dot by dot at standard and at fine resolution; of two in five the line has
lost a row. With DIR it reads the faxes that benchmarks/ocr.py reads there instead, all of which
must be from one machine with this number. Each page is read twice in the same run: as the engine
read its figures, and with figures that have the same dots read the same.
"""

from __future__ import annotations

import argparse
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from ocr_pages import Sample, load
from ocr_readers import Intake
from PIL import Image, ImageDraw, ImageFont

from intake.ocr.words import header_line
from intake.schemas.documents import FaxHeader

PAGE_DOTS = (1728, 2292)
SIZES = (20, 22, 24, 26, 28)
LINE_ROWS = (16, 26)
"""Where the figures of a line stand."""
NUMBERS = ("+39 0{} {} 0{}", "0{}-{}-2{}", "0{}.{}.{}", "+390{}{}{}", "0{}/{}{}")
DATES = ("{day:02d}/{month:02d}/20{year}", "{day}-{name}-20{year}", "{day:02d}.{month:02d}.{year}")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = ("STUDIO TECNICO BOSIO", "COMUNE DI ROCCOLO", "FARMACIA ZOBOLI", "SEZ. 8 OSIO SOTTO")
SETS = ("clean-std", "noisy-std", "clean-fine", "noisy-fine", "clean-sfine", "noisy-sfine")


class Line(NamedTuple):
    """A page, and the facts of its first line that are known."""

    path: Path
    facts: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    parser.add_argument("--number", help="of the machine that sent the faxes of DIR")
    parser.add_argument("--lines", type=int, default=200)
    arguments = parser.parse_args()
    if (arguments.folder is None) != (arguments.number is None):
        parser.error("DIR and --number go together")
    with TemporaryDirectory() as drawn:
        lines = (
            [
                Line(sample.path, {"number": arguments.number})
                for sample in load(arguments.folder, SETS, 1)
                if sample.has_header
            ]
            if arguments.folder
            else list(draw(arguments.lines, Path(drawn)))
        )
        if not lines:
            parser.error("there is no line to read")
        print(f"{len(lines)} lines          right  wrong  absent")
        with patch.object(header_line, "settle_figures", lambda _ink, texts, _spans: tuple(texts)):
            report("as read", lines)
        report("same dots, same figure", lines)


def report(way: str, lines: list[Line]) -> None:
    """Read all lines and print how many of each fact are right."""
    reader = Intake("tesserocr")
    counts: dict[str, Counter[str]] = {fact: Counter() for fact in lines[0].facts}
    for path, facts in lines:
        document = reader.document(Sample("", path, "", has_header=True))
        header = document.pages[0].fax_header or FaxHeader()
        for fact, truth in facts.items():
            got = getattr(header, fact)
            counts[fact]["right" if got == truth else "wrong" if got else "absent"] += 1
    print(way)
    for fact, count in counts.items():
        print(f"  {fact:<16}{count['right']:>8}{count['wrong']:>7}{count['absent']:>8}")


def draw(count: int, folder: Path) -> Iterator[Line]:
    """Yield so many pages, written into ``folder``; the same typefaces give the same pages."""
    chance = random.Random(1)
    fonts = machine_fonts()
    for number in range(count):
        month = chance.randint(1, 12)
        facts = {
            "number": chance.choice(NUMBERS).format(
                chance.randint(100, 999), chance.randint(100, 999), chance.randint(100, 999)
            ),
            "date": chance.choice(DATES).format(
                day=chance.randint(1, 28),
                month=month,
                name=MONTHS[month - 1],
                year=chance.randint(10, 30),
            ),
            "time": f"{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}",
        }
        line = (
            f"{facts['date']}  {facts['time']}      {chance.choice(NAMES)}"
            f"      {facts['number']}    p.1"
        )
        font = ImageFont.truetype(fonts[number % len(fonts)], chance.choice(SIZES))
        yield Line(write(line, font, folder / f"{number}.tif", chance), facts)


def machine_fonts() -> list[str]:
    """Return the upright typefaces of this machine that have letters of one width."""
    asked = ["fc-list", ":spacing=mono:lang=it", "file", "style"]
    listed = subprocess.check_output(asked, text=True).splitlines()
    upright = [each for each in listed if not ("Italic" in each or "Oblique" in each)]
    if not upright:
        raise SystemExit("no typeface with letters of one width: apt-get install fonts-liberation")
    return sorted(each.split(":")[0] for each in upright)


def write(line: str, font: ImageFont.FreeTypeFont, path: Path, chance: random.Random) -> Path:
    """Write a page that begins with ``line`` as a fax; return where."""
    page = Image.new("1", PAGE_DOTS, 1)
    drawing = ImageDraw.Draw(page)
    drawing.fontmode = "1"
    drawing.text((60, 8), line, font=font, fill=0)
    drawing.text((200, 400), "Si prega di richiamare.", font=font, fill=0)
    if chance.random() < 0.4:
        lost = chance.randrange(*LINE_ROWS)
        page = Image.fromarray(np.delete(np.asarray(page), lost, axis=0))
    rows_per_inch = chance.choice((98, 196))
    if rows_per_inch == 98:
        page = Image.fromarray(np.asarray(page)[::2])
    page.save(path, compression="group4", dpi=(204, rows_per_inch))
    return path


if __name__ == "__main__":
    main()
