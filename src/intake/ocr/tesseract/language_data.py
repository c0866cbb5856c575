"""Where Tesseract's language data are: those of the system, and those for faxes that we bring."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from intake.errors import ToolMissing
from intake.ocr.sheets import COARSE_BELOW
from intake.ocr.tesseract.installing import APT_LINE

_DATA_FOLDERS = ("usr/share/tesseract-ocr/*/tessdata", "usr/share/tessdata")
"""Where Debian and Ubuntu, and where Fedora and Arch, keep them."""
FAX_DATA = Path(__file__).parents[1] / "data" / "fax.traineddata"
"""A network that was taught the coarse letters of faxes: docs/adr/0018-fax-data.md."""
FAX_DATA_VERSION = "fax2"
"""Rises with every change of the data, or of which pages they read: what was read otherwise is told
apart by it."""
FAX_LANGUAGES = frozenset({"ita", "eng"})


def suits_fax_data(image: Image.Image, languages: Sequence[str]) -> bool:
    """Return whether a page may be read better with ``FAX_DATA`` than with its languages' data."""
    scanned_dpi: float | None = image.info.get("scanned_dpi")  # see OcrEngine
    is_coarse = scanned_dpi is not None and scanned_dpi < COARSE_BELOW
    return is_coarse and bool(languages) and FAX_LANGUAGES.issuperset(languages)


def data_folder() -> Path:
    """Return the folder of TESSDATA_PREFIX, or else the usual one of the system.

    Raises:
        ToolMissing: there are no language data.
    """
    named = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(named)] if named else []
    for pattern in _DATA_FOLDERS:
        folders += sorted(Path("/").glob(pattern), reverse=True)
    for folder in folders:
        if any(folder.glob("*.traineddata")):
            return folder
    raise ToolMissing("Tesseract's language data are not installed.", remedy=f"Run `{APT_LINE}`.")
