"""How well and at what cost pages are read, beside plain pytesseract on the same files.

python benchmarks/ocr.py [DIR]

DIR holds ``index.json``, a list of {"set", "file", "truth", "header"?}, with paths relative to
DIR; without DIR the bundled fixtures are read. CER is the edit distance to the truth after NFC
and white space are made equal, as a share of the truth; the line that the sending machine prints
on a fax is not part of the letter and is left out on both sides. CPU is that of the whole
process tree, one page at a time.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytesseract

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.ocr.tesseract import TesseractEngine
from intake.schemas.documents import RecognisedDocument

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
LANGUAGES = ("ita", "eng")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Sample:
    group: str
    path: Path
    truth: str
    has_header: bool


@dataclass(frozen=True)
class Score:
    cer: float
    cpu_s: float
    wall_s: float
    confidence: float | None = None
    needs_review: bool | None = None


def main() -> None:
    samples = load_index(Path(sys.argv[1])) if len(sys.argv) > 1 else load_fixtures()
    engine = TesseractEngine()
    print(f"{len(samples)} pages, {os.cpu_count()} cores, load {_load()}, {engine.version()=}")
    plain: dict[str, list[Score]] = defaultdict(list)
    ours: dict[str, list[Score]] = defaultdict(list)
    for sample in samples:
        plain[sample.group].append(score_plain(sample))
        ours[sample.group].append(score_ours(sample, engine))
        if sys.stderr.isatty():
            print(f"\r{sample.path.name:40}", end="", file=sys.stderr, flush=True)
    print_table(plain, ours)
    print_confidence([score for scores in ours.values() for score in scores])
    print(f"load at the end {_load()}")


def load_index(folder: Path) -> list[Sample]:
    rows = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return [
        Sample(
            group=row["set"],
            path=folder / row["file"],
            truth=(folder / row["truth"]).read_text(encoding="utf-8"),
            has_header=bool(row.get("header")),
        )
        for row in rows
    ]


def load_fixtures() -> list[Sample]:
    """Return the pages of fixtures/fax and fixtures/scan that have their text beside them."""
    return [
        Sample(
            group=truth.parent.name,
            path=page,
            truth=truth.read_text(encoding="utf-8"),
            has_header=truth.parent.name == "fax",
        )
        for truth in sorted(FIXTURES.glob("fax/*.txt")) + sorted(FIXTURES.glob("scan/*.txt"))
        for page in sorted(truth.parent.glob(f"{truth.stem}.*"))
        if page.suffix in (".tif", ".jpg", ".png")
    ]


def score_plain(sample: Sample) -> Score:
    def read() -> str:
        return str(pytesseract.image_to_string(str(sample.path), lang="+".join(LANGUAGES)))

    text, cpu_s, wall_s = _measured(read)
    return Score(character_error_rate(text, sample), cpu_s, wall_s)


def score_ours(sample: Sample, engine: TesseractEngine) -> Score:
    def read() -> RecognisedDocument:
        data = sample.path.read_bytes()
        return recognise(data, None, engine=engine, languages=LANGUAGES, limits=PageLimits())

    document, cpu_s, wall_s = _measured(read)
    cer = character_error_rate(document.text, sample)
    return Score(cer, cpu_s, wall_s, document.confidence, document.needs_review)


def character_error_rate(text: str, sample: Sample) -> float:
    """Return the edit distance as a share of the truth; above 1.0 where much was invented."""
    truth = _normal(sample.truth)
    readings = [text]
    if sample.has_header:  # the first line with ink; on a poor line it may not have been read
        readings.append("\n".join(text.strip().split("\n")[1:]))
    return min(edit_distance(_normal(reading), truth) for reading in readings) / len(truth)


def edit_distance(left: str, right: str) -> int:
    """Return the Levenshtein distance, one row at a time."""
    target = np.array([ord(character) for character in right], dtype=np.int64)
    steps = np.arange(len(target) + 1, dtype=np.int64)
    row = steps.copy()
    for count, character in enumerate(left, start=1):
        kept = np.minimum(row[:-1] + (target != ord(character)), row[1:] + 1)
        row = np.concatenate(([count], kept))
        row = np.minimum.accumulate(row - steps) + steps  # insertions
    return int(row[-1])


def print_table(plain: dict[str, list[Score]], ours: dict[str, list[Score]]) -> None:
    print(
        f"\n{'set':14}{'pages':>6} | {'plain: CER mean/median %':>26}{'CPU s':>7} "
        f"| {'intake: CER mean/median %':>26}{'CPU s':>7}"
    )
    for group, scores in plain.items():
        print(f"{group:14}{len(scores):>6} | {_row(scores)} | {_row(ours[group])}")
    everything = [[s for part in table.values() for s in part] for table in (plain, ours)]
    print(f"{'all':14}{len(everything[0]):>6} | {_row(everything[0])} | {_row(everything[1])}")


def print_confidence(scores: Sequence[Score]) -> None:
    bad = [score for score in scores if score.cer > 0.10]
    good = [score for score in scores if score.cer <= 0.10]
    caught = sum(bool(score.needs_review) for score in bad)
    alarms = sum(bool(score.needs_review) for score in good)
    print(f"\npages with CER > 10 %: {caught} of {len(bad)} flagged for review")
    print(f"other pages: {alarms} of {len(good)} flagged")
    if len(scores) > 2:
        errors = _ranks([score.cer for score in scores])
        confidences = _ranks([score.confidence or 0.0 for score in scores])
        correlation = statistics.correlation(confidences, errors)
        print(f"rank correlation of confidence and CER: {correlation:.2f}")


def _row(scores: Sequence[Score]) -> str:
    rates = [100 * score.cer for score in scores]
    shown = f"{statistics.mean(rates):.2f} / {statistics.median(rates):.2f}"
    return f"{shown:>26}{statistics.mean(score.cpu_s for score in scores):>7.2f}"


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _measured(work: Callable[[], Result]) -> tuple[Result, float, float]:
    cpu, wall = _cpu_s(), time.perf_counter()
    result = work()
    return result, _cpu_s() - cpu, time.perf_counter() - wall


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


if __name__ == "__main__":
    main()
