"""What is in a ZIP or gzip file, one level deep and within limits."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from intake.parsing.containers import zip_aes
from intake.parsing.containers.shared import Allowance, ContainerRefused, Entry
from intake.parsing.writing import charsets

MAX_FILES = 500
MAX_RATIO = 200
"""Of a packed file: how many bytes one byte may become, beyond the first million."""
_FREE_BYTES = 1_000_000
_CENTRAL_HEADER = b"PK\x01\x02"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
_DOCUMENTS = ("[content_types].xml", "mimetype", "meta-inf/manifest.mf", "androidmanifest.xml")
_MAX_TRIED_BYTES = 20_000_000
"""The old encryption of ZIP is slow: larger files are left to a person."""


@dataclass(slots=True)
class Unpacked:
    """The files of an archive, and the names of those that stayed locked or are damaged."""

    entries: list[Entry]
    locked: list[str]
    damaged: list[str]
    refused: str = ""
    """The code of what ended it before all files were taken out."""


def unzip(data: bytes, allowance: Allowance, passwords: Sequence[str] = ()) -> Unpacked | None:
    """Return the files in a ZIP; None when it is a document that only looks like one.

    Raises:
        ContainerRefused: it is a bomb, holds too many files, or is damaged or locked as a whole.
    """
    if data.count(_CENTRAL_HEADER) > MAX_FILES * 4:
        raise ContainerRefused("too_many_files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    # zipfile lets through what struct, decoding and its own checks raise on damaged tables.
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, EOFError) as error:
        raise ContainerRefused("damaged_archive") from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if infos and infos[0].filename.lower() in _DOCUMENTS:
        return None
    if any(info.filename.lower() == "[content_types].xml" for info in infos):
        return None
    _check(infos, allowance)
    found = Unpacked([], [], [])
    reader = _Reader(archive, data, passwords)
    for info in infos:
        _unpack(reader, info, allowance, found)
    if infos and not found.entries:
        raise ContainerRefused("locked_archive" if found.locked else "damaged_archive")
    return found


def gunzip(data: bytes, name: str | None, allowance: Allowance) -> Entry:
    """Return the file in a gzip; of one that is cut off what is there.

    Raises:
        ContainerRefused: it is a bomb, or no byte can be read.
    """
    limit = most_bytes(len(data), allowance)
    reader = zlib.decompressobj(wbits=31)
    try:
        content = reader.decompress(data, limit + 1)
    except zlib.error as error:
        raise ContainerRefused("damaged_archive") from error
    if len(content) > limit:
        raise ContainerRefused("archive_bomb")
    if not content:
        raise ContainerRefused("damaged_archive")
    allowance.spend(len(content))
    stem = (name or "").lower()
    if stem.endswith((".gz", ".tgz")):
        inner = (name or "")[: -3 if stem.endswith(".gz") else -4]
        return Entry(inner + (".tar" if stem.endswith(".tgz") else "") or None, content)
    return Entry(name, content)


def most_bytes(packed: int, allowance: Allowance) -> int:
    """Return how many bytes may come out of a file of ``packed`` bytes before it is a bomb."""
    return min(allowance.bytes, _FREE_BYTES + MAX_RATIO * packed)


def _check(infos: list[zipfile.ZipInfo], allowance: Allowance) -> None:
    """Refuse by what the table says, before a byte is unpacked; what it says may be a lie."""
    if len(infos) > MAX_FILES:
        raise ContainerRefused("too_many_files")
    for info in infos:
        if info.file_size > _FREE_BYTES + MAX_RATIO * info.compress_size:
            raise ContainerRefused("archive_bomb")
    if sum(info.file_size for info in infos) > allowance.bytes:
        raise ContainerRefused("archive_bomb")


@dataclass(frozen=True, slots=True)
class _Reader:
    """An open archive, its bytes, and what is tried on locked files."""

    archive: zipfile.ZipFile
    data: bytes
    passwords: Sequence[str]

    def read(self, info: zipfile.ZipInfo) -> bytes | None:
        """Return the bytes of one file; None when no password opens it."""
        if not info.flag_bits & _ENCRYPTED:
            return self._inflate(info, None)
        if info.compress_type == zip_aes.METHOD:
            return zip_aes.read(self.data, info, self.passwords)
        if info.file_size > _MAX_TRIED_BYTES:
            return None
        for password in self.passwords:
            try:
                return self._inflate(info, password)
            except (RuntimeError, zipfile.BadZipFile, zlib.error):  # not the password
                continue
        return None

    def _inflate(self, info: zipfile.ZipInfo, password: str | None) -> bytes:
        key = None if password is None else password.encode("utf-8")
        with self.archive.open(info, pwd=key) as stream:
            return stream.read(info.file_size + 1)


def _unpack(reader: _Reader, info: zipfile.ZipInfo, allowance: Allowance, found: Unpacked) -> None:
    name = _name(info)
    try:
        content = reader.read(info)
    # A file may overlap another, be packed in an unknown way, or end early.
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError,
            struct.error):  # fmt: skip
        found.damaged.append(name)
        return
    if content is None:
        found.locked.append(name)
        return
    if len(content) > info.file_size:
        raise ContainerRefused("archive_bomb")
    allowance.spend(len(content))
    found.entries.append(Entry(name, content))


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file, which Windows writes in its DOS code page without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return charsets.decode(raw, "cp850")
