"""The pictures and PDFs of an item, each opened by a child of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import TransientFailure, UnreadableItem
from intake.filing.readings import Readings
from intake.parsing.media_types import is_picture_or_pdf, is_read
from intake.pipeline import batches, tasks
from intake.pipeline.batches import Part
from intake.pipeline.disk import file_chunks, on_disk
from intake.pipeline.searchable import write_searchable_pdf
from intake.pipeline.stage_options import StageOptions
from intake.schemas.classifications import Verdict
from intake.schemas.documents import Attachment, Defect, ParsedMessage, RecognisedDocument
from intake.schemas.receipts import Receipt
from intake.store.blobs import Blob, BlobStore

LATER = "emergency_first"
"""Why a picture is unread of what a person has before it is read."""
_MAX_READ_DOCUMENTS = 20
_MOST_FAILURES = 2
"""After so many files that killed their children no first page is tried any more, and at an attempt
that is not the last no other file: a hang takes minutes."""
_SMALL_INLINE_BYTES = 30_000
"""Inline pictures below this are logos and signatures, not letters."""


def list_pictures(message: ParsedMessage, profile: str) -> list[Attachment]:
    """Return the attachments whose pages are read in an item of this profile."""
    return [each for each in message.attachments if _is_read(each, profile)]


def is_letter(receipt: Receipt, message: ParsedMessage) -> bool:
    """Return whether what the pages say is the citizen's letter, and not a file sent along."""
    return receipt.profile in ("fax", "scan") or message.device is not None


