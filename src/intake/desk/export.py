"""The files of a request, written into a folder byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from intake.errors import StoreError
from intake.parsing.writing.names import safe_name
from intake.schemas.receipts import Receipt
from intake.schemas.requests import Request
from intake.store.blobs import BlobStore


def write_files(
    request: Request, receipt: Receipt | None, blobs: BlobStore, folder: Path
) -> list[Path]:
    """Write what a request was made of into ``folder``; return the files.

    Raises:
        StoreError: a blob is missing or altered, or the disk refused.
    """
    named = list(_named_files(request, receipt))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(blobs, sha256, folder / name) for name, sha256 in named]
    except OSError as error:
        raise StoreError(f"Cannot write into {folder}: {error}") from error


def _write(blobs: BlobStore, sha256: str, wanted: Path) -> Path:
    target = _free_name(wanted)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        for chunk in blobs.chunks(sha256):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != sha256:
        raise StoreError(f"The blob {sha256} is altered: its digest is {digest.hexdigest()}.")
    return target


def _named_files(request: Request, receipt: Receipt | None) -> Iterator[tuple[str, str]]:
    if receipt is not None and receipt.sha256 is not None:
        yield _original_name(receipt), receipt.sha256
    for number, attachment in enumerate(request.attachments, start=1):
        is_the_item = receipt is not None and attachment.sha256 == receipt.sha256
        if attachment.disposition != "refused" and not is_the_item:
            name = safe_name(attachment.filename)
            yield name or f"attachment-{number}", attachment.sha256
        if attachment.searchable_sha256 is not None:
            name = safe_name(attachment.filename) or f"attachment-{number}"
            yield f"{name}.searchable.pdf", attachment.searchable_sha256


def _original_name(receipt: Receipt) -> str:
    if name := safe_name(receipt.file_name):
        return name
    suffix = {"form": ".json", "phone": ".json", "scan": ".bin"}.get(receipt.profile, ".eml")
    return f"original{suffix}"


def _free_name(wanted: Path) -> Path:
    candidate, number = wanted, 1
    while candidate.exists():
        number += 1
        candidate = wanted.with_stem(f"{wanted.stem}-{number}")
    return candidate
