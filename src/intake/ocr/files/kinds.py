"""What a file is, judged by its first bytes: what a sender calls it is a claim."""

from __future__ import annotations

from intake.errors import UnreadableItem

PDF = "application/pdf"
_PDF_WITHIN_BYTES = (
    1024  # readers accept leading rubbish up to here (PDF Reference 1.7, app. H, note 13)
)
_SIGNATURES = (
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
)
_BRANDS = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"
    ),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}


def detect(data: bytes, media_type: str | None) -> str:
    """Return the media type of a file that this room reads.

    Raises:
        UnreadableItem: ``code`` is ``empty`` or ``unknown_format``; the message names
            ``media_type``, the sender's claim.
    """
    if not data:
        raise UnreadableItem("The file is empty.", code="empty")
    if b"%PDF-" in data[:_PDF_WITHIN_BYTES]:
        return PDF
    if kind := kind_of_picture(data):
        return kind
    claim = f", called {media_type}," if media_type else ""
    raise UnreadableItem(
        f"The file{claim} is neither a PDF nor a picture that can be read.", code="unknown_format"
    )


def kind_of_picture(data: bytes) -> str | None:
    """Return the media type of a picture, None of anything else."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    # ISO/IEC 14496-12 §4.3 and, for the brands, 23008-12 §10 and AVIF v1.1 §6.
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    return None
