"""The pictures and PDFs of an item, each opened by a child of its own."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.engines.children import Child
from intake.engines.forking import ForkServers, NotForked
from intake.errors import ItemError, TransientFailure, UnreadableItem
from intake.filing.readings import Readings
from intake.parsing.media_types import is_picture_or_pdf, is_read
from intake.pipeline import batches, tasks
from intake.pipeline.batches import Part
from intake.pipeline.disk import file_chunks, on_disk
from intake.pipeline.pages.allowance import Allowance
from intake.pipeline.pages.page_by_page import PageByPage, allow
from intake.pipeline.pages.searchable import write_searchable_pdf
from intake.pipeline.stage_options import StageOptions
from intake.pipeline.texts.asking import is_hang
from intake.schemas.classifications import Verdict
from intake.schemas.documents import Attachment, Defect, ParsedMessage, RecognisedDocument
from intake.schemas.receipts import Receipt
from intake.store.blobs import Blob, BlobStore

LATER = "emergency_first"
"""Why a picture is unread of what a person has before it is read."""
_MAX_READ_DOCUMENTS = 20
_SMALL_INLINE_BYTES = 30_000
"""Inline pictures below this are logos and signatures, not letters."""


def list_pictures(message: ParsedMessage, profile: str) -> list[Attachment]:
    """Return the attachments whose pages are read in an item of this profile."""
    return [each for each in message.attachments if _is_read(each, profile)]


def is_letter(receipt: Receipt, message: ParsedMessage) -> bool:
    """Return whether what the pages say is the citizen's letter, and not a file sent along."""
    return receipt.profile in ("fax", "scan") or message.device is not None


