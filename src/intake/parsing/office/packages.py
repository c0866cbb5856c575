"""Office files that are ZIP packages (OPC, ODF): their parts, each within a limit."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from intake.errors import UnreadableItem

MAX_PARTS = 5_000
MAX_PART_BYTES = 20_000_000
MAX_PICTURES = 20
LEAST_PICTURE_BYTES = 8_000
"""Smaller pictures are logos and rules, not letters."""
_CENTRAL_HEADER = b"PK\x01\x02"
_PICTURE_NAMES = re.compile(
    r"(?i)(?:word/media|ppt/media|Pictures)/[^/]+\.(?:png|jpe?g|tiff?|gif|bmp|webp|heic|jp2)\Z"
)
_DIGITS = re.compile(r"(\d+)")


class Package:
    """An open package.

    Raises:
        UnreadableItem: ``corrupt_document``: it is no ZIP; ``too_large``: it has too many parts.
    """

    def __init__(self, data: bytes) -> None:
        if data.count(_CENTRAL_HEADER) > MAX_PARTS:
            raise UnreadableItem("The document has too many parts.", code="too_large")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (
            zipfile.BadZipFile,
            struct.error,
            ValueError,
            NotImplementedError,
            EOFError,
        ) as error:
            raise UnreadableItem("The document is damaged.", code="corrupt_document") from error
        self.names = [info.filename for info in self._archive.infolist()]

    def read(self, name: str) -> bytes:
        """Return the bytes of a part, which may be packed far smaller than they are.

        Raises:
            UnreadableItem: ``too_large``, or ``corrupt_document`` when it cannot be unpacked.
        """
        try:
            with self._archive.open(name) as stream:
                content = stream.read(MAX_PART_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError,
                RuntimeError, KeyError, struct.error) as error:  # fmt: skip
            raise UnreadableItem(
                f"The part {name} of the document is damaged.", code="corrupt_document"
            ) from error
        if len(content) > MAX_PART_BYTES:
            raise UnreadableItem(
                f"The part {name} has more than {MAX_PART_BYTES} bytes.", code="too_large"
            )
        return content

    def matching(self, pattern: str) -> list[str]:
        """Return the names of the parts that match, 2 before 10."""
        return sorted((name for name in self.names if re.fullmatch(pattern, name)), key=_natural)

    def pictures(self) -> Iterator[bytes]:
        """Yield the pictures that may be scanned letters; damaged ones are left out."""
        names = sorted(filter(_PICTURE_NAMES.match, self.names), key=_natural)
        large = [each for each in names
                 if self._archive.getinfo(each).file_size >= LEAST_PICTURE_BYTES]  # fmt: skip
        for name in large[:MAX_PICTURES]:
            try:
                yield self.read(name)
            except UnreadableItem:
                continue


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in _DIGITS.split(name)]
