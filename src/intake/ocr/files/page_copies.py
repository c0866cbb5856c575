"""Some pages of a file as a file of their own, nothing encoded anew: PDF through pikepdf, TIFF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pikepdf

from intake.errors import UnreadableItem
from intake.ocr.files.big_tiff import to_classic
from intake.ocr.files.tiff_copies import copy_tiff_pages


def copy_pages(data: bytes, ranges: Sequence[range], passwords: Sequence[str] = ()) -> list[bytes]:
    """Return a file for each range of page numbers (from 1) of a PDF or TIFF.

    Pictures and text are those of the original, byte for byte; the same pages always give the
    same bytes. A BigTIFF's copies are classic TIFFs. A locked PDF is
    opened with ``passwords``; its copies are not locked.

    Raises:
        UnreadableItem: ``corrupt_pdf``, ``encrypted_pdf``, ``corrupt_image``, or
            ``unknown_format`` for any other file.
    """
    data = to_classic(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return [copy_tiff_pages(data, pages) for pages in ranges]
    if b"%PDF-" not in data[:1024]:
        raise UnreadableItem("Only PDF and TIFF files have pages to copy.", code="unknown_format")
    try:
        with _open(data, passwords) as source:
            return [_copy(source, pages) for pages in ranges]
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise UnreadableItem(f"Pages cannot be copied: {error}", code="corrupt_pdf") from error


def _open(data: bytes, passwords: Sequence[str]) -> pikepdf.Pdf:
    for password in ("", *passwords):
        try:
            return pikepdf.open(BytesIO(data), password=password)
        except pikepdf.PasswordError:
            continue
    raise UnreadableItem("The PDF is locked with a password.", code="encrypted_pdf")


def _copy(source: pikepdf.Pdf, pages: range) -> bytes:
    with pikepdf.new() as target:
        target.pages.extend(source.pages[number - 1] for number in pages)
        written = BytesIO()
        target.save(written, deterministic_id=True)
    return written.getvalue()
