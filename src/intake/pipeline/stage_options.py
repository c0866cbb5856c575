"""What the stages are told: who reads, who gives opinions, and within which limits."""

from __future__ import annotations

from pathlib import Path

from intake.engines.limits import Limits
from intake.ocr.limits import PageLimits
from intake.schemas.base import Frozen
from intake.schemas.classifications import ClassifierOptions, Fault, Thresholds
from intake.schemas.letters import LetterOptions
from intake.schemas.parsers import ParserOptions


class OcrOptions(Frozen):
    """Which engine reads, in which languages (ISO 639-2 as Tesseract's), within which limits."""

    engine: str = "tesserocr"
    second_engine: str = ""
    """Asked about the doubtful lines of hard pages; none where it is empty."""
    languages: tuple[str, ...] = ("ita", "eng")
    more_languages: tuple[str, ...] = ("deu", "fra", "spa", "slv")
    """Those a page is read in as well where it, or the text it came with, is in one of them."""
    limits: PageLimits = PageLimits()
    searchable_pdf: bool = False
    """Whether a searchable PDF is kept beside each file that was read."""


class ClassifyOptions(Frozen):
    """Which classifiers give opinions, on which taxonomy, and from where one is believed."""

    classifiers: tuple[str, ...] = ("keywords",)
    model: Path | None = None
    model_fault: Fault | None = None
    """Why no model is named although the settings lead to one."""
    taxonomy: Path | None = None
    rules: Path | None = None
    embeddings: bool = True
    """Whether the learned classifier may ask the encoder where words leave a doubt."""
    lessens: bool = True
    """Whether it is less sure of topics with few examples: not where thresholds follow outcomes."""
    threshold: float = 0.5
    thresholds: Thresholds | None = None
    """Those that outcomes taught, instead."""
    languages: tuple[str, ...] = ("it", "en", "de", "fr", "es", "sl")
    timeout_s: float = 5.0
    """Seconds that a plugin has for its opinion on an item."""

    @property
    def files(self) -> ClassifierOptions:
        """What classifiers are opened with."""
        return ClassifierOptions(
            taxonomy=self.taxonomy,
            rules=self.rules,
            embeddings=self.embeddings,
            lessens=self.lessens,
        )


class StageOptions(Frozen):
    """What the stages need. ``max_failures`` decides when a file that kills its child is left."""

    light: Limits = Limits(timeout_s=30, memory_bytes=1 << 30)
    heavy: Limits = Limits(timeout_s=300, memory_bytes=3 << 29, cpu_s=600)
    parsing: ParserOptions = ParserOptions()
    ocr: OcrOptions = OcrOptions()
    classify: ClassifyOptions = ClassifyOptions()
    letters: LetterOptions = LetterOptions()
    max_failures: int = 3
