"""File names that any file system takes, and paths that are unique within a message."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from intake.parsing.writing.text import clean_line

_MAX_BYTES = 180
_RESERVED = re.compile(r'[<>:"|?*]')
# Device names of Windows, with or without an extension.
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|\Z)")
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/gzip": ".gz",
    "application/ms-tnef": ".dat",
    "application/timestamped-data": ".tsd",
    "application/vnd.ms-outlook": ".msg",
    "application/zip": ".zip",
    "application/xml": ".xml",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/xml": ".xml",
}


def safe_name(name: str | None) -> str | None:
    """Return the file name without folders, controls, invisible characters or device names.

    None when nothing is left. ``../../etc/passwd`` becomes ``passwd``; at most 180 bytes of
    UTF-8 stay, the extension among them.
    """
    if not name:
        return None
    text = clean_line(name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Zl", "Zp"))
    text = _RESERVED.sub("_", text).strip().rstrip(". ")
    if not text.strip("."):
        return None
    if _DEVICE.match(text):
        text = f"_{text}"
    return _shorten(text)


def extension_for(media_type: str) -> str:
    """Return the usual extension of a media type, with its dot; ``.bin`` for one we do not know."""
    return _EXTENSIONS.get(media_type, ".bin")


class Paths:
    """Gives each leaf of a message a path that no other has, whatever the case of its letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, prefix: str, number: int, name: str | None, media_type: str) -> str:
        """Return ``prefix/name``, or ``prefix/number/name`` where that is taken."""
        name = name or f"part-{number}{extension_for(media_type)}"
        stem = f"{prefix}/" if prefix else ""
        path = f"{stem}{name}"
        while path.casefold() in self._taken:
            path = f"{stem}{number}/{name}"
            number += 1
        self._taken.add(path.casefold())
        return path


def _shorten(name: str) -> str:
    if len(name.encode("utf-8")) <= _MAX_BYTES:
        return name
    extension = PurePosixPath(name).suffix
    if len(extension.encode("utf-8")) > 20:
        extension = ""
    room = _MAX_BYTES - len(extension.encode("utf-8"))
    stem = name.removesuffix(extension).encode("utf-8")[:room].decode("utf-8", "ignore")
    return stem.rstrip(". ") + extension
