"""The print of a sheet's back that shines through to an empty front: it is read in a mirror."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from intake.ocr.lexicon import Lexicon
from intake.ocr.orientation import Read
from intake.ocr.page_kind import tell_kind
from intake.ocr.prepare import Prepared

SHOW_THROUGH = "page_show_through"
"""Defect of a page that is taken for blank although there is ink on it."""


def is_show_through(prepared: Prepared, read: Read, known: Sequence[Lexicon]) -> bool:
    """Say whether what is no print becomes print in a mirror. It costs one more reading."""
    mirrored = prepared.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    page = read(mirrored, prepared.dpi)
    return tell_kind(page, prepared, is_damaged=False, known=known) == "print"
