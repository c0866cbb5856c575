"""Files that lie in a PDF: those of a portfolio, and those that are attached to it or to a page.

ISO 32000-1 §7.11.4 (embedded files), §12.3.5 (collections), §12.5.6.15 (file attachments).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import islice

import pikepdf

from intake.parsing.containers.archives import Unpacked, most_bytes
from intake.parsing.containers.shared import Allowance, ContainerRefused, Entry

MAX_FILES = 100
_MAX_PAGES = 10_000
"""Pages on which attached files are looked for."""
_MAX_NOTES = 100_000
"""Annotations of any kind that are looked at; links are many, and files are few."""
_PLACES = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
"""Where a file specification has its file (§7.11.3, table 44)."""
_OF_DAMAGE = (
    pikepdf.PdfError, ValueError, TypeError, RuntimeError, LookupError, AttributeError,
    NotImplementedError, ArithmeticError,
)  # fmt: skip
"""What pikepdf raises where a file is not what it should be."""


def unpack(data: bytes, allowance: Allowance, passwords: Sequence[str] = ()) -> Unpacked | None:
    """Return the files in a PDF; None where there are none, or where it cannot be opened.

    What cannot be had is told as damaged: a file that is cut off (what is there of it is among the
    files), one packed in another way than Flate, which cannot be unpacked within a limit, and what
    lies beyond the limits of this module. Where a bomb or too many files end it, what was taken
    out before is kept.

    Raises:
        ContainerRefused: it is a bomb, or holds too many files, and nothing was taken out before.
    """
    found = Unpacked([], [], [])
    try:
        with _opened(data, passwords) as pdf:
            _take_all(pdf, allowance, found)
    except ContainerRefused as refused:
        if not found.entries:
            raise
        found.refused = refused.code
    except _OF_DAMAGE:
        return None
    return found if found.entries or found.damaged else None


def _opened(data: bytes, passwords: Sequence[str]) -> pikepdf.Pdf:
    for password in ("", *passwords):
        try:
            return pikepdf.open(BytesIO(data), password=password)
        except pikepdf.PasswordError:
            continue
    raise ValueError("it is locked with a password")


def _take_all(pdf: pikepdf.Pdf, allowance: Allowance, found: Unpacked) -> None:
    """Take the files of the document, then those of its pages; damage to one is not the next's."""
    seen: set[tuple[int, int]] = set()
    for look in _looks(pdf, found):
        try:
            specification = look()
            if specification is not None:
                _take(specification, allowance, seen, found)
        except _OF_DAMAGE:
            found.damaged.append("")


def _looks(pdf: pikepdf.Pdf, found: Unpacked) -> Iterator[Callable[[], pikepdf.Object | None]]:
    """Yield what gives each file specification (§7.11.3), or None where there is none."""
    for name in _names(pdf, found):
        yield partial(_named, pdf, name)
    notes = _notes(pdf, found)
    for note in islice(notes, _MAX_NOTES):
        yield partial(_attached, note)
    if next(notes, None) is not None:
        found.damaged.append("")


def _names(pdf: pikepdf.Pdf, found: Unpacked) -> list[str]:
    """Return the names of the document's files; of a damaged tree those that are left in it."""
    pdf.get_warnings()  # which takes away those of before
    try:
        names = list(pdf.attachments)
    except _OF_DAMAGE:
        names = []
        found.damaged.append("")
    if pdf.get_warnings():
        found.damaged.append("")
    return names


def _named(pdf: pikepdf.Pdf, name: str) -> pikepdf.Object:
    return pdf.attachments[name].obj


def _notes(pdf: pikepdf.Pdf, found: Unpacked) -> Iterator[pikepdf.Object]:
    """Yield the annotations of the pages; null is none (§7.3.9)."""
    for page in islice(pdf.pages, _MAX_PAGES):
        try:
            notes = page.obj.get("/Annots")
            yield from () if notes is None else (each for each in notes if each is not None)
        except _OF_DAMAGE:
            found.damaged.append("")
    if len(pdf.pages) > _MAX_PAGES:
        found.damaged.append("")


def _attached(note: pikepdf.Object) -> pikepdf.Object | None:
    return note.get("/FS") if note.get("/Subtype") == "/FileAttachment" else None


def _take(
    specification: pikepdf.Object,
    allowance: Allowance,
    seen: set[tuple[int, int]],
    found: Unpacked,
) -> None:
    """Take the file of a specification; one that only names a file elsewhere has none."""
    if isinstance(specification, pikepdf.String) or "/EF" not in specification:
        return
    stream = _stream(specification)
    if stream is not None and stream.objgen in seen:
        return
    name = _name(specification)
    if stream is None:
        found.damaged.append(name)
        return
    seen.add(stream.objgen)
    if len(seen) > MAX_FILES:
        raise ContainerRefused("too_many_files")
    try:
        content, is_whole = _content(stream, allowance)
    except _OF_DAMAGE:
        content, is_whole = None, False
    if not is_whole:
        found.damaged.append(name)
    if content is not None:
        allowance.spend(len(content))
        found.entries.append(Entry(name or None, content))


def _stream(specification: pikepdf.Object) -> pikepdf.Stream | None:
    files = specification["/EF"]
    streams = (files.get(key) for key in _PLACES)
    return next((each for each in streams if isinstance(each, pikepdf.Stream)), None)


def _name(specification: pikepdf.Object) -> str:
    for key in _PLACES:
        if isinstance(name := specification.get(key), pikepdf.String):
            return str(name)
    return ""


def _content(stream: pikepdf.Stream, allowance: Allowance) -> tuple[bytes | None, bool]:
    """Return the bytes of an embedded file, and whether they are all.

    None where they cannot be had within the limit.
    """
    packed = stream.read_raw_bytes()
    filters = _only(stream.get("/Filter"))
    if filters is None:
        return packed, True
    if filters != "/FlateDecode" or not _is_plain(_only(stream.get("/DecodeParms"))):
        return None, False
    limit = most_bytes(len(packed), allowance)
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(packed, limit + 1)
    except zlib.error:
        return None, False
    if len(content) > limit:
        raise ContainerRefused("archive_bomb")
    return content, unpacking.eof


def _only(value: pikepdf.Object | None) -> pikepdf.Object | None:
    """Return what stands alone in an array; None for an empty one, and other values as they are."""
    if not isinstance(value, pikepdf.Array) or len(value) > 1:
        return value
    return value[0] if len(value) else None


def _is_plain(parameters: pikepdf.Object | None) -> bool:
    """Say whether the parameters of a Flate stream leave it as it is (§7.4.4.3)."""
    return parameters is None or int(parameters.get("/Predictor", 1)) == 1
