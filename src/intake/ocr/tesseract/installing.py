"""How the programs that this room starts are installed."""

from __future__ import annotations

APT_LINE = "apt-get install tesseract-ocr tesseract-ocr-ita"
