"""A second engine, for whoever installs the extra ``rapidocr``: PP-OCRv6 models on ONNX Runtime.

Its models lie in its wheel, and are named here one by one: the library would fetch what it misses.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.words.page_words import page_of, split_line
from intake.schemas.documents import Page, Word

LANGUAGES = frozenset({"deu", "eng", "fra", "ita", "por", "slv"})
"""Languages of which the model has every letter; it reads them all at once. Spanish lacks ¡."""
MARGIN_PX = 4
"""White left around a line: letters that touch the edge of the picture are misread."""
PARAGRAPH_GAP = 0.8
"""Lines further apart than this share of their height belong to two paragraphs."""
_FINDER, _READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"

Pixels = npt.NDArray[np.uint8]


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


class RapidOcrEngine:
    """Reads a page with RapidOCR on one thread: finds the lines, then reads them one by one.

    A word's confidence is that of its line, and its box is cut from the line's by its share of
    the characters. A page's confidence is computed as for Tesseract, on whose pages the curve was
    fitted: the figures of the two engines cannot be compared.
    """

    name = "rapidocr"

    def version(self) -> str:
        """Return the version of RapidOCR.

        Raises:
            ToolMissing: it is not installed.
        """
        try:
            return metadata.version("rapidocr")
        except metadata.PackageNotFoundError as error:
            raise _not_installed() from error

    def recognise(
        self, image: Image.Image, *, number: int, languages: Sequence[str], timeout_s: float
    ) -> Page:
        """Return the text of ``image`` by lines and paragraphs, in Unicode NFC.

        Raises:
            TransientFailure: ``timeout_s`` had passed between two lines.
            ToolMissing: RapidOCR is not installed, or does not know a language.
        """
        _require(languages)
        ends = time.monotonic() + timeout_s
        pixels = np.asarray(image.convert("RGB"))
        words: list[Word] = []
        for paragraph, lines in enumerate(_paragraphs(self._find(pixels))):
            for line, box in enumerate(lines):
                if time.monotonic() > ends:
                    raise TransientFailure(
                        f"RapidOCR took longer than {timeout_s:g} s", code="timeout"
                    )
                text, confidence = self._read(pixels, box)
                words += split_line(
                    text, confidence=confidence, box=box, paragraph=paragraph, line=line
                )
        return page_of(words, number=number, size=image.size)

    def read_line(self, image: Image.Image, *, languages: Sequence[str]) -> str:
        """Return the text of a picture that shows a single line, in Unicode NFC.

        Raises:
            ToolMissing: RapidOCR is not installed, or does not know a language.
        """
        _require(languages)
        box = _Box(0, 0, *image.size)
        return self._read(np.asarray(image.convert("RGB")), box)[0]

    @cached_property
    def _library(self) -> Any:
        try:
            import onnxruntime  # noqa: F401, PLC0415 - RapidOCR itself installs no runtime
            import rapidocr  # noqa: PLC0415 - an extra, and slow to load
        except ImportError as error:
            raise _not_installed() from error
        models = Path(rapidocr.__file__).parent / "models"
        for model in (_FINDER, _READER):
            if not (models / model).is_file():
                raise ToolMissing(
                    f"RapidOCR {self.version()} comes without the model {model}.",
                    remedy="Install the version of RapidOCR that constraints.txt names.",
                )
        return rapidocr.RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.log_level": "error",
                "Det.model_path": str(models / _FINDER),
                "Rec.model_path": str(models / _READER),
            }
        )

    def _find(self, pixels: Pixels) -> list[_Box]:
        """Return the boxes of the lines, from the top to the bottom."""
        found = self._library(pixels, use_det=True, use_cls=False, use_rec=False).boxes
        boxes = [] if found is None else [_upright(np.asarray(corners)) for corners in found]
        return sorted(boxes, key=lambda box: (box.top, box.left))

    def _read(self, pixels: Pixels, box: _Box) -> tuple[str, float]:
        rows = slice(max(box.top - MARGIN_PX, 0), box.bottom + MARGIN_PX)
        columns = slice(max(box.left - MARGIN_PX, 0), box.right + MARGIN_PX)
        read = self._library(pixels[rows, columns], use_det=False, use_cls=False, use_rec=True)
        if not read.txts:
            return "", 0.0
        return unicodedata.normalize("NFC", read.txts[0]), float(read.scores[0])


def _upright(corners: npt.NDArray[np.float32]) -> _Box:
    """Return the upright box around four corners, (4, 2) as x and y in pixels."""
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return _Box(max(int(left), 0), max(int(top), 0), int(right), int(bottom))


def _paragraphs(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Return the lines paragraph by paragraph; ``boxes`` come from the top to the bottom."""
    paragraphs: list[list[_Box]] = []
    for box in boxes:
        home = next((each for each in reversed(paragraphs) if _follows(box, each[-1])), None)
        if home is None:
            paragraphs.append([box])
        else:
            home.append(box)
    return paragraphs


def _follows(box: _Box, above: _Box) -> bool:
    """Say whether a line continues the paragraph of the line ``above``."""
    height = above.bottom - above.top
    shared = min(box.right, above.right) - max(box.left, above.left)
    narrower = min(box.right - box.left, above.right - above.left)
    is_below = box.top > above.top + height / 2
    return is_below and box.top - above.bottom < PARAGRAPH_GAP * height and 2 * shared > narrower


def _require(languages: Sequence[str]) -> None:
    unknown = sorted(set(languages) - LANGUAGES)
    if unknown:
        raise ToolMissing(
            f"RapidOCR does not know the language {', '.join(unknown)}.",
            remedy=f"Choose from {', '.join(sorted(LANGUAGES))}, or another engine.",
        )


def _not_installed() -> ToolMissing:
    return ToolMissing(
        "RapidOCR is not installed.", remedy="Run `pip install citizen-intake[rapidocr]`."
    )
