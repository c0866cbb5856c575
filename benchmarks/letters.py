"""How many facts of scanned letters are found, and how many of those that are stated are right.

python benchmarks/letters.py [COUNT] [SEED]

Letters of invented people are drawn (fixtures/make_letters.py: nine layouts, several fonts,
crooked, grainy), read by the default engine, and their facts compared with what was written. A
fact counts as right only if it is the same to the letter; one that the letter does not state of
its sender, such as the telephone of a neighbour in its text, counts as wrong whatever it says.
CPU is that of this process tree; the facts' own is beside that of the reading.
"""

from __future__ import annotations

import os
import resource
import runpy
import sys
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from intake import plugins
from intake.config import Settings
from intake.letters.facts import find_facts
from intake.ocr.batches.barcodes import find_barcodes
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.recognise import recognise
from intake.ocr.sheets import PageImage
from intake.schemas.documents import Page, RecognisedDocument
from intake.schemas.letters import Fact, LetterFacts, LetterOptions

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SURE = 0.85


@dataclass
class Tally:
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    sure: Counter[bool] = field(default_factory=Counter)
    """How many facts of confidence 0.85 or more are right."""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    make = runpy.run_path(str(FIXTURES / "make_letters.py"))
    settings = Settings()
    options = LetterOptions(own_names=settings.requests.own_names)
    engine = plugins.load("ocr_engines", settings.ocr.engine)()
    tally, reading_s, facts_s, barcodes_s = Tally(), 0.0, 0.0, 0.0
    for number in range(seed, seed + count):
        letter = make["draw"](number)
        started = cpu_s()
        document, spent_s = read(letter.page, make["DPI"], engine)
        reading_s += cpu_s() - started - spent_s
        barcodes_s += spent_s
        started = cpu_s()
        facts = find_facts(document, options)
        facts_s += cpu_s() - started
        compare(f"{number} {letter.layout}", facts, letter.truth, tally)
        if sys.stderr.isatty():
            print(f"\r{number - seed + 1} of {count}", end="", file=sys.stderr, flush=True)
    print_table(tally)
    print(
        f"\n{count} letters; CPU s/page: reading {reading_s / count:.2f}, barcodes "
        f"{barcodes_s / count:.3f}, facts {facts_s / count:.4f}; load {os.getloadavg()[0]:.1f}"
    )


def read(page: Any, dpi: int, engine: Any) -> tuple[RecognisedDocument, float]:
    """Return what was read, and the CPU seconds that the barcodes took of it."""
    written = BytesIO()
    page.save(written, "JPEG", quality=80, dpi=(dpi, dpi))
    found: dict[int, Any] = {}
    spent_s = 0.0

    def watch(sheet: PageImage, prepared: Prepared, seen: Page) -> None:
        nonlocal spent_s
        started = cpu_s()
        found[seen.number] = find_barcodes(prepared.image) or find_barcodes(sheet.image)
        spent_s += cpu_s() - started

    document = recognise(
        written.getvalue(),
        "image/jpeg",
        engine=engine,
        languages=("ita", "eng"),
        limits=PageLimits(),
        watch=watch,
    )
    pages = tuple(
        each.model_copy(update={"barcodes": found.get(each.number, ())}) for each in document.pages
    )
    return document.model_copy(update={"pages": pages}), spent_s


def compare(name: str, facts: LetterFacts, truth: dict[str, str], tally: Tally) -> None:
    stated: dict[str, Fact] = {
        field_name: fact for field_name, fact in facts if isinstance(fact, Fact)
    }
    stated.update(("references", fact) for fact in facts.references)
    tally.written.update(truth.keys())
    for kind, fact in stated.items():
        is_right = truth.get(kind) == fact.value
        (tally.right if is_right else tally.wrong)[kind] += 1
        if fact.confidence >= SURE:
            tally.sure[is_right] += 1
        if not is_right:
            print(f"{name}: {kind} {fact.value!r}, not {truth.get(kind)!r} ({fact.confidence})")


def print_table(tally: Tally) -> None:
    print(f"\n{'fact':14}{'written':>8}{'stated':>8}{'right':>7}{'precision':>11}{'recall':>8}")
    for kind in sorted(tally.written | tally.wrong):
        print_row(kind, tally.written[kind], tally.right[kind], tally.wrong[kind])
    totals = [sum(each.values()) for each in (tally.written, tally.right, tally.wrong)]
    print_row("all", *totals)
    sure = sum(tally.sure.values())
    print(f"of confidence {SURE} or more: {sure}, {tally.sure[True] / max(sure, 1):.4f} right")


def print_row(kind: str, written: int, right: int, wrong: int) -> None:
    precision = f"{right / (right + wrong):.3f}" if right + wrong else "-"
    recall = f"{right / written:.3f}" if written else "-"
    print(f"{kind:14}{written:>8}{right + wrong:>8}{right:>7}{precision:>11}{recall:>8}")


def cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
