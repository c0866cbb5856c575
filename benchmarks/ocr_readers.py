"""Who reads in benchmarks/ocr.py: intake, and those it is compared with on the same files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytesseract
from ocr_pages import Sample, character_error_rate

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.pipeline.pages.ocr_engines import open_engine
from intake.schemas.documents import RecognisedDocument

LANGUAGES = ("ita", "eng")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Score:
    cer: float
    cpu_s: float
    confidence: float = 0.0
    needs_review: bool = False


class Intake:
    """intake with one of its engines, in the default mode."""

    def __init__(self, engine: str, second: str = "") -> None:
        self._engine = open_engine(engine, second)
        self.name = f"intake, {self._engine.name}"

    def read(self, sample: Sample) -> Score:
        document, cpu_s = measured(lambda: self.document(sample))
        cer = character_error_rate(document.text, sample)
        return Score(cer, cpu_s, document.confidence, document.needs_review)

    def text(self, sample: Sample) -> str:
        return self.document(sample).text

    def document(self, sample: Sample) -> RecognisedDocument:
        data = sample.path.read_bytes()
        return recognise(data, None, engine=self._engine, languages=LANGUAGES, limits=PageLimits())


class Plain:
    """Tesseract, through pytesseract, on the file as it is."""

    name = "plain pytesseract"

    def read(self, sample: Sample) -> Score:
        text, cpu_s = measured(lambda: self.text(sample))
        return Score(character_error_rate(text, sample), cpu_s)

    def text(self, sample: Sample) -> str:
        return str(pytesseract.image_to_string(str(sample.path), lang="+".join(LANGUAGES)))


class OcrMyPdf:
    """OCRmyPDF as its command line is used, here with one thread like the others."""

    name = "OCRmyPDF"

    def read(self, sample: Sample) -> Score:
        text, cpu_s = measured(lambda: self._text(sample.path))
        return Score(character_error_rate(text, sample), cpu_s)

    def _text(self, path: Path) -> str:
        with TemporaryDirectory() as folder:
            sidecar = Path(folder) / "text.txt"
            command = [sys.executable, "-m", "ocrmypdf", "--quiet", "--jobs", "1"]
            command += ["--output-type", "pdf", "--image-dpi", "200", "-l", "+".join(LANGUAGES)]
            command += ["--sidecar", str(sidecar), str(path), str(Path(folder) / "out.pdf")]
            subprocess.run(command, check=True, timeout=300)
            return sidecar.read_text(encoding="utf-8")


Reader = Intake | Plain | OcrMyPdf


def readers(names: list[str], second: str = "") -> list[Reader]:
    """Return the readers of these names; OCRmyPDF only where it is installed.

    With ``second``, the first, an engine of ours, reads once more at the end with its opinion.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"
    chosen: list[Reader] = []
    for name in names:
        if name == "plain":
            chosen.append(Plain())
        elif name != "ocrmypdf":
            chosen.append(Intake(name))
        elif find_spec("ocrmypdf"):
            chosen.append(OcrMyPdf())
        else:
            print("OCRmyPDF is not installed: pip install 'citizen-intake[bench]'")
    if second:
        chosen.append(Intake(names[0], second))
    return chosen


def measured(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return what ``work`` returns and its CPU seconds, programs that it started included."""
    before = cpu_s()
    result = work()
    return result, cpu_s() - before


def cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def wall_s(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
