"""How many words are found on pages that were really printed, and scanned or photographed.

python benchmarks/real_pages.py DIR [--dpi N]

Pages drawn by a computer are of typefaces that one has; these are of 1864, 1914 and 1915. DIR is
the folder ``prog`` of Leptonica's source (``apt-get source leptonlib``), whose pictures of them
are read; what is printed there is in ``fixtures/real``, written down by hand. Each is read as it is
and, where it is finer, reduced to ``--dpi`` in grey and in black and white as by
benchmarks/low_resolution.py. Plain Tesseract reads the same files in the same run. Three pages
are few: they show what goes wrong, not how often.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from low_resolution import reduced, words_found
from ocr_pages import FIXTURES, Sample
from ocr_readers import Intake, Plain, measured
from PIL import Image

PAGES = {"lucasta": "lucasta.1.300.tif", "keystone": "keystone.png", "lighttext": "lighttext.jpg"}
UNREADABLE_ROWS = 27
"""Of the newspaper: half a line of type at its top."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dpi", type=int, default=90)
    given = parser.parse_args()
    if missing := [name for name in PAGES.values() if not (given.folder / name).is_file()]:
        parser.error(f"{given.folder} has no {', '.join(missing)}")
    plain, ours = Plain(), Intake("tesserocr")
    print(f"{'% of words found, CPU s':30}{plain.name:>20}{ours.name:>20}")
    with TemporaryDirectory() as folder:
        for name, page in pages(given.folder, given.dpi, Path(folder)):
            cells = []
            for reader in (plain, ours):
                text, cpu_s = measured(partial(reader.text, page))
                cells.append(f"{100 * words_found(text, page.truth):.1f} {cpu_s:6.2f}")
            print(f"{name:30}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


def pages(folder: Path, dpi: int, scratch: Path) -> Iterator[tuple[str, Sample]]:
    """Yield each page as it is and reduced, with what it is called in the table."""
    for name, file in PAGES.items():
        path = folder / file
        if name == "lighttext":
            path = scratch / "lighttext.png"
            with Image.open(folder / file) as picture:
                picture.crop((0, UNREADABLE_ROWS, *picture.size)).save(path)
        truth = (FIXTURES / "real" / f"{name}.txt").read_text(encoding="utf-8")
        page = Sample("real", path, truth, has_header=False)
        yield f"{name}, as it is", page
        if name == "lucasta":  # the others tell no resolution, and have hardly more
            yield from (
                (f"{name}, {kept_as}", each) for kept_as, each in reduced(page, dpi, scratch)
            )


if __name__ == "__main__":
    main()
