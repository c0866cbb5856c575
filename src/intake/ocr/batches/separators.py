"""Where one letter of a batch ends and the next begins: blank pages, barcodes, patch codes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from intake.errors import UnreadableItem
from intake.ocr.batches.barcodes import find_barcodes
from intake.ocr.batches.empty_pages import is_empty
from intake.ocr.batches.patch_codes import find_patch_code
from intake.ocr.files.kinds import detect
from intake.ocr.limits import PageLimits
from intake.ocr.open_sheets import open_sheets
from intake.ocr.sheets import PageImage, PageLost, Sheet
from intake.schemas.letters import SeparatorRule

_LOOK_DPI = 150
"""Enough for a bar of 0.25 mm; a third of the work of reading."""
_MOST_PAGES = 1000
"""What no feeder holds."""


def find_letters(
    data: bytes,
    media_type: str | None,
    rule: SeparatorRule,
    limits: PageLimits,
    passwords: Sequence[str] = (),
) -> list[range]:
    """Return the page numbers of each letter of a batch; none if no page separates any.

    Separators belong to no letter, and neither does the empty back of a separator sheet. A page
    that cannot be read belongs to the letter it stands in.

    Raises:
        UnreadableItem: the file has more pages than can be looked at, or cannot be opened.
    """
    looking = limits.model_copy(update={"dpi": _LOOK_DPI, "max_pages": _MOST_PAGES})
    marks: list[bool] = []
    for sheet in open_sheets(data, detect(data, media_type), looking, passwords):
        if isinstance(sheet, PageLost) and sheet.defect == "pages_left_out":
            raise UnreadableItem(sheet.error.message, code=sheet.error.code)
        is_back = rule.kind != "blank" and bool(marks) and marks[-1] and _is_blank(sheet)
        marks.append(is_back or _separates(sheet, rule))
    if not any(marks):
        return []
    cuts = [0, *(number for number, mark in enumerate(marks, start=1) if mark), len(marks) + 1]
    return [range(before + 1, cut) for before, cut in pairwise(cuts) if cut - before > 1]


def _separates(sheet: Sheet, rule: SeparatorRule) -> bool:
    if not isinstance(sheet, PageImage):
        return False
    if rule.kind == "blank":
        return _is_blank(sheet)
    if rule.kind == "patch":
        return find_patch_code(sheet.image, dpi_x=sheet.dpi_x, dpi_y=sheet.dpi_y) is not None
    wanted = rule.text.strip().casefold()
    return any(each.text.strip().casefold() == wanted for each in find_barcodes(sheet.image))


def _is_blank(sheet: Sheet) -> bool:
    return isinstance(sheet, PageImage) and is_empty(sheet)
