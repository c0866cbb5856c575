"""The default engine: Tesseract as a library inside our own process, through tesserocr.

It needs less CPU than the program, for the models are loaded once and no picture is written to a
file (docs/adr/0011-tesserocr.md). What it cannot do is end while it looks for the blocks of a
page: its time limit holds between words only. The child that reads a document is killed at its
own limits, which is why pages from strangers are read in one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from PIL import Image

from intake.errors import TransientFailure
from intake.ocr.tesseract.choice import LanguageData, read_page
from intake.ocr.tesseract.language_data import FAX_DATA_VERSION, data_folder
from intake.ocr.tesseract.table import require_languages, stated_dpi
from intake.schemas.documents import Page

_Files = tuple[tuple[int, int], ...]
_loaded: dict[tuple[Path, str, _Files], Any] = {}
_turn = Lock()


class TesserocrEngine:
    """Reads a page in this process; the models of each choice of languages are loaded once.

    Tesseract is kept to one thread: with more, a page costs several times the CPU, and the work
    is spread over pages anyway. Threads that share the process take turns.
    """

    name = "tesserocr"

    def version(self) -> str:
        """Return the versions of the library and our data for faxes, such as ``5.5.4+fax2``."""
        return f"{str(_library().tesseract_version()).split()[1]}+{FAX_DATA_VERSION}"

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
            TransientFailure: Tesseract failed, or passed ``timeout_s`` between two words.
            ToolMissing: a language is not installed.
        """
        require_languages(languages, self._installed)
        with _turn:
            return read_page(image, languages, _read, number=number, timeout_s=timeout_s)

    def preload(self, languages: Sequence[str]) -> None:
        """Open the networks for letters and for faxes; see ``Preloadable``.

        Raises:
            ToolMissing: there are no language data.
        """
        for scanned_dpi in (None, 1.0):
            image = Image.new("L", (64, 64), 255)
            image.info["scanned_dpi"] = scanned_dpi
            self.recognise(image, number=1, languages=languages, timeout_s=30)

    @cached_property
    def _installed(self) -> frozenset[str]:
        return frozenset(path.stem for path in data_folder().glob("*.traineddata"))


def _api(data: LanguageData) -> Any:
    folder, names = data.folder or data_folder(), data.names
    key = folder, names, _files(folder, names)
    if key not in _loaded:
        library = _library()
        _loaded[key] = library.PyTessBaseAPI(
            path=f"{folder}/", lang=names, oem=library.OEM.LSTM_ONLY
        )
    return _loaded[key]


def _files(folder: Path, names: str) -> _Files:
    """Return what tells the language data from those that a package puts in their place."""
    about = [(folder / f"{name}.traineddata").stat() for name in names.split("+")]
    return tuple((each.st_mtime_ns, each.st_size) for each in about)


def _library() -> Any:
    os.environ["OMP_THREAD_LIMIT"] = "1"  # read once, when the library is loaded
    import tesserocr  # noqa: PLC0415 - after the line above, and only by who reads pages

    return tesserocr


def _read(data: LanguageData, image: Image.Image, mode: int, timeout_s: float) -> str:
    try:
        api = _api(data)
    except (OSError, RuntimeError) as error:
        raise TransientFailure(f"Tesseract failed: {error}", code="ocr_failed") from error
    try:
        api.SetPageSegMode(mode)
        api.SetImage(image)
        api.SetSourceResolution(stated_dpi(image))
        if not api.Recognize(max(1, round(timeout_s * 1000))):
            raise TransientFailure(f"Tesseract took longer than {timeout_s:g} s", code="timeout")
        return str(api.GetTSVText(0))
    except RuntimeError as error:
        raise TransientFailure(f"Tesseract failed: {error}", code="ocr_failed") from error
    finally:
        api.Clear()
