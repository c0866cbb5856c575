"""The files that came with a message, from the child's folder into the store."""

from __future__ import annotations

from pathlib import Path

from intake.errors import TransientFailure
from intake.pipeline.disk import file_chunks
from intake.schemas.documents import ParsedMessage
from intake.store.blobs import Blob, BlobStore


def keep_leaves(
    blobs: BlobStore, message: ParsedMessage, folder: Path, leaves: dict[str, str]
) -> tuple[Blob, ...]:
    """Store the bytes of the attachments, whose names in ``folder`` are given by their paths.

    Raises:
        TransientFailure: one is not what the parser said it is (``leaf_changed``).
    """
    stored = []
    with blobs.batch() as batch:
        for attachment in message.attachments:
            if attachment.path not in leaves:
                continue
            blob = batch.put(file_chunks(folder / Path(leaves[attachment.path]).name))
            if blob.sha256 != attachment.sha256:
                raise TransientFailure(
                    f"{attachment.path} is not what was parsed.", code="leaf_changed"
                )
            stored.append(blob)
        batch.seal()
    return tuple(stored)
