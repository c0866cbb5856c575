"""How many words of forms are found, and whether a person is told of the pages that lose some.

python benchmarks/forms.py [DIR] [--set NAME]... [--pages]

DIR is what ``python fixtures/make_form_pages.py DIR`` writes; without it one page of each form is
made and forgotten. Beside leaders and stamps, which are no text, characters cannot be counted; so
words are: those of the truth that stand in the text, in any order, without the marks around them.
Of boxes to tick, it is told how many were read as they are, otherwise, as doubtful, and not at all.
A page on which 10 % or more are missing is a bad one, one with less than 5 % a good one: a person
should be told of the first, and not be troubled with the second. The last column counts the pages
that were taken to be written by hand.
CPU is that of the process, one page at a time.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr_pages import FIXTURES, Sample, load
from ocr_readers import Intake, measured

from intake.ocr.judging.handwritten_words import HANDWRITTEN_WORDS
from intake.schemas.documents import RecognisedDocument

TICK_KINDS = ("right", "wrong", "doubtful", "unread")
BAD, GOOD = 0.10, 0.05
TICK = re.compile(r"\[[X ?]\]")
TOKEN = re.compile(r"\[[X ?]\]|[^\W_]+")
WORD = re.compile(r"[^\W_]+(?:[.,/'’][^\W_]+)*")


@dataclass(frozen=True)
class Result:
    sample: Sample
    document: RecognisedDocument
    missing: tuple[str, ...]
    lost: float
    cpu_s: float
    ticks: Counter[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--pages", action="store_true", help="tell what each page lost")
    arguments = parser.parse_args()
    reader = Intake("tesserocr")
    with TemporaryDirectory() as made:
        folder = arguments.folder or make_forms(Path(made))
        results = [read(reader, sample) for sample in load(folder, arguments.set, 1)]
    print(
        f"{'words lost mean/worst %, CPU s':34}{'bad: told':>12}{'good: told':>12}{'by hand':>12}"
    )
    for group in [*dict.fromkeys(each.sample.group for each in results), "all"]:
        print_row(group, [each for each in results if group in (each.sample.group, "all")])
    if arguments.pages:
        for each in results:
            print_page(each)


def make_forms(folder: Path) -> Path:
    subprocess.run([sys.executable, str(FIXTURES / "make_form_pages.py"), folder, "1"], check=True)
    return folder


def read(reader: Intake, sample: Sample) -> Result:
    document, cpu_s = measured(lambda: reader.document(sample))
    wanted, found = (words(TICK.sub(" ", each)) for each in (sample.truth, document.text))
    missing = tuple((wanted - found).elements())
    lost = len(missing) / wanted.total()
    return Result(sample, document, missing, lost, cpu_s, ticks(sample.truth, document.text))


def ticks(truth: str, text: str) -> Counter[str]:
    """Count the boxes of the truth as ``right``, ``wrong``, ``doubtful`` or ``unread``.

    A box is known by the words before and after it.
    """
    wanted, found = (TOKEN.findall(each) for each in (truth, text))
    marked = [["[]" if TICK.fullmatch(token) else token.casefold() for token in tokens]
              for tokens in (wanted, found)]  # fmt: skip
    counts: Counter[str] = Counter()
    matcher = SequenceMatcher(None, marked[0], marked[1], autojunk=False)
    for start, other, length in matcher.get_matching_blocks():
        for mark, read in zip(wanted[start:][:length], found[other:][:length], strict=True):
            if TICK.fullmatch(mark):
                counts["doubtful" if read == "[?]" else "right" if read == mark else "wrong"] += 1
    unread = sum(TICK.fullmatch(token) is not None for token in wanted) - counts.total()
    return counts + Counter(unread=unread)


def words(text: str) -> Counter[str]:
    return Counter(each.casefold() for each in WORD.findall(text))


def print_row(group: str, results: list[Result]) -> None:
    lost = [100 * each.lost for each in results]
    cpu = statistics.mean(each.cpu_s for each in results)
    figures = f"{statistics.mean(lost):.1f} / {max(lost):.1f} {cpu:6.2f}"
    bad = [each.document.needs_review for each in results if each.lost >= BAD]
    good = [each.document.needs_review for each in results if each.lost < GOOD]
    by_hand = [HANDWRITTEN_WORDS in codes_of(each) for each in results]
    counts = "".join(f"{sum(some):>7} / {len(some):<2}" for some in (bad, good, by_hand))
    print(f"{group:20}{figures:>16}  {counts}{ticks_of(results)}")


def ticks_of(results: list[Result]) -> str:
    total = sum((each.ticks for each in results), Counter[str]())
    return "".join(f"  {kind} {total[kind]}" for kind in TICK_KINDS) if total else ""


def codes_of(result: Result) -> list[str]:
    return [defect.code for defect in result.document.defects]


def print_page(result: Result) -> None:
    document = result.document
    told = "told" if document.needs_review else "    "
    kinds = " ".join(page.kind for page in document.pages)
    codes = " ".join(codes_of(result))
    name = f"{result.sample.group}/{result.sample.path.stem}"
    print(
        f"{name:22}{100 * result.lost:6.1f} {document.confidence:.3f} {told} {kinds} {codes}",
        end="",
    )
    print(" |", " ".join(result.missing[:12]))


if __name__ == "__main__":
    main()
