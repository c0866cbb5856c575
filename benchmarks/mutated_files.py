"""Open 2,000 damaged files: count crashes and hangs, name the slowest, print the memory.

`python benchmarks/mutated_files.py [COUNT [SEED [ENGINE]]]`. A mutant comes from a TIFF, PDF, JPEG,
PNG, HEIC, AVIF, JPEG 2000, WebP, GIF, BMP or office document in `fixtures/` by one to six
accidents; the same count and seed give the same mutants. They are opened as the pipeline does and
read by an engine that says nothing; with the name of an engine, such as `tesserocr`, by that. Exits
with 1 on an error that is not promised, on a page that crashed its process, and on a file that
takes over 5 s of CPU.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from mutations import mutate
from PIL import Image
from rich.progress import track

from intake import plugins
from intake.errors import ItemError
from intake.interfaces import OcrEngine
from intake.ocr.files.kinds import detect
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import read_document, recognise
from intake.pipeline.pages.office_file import OFFICE_SIGNATURES, read_office
from intake.schemas.documents import Page, RecognisedDocument

FIXTURES = Path(__file__).parents[1] / "fixtures"
PATTERNS = (
    "fax/*.tif",
    "scan/*.pdf",
    "scan/*.png",
    "scan/*.jpg",
    "scan/*.heic",
    "office/*",
    "hostile/locked.pdf",
)
SLOWEST_S = 5.0
LIMITS = PageLimits()


class SilentEngine:
    """Finds no word on any page: what is measured is the opening."""

    name = "silent"

    def version(self) -> str:
        return "1"

    def recognise(
        self,
        image: Image.Image,
        *,
        number: int,
        languages: Sequence[str],
        timeout_s: float,
    ) -> Page:
        del languages, timeout_s
        return Page(number=number, width=image.width, height=image.height)


def originals() -> dict[str, bytes]:
    """Return the sound files by name."""
    found = {
        file.name: file.read_bytes()
        for pattern in PATTERNS
        for file in sorted(FIXTURES.glob(pattern))
    }
    with Image.open(BytesIO(found["damage_report.jpg"])) as letter:
        for kind in ("WEBP", "GIF", "BMP", "AVIF", "JPEG2000"):
            out = BytesIO()
            letter.convert("L").reduce(3).save(out, kind)
            found[f"letter.{kind.lower()}"] = out.getvalue()
    return found


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield ``count`` damaged files, each by its own dice."""
    sound = originals()
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        name = dice.choice(sorted(sound))
        yield f"{number}:{name}", mutate(sound[name], dice)


def read(data: bytes, engine: OcrEngine) -> RecognisedDocument:
    """Read a file as the pipeline's child does."""
    if data.startswith(OFFICE_SIGNATURES):
        sheets = read_office(data, LIMITS)
        return read_document("office", sheets, engine=engine, languages=("ita",), limits=LIMITS)
    detect(data, None)
    return recognise(data, None, engine=engine, languages=("ita",), limits=LIMITS)


def cpu_s() -> float:
    """Return the CPU seconds of this process and of those that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Print the account of the mutants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=2_000, metavar="COUNT")
    parser.add_argument("seed", type=int, nargs="?", default=1, metavar="SEED")
    parser.add_argument("engine", nargs="?", metavar="ENGINE")
    given = parser.parse_args()
    count, seed = given.count, given.seed
    engine: OcrEngine = (
        plugins.load("ocr_engines", given.engine)() if given.engine else SilentEngine()
    )
    ends: Counter[str] = Counter()
    faults: list[str] = []
    slowest = (0.0, "")
    for name, data in track(mutants(count, seed), total=count, disable=not sys.stdout.isatty()):
        before = cpu_s()
        try:
            document = read(data, engine)
            ends["read in part" if document.defects else "read"] += 1
            faults += [f"{name}: {each.detail}" for each in document.defects
                       if "ended its process" in each.detail]  # fmt: skip
        except ItemError as error:
            ends[error.code] += 1
            if error.code in ("crash", "timeout"):
                faults.append(f"{name}: {error.message}")
        except Exception as error:  # noqa: BLE001 - what the benchmark is there to find
            faults.append(f"{name}: {error!r}")
        slowest = max(slowest, (cpu_s() - before, name))
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count} mutants of {len(originals())} files, seed {seed}: {json.dumps(ends)}")
    print(f"crashes, hangs and faults: {len(faults)}")
    print(f"slowest {slowest[0]:.2f} s CPU ({slowest[1]}), peak of the opening {peak_mb:.0f} MB")
    for fault in faults[:20]:
        print(fault)
    sys.exit(bool(faults) or slowest[0] > SLOWEST_S)


if __name__ == "__main__":
    main()
