"""The stages: parse -> recognise -> classify. Values in, values out; the runner commits.

Mail and text are read by one long-lived child that takes one item at a time; each picture or
PDF is read by a child of its own. Nothing here touches the database.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from intake.engines.children import Child, Limits
from intake.errors import TransientFailure, UnreadableItem
from intake.filing.readings import Readings
from intake.letters.facts import LetterOptions
from intake.ocr.limits import PageLimits
from intake.parsing.media_types import is_picture_or_pdf, is_read
from intake.pipeline import batches, heavy_tasks, light_tasks
from intake.pipeline.batches import Part
from intake.pipeline.disk import on_disk
from intake.pipeline.fax_facts import with_header
from intake.pipeline.searchable import write_searchable_pdf
from intake.pipeline.texts import list_texts, origin_of
from intake.schemas.base import Frozen
from intake.schemas.classifications import Origin, Thresholds, Verdict
from intake.schemas.documents import (
    Attachment,
    Defect,
    Document,
    ParsedMessage,
    RecognisedDocument,
)
from intake.schemas.letters import LetterFacts
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import Phase, Receipt
from intake.store import receipts
from intake.store.blobs import Blob, BlobStore

_MAX_READ_DOCUMENTS = 20
_OWN_CLASSIFIERS = ("keywords",)
_FATAL = ("crash", "timeout", "memory")
_PLUGIN_DEATHS = 3
"""Plugins are left out for the rest of the run after so many children that died of them."""
_SMALL_INLINE_BYTES = 30_000
"""Inline pictures below this are logos and signatures, not letters."""


class OcrOptions(Frozen):
    """Which engine reads, in which languages (ISO 639-2 as Tesseract's), within which limits."""

    engine: str = "tesserocr"
    second_engine: str = ""
    """Asked about the doubtful lines of hard pages; none where it is empty."""
    languages: tuple[str, ...] = ("ita", "eng")
    more_languages: tuple[str, ...] = ("deu", "fra", "spa", "slv")
    """Those a page is read in as well where it, or the text it came with, is in one of them."""
    limits: PageLimits = PageLimits()
    searchable_pdf: bool = False
    """Whether a searchable PDF is kept beside each file that was read."""


class ClassifyOptions(Frozen):
    """Which classifiers give opinions, on which taxonomy, and from where one is believed."""

    classifiers: tuple[str, ...] = ("keywords",)
    model: Path | None = None
    taxonomy: Path | None = None
    rules: Path | None = None
    threshold: float = 0.5
    thresholds: Thresholds | None = None
    """Those that outcomes taught, instead."""
    languages: tuple[str, ...] = ("it", "en", "de", "fr", "es", "sl")
    timeout_s: float = 5.0
    """Seconds that a plugin has for its opinion on an item."""


class StageOptions(Frozen):
    """What the stages need. ``max_failures`` decides when a file that kills its child is left."""

    light: Limits = Limits(timeout_s=30, memory_bytes=1 << 30)
    heavy: Limits = Limits(timeout_s=300, memory_bytes=3 << 29, cpu_s=600)
    parsing: ParserOptions = ParserOptions()
    ocr: OcrOptions = OcrOptions()
    classify: ClassifyOptions = ClassifyOptions()
    letters: LetterOptions = LetterOptions()
    max_failures: int = 3


class Understood(Frozen):
    """All that was read of an item. ``is_deferred``: its pictures are still to be read."""

    message: ParsedMessage
    readings: Readings = Readings()
    letter: LetterFacts | None = None
    verdict: Verdict = Verdict()
    blobs: tuple[Blob, ...] = ()
    parts: tuple[Part, ...] = ()
    """The letters of a batch, each of which is read as an item of its own."""
    is_deferred: bool = False


class Stages:
    """Reads items, one at a time, with a light child of its own. One instance per thread."""

    def __init__(self, blobs: BlobStore, scratch: Path, options: StageOptions) -> None:
        self._blobs = blobs
        self._scratch = scratch
        self._options = options
        self._classify_options = options.classify.model_dump(mode="json")
        self._ocr_options = options.ocr.model_dump(mode="json")
        self._parser_options = options.parsing.model_dump(mode="json")
        self._light = Child(options.light, temp_dir=str(scratch))
        self._plugin_deaths = 0
        self._heavy: Child | None = None
        self._is_killed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the light child."""
        self._light.close()

    def kill(self) -> None:
        """End every child at once, for good; any thread may call it."""
        self._is_killed = True
        for child in (self._light, self._heavy):
            if child is not None:
                child.kill()

    def understand(self, receipt: Receipt, *, keep_alive: Callable[[], None]) -> Understood:
        """Read an item; ``keep_alive`` is called between its documents.

        In the triage phase pictures are not read: if there are any, the text alone is judged
        and the result says that it is deferred. An emergency is not: a person has it before
        any picture is read, and looks at the pictures.

        Raises:
            UnreadableItem, TransientFailure: the item's own fault.
            ToolMissing, ConfigError, StoreError: not the item's fault.
        """
        message, verdict, stored = self._read(receipt)
        pictures = [each for each in message.attachments if self._is_read(each, receipt)]
        if not pictures:
            return Understood(message=message, verdict=verdict, blobs=stored)
        if receipt.phase is Phase.TRIAGE and verdict.emergency:
            readings = Readings(unread={each.path: "emergency_first" for each in pictures})
            return Understood(message=message, readings=readings, verdict=verdict, blobs=stored)
        if receipt.phase is Phase.TRIAGE:
            return Understood(message=message, verdict=verdict, is_deferred=True)
        parts, defects = self._separate(receipt, pictures[0], keep_alive)
        if parts:
            blobs = (*stored, *(part.blob for part in parts))
            return Understood(message=message, verdict=verdict, blobs=blobs, parts=parts)
        message = message.model_copy(update={"defects": (*message.defects, *defects)})
        readings, made = self._recognise(receipt, message, verdict, pictures, keep_alive)
        message = with_header(message, readings.documents.values(), profile=receipt.profile)
        origin = origin_of(receipts.facts(receipt), message)
        texts = list_texts(message, readings.documents, channel=origin.channel)
        verdict = self.judge(texts, origin)
        return Understood(
            message=message,
            readings=readings,
            letter=self._read_letter(receipt, message, readings),
            verdict=verdict,
            blobs=(*stored, *made),
        )

    def _separate(
        self, receipt: Receipt, picture: Attachment, keep_alive: Callable[[], None]
    ) -> tuple[tuple[Part, ...], tuple[Defect, ...]]:
        """Return the letters of a batch, stored; none if it is one letter, or cannot be cut."""
        rule = batches.rule_of(receipt)
        if rule is None:
            return (), ()
        keep_alive()
        with self._heavy_child() as (child, scratch):
            out = scratch / "letters"
            payload = self._payload(picture) | {"rule": rule.model_dump(), "out": str(out)}
            try:
                answer = child.call(heavy_tasks.SEPARATE, payload)
            except UnreadableItem as error:
                return (), (Defect(code="batch_not_separated", detail=error.message),)
            with self._blobs.batch() as batch:
                parts = tuple(
                    Part(blob=batch.put(_file_chunks(out / str(number))), first=first, last=last)
                    for number, (first, last) in enumerate(answer["letters"], start=1)
                )
                batch.seal()
        return parts, ()

    def judge(self, documents: list[Document], origin: Origin) -> Verdict:
        """Return topic, urgency and language of the texts of an item from ``origin``."""
        answer = self._ask(
            light_tasks.JUDGE,
            {
                "documents": [document.model_dump(mode="json") for document in documents],
                "origin": origin.model_dump(mode="json"),
            },
        )
        return Verdict.model_validate(answer)

    def _ask(self, task: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Let the light child do a task that asks the classifiers.

        When the child dies and plugins of others were asked, it is done again without these: if
        they were to blame, it costs their opinion and not an attempt of the item.
        """
        options = self._classify_options
        try:
            return self._light.call(task, payload | {"options": options})
        except TransientFailure as death:
            names = [name for name in options["classifiers"] if name not in _OWN_CLASSIFIERS]
            if not names or death.code not in _FATAL or self._is_killed:
                raise
            own = [name for name in options["classifiers"] if name in _OWN_CLASSIFIERS]
            silent = dict.fromkeys(names, f"the child that asked it ended: {death.message}")
            without = options | {"classifiers": own, "silent": silent}
            answer = self._light.call(task, payload | {"options": without})
            self._plugin_deaths += 1
            if self._plugin_deaths >= _PLUGIN_DEATHS:
                self._classify_options = without
            return answer

    def _read_letter(
        self, receipt: Receipt, message: ParsedMessage, readings: Readings
    ) -> LetterFacts | None:
        """Return what the pages of a letter or fax say of themselves; None for other items."""
        if not _is_letter(receipt, message) or not readings.documents:
            return None
        answer = self._light.call(
            light_tasks.READ_LETTER,
            {
                "documents": {
                    path: document.model_dump(mode="json")
                    for path, document in readings.documents.items()
                },
                "options": self._options.letters.model_dump(mode="json"),
                "not_after": receipt.received_at and receipt.received_at.date().isoformat(),
            },
        )
        return LetterFacts.model_validate(answer)

    def _read(self, receipt: Receipt) -> tuple[ParsedMessage, Verdict, tuple[Blob, ...]]:
        """Parse an item, judge its text alone, and store its leaves."""
        assert receipt.sha256 is not None  # noqa: S101 - an item without bytes is quarantined
        out = self._scratch / uuid.uuid4().hex
        try:
            answer = self._ask(
                light_tasks.READ,
                {
                    "path": str(self._blobs.path(receipt.sha256)),
                    "item": receipts.facts(receipt).model_dump(mode="json"),
                    "out": str(out),
                    "parsing": self._parser_options,
                },
            )
            message = ParsedMessage.model_validate(answer["message"])
            verdict = Verdict.model_validate(answer["verdict"])
            return message, verdict, self._keep_leaves(message, out, answer["leaves"])
        finally:
            if out.exists():
                shutil.rmtree(out, ignore_errors=True)

    def _keep_leaves(
        self, message: ParsedMessage, out: Path, leaves: dict[str, str]
    ) -> tuple[Blob, ...]:
        """Store the bytes of the attachments; each must be what the parser said it is."""
        stored = []
        with self._blobs.batch() as batch:
            for attachment in message.attachments:
                if attachment.path not in leaves:
                    continue
                blob = batch.put(_file_chunks(out / Path(leaves[attachment.path]).name))
                if blob.sha256 != attachment.sha256:
                    raise TransientFailure(
                        f"{attachment.path} is not what was parsed.", code="leaf_changed"
                    )
                stored.append(blob)
            batch.seal()
        return tuple(stored)

    def _is_read(self, attachment: Attachment, receipt: Receipt) -> bool:
        if attachment.disposition != "stored" or not is_read(attachment.media_type):
            return False
        is_picture = is_picture_or_pdf(attachment.media_type)
        is_page = receipt.profile in ("fax", "scan") or not (attachment.inline and is_picture)
        return is_page or attachment.size_bytes >= _SMALL_INLINE_BYTES

    def _recognise(
        self,
        receipt: Receipt,
        message: ParsedMessage,
        verdict: Verdict,
        pictures: list[Attachment],
        keep_alive: Callable[[], None],
    ) -> tuple[Readings, list[Blob]]:
        """Read the pictures; return also the searchable PDFs that were made of them.

        ``verdict`` is that on the text alone. The text around a letter is a machine's: it says
        nothing of the letter's language.
        """
        is_letter = _is_letter(receipt, message)
        how = {"is_letter": is_letter, "came_with": None if is_letter else verdict.language}
        documents: dict[str, RecognisedDocument] = {}
        searchable: dict[str, Blob] = {}
        unread = {each.path: "too_many_documents" for each in pictures[_MAX_READ_DOCUMENTS:]}
        for attachment in pictures[:_MAX_READ_DOCUMENTS]:
            keep_alive()
            try:
                document, made = self._recognise_one(attachment, how)
                documents[attachment.path] = document
                if made:
                    searchable[attachment.path] = made
            except UnreadableItem as error:
                if receipt.profile == "scan":
                    raise
                unread[attachment.path] = error.code
            except TransientFailure as error:
                if receipt.failures + 1 < self._options.max_failures or receipt.profile == "scan":
                    raise
                unread[attachment.path] = error.code
        digests = {path: blob.sha256 for path, blob in searchable.items()}
        readings = Readings(documents=documents, unread=unread, searchable=digests)
        return readings, list(searchable.values())

    def _recognise_one(
        self, attachment: Attachment, how: dict[str, Any]
    ) -> tuple[RecognisedDocument, Blob | None]:
        with self._heavy_child() as (child, scratch):
            payload = self._payload(attachment) | how
            answer = child.call(heavy_tasks.RECOGNISE, payload)
            document = RecognisedDocument.model_validate(answer)
            made = None
            if self._options.ocr.searchable_pdf and any(page.words for page in document.pages):
                target = scratch / "searchable.pdf"
                document = write_searchable_pdf(child, payload, document, target)
                made = self._blobs.put(_file_chunks(target)) if target.exists() else None
        return document, made

    def _payload(self, attachment: Attachment) -> dict[str, Any]:
        return heavy_tasks.payload(
            self._blobs.path(attachment.sha256),
            attachment.media_type,
            ocr=self._ocr_options,
            parsing=self._parser_options,
        )

    @contextmanager
    def _heavy_child(self) -> Iterator[tuple[Child, Path]]:
        """Yield a child for one file, and the folder of its temporary files, which goes with it."""
        with (
            _scratch_folder(self._scratch) as scratch,
            Child(self._options.heavy, temp_dir=scratch) as self._heavy,
        ):
            if self._is_killed:
                self._heavy.kill()
            yield self._heavy, Path(scratch)


def _is_letter(receipt: Receipt, message: ParsedMessage) -> bool:
    """Return whether what the pages say is the citizen's letter, and not a file sent along."""
    return receipt.profile in ("fax", "scan") or message.device is not None


def _scratch_folder(parent: Path) -> tempfile.TemporaryDirectory[str]:
    with on_disk(parent):
        return tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True)


def _file_chunks(path: Path) -> Any:
    with on_disk(path), path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk
