"""Make the language data for faxes that intake ships: Tesseract's Italian, taught coarse letters.

    python scripts/make_fax_data.py DIR              # an hour and a half of a core
    python scripts/make_fax_data.py DIR --pages 20 --iterations 300    # only to see that it works

DIR keeps the pages and the networks, and what is there is not made again: take another one after
changes. Needs Debian's ``tesseract-ocr`` (5.3, whose training programs are in it),
``tesseract-ocr-ita`` and ``tesseract-ocr-eng``, and the typefaces of ``fonts-liberation
fonts-freefont-ttf fonts-urw-base35 fonts-crosextra-carlito fonts-crosextra-caladea fonts-dejavu
fonts-texgyre fonts-croscore fonts-courier-prime fonts-lmodern fonts-open-sans
fonts-roboto-unhinted fonts-lato fonts-ebgaramond fonts-sil-charis fonts-linuxlibertine
fonts-inconsolata fonts-cantarell fonts-gfs-didot``. Other typefaces make other pages. See
docs/adr/0018-fax-data.md, also for how the shipped data differ.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
from pathlib import Path

from fax_lines import Line, fax_page
from fax_writing import Writer
from rich.progress import track
from tesseract_network import in_real_numbers

from intake.ocr.tesseract.language_data import FAX_DATA, data_folder

PAGES = 300
ITERATIONS = 15_000
"""Lines to learn from, one at a time."""
RATE, LAST_RATE = 0.0005, 0.0001
"""The learning rate at first, and that of the last fifth, which settles what was learned."""
IMPERFECT_BETWEEN = 3
"""A line that is read without a fault teaches little: after each, so many others come first."""
MEMORY_MB = 2500
BLOCK_OF_LINES = "6"  # page segmentation mode: the boxes say where the lines are


def main() -> None:
    """Write the data from the pages and networks in the folder that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--iterations", type=int, default=ITERATIONS)
    arguments = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(
        italian=words_of("ita", folder),
        english=words_of("eng", folder),
        characters=characters_of(folder / "ita.lstm-unicharset"),
    )
    for number in track(range(arguments.pages), "Pages"):
        write_page(folder, number, writer)
    list_of_pages = folder / "pages.txt"
    pages = (str(folder / f"{number:04}.lstmf") for number in range(arguments.pages))
    list_of_pages.write_text("\n".join(pages) + "\n", encoding="utf-8")
    start = folder / "start.lstm"
    start.write_bytes(in_real_numbers((folder / "ita.lstm").read_bytes()))
    learned = learn(start, "learned", list_of_pages, RATE, arguments.iterations * 4 // 5)
    settled = learn(learned, "settled", list_of_pages, LAST_RATE, arguments.iterations // 5)
    write_data(settled)


def words_of(language: str, folder: Path) -> list[str]:
    """Return the words of a language's data, whose parts are left in the folder."""
    parts = folder / f"{language}."
    run("combine_tessdata", "-u", data_folder() / f"{language}.traineddata", parts)
    words = folder / f"{language}.words"
    run("dawg2wordlist", f"{parts}lstm-unicharset", f"{parts}lstm-word-dawg", words)
    found = words.read_text(encoding="utf-8").splitlines()
    return [word for word in found if len(word) > 1 and word.isprintable()]


def characters_of(unicharset: Path) -> frozenset[str]:
    """Return the characters that a network tells apart."""
    rows = unicharset.read_text(encoding="utf-8").splitlines()
    special = 4  # how many there are, a space, and two for what is joined or broken
    return frozenset(row.split(" ")[0] for row in rows[special:])


def write_page(folder: Path, number: int, writer: Writer) -> None:
    """Write a page of lines in the form that Tesseract learns from, if it is not there."""
    done = folder / f"{number:04}.lstmf"
    if done.exists():
        return
    base = folder / "unfinished"
    image, dpi, lines = fax_page(random.Random(f"fax {number}"), writer)  # noqa: S311 - a seed
    picture = base.with_suffix(".tif")
    image.save(picture, dpi=(dpi, dpi))
    boxes = "".join(box_of(line, image.height) for line in lines)
    base.with_suffix(".box").write_text(boxes, encoding="utf-8")
    run("tesseract", picture, base, "-l", "ita", "--psm", BLOCK_OF_LINES, "lstm.train")
    picture.unlink()
    base.with_suffix(".lstmf").rename(done)


def box_of(line: Line, height: int) -> str:
    """Return a line as Tesseract's box files have it: from the bottom left, its end marked."""
    left, top, right, bottom = (round(edge) for edge in line.box)
    from_below = f"{max(0, height - bottom)} {{}} {height - top} 0"
    text = f"WordStr {left} {from_below.format(right)} #{line.text}\n"
    return f"{text}\t {right + 1} {from_below.format(right + 2)}\n"


def learn(start: Path, name: str, pages: Path, rate: float, iterations: int) -> Path:
    """Return the network that ``start`` has become after so many lines more."""
    learned = start.with_name(name)
    run(
        "lstmtraining",
        *("--continue_from", start, "--traineddata", data_folder() / "ita.traineddata"),
        *("--train_listfile", pages, "--model_output", learned),
        *("--reset_learning_rate", "--learning_rate", str(rate)),
        *("--perfect_sample_delay", str(IMPERFECT_BETWEEN)),
        *("--max_iterations", str(iterations), "--max_image_MB", str(MEMORY_MB)),
    )
    return learned.with_name(f"{name}_checkpoint")


def write_data(network: Path) -> None:
    """Write the language data with the network in whole numbers, as recognition wants it."""
    run(
        "lstmtraining",
        *("--stop_training", "--convert_to_int", "--continue_from", network),
        *("--traineddata", data_folder() / "ita.traineddata", "--model_output", FAX_DATA),
    )
    print(f"{FAX_DATA.name}: {FAX_DATA.stat().st_size:,} bytes")


def run(program: str, *arguments: str | Path) -> None:
    """Run a program of Tesseract's.

    Raises:
        SystemExit: it is not installed, or failed; what it said is in the message.
    """
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"{program} is not installed: apt-get install tesseract-ocr")
    done = subprocess.run(
        [path, *map(str, arguments)], check=False, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        raise SystemExit(f"{program} failed:\n{done.stderr}")


if __name__ == "__main__":
    main()
