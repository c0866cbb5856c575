"""Files that lie in a PDF: those of a portfolio, and those that are attached to it or to a page.

ISO 32000-1 §7.11.4 (embedded files), §12.3.5 (collections), §12.5.6.15 (file attachments).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice

import pikepdf

from intake.parsing.archives import Unpacked, most_bytes
from intake.parsing.containers import Allowance, ContainerRefused, Entry

MAX_FILES = 100
_MAX_PAGES = 1_000
"""Pages on which attached files are looked for."""
_MAX_NOTES = 500
_OF_DAMAGE = (
    pikepdf.PdfError, ValueError, TypeError, RuntimeError, LookupError, AttributeError,
    NotImplementedError, ArithmeticError,
)  # fmt: skip
"""What pikepdf raises where a file is not what it should be."""


def unpack(data: bytes, allowance: Allowance, passwords: Sequence[str] = ()) -> Unpacked | None:
    """Return the files in a PDF; None where there are none, or where it cannot be opened.

    A file that is packed in another way than Flate is left in the PDF and told as damaged: it
    cannot be unpacked within a limit.

    Raises:
        ContainerRefused: it is a bomb, or holds too many files.
    """
    found = Unpacked([], [], [])
    try:
        with _opened(data, passwords) as pdf:
            seen: set[tuple[int, int]] = set()
            for specification in islice(_specifications(pdf), MAX_FILES * 4):
                _take(specification, allowance, seen, found)
    except _OF_DAMAGE:
        return found if found.entries else None
    return found if found.entries or found.damaged else None


def _opened(data: bytes, passwords: Sequence[str]) -> pikepdf.Pdf:
    for password in ("", *passwords):
        try:
            return pikepdf.open(BytesIO(data), password=password)
        except pikepdf.PasswordError:
            continue
    raise ValueError("it is locked with a password")


def _specifications(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield the file specifications (§7.11.3) of the document, then those of its pages."""
    for specification in pdf.attachments.values():
        yield specification.obj
    for page in islice(pdf.pages, _MAX_PAGES):
        for note in islice(page.obj.get("/Annots", ()), _MAX_NOTES):
            if note.get("/Subtype") == "/FileAttachment" and "/FS" in note:
                yield note["/FS"]


def _take(
    specification: pikepdf.Object,
    allowance: Allowance,
    seen: set[tuple[int, int]],
    found: Unpacked,
) -> None:
    stream = _stream(specification)
    if stream is None or stream.objgen in seen:
        return
    seen.add(stream.objgen)
    if len(seen) > MAX_FILES:
        raise ContainerRefused("too_many_files")
    name = _name(specification)
    content = _content(stream, allowance)
    if content is None:
        found.damaged.append(name)
        return
    allowance.spend(len(content))
    found.entries.append(Entry(name or None, content))


def _stream(specification: pikepdf.Object) -> pikepdf.Stream | None:
    files = specification.get("/EF")
    if not isinstance(files, pikepdf.Dictionary):
        return None
    for key in ("/UF", "/F"):
        stream = files.get(key)
        if isinstance(stream, pikepdf.Stream):
            return stream
    return None


def _name(specification: pikepdf.Object) -> str:
    for key in ("/UF", "/F"):
        if isinstance(name := specification.get(key), pikepdf.String):
            return str(name)
    return ""


def _content(stream: pikepdf.Stream, allowance: Allowance) -> bytes | None:
    """Return the bytes of an embedded file; None where they cannot be had within the limit."""
    packed = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return packed
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters != "/FlateDecode" or "/DecodeParms" in stream:
        return None
    limit = most_bytes(len(packed), allowance)
    try:
        content = zlib.decompressobj().decompress(packed, limit + 1)
    except zlib.error:
        return None
    if len(content) > limit:
        raise ContainerRefused("archive_bomb")
    return content
