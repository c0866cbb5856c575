"""Which files are containers, and what opens each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from intake.parsing import media_types
from intake.parsing.containers import archives, compound_files, mapi, outlook_files, tnef
from intake.parsing.containers.shared import Allowance, ContainerRefused, Entry
from intake.parsing.containers.signed_files import inner_name, unwrap

TNEF = "application/ms-tnef"
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_SIGNED = frozenset({"application/pkcs7-mime", "application/timestamped-data"})
_SIGNED_NAMES = (".p7m", ".m7m", ".tsd")
_GZIP = frozenset({"application/gzip", "application/x-compressed-tar", "application/x-tgz"})
_OUTLOOK = frozenset({"application/vnd.ms-outlook", "application/x-ole-storage"})
_PDF = "application/pdf"
_FILE_IN_PDF = b"EmbeddedFile"
"""The type of such a stream (ISO 32000-1 §7.11.4, table 45): streams stand in a PDF as they are."""
_ENTITY = re.compile(rb"(?i)(?:content-[a-z-]{2,30}|mime-version)[ \t]*:")
_SIGNED_BODY_NAMES = frozenset({None, "smime.p7m", "smime"})
_WHOLE_MAIL = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}"
    rb"|(?:From |Return-Path:|Received:)"
)


class Kind(StrEnum):
    """The containers there are."""

    MESSAGE = "message"
    TNEF = "tnef"
    OUTLOOK = "outlook"
    SIGNED = "signed"
    ZIP = "zip"
    GZIP = "gzip"
    PDF = "pdf"


ARCHIVES = frozenset({Kind.ZIP, Kind.GZIP})
DOCUMENTS = frozenset({Kind.PDF})
"""Containers that are read as they are, besides what is in them."""


@dataclass(slots=True)
class Opened:
    """What was in a container: files, or one message as MIME."""

    entries: list[Entry] = field(default_factory=list)
    message: bytes | None = None
    is_body: bool = False
    """The message is the text of the one it came in: it was only signed."""
    unwrapped: dict[str, Any] | None = None
    defects: list[tuple[str, str]] = field(default_factory=list)
    """Code and detail of what stayed shut."""


def media_type(content: bytes, declared: str | None, name: str | None) -> str:
    """Return what a file is, by its bytes where they say, else as declared or named."""
    if declared in _MESSAGES:
        return declared or ""
    return media_types.sniff(content[:4096], declared, name)


def kind_of(
    content: bytes, media_type: str, name: str | None, *, is_in_archive: bool
) -> Kind | None:
    """Return which container a file is; None for none, and for an archive in an archive."""
    small = (name or "").lower()
    if media_type in _MESSAGES or (small.endswith(".eml") and _WHOLE_MAIL.match(content)):
        return Kind.MESSAGE if content.strip() else None
    if content.startswith(tnef.SIGNATURE):
        return Kind.TNEF
    if content.startswith(compound_files.SIGNATURE):
        return Kind.OUTLOOK if media_type in _OUTLOOK or small.endswith(".msg") else None
    if media_type in _SIGNED or small.endswith(_SIGNED_NAMES):
        return Kind.SIGNED
    if media_type == _PDF and _FILE_IN_PDF in content:
        return Kind.PDF
    return None if is_in_archive else _kind_of_archive(content, media_type)


def _kind_of_archive(content: bytes, media_type: str) -> Kind | None:
    if content.startswith(b"PK") and media_type == "application/zip":
        return Kind.ZIP
    if content.startswith(b"\x1f\x8b\x08") and media_type in _GZIP:
        return Kind.GZIP
    return None


def open_file(
    kind: Kind, content: bytes, name: str | None, allowance: Allowance, passwords: Sequence[str]
) -> Opened | None:
    """Return what is in the container; None when it is none after all.

    Raises:
        ContainerRefused: it is a bomb, damaged or locked.
    """
    if kind is Kind.MESSAGE:
        return Opened(message=content)
    if kind is Kind.TNEF:
        return _open_outlook(tnef.read(content), allowance)
    if kind is Kind.OUTLOOK:
        return _open_outlook(outlook_files.read(content), allowance)
    if kind is Kind.SIGNED:
        return _open_signed(content, name, allowance)
    if kind in (Kind.ZIP, Kind.PDF):
        unpack = archives.unzip if kind is Kind.ZIP else _unpack_pdf
        return _opened(unpack(content, allowance, passwords))
    return Opened(entries=[archives.gunzip(content, name, allowance)])


def as_message(raw: bytes) -> bytes:
    """Return a message that Outlook saved as a file as MIME; anything else as it is."""
    if not raw.startswith(compound_files.SIGNATURE):
        return raw
    message = outlook_files.read(raw)
    return raw if message is None else mapi.to_mime(message)


def _open_outlook(message: mapi.OutlookMessage | None, allowance: Allowance) -> Opened | None:
    if message is None:
        return None
    mime = mapi.to_mime(message)
    allowance.spend(len(mime))
    return Opened(message=mime)


def _open_signed(content: bytes, name: str | None, allowance: Allowance) -> Opened | None:
    found = unwrap(content)
    if found is None:
        return None
    if found.stopped_by == "encrypted":
        raise ContainerRefused("encrypted_file")
    if not found.layers:
        return None
    allowance.spend(len(found.content))
    is_body = (name or "").lower() in _SIGNED_BODY_NAMES or name is None
    if is_body and _ENTITY.match(found.content):
        return Opened(message=found.content, is_body=True, unwrapped=found.facts())
    entry = Entry(inner_name(name, len(found.layers)), found.content)
    return Opened(entries=[entry], unwrapped=found.facts())


def _unpack_pdf(
    content: bytes, allowance: Allowance, passwords: Sequence[str]
) -> archives.Unpacked | None:
    from intake.parsing.containers import pdf_files  # noqa: PLC0415 - pikepdf, where a PDF has files in it

    return pdf_files.unpack(content, allowance, passwords)


def _opened(found: archives.Unpacked | None) -> Opened | None:
    if found is None:
        return None
    opened = Opened(entries=found.entries)
    for code, names in (("locked_file", found.locked), ("damaged_file", found.damaged)):
        if names:
            opened.defects.append((code, ", ".join(filter(None, names))))
    if found.refused:
        opened.defects.append((found.refused, "not all files were taken out"))
    return opened
