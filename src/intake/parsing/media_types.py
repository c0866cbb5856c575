"""What a file is, by its first bytes; names and declarations are only hints."""

from __future__ import annotations

import codecs
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
    (4, b"jP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),
    # ISO/IEC 23008-12 §10, AVIF v1.1 §6
    *((4, b"ftyp" + brand, "image/heic")
      for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
)  # fmt: skip
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
    "application/x-rtf": "application/rtf",
    "text/rtf": "application/rtf",
    "image/heif": "image/heic",
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
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
RTF = "application/rtf"
XLS = "application/vnd.ms-excel"
_OFFICE = frozenset({DOCX, XLSX, PPTX, ODT, ODS, RTF, XLS})
_PACKAGE_TYPES = {
    b"mimetype" + ODT.encode(): ODT,
    b"mimetype" + ODS.encode(): ODS,
}
"""ODF 1.3 part 2 §3.3: the type is the first file of the package, and not packed."""
_PACKAGE_FOLDERS = {b"word/": DOCX, b"xl/": XLSX, b"ppt/": PPTX}
_BY_EXTENSION = {
    ".doc": "application/msword",
    ".docm": DOCX,
    ".docx": DOCX,
    ".eml": "message/rfc822",
    ".htm": "text/html",
    ".html": "text/html",
    ".ics": "text/calendar",
    ".msg": "application/vnd.ms-outlook",
    ".ods": ODS,
    ".odt": ODT,
    ".p7m": "application/pkcs7-mime",
    ".tsd": "application/timestamped-data",
    ".pptm": PPTX,
    ".ppsx": PPTX,
    ".pptx": PPTX,
    ".rtf": RTF,
    ".txt": "text/plain",
    ".vcf": "text/vcard",
    ".xls": XLS,
    ".xlsm": XLSX,
    ".xlsx": XLSX,
    ".xml": "text/xml",
}
_PICTURES = frozenset(
    {"application/pdf", "image/tiff", "image/png", "image/jpeg", "image/gif", "image/bmp",
     "image/webp", "image/heic", "image/avif", "image/jp2"}
)  # fmt: skip
_IN_COMPOUND_FILES = frozenset({"application/msword", XLS, "application/vnd.ms-outlook"})
_FOR_PROGRAMS = frozenset(
    {"application/pgp-encrypted", "application/pgp-keys", "application/pgp-signature",
     "application/pkcs7-mime", "application/pkcs7-signature", "application/x-pkcs7-signature",
     "text/css", "text/javascript", "text/rfc822-headers"}
)  # fmt: skip
_SHUT = frozenset(
    {"application/gzip", "application/msword", "application/vnd.ms-powerpoint",
     "application/vnd.rar", "application/x-7z-compressed", "application/x-compressed-tar",
     "application/x-ole-storage", "application/x-rar-compressed", "application/x-tar",
     "application/x-tgz", "application/zip"}
)  # fmt: skip
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Bytes that plain text of any charset has no use for: controls but TAB, LF, FF, CR and ESC.
_NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\x0c\r\x1b")) + b"\x7f"


def sniff(head: bytes, declared: str | None = None, filename: str | None = None) -> str:
    """Return the media type of the file that begins with ``head`` (some hundred bytes).

    Pictures, PDFs and documents of offices are believed by their bytes alone: mail programs call
    rich text ``application/msword``. Otherwise a declared type stays unless
    it says nothing; then come the bytes, then the extension, then ``text/plain`` or
    ``application/octet-stream``.
    """
    found = _by_magic(head)
    if found in _PICTURES or found in _OFFICE:
        return found
    name = _spell(declared)
    if name and name not in _GENERIC and name not in _PICTURES:
        return name
    by_extension = _BY_EXTENSION.get(PurePosixPath((filename or "").lower()).suffix)
    if found == "application/zip" and by_extension in _OFFICE:
        return by_extension
    if found == "application/x-ole-storage" and by_extension in _IN_COMPOUND_FILES:
        return by_extension
    return found or _damaged_picture(name) or by_extension or _text_or_unknown(head)


def is_picture_or_pdf(media_type: str) -> bool:
    """Tell whether the text of such a file is read from its pages, by OCR where it has none."""
    return media_type in _PICTURES


def is_read(media_type: str) -> bool:
    """Tell whether such a file has text that is read in a child of its own."""
    return media_type in _PICTURES or media_type in _OFFICE


def holds_text(media_type: str, head: bytes) -> bool:
    """Tell whether a file is text itself, whatever it is called: its first bytes decide.

    What programs write for each other, such as keys and the reports on mail, is none.
    """
    if media_type in _FOR_PROGRAMS or media_type.startswith("message/"):
        return False
    if head.startswith(_BYTE_ORDER_MARKS) or (is_text(head) and _by_magic(head) is None):
        return True
    return media_type.startswith("text/") and bool(head)


def is_card(media_type: str) -> bool:
    """Tell whether such a file names a person or a meeting, as programs attach to every mail."""
    return media_type in ("text/vcard", "text/x-vcard", "text/directory", "text/calendar")


def may_hold_text(media_type: str) -> bool:
    """Tell whether such a file, which nothing here opens, may hold a letter."""
    return media_type in _SHUT


def is_text(data: bytes) -> bool:
    """Tell whether the bytes can be text in some 8-bit charset or UTF-8."""
    return bool(data) and len(data.translate(None, _NOT_TEXT)) == len(data)


def _damaged_picture(name: str | None) -> str | None:
    """Return a declared picture type although the bytes do not look it."""
    return name if name in _PICTURES else None


def _by_magic(head: bytes) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return _in_package(head) if media_type == "application/zip" else media_type
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


def _in_package(head: bytes) -> str:
    """Return which office document a ZIP is, if its first files tell."""
    if head.startswith(b"mimetype", 30):
        return next((kind for magic, kind in _PACKAGE_TYPES.items() if head.startswith(magic, 30)),
                    "application/zip")  # fmt: skip
    if b"[Content_Types].xml" not in head:
        return "application/zip"
    found = {kind: head.find(folder) for folder, kind in _PACKAGE_FOLDERS.items()}
    named = {kind: place for kind, place in found.items() if place >= 0}
    return min(named, key=lambda kind: named[kind]) if named else "application/zip"


def _spell(declared: str | None) -> str | None:
    name = (declared or "").strip().lower()
    name = _SPELLINGS.get(name, name)
    return name if _WELL_FORMED.match(name) else None


def _text_or_unknown(head: bytes) -> str:
    if not is_text(head):
        return UNKNOWN
    return "message/rfc822" if _EML_START.match(head) else "text/plain"
