"""How well, at what cost and how honestly pages are read, beside other readers of the same files.

python benchmarks/ocr.py [DIR] [--every N] [--set NAME]... [--reader NAME]... [--second NAME]

DIR holds ``index.json``, a list of {"set", "file", "truth", "header"?}, with paths relative to
DIR (``python fixtures/make_fax_pages.py DIR`` makes such a folder); without DIR the bundled
fixtures are read. ``--every 8`` takes each eighth page of each set. Readers are the engines of
intake, ``plain`` (pytesseract on the file as it is) and ``ocrmypdf``; the first is judged in full.
``--second rapidocr`` lets the first reader read once more with that second opinion.

CER is the edit distance to the truth after NFC and white space are made equal, as a share of the
truth; the line that the sending machine prints on a fax is not part of the letter and is left out
on both sides. CPU is that of the whole process tree, one page at a time; wall time is used for
the scaling to two processes only, and means something on an idle machine only.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import tesserocr
from ocr_pages import Sample, load
from ocr_readers import LANGUAGES, Intake, Reader, Score, measured, readers

from intake.ocr.files.pictures import read_pictures
from intake.ocr.limits import PageLimits
from intake.ocr.preparing.prepare import prepare
from intake.ocr.sheets import PageImage
from intake.ocr.tesseract.in_process import TesserocrEngine
from intake.ocr.tesseract.language_data import data_folder

BAD_CER = 0.10


def main() -> None:
    arguments = parse_arguments()
    samples = load(arguments.folder, arguments.set, arguments.every)
    if not samples:
        known = ", ".join(sorted({sample.group for sample in load(arguments.folder, [], 1)}))
        raise SystemExit(f"There is no page to read. Use --set with one of: {known}.")
    chosen = readers(
        arguments.reader or ["tesserocr", "tesseract", "plain", "ocrmypdf"], arguments.second
    )
    print(f"{len(samples)} pages, {os.cpu_count()} cores, load {load_average()}\n")
    scores = {reader.name: read_all(reader, samples) for reader in chosen}
    print_table(samples, scores)
    print_confidence(scores[chosen[0].name])
    print_cost(samples)
    print_processes(samples)
    print(f"load at the end {load_average()}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--reader", action="append")
    parser.add_argument("--second", default="")
    return parser.parse_args()


def read_all(reader: Reader, samples: Sequence[Sample]) -> list[Score]:
    scores = []
    for sample in samples:
        scores.append(reader.read(sample))
        if sys.stderr.isatty():
            print(f"\r{reader.name}: {sample.path.name:40}", end="", file=sys.stderr, flush=True)
    return scores


def print_table(samples: Sequence[Sample], scores: dict[str, list[Score]]) -> None:
    """Print mean and median CER and the CPU seconds a page of each reader on each set."""
    print(f"{'CER mean/median %, CPU s':24}" + "".join(f"{name:>26}" for name in scores))
    for group in [*dict.fromkeys(sample.group for sample in samples), "all"]:
        members = [n for n, sample in enumerate(samples) if group in (sample.group, "all")]
        cells = (cell([each[n] for n in members]) for each in scores.values())
        print(f"{group:18}{len(members):>6}" + "".join(f"{text:>26}" for text in cells))


def cell(scores: Sequence[Score]) -> str:
    rates = [100 * score.cer for score in scores]
    cpu = statistics.mean(score.cpu_s for score in scores)
    return f"{statistics.mean(rates):.2f} / {statistics.median(rates):.2f} {cpu:6.2f}"


def print_confidence(scores: Sequence[Score]) -> None:
    """Print how the confidence ranks the pages, and what review catches and costs."""
    bad = [score for score in scores if score.cer > BAD_CER]
    good = [score for score in scores if score.cer <= BAD_CER]
    caught, alarms = (sum(score.needs_review for score in part) for part in (bad, good))
    print(f"\nreview: {caught} of {len(bad)} pages with CER > 10 %, {alarms} of {len(good)} others")
    if len(scores) > 2:
        errors = ranks([score.cer for score in scores])
        confidences = ranks([score.confidence for score in scores])
        correlation = statistics.correlation(confidences, errors)
        print(f"rank correlation of confidence and CER: {correlation:.2f}")
    bands: dict[int, list[float]] = defaultdict(list)
    for score in scores:
        bands[min(int(score.confidence * 10), 9)].append(score.cer)
    for band, rates in sorted(bands.items()):
        mean = 100 * statistics.mean(rates)
        print(f"confidence from {band / 10:.1f}: {len(rates):4} pages, mean CER {mean:.1f} %")


def print_cost(samples: Sequence[Sample]) -> None:
    """Print where the CPU goes, and what our engine adds to the bare library."""
    engine = TesserocrEngine()
    spent: dict[str, list[float]] = defaultdict(list)
    with tesserocr.PyTessBaseAPI(path=f"{data_folder()}/", lang="+".join(LANGUAGES)) as bare:
        for sample in samples:
            for sheet in read_pictures(sample.path.read_bytes(), PageLimits()):
                if isinstance(sheet, PageImage):
                    compare_costs(sheet, engine, bare, spent)
    means = {name: statistics.mean(values) for name, values in spent.items()}
    print(f"\nCPU s a page: prepare {means['prepare']:.2f}, engine {means['engine']:.2f}, ", end="")
    print(f"bare library {means['bare']:.2f}: {means['engine'] / means['bare'] - 1:+.0%}")


def compare_costs(
    sheet: PageImage,
    engine: TesserocrEngine,
    bare: tesserocr.PyTessBaseAPI,
    spent: dict[str, list[float]],
) -> None:
    prepared, cost = measured(lambda: prepare(sheet, dpi=PageLimits().dpi))
    spent["prepare"].append(cost)
    prepared.image.info["dpi"] = (prepared.dpi, prepared.dpi)

    def read_bare() -> None:
        bare.SetImage(prepared.image)
        bare.SetSourceResolution(round(prepared.dpi))
        bare.GetUTF8Text()

    spent["bare"].append(measured(read_bare)[1])
    read = measured(
        lambda: engine.recognise(prepared.image, number=1, languages=LANGUAGES, timeout_s=60)
    )
    spent["engine"].append(read[1])


def print_processes(samples: Sequence[Sample]) -> None:
    """Print the memory of one reading process, and the speed of two beside that of one."""
    took = {}
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(read_one, samples[:workers]))  # models are loaded before the clock runs
            started = time.perf_counter()
            peak = max(pool.map(read_one, samples))
            took[workers] = time.perf_counter() - started
        print(f"{workers} process(es): {took[workers] / len(samples):.2f} s a page, {peak:.0f} MB")
    print(f"two are {took[1] / took[2]:.2f} times as fast as one")


def read_one(sample: Sample) -> float:
    """Read a page in the default mode; return the most memory this process has had, in MB."""
    global _reader  # noqa: PLW0603 - one reader for each process of the pool
    _reader = _reader or Intake("tesserocr")
    _reader.document(sample)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_reader: Intake | None = None


def ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def load_average() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


if __name__ == "__main__":
    main()
