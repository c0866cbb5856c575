"""Mends PDFs whose table of objects or trailer is damaged or lost, through qpdf."""

from __future__ import annotations

from io import BytesIO

import pikepdf

from intake.errors import UnreadableItem


def mend(data: bytes) -> bytes:
    """Return the PDF written anew from the objects that are found in it.

    Raises:
        UnreadableItem: ``corrupt_pdf``: there is no document among them; ``encrypted_pdf``: what
            is left of it is locked.
    """
    mended = BytesIO()
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as pdf:
            pdf.save(mended)
    except pikepdf.PasswordError as error:
        raise UnreadableItem(
            "The PDF is damaged, and locked with a password.", code="encrypted_pdf"
        ) from error
    # pikepdf raises its own errors and, on what qpdf does not expect, Python's.
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise UnreadableItem(
            "The PDF is damaged, and no document is found in it.", code="corrupt_pdf"
        ) from error
    return mended.getvalue()