def how_to_read(receipt: Receipt, message: ParsedMessage, verdict: Verdict) -> dict[str, Any]:
    """Return what the child of a picture is told; ``verdict`` is that on the text alone.

    The text around a letter is a machine's: it says nothing of the letter's language.
    """
    is_own = is_letter(receipt, message)
    return {"is_letter": is_own, "came_with": None if is_own else verdict.language}


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was read of the pictures of an item, and what was made of them."""

    readings: Readings
    made: tuple[Blob, ...] = ()
    """The searchable PDFs."""
    again: TransientFailure | None = None
    """Why the item is to be tried again, unless what was read is an emergency."""
    is_settled: bool = False
    """The item is not tried again because of what follows either."""


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

    def allow(self, pictures: list[Attachment]) -> Allowance:
        """Return what the pictures of an item may cost in vain, at one attempt."""
        files = min(len(pictures), _MAX_READ_DOCUMENTS)
        return allow(self._options.heavy, self._options.ocr.limits, files)

    def separate(
        self,
        receipt: Receipt,
        picture: Attachment,
        allowance: Allowance,
        keep_alive: Callable[[], None],
    ) -> tuple[tuple[Part, ...], tuple[Defect, ...]]:
        """Return the letters of a batch, stored; none if it is one letter, or cannot be cut.

        Raises:
            TransientFailure: looking it through ended the child, and it is tried again.
        """
        rule = batches.rule_of(receipt)
        if rule is None:
            return (), ()
        keep_alive()
        with self._new_child() as (child, scratch):
            out = scratch / "letters"
            payload = self._payload(picture) | {"rule": rule.model_dump(), "out": str(out)}
            began_s = time.monotonic()
            try:
                answer = child.call(tasks.SEPARATE, payload, within_s=allowance.share_s)
            except UnreadableItem as error:
                return (), (_not_separated(error),)
            except TransientFailure as error:
                allowance.spend(time.monotonic() - began_s)
                if child.is_killed or not (is_hang(error) or self._is_last(receipt)):
                    raise
                return (), (_not_separated(error),)
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
        pictures: list[Attachment],
        how: dict[str, Any],
        allowance: Allowance,
        keep_alive: Callable[[], None],
    ) -> Pictures:
        """Read the pictures, each page of them; one that ends its child costs itself.

        What hung is not tried again, and so nothing of the item is: it would hang again. Where
        there was no child for a file the item is tried again, whatever else hung: that was not its
        fault. ``how`` is that of ``how_to_read``.
        """
        documents: dict[str, RecognisedDocument] = {}
        searchable: dict[str, Blob] = {}
        unread = {each.path: "too_many_documents" for each in pictures[_MAX_READ_DOCUMENTS:]}
        failures: list[TransientFailure] = []
        not_forked: NotForked | None = None
        for attachment in pictures[:_MAX_READ_DOCUMENTS]:
            if not_forked:
                unread[attachment.path] = not_forked.code
                continue
            file = PageByPage(
                self._payload(attachment) | how,
                self._options.ocr.limits,
                allowance,
                self._options.heavy.timeout_s,
            )
            try:
                documents[attachment.path], made = self._recognise_one(file, allowance, keep_alive)
                if made:
                    searchable[attachment.path] = made
                deaths = file.deaths
            except UnreadableItem as error:
                if receipt.profile == "scan":
                    raise
                unread[attachment.path] = error.code
                deaths = file.deaths
            except NotForked as error:
                not_forked, deaths = error, [error]
                with contextlib.suppress(ItemError):  # none of its pages was read
                    documents[attachment.path] = file.document()
            except TransientFailure as error:
                deaths = file.deaths or [error]
            failures += deaths
            if deaths:
                unread[attachment.path] = deaths[0].code
        digests = {path: blob.sha256 for path, blob in searchable.items()}
        is_hung = not_forked is None and any(map(is_hang, failures))
        is_settled = self._is_last(receipt) or is_hung
        return Pictures(
            readings=Readings(documents=documents, unread=unread, searchable=digests),
            made=tuple(searchable.values()),
            again=None if is_settled else not_forked or next(iter(failures), None),
            is_settled=is_settled,
        )

    def _recognise_one(
        self, file: PageByPage, allowance: Allowance, keep_alive: Callable[[], None]
    ) -> tuple[RecognisedDocument, Blob | None]:
        while True:
            keep_alive()
            with self._new_child() as (child, scratch):
                if file.read_on(child):
                    return self._searchable(child, scratch, file, allowance)

    def _searchable(
        self, child: Child, scratch: Path, file: PageByPage, allowance: Allowance
    ) -> tuple[RecognisedDocument, Blob | None]:
        """Return a file that was read, and the searchable PDF of it if one is wanted.

        A file over which a child ended may end this one too: it has no more time than a page.
        """
        document, made = file.document(), None
        if self._options.ocr.searchable_pdf and any(page.words for page in document.pages):
            target, began_s = scratch / "searchable.pdf", time.monotonic()
            within_s = allowance.share_s if file.deaths else None
            document = write_searchable_pdf(
                child, file.payload, document, target, within_s=within_s
            )
            if target.exists():
                made = self._blobs.put(file_chunks(target))
            elif file.deaths:
                allowance.spend(time.monotonic() - began_s)
        return document, made

    def _is_last(self, receipt: Receipt) -> bool:
        return receipt.failures + 1 >= self._options.max_failures

    def _payload(self, attachment: Attachment) -> dict[str, Any]:
        return tasks.reading(
            self._blobs.path(attachment.sha256),
            attachment.media_type,
            ocr=self._ocr_options,
            parsing=self._parser_options,
        )

    @contextlib.contextmanager
    def _new_child(self) -> Iterator[tuple[Child, Path]]:
        """Yield a child for one file, and the folder of its temporary files, which goes with it."""
        with (
            _scratch_folder(self._scratch) as scratch,
            Child(
                self._servers,
                self._options.heavy,
                temp_dir=scratch,
                preload=self._preload,
            ) as self._child,
        ):
            if self._is_killed:
                self._child.kill()
            yield self._child, Path(scratch)


def _not_separated(error: ItemError) -> Defect:
    return Defect(code="batch_not_separated", detail=error.message)


def _is_read(attachment: Attachment, profile: str) -> bool:
    if attachment.disposition != "stored" or not is_read(attachment.media_type):
        return False
    is_picture = is_picture_or_pdf(attachment.media_type)
    is_page = profile in ("fax", "scan") or not (attachment.inline and is_picture)
    return is_page or attachment.size_bytes >= _SMALL_INLINE_BYTES


def _scratch_folder(parent: Path) -> tempfile.TemporaryDirectory[str]:
    with on_disk(parent):
        return tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)