class PictureReader:
    """Reads the pictures of items, one at a time, in one child after the other."""

    def __init__(
        self, blobs: BlobStore, scratch: Path, options: StageOptions, servers: ForkServers
    ) -> None:
        self._blobs = blobs
        self._scratch = scratch
        self._options = options
        self._servers = servers
        self._ocr_options = options.ocr.model_dump(mode="json")
        self._parser_options = options.parsing.model_dump(mode="json")
        self._preload = tasks.loading_for_pages(options.ocr.engine, options.ocr.languages)
        self._child: Child | None = None
        self._is_killed = False

    def kill(self) -> None:
        """End the child at once, and every later one; any thread may call it."""
        self._is_killed = True
        if self._child is not None:
            self._child.kill()

    def separate(
        self, receipt: Receipt, picture: Attachment, keep_alive: Callable[[], None]
    ) -> tuple[tuple[Part, ...], tuple[Defect, ...]]:
        """Return the letters of a batch, stored; none if it is one letter, or cannot be cut."""
        rule = batches.rule_of(receipt)
        if rule is None:
            return (), ()
        keep_alive()
        with self._new_child(self._options.heavy) as (child, scratch):
            out = scratch / "letters"
            payload = self._payload(picture) | {"rule": rule.model_dump(), "out": str(out)}
            try:
                answer = child.call(tasks.SEPARATE, payload)
            except UnreadableItem as error:
                return (), (Defect(code="batch_not_separated", detail=error.message),)
            with self._blobs.batch() as batch:
                parts = tuple(
                    Part(blob=batch.put(file_chunks(out / str(number))), first=first, last=last)
                    for number, (first, last) in enumerate(answer["letters"], start=1)
                )
                batch.seal()
        return parts, ()

    def recognise(
        self,
        receipt: Receipt,
        message: ParsedMessage,
        verdict: Verdict,
        pictures: list[Attachment],
        keep_alive: Callable[[], None],
    ) -> tuple[Readings, list[Blob], TransientFailure | None]:
        """Read the pictures; return also the searchable PDFs that were made of them, and for what
        failure the item is to be tried again, unless what was read of the others is an emergency.

        Of a file that kills its child the first page is read by itself. ``verdict`` is that on the
        text alone. The text around a letter is a machine's: it says nothing of the letter's
        language.
        """
        is_scan = receipt.profile == "scan"
        is_last = receipt.failures + 1 >= self._options.max_failures and not is_scan
        is_own = is_letter(receipt, message)
        how = {"is_letter": is_own, "came_with": None if is_own else verdict.language}
        documents: dict[str, RecognisedDocument] = {}
        searchable: dict[str, Blob] = {}
        unread = {each.path: "too_many_documents" for each in pictures[_MAX_READ_DOCUMENTS:]}
        failures: list[TransientFailure] = []
        for attachment in pictures[:_MAX_READ_DOCUMENTS]:
            if len(failures) == _MOST_FAILURES and not is_last:
                unread[attachment.path] = LATER
                continue
            keep_alive()
            try:
                document, made = self._recognise_one(attachment, how)
                documents[attachment.path] = document
                if made:
                    searchable[attachment.path] = made
            except UnreadableItem as error:
                if is_scan:
                    raise
                unread[attachment.path] = error.code
            except TransientFailure as error:
                failures.append(error)
                unread[attachment.path] = error.code
                keep_alive()
                is_worth_time = len(failures) <= _MOST_FAILURES
                if is_worth_time and (first := self._recognise_first_page(attachment, how)):
                    documents[attachment.path] = first
        digests = {path: blob.sha256 for path, blob in searchable.items()}
        readings = Readings(documents=documents, unread=unread, searchable=digests)
        again = failures[0] if failures and not is_last else None
        return readings, list(searchable.values()), again

    def _recognise_one(
        self, attachment: Attachment, how: dict[str, Any]
    ) -> tuple[RecognisedDocument, Blob | None]:
        with self._new_child(self._options.heavy) as (child, scratch):
            payload = self._payload(attachment) | how
            answer = child.call(tasks.RECOGNISE, payload)
            document = RecognisedDocument.model_validate(answer)
            made = None
            if self._options.ocr.searchable_pdf and any(page.words for page in document.pages):
                target = scratch / "searchable.pdf"
                document = write_searchable_pdf(child, payload, document, target)
                made = self._blobs.put(file_chunks(target)) if target.exists() else None
        return document, made

    def _recognise_first_page(
        self, attachment: Attachment, how: dict[str, Any]
    ) -> RecognisedDocument | None:
        """Return the first page of a file that was too much as a whole; None if it is, too."""
        payload = self._payload(attachment) | how
        payload["limits"] = payload["limits"] | {"max_pages": 1}
        opened_and_read_s = 2 * self._options.ocr.limits.page_timeout_s
        timeout_s = min(self._options.heavy.timeout_s, opened_and_read_s)
        limits = self._options.heavy.model_copy(update={"timeout_s": timeout_s})
        with self._new_child(limits) as (child, _):
            try:
                return RecognisedDocument.model_validate(child.call(tasks.RECOGNISE, payload))
            except (TransientFailure, UnreadableItem):
                return None

    def _payload(self, attachment: Attachment) -> dict[str, Any]:
        return tasks.reading(
            self._blobs.path(attachment.sha256),
            attachment.media_type,
            ocr=self._ocr_options,
            parsing=self._parser_options,
        )

    @contextmanager
    def _new_child(self, limits: Limits) -> Iterator[tuple[Child, Path]]:
        """Yield a child for one file, and the folder of its temporary files, which goes with it."""
        with (
            _scratch_folder(self._scratch) as scratch,
            Child(
                self._servers,
                limits,
                temp_dir=scratch,
                preload=self._preload,
            ) as self._child,
        ):
            if self._is_killed:
                self._child.kill()
            yield self._child, Path(scratch)


def _is_read(attachment: Attachment, profile: str) -> bool:
    if attachment.disposition != "stored" or not is_read(attachment.media_type):
        return False
    is_picture = is_picture_or_pdf(attachment.media_type)
    is_page = profile in ("fax", "scan") or not (attachment.inline and is_picture)
    return is_page or attachment.size_bytes >= _SMALL_INLINE_BYTES


def _scratch_folder(parent: Path) -> tempfile.TemporaryDirectory[str]:
    with on_disk(parent):
        return tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)
