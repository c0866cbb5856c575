"""The print of a sheet's back that shines through to an empty front: it is read in a mirror."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from intake.ocr.judging.orientation import Read
from intake.ocr.judging.page_kind import is_language
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.tesseract.lexicon import Lexicon

SHOW_THROUGH = "page_show_through"
"""Defect of a page that is taken for blank although there is ink on it."""


def is_show_through(prepared: Prepared, read: Read, known: Sequence[Lexicon]) -> bool:
    """Say whether what is no print becomes words of a language in a mirror.

    Words must be known: of a few strokes of a pen an engine may be sure in a mirror by chance, and
    a page that is taken for blank is shown to nobody. It costs one more reading.
    """
    mirrored = prepared.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return is_language(read(mirrored, prepared.dpi), known)
