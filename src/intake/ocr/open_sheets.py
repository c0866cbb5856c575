"""The pages of a picture or PDF; the libraries of the other kind are not loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.ocr.files.kinds import PDF
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import Sheet


def open_sheets(
    data: bytes, kind: str, limits: PageLimits, passwords: Sequence[str], first: int = 1
) -> Iterator[Sheet]:
    """Return an iterator over the pages of a file of media type ``kind``, from ``first`` on.

    ``passwords`` are tried on a locked PDF.

    Raises:
        UnreadableItem, TransientFailure: the file as a whole cannot be opened.
    """
    if kind == PDF:
        from intake.ocr.pdf.pages import read_pdf  # noqa: PLC0415 - PDFium, where needed

        return read_pdf(data, limits, passwords, first)
    from intake.ocr.files.pictures import read_pictures  # noqa: PLC0415 - decoders, where needed

    return read_pictures(data, limits, first)
