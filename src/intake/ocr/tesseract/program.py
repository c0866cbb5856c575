"""Tesseract, run as a program of its own through pytesseract: it ends at its time limit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from shlex import quote

import pytesseract
from PIL import Image

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.tesseract.choice import LanguageData, read_page
from intake.ocr.tesseract.installing import APT_LINE
from intake.ocr.tesseract.language_data import FAX_DATA_VERSION
from intake.ocr.tesseract.table import require_languages, stated_dpi
from intake.schemas.documents import Page


class TesseractEngine:
    """Reads a page with ``tesseract``, one run for text and confidence together.

    Tesseract is kept to one thread: with more, a page costs several times the CPU, and the work
    is spread over pages anyway.
    """

    name = "tesseract"

    def __init__(self) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # read by the program when it starts

    def version(self) -> str:
        """Return those of the installed program and our data for faxes, such as ``5.3.0+fax2``.

        Raises:
            ToolMissing: it is not installed.
        """
        return f"{self._version}+{FAX_DATA_VERSION}"

    def installed_languages(self) -> frozenset[str]:
        """Return the languages whose data are installed; see ``Polyglot``."""
        return self._installed

    def recognise(
        self, image: Image.Image, *, number: int, languages: Sequence[str], timeout_s: float
    ) -> Page:
        """Return the text of ``image`` by lines and paragraphs, in Unicode NFC.

        The confidence is the share of characters expected to be right, judged by the words'
        confidences; a page without words has 0.0.

        Raises:
            TransientFailure: Tesseract failed or took longer than ``timeout_s``.
            ToolMissing: Tesseract or a language is not installed.
        """
        require_languages(languages, self._installed)
        return read_page(image, languages, _run, number=number, timeout_s=timeout_s)

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


def _run(data: LanguageData, image: Image.Image, mode: int, timeout_s: float) -> str:
    folder = f"--tessdata-dir {quote(str(data.folder))} " if data.folder else ""
    plain = image.copy()
    plain.format = "PPM"  # what pytesseract hands over as it is; it compresses all else to PNG
    try:
        table: str = pytesseract.image_to_data(
            plain,
            lang=data.names,
            config=f"{folder}--dpi {stated_dpi(image)} --psm {mode}",
            timeout=timeout_s,
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


def _no_program() -> ToolMissing:
    return ToolMissing("Tesseract is not installed.", remedy=f"Run `{APT_LINE}`.")
