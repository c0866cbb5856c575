"""How many words are found on pages reduced to 90 dots per inch, as old archives keep faxes.

python benchmarks/low_resolution.py [DIR] [--every N] [--set NAME]... [--dpi N] [--second NAME]

DIR is as for benchmarks/ocr.py. Each of its faxes of one page is brought to square pixels of
``--dpi``, laid askew by up to 0.7 degrees, and kept in two ways: in grey as a JPEG, and in black
and white as a PNG, both without a note of their resolution. Share of words found: how many of the
words of the truth stand in what was read, each as often as it stands there, as written. Plain
Tesseract, through pytesseract, reads the same files in the same run.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr_pages import Sample, load
from ocr_readers import Intake, Plain, measured
from PIL import Image

from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageImage

SETS = ("clean-std", "noisy-std", "clean-fine", "noisy-fine")
MOST_ASKEW = 0.7
QUALITIES = (60, 75, 85)
BLACK_BELOW = 160
SUPERSAMPLED = 3


def main() -> None:
    arguments = parse_arguments()
    sets = arguments.set or (SETS if arguments.folder else ("fax",))
    samples = load(arguments.folder, sets, arguments.every)
    ours = [Intake("tesserocr")]
    if arguments.second:
        ours.append(Intake("tesserocr", arguments.second))
    readers: dict[str, Callable[[Sample], str]] = {Plain.name: Plain().text}
    readers |= {reader.name: reader.text for reader in ours}
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        for sample in samples:
            for kept_as, page in reduced(sample, arguments.dpi, Path(folder)):
                for name, read in readers.items():
                    text, cpu_s = measured(partial(read, page))
                    score = (words_found(text, sample.truth), cpu_s)
                    for group in (f"{sample.group}, {kept_as}", f"all, {kept_as}"):
                        found[group, name].append(score)
    print_table(found, list(readers))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--set", action="append")
    parser.add_argument("--dpi", type=int, default=90)
    parser.add_argument("--second", default="")
    return parser.parse_args()


def reduced(sample: Sample, dpi: int, folder: Path) -> Iterator[tuple[str, Sample]]:
    """Yield the page in grey and in black and white, written into ``folder``."""
    sheets = list(read_pictures(sample.path.read_bytes(), PageLimits()))
    sheet = sheets[0]
    if len(sheets) > 1 or not isinstance(sheet, PageImage):
        return
    chance = random.Random(f"{sample.group} {sample.path.name}")
    width = round(sheet.image.width * dpi / sheet.dpi_x)
    height = round(sheet.image.height * dpi / sheet.dpi_y)
    large = sheet.image.resize((width * SUPERSAMPLED, height * SUPERSAMPLED))
    askew = large.rotate(
        chance.uniform(-MOST_ASKEW, MOST_ASKEW), Image.Resampling.BICUBIC, fillcolor=255
    )
    grey = askew.resize((width, height), Image.Resampling.BOX)
    grey.save(folder / "page.jpg", quality=chance.choice(QUALITIES))
    yield "grey", replace(sample, path=folder / "page.jpg")
    black = grey.point(lambda value: 255 if value >= BLACK_BELOW else 0).convert("1")
    black.save(folder / "page.png")
    yield "black and white", replace(sample, path=folder / "page.png")


def words_found(text: str, truth: str) -> float:
    """Return the share of the words of ``truth`` that stand in ``text``."""
    wanted, read = Counter(truth.split()), Counter(text.split())
    return sum((wanted & read).values()) / sum(wanted.values())


def print_table(found: dict[tuple[str, str], list[tuple[float, float]]], names: list[str]) -> None:
    print(f"{'% of words found, CPU s':30}" + "".join(f"{name:>28}" for name in names))
    for group in sorted({group for group, _ in found}):
        cells = []
        for name in names:
            shares, costs = zip(*found[group, name], strict=True)
            cells.append(f"{100 * statistics.mean(shares):.1f} {statistics.mean(costs):6.2f}")
        print(f"{group:30}" + "".join(f"{cell:>28}" for cell in cells))


if __name__ == "__main__":
    main()
