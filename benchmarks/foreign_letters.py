"""How well letters in German, French, Spanish and Slovene are read, and at what cost.

python benchmarks/foreign_letters.py [LANGUAGE]...

The letters of ``fixtures/make_foreign_letters.py``, in two typefaces, are read three times: as
Italian and English; as intake reads them, which has nothing but the page to tell its language by;
and as what came with a mail in their language. The pages of ``fixtures/`` are read as what comes
alone and as what came with a German mail: what that costs the Italian and English ones. CER as in
``benchmarks/ocr.py``, with the mean confidence and the CPU seconds a page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from statistics import mean

from ocr_pages import FIXTURES, Sample, character_error_rate, load_fixtures
from ocr_readers import LANGUAGES, Score, measured

from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.pipeline.pages.ocr_engines import open_engine
from intake.pipeline.pages.page_languages import PageLanguages
from intake.pipeline.stage_options import OcrOptions

FAMILIES = ("DejaVu Serif", "DejaVu Sans")
FIELDS = ("cer", "confidence", "cpu_s")
CODES = {"deu": "de", "fra": "fr", "spa": "es", "slv": "sl"}


def main() -> None:
    sys.path.insert(0, str(FIXTURES))
    letters = import_module("make_foreign_letters")
    options = OcrOptions()
    engine = open_engine(options.engine)
    known = PageLanguages(engine, LANGUAGES, options.more_languages)

    def read(data: bytes, sample: Sample, came_with: str | None, *, is_told: bool) -> Score:
        document, cpu_s = measured(
            lambda: recognise(
                data,
                None,
                engine=engine,
                languages=known.beside(came_with),
                limits=PageLimits(),
                tell=known.tell if is_told else None,
            )
        )
        return Score(character_error_rate(document.text, sample), cpu_s, document.confidence)

    print(f"{'':14}{'ita+eng':>20}{'by the page':>22}{'by the mail':>22}")
    for language in sys.argv[1:] or list(letters.LETTERS):
        drawn = [letters.as_pages(language, family) for family in FAMILIES]
        truth = Sample(language, Path(), letters.text_of(language), has_header=False)
        for kind in drawn[0]:
            pages = [each[kind] for each in drawn]
            code = CODES[language]
            show(
                f"{language} {kind}",
                [read(page, truth, None, is_told=False) for page in pages],
                [read(page, truth, None, is_told=True) for page in pages],
                [read(page, truth, code, is_told=True) for page in pages],
            )
    samples = [(each.path.read_bytes(), each) for each in load_fixtures()]
    show(
        "fixtures",
        [read(*each, None, is_told=False) for each in samples],
        [read(*each, None, is_told=True) for each in samples],
        [read(*each, "de", is_told=True) for each in samples],
    )


def show(name: str, *ways: Iterable[Score]) -> None:
    """Print CER in %, confidence and CPU seconds of each way of reading the same pages."""
    told = ""
    for scores in map(list, ways):
        cer, sure, cpu_s = (mean(getattr(s, f) for s in scores) for f in FIELDS)
        told += f"{cer:9.2%} {sure:.3f} {cpu_s:4.1f} s"
    print(f"{name:14}{told}", flush=True)


if __name__ == "__main__":
    main()
