"""Where Tesseract's language data are."""

from __future__ import annotations

import os
from pathlib import Path

from intake.errors import ToolMissing
from intake.ocr.installing import APT_LINE

_DATA_FOLDERS = ("usr/share/tesseract-ocr/*/tessdata", "usr/share/tessdata")
"""Where Debian and Ubuntu, and where Fedora and Arch, keep them."""


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
