"""The stages: parse -> recognise -> classify. Values in, values out; the runner commits.

Mail and text are read by one long-lived child that takes one item at a time; pictures and PDFs
by others, see ``pictures.py``. Nothing here touches the database.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.errors import TransientFailure
from intake.filing.heard import unheard
from intake.filing.readings import Readings
from intake.pipeline import tasks
from intake.pipeline.batches import Part
from intake.pipeline.pages.fax_facts import with_header
from intake.pipeline.pages.pictures import (
    LATER,
    PictureReader,
    how_to_read,
    is_letter,
    list_pictures,
)
from intake.pipeline.stage_options import StageOptions
from intake.pipeline.texts.asking import Asker, doubted, is_hang, is_too_much
from intake.pipeline.texts.item_texts import list_texts, origin_of
from intake.pipeline.texts.leaves import keep_leaves
from intake.pipeline.texts.letter_facts import read_letter
from intake.schemas.base import Frozen
from intake.schemas.classifications import Fault, Origin, Verdict
from intake.schemas.documents import Document, ParsedMessage
from intake.schemas.letters import LetterFacts
from intake.schemas.receipts import Phase, Receipt
from intake.store import receipts
from intake.store.blobs import Blob, BlobStore

_log = logging.getLogger(__name__)
_QUOTED = "quoted"


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

    def __init__(
        self, blobs: BlobStore, scratch: Path, options: StageOptions, servers: ForkServers
    ) -> None:
        self._blobs = blobs
        self._scratch = scratch
        self._options = options
        self._parser_options = options.parsing.model_dump(mode="json")
        self._light = Child(
            servers, options.light, temp_dir=str(scratch), preload=tasks.LOAD_FOR_TEXTS
        )
        self._pictures = PictureReader(blobs, scratch, options, servers)
        self._asker = Asker(self._light, options.light, options.classify)
        self._faults: set[Fault] = set()

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
        self._light.kill()
        self._pictures.kill()

    def understand(
        self,
        receipt: Receipt,
        *,
        keep_alive: Callable[[], None],
        heard: Callable[[ParsedMessage], Sequence[str]] = lambda _message: (),
    ) -> Understood:
        """Read an item; ``keep_alive`` is called between its documents.

        An answer in a thread of ours quotes what was judged when it came, which ``heard`` returns:
        what stands there is no alarm again, and all else that is quoted is heard.

        In the triage phase pictures are not read: if there are any, the text alone is judged
        and the result says that it is deferred. An emergency is not: a person has it before
        any picture is read, and looks at the pictures. Nor is one tried again because of a picture.
        Nothing is tried again that hung, but a text of which not even the beginning could be read.

        Raises:
            OutOfTurn: others wait, and its text takes too long for that.
            UnreadableItem, TransientFailure: the item's own fault.
            ToolMissing, ConfigError, StoreError: not the item's fault.
        """
        is_last = receipt.failures + 1 >= self._options.max_failures
        message, files, verdict, stored = self._read(receipt, is_last=is_last)
        verdict = self._heard_once(verdict, receipt, message, files, heard)
        pictures = [
            each
            for each in list_pictures(message, receipt.profile)
            if each.path not in files.documents
        ]
        if not pictures:
            return Understood(message=message, readings=files, verdict=verdict, blobs=stored)
        if verdict.emergency:  # in whichever phase: rules and models may have changed since triage
            later = Readings(unread=dict.fromkeys((each.path for each in pictures), LATER))
            readings = files.joined(later)
            return Understood(message=message, readings=readings, verdict=verdict, blobs=stored)
        if receipt.phase is Phase.TRIAGE:
            return Understood(message=message, verdict=verdict, is_deferred=True)
        allowance = self._pictures.allow(pictures)
        parts, defects = self._pictures.separate(receipt, pictures[0], allowance, keep_alive)
        if parts:
            blobs = (*stored, *(part.blob for part in parts))
            return Understood(message=message, verdict=verdict, blobs=blobs, parts=parts)
        message = message.model_copy(update={"defects": (*message.defects, *defects)})
        how = how_to_read(receipt, message, verdict)
        read = self._pictures.recognise(receipt, pictures, how, allowance, keep_alive)
        if read.again is not None and not read.readings.documents:
            raise read.again
        is_last = is_last or read.is_settled
        message = with_header(message, read.readings.documents.values(), profile=receipt.profile)
        readings = read.readings.joined(files)
        origin = origin_of(receipts.facts(receipt), message)
        texts = list_texts(message, readings.documents, channel=origin.channel)
        verdict = self._judge_pages(texts, origin, verdict, is_last=is_last)
        verdict = self._heard_once(verdict, receipt, message, readings, heard)
        if read.again is not None and not verdict.emergency:
            raise read.again
        is_filed_now = verdict.emergency or is_last
        letter = None
        if is_letter(receipt, message) and readings.documents:
            options = self._options.letters
            letter, lacks = read_letter(
                self._light, receipt, readings, options, may_lack=is_filed_now
            )
            message = message.model_copy(update={"defects": (*message.defects, *lacks)})
        return Understood(
            message=message,
            readings=readings,
            letter=letter,
            verdict=verdict,
            blobs=(*stored, *read.made),
        )

    def judge(self, documents: list[Document], origin: Origin, *, is_last: bool = True) -> Verdict:
        """Return topic, urgency and language of the texts of an item from ``origin``.

        Where they are too much, danger alone is looked for in subject, body and pages; what is no
        emergency there fails, unless it ``is_last``: nobody tries the item again.
        """
        payload = tasks.judging(documents, origin)
        return self._verdict(self._asker.ask(tasks.JUDGE, payload, is_last=is_last))

    def _judge_pages(
        self, texts: list[Document], origin: Origin, before: Verdict, *, is_last: bool
    ) -> Verdict:
        """Return the verdict on an item whose pages were read; ``before`` is that on its text.

        Where its beginning is too much as well, and it is not tried again, a person must look.
        """
        try:
            return self.judge(texts, origin, is_last=is_last)
        except TransientFailure as failure:
            is_final = is_last or is_hang(failure)
            if not (is_final and is_too_much(failure, self._light)):
                raise
            _log.error("not judged", extra={"action": "classify", "code": failure.code})
            return doubted(before)

    def _verdict(self, answer: dict[str, Any]) -> Verdict:
        """Return a verdict; what it was found without is logged, once."""
        verdict = Verdict.model_validate(answer)
        for fault in verdict.faults:
            if fault not in self._faults:
                _log.error("judged without it: %s", fault.message, extra={"action": "classify"})
        self._faults.update(verdict.faults)
        return verdict

    def _heard_once(
        self,
        verdict: Verdict,
        receipt: Receipt,
        message: ParsedMessage,
        readings: Readings,
        heard: Callable[[ParsedMessage], Sequence[str]],
    ) -> Verdict:
        """Return the verdict; if quoted text alarmed, without what was heard of it before.

        The alarm stays where nobody can tell.
        """
        if not any(each.where == _QUOTED for each in verdict.evidence):
            return verdict
        known = heard(message)
        if not known:
            return verdict
        origin = origin_of(receipts.facts(receipt), message)
        texts = [
            each.model_copy(update={"text": unheard(each.text, known)})
            if each.origin == _QUOTED
            else each
            for each in list_texts(message, readings.documents, channel=origin.channel)
        ]
        payload = tasks.judging([each for each in texts if each.text], origin)
        try:
            return self._verdict(self._asker.ask_of_all(tasks.JUDGE, payload, receipt))
        except TransientFailure as failure:
            if not is_too_much(failure, self._light):
                raise
            return verdict

    def _read(
        self, receipt: Receipt, *, is_last: bool
    ) -> tuple[ParsedMessage, Readings, Verdict, tuple[Blob, ...]]:
        """Parse an item, read its text files, judge its text alone, and store its leaves."""
        assert receipt.sha256 is not None  # noqa: S101 - an item without bytes is quarantined
        out = self._scratch / uuid.uuid4().hex
        try:
            answer = self._asker.ask(
                tasks.READ,
                {
                    "path": str(self._blobs.path(receipt.sha256)),
                    "item": receipts.facts(receipt).model_dump(mode="json"),
                    "out": str(out),
                    "parsing": self._parser_options,
                },
                is_last=is_last,
                receipt=receipt,
            )
            message = ParsedMessage.model_validate(answer["message"])
            verdict = self._verdict(answer["verdict"])
            files = Readings.model_validate(answer["files"])
            return message, files, verdict, keep_leaves(self._blobs, message, out, answer["leaves"])
        finally:
            if out.exists():
                shutil.rmtree(out, ignore_errors=True)
