"""What a file is, by its first bytes; names and declarations are only hints."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),
    (0, b"MM\0+", "image/tiff"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS", "application/postscript"),
)
_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # OID 1.2.840.113549.1.7.2
_TIME_STAMPED_DATA = bytes.fromhex("060b2a864886f70d010910011f")  # 1.2.840.113549.1.9.16.1.31
_EML_START = re.compile(
    rb"(?i)(?:From |(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|Date|From|To"
    rb"|Subject|X-[A-Za-z-]{1,40})[ \t]*:)"
)
_WELL_FORMED = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\Z")
_GENERIC = frozenset(
    {UNKNOWN, "application/x-unknown", "application/unknown", "application/binary",
     "application/download", "application/force-download", "application/x-download",
     "binary/octet-stream"}
)  # fmt: skip
_SPELLINGS = {
    "application/x-pdf": "application/pdf",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/tif": "image/tiff",
    "image/x-tiff": "image/tiff",
    "image/x-png": "image/png",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
    "application/gzip-compressed": "application/gzip",
    "application/x-gunzip": "application/gzip",
    "application/x-zip": "application/zip",
    "application/x-pkcs7-mime": "application/pkcs7-mime",
    "application/vnd.ms-tnef": "application/ms-tnef",
}
_BY_EXTENSION = {
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".htm": "text/html",
    ".html": "text/html",
    ".ics": "text/calendar",
    ".msg": "application/vnd.ms-outlook",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".p7m": "application/pkcs7-mime",
    ".tsd": "application/timestamped-data",
    ".txt": "text/plain",
    ".vcf": "text/vcard",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "text/xml",
}
_PICTURES = frozenset(
    {"application/pdf", "image/tiff", "image/png", "image/jpeg", "image/gif", "image/bmp",
     "image/webp"}
)  # fmt: skip
_IN_COMPOUND_FILES = frozenset({"application/msword", "application/vnd.ms-outlook"})
# Bytes that plain text of any charset has no use for: controls but TAB, LF, FF, CR and ESC.
_NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\x0c\r\x1b")) + b"\x7f"


def sniff(head: bytes, declared: str | None = None, filename: str | None = None) -> str:
    """Return the media type of the file that begins with ``head`` (some hundred bytes).

    Pictures and PDFs are believed by their bytes alone. Otherwise a declared type stays unless
    it says nothing; then come the bytes, then the extension, then ``text/plain`` or
    ``application/octet-stream``.
    """
    found = _by_magic(head)
    if found in _PICTURES:
        return found
    name = _spell(declared)
    if name and name not in _GENERIC and name not in _PICTURES:
        return name
    by_extension = _BY_EXTENSION.get(PurePosixPath((filename or "").lower()).suffix)
    if found == "application/zip" and by_extension and by_extension.startswith("application/vnd."):
        return by_extension
    if found == "application/x-ole-storage" and by_extension in _IN_COMPOUND_FILES:
        return by_extension
    return found or _damaged_picture(name) or by_extension or _text_or_unknown(head)


def is_picture_or_pdf(media_type: str) -> bool:
    """Tell whether the text of such a file is read from its pages, by OCR where it has none."""
    return media_type in _PICTURES


def is_text(data: bytes) -> bool:
    """Tell whether the bytes can be text in some 8-bit charset or UTF-8."""
    return bool(data) and len(data.translate(None, _NOT_TEXT)) == len(data)


def _damaged_picture(name: str | None) -> str | None:
    """Return a declared picture type although the bytes do not look it."""
    return name if name in _PICTURES else None


def _by_magic(head: bytes) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return media_type
    if head.startswith(b"0") and _SIGNED_DATA in head[:32]:  # what is inside may be a PDF
        return "application/pkcs7-mime"
    if head.startswith(b"0") and _TIME_STAMPED_DATA in head[:32]:
        return "application/timestamped-data"
    # Readers of PDF take a header anywhere in the first 1024 bytes.
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and not is_text(head[:1024])):
        return "application/pdf"
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return None


def _spell(declared: str | None) -> str | None:
    name = (declared or "").strip().lower()
    name = _SPELLINGS.get(name, name)
    return name if _WELL_FORMED.match(name) else None


def _text_or_unknown(head: bytes) -> str:
    if not is_text(head):
        return UNKNOWN
    return "message/rfc822" if _EML_START.match(head) else "text/plain"
