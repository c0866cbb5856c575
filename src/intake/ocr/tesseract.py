"""The default engine: Tesseract, run as a program of its own through pytesseract."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import count, groupby

import pytesseract
from PIL import Image

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.installing import APT_LINE
from intake.schemas.documents import Page, Word

_LEAST_DPI, _MOST_DPI = 70, 2400  # what Tesseract takes for a possible resolution


class TesseractEngine:
    """Reads a page with ``tesseract``, one run for text and confidence together.

    Tesseract is kept to one thread: with more, a page costs several times the CPU, and the work
    is spread over pages anyway.
    """

    name = "tesseract"

    def __init__(self) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # read by the program when it starts

    def version(self) -> str:
        """Return the version of the installed program, such as ``5.3.0``.

        Raises:
            ToolMissing: it is not installed.
        """
        return self._version

    def recognise(
        self, image: Image.Image, *, number: int, languages: Sequence[str], timeout_s: float
    ) -> Page:
        """Return the text of ``image`` by lines and paragraphs, in Unicode NFC.

        The confidence is the mean of the words' confidences, each as heavy as the word is long;
        a page without words has 0.0.

        Raises:
            TransientFailure: Tesseract failed or took longer than ``timeout_s``.
            ToolMissing: Tesseract or a language is not installed.
        """
        self._require(languages)
        words = tuple(_words(_run(image, "+".join(languages), timeout_s)))
        return Page(
            number=number,
            text=_text(words),
            confidence=_mean_confidence(words),
            words=words,
            width=image.width,
            height=image.height,
        )

    @cached_property
    def _version(self) -> str:
        try:
            return str(pytesseract.get_tesseract_version())
        except pytesseract.TesseractNotFoundError as error:
            raise _no_program() from error

    @cached_property
    def _installed(self) -> frozenset[str]:
        try:
            return frozenset(pytesseract.get_languages())
        except pytesseract.TesseractNotFoundError as error:
            raise _no_program() from error

    def _require(self, languages: Sequence[str]) -> None:
        missing = [language for language in languages if language not in self._installed]
        if missing:
            packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
            raise ToolMissing(
                f"Tesseract has no data for the language {', '.join(missing)}.",
                remedy=f"Run `apt-get install {packages}` or change the configured languages.",
            )


def _run(image: Image.Image, languages: str, timeout_s: float) -> dict[str, list[str | int]]:
    plain = image.copy()
    plain.format = "PPM"  # what pytesseract hands over as it is; it compresses all else to PNG
    dpi = min(max(round(image.info.get("dpi", (0, 0))[1]), _LEAST_DPI), _MOST_DPI)
    try:
        table: dict[str, list[str | int]] = pytesseract.image_to_data(
            plain,
            lang=languages,
            config=f"--dpi {dpi} --psm 3",
            timeout=timeout_s,
            output_type=pytesseract.Output.DICT,
        )
    except pytesseract.TesseractNotFoundError as error:
        raise _no_program() from error
    except pytesseract.TesseractError as error:
        raise TransientFailure(f"Tesseract failed: {error.message}", code="ocr_failed") from error
    except RuntimeError as error:  # how pytesseract reports that the time is over
        raise TransientFailure(
            f"Tesseract took longer than {timeout_s:g} s", code="timeout"
        ) from error
    return table


def _words(table: dict[str, list[str | int]]) -> Iterator[Word]:
    numbers: dict[tuple[int, ...], int] = defaultdict(count().__next__)
    columns = ("text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num")
    for text, confidence, *figures in zip(*(table[name] for name in columns), strict=True):
        if not str(text).strip() or float(confidence) < 0:
            continue
        left, top, width, height, block, paragraph, line = (int(figure) for figure in figures)
        yield Word(
            text=unicodedata.normalize("NFC", str(text)),
            confidence=float(confidence) / 100,
            left=left,
            top=top,
            right=left + width,
            bottom=top + height,
            paragraph=numbers[block, paragraph],
            line=line,
        )


def _text(words: Sequence[Word]) -> str:
    """Join words by spaces, lines by line feeds, paragraphs by an empty line."""
    paragraphs = []
    for _, members in groupby(words, key=lambda word: word.paragraph):
        lines = groupby(members, key=lambda word: word.line)
        paragraphs.append("\n".join(" ".join(word.text for word in line) for _, line in lines))
    return "\n\n".join(paragraphs)


def _mean_confidence(words: Sequence[Word]) -> float:
    weight = sum(len(word.text) for word in words)
    total = sum(len(word.text) * word.confidence for word in words)
    return round(total / weight, 4) if weight else 0.0


def _no_program() -> ToolMissing:
    return ToolMissing("Tesseract is not installed.", remedy=f"Run `{APT_LINE}`.")
