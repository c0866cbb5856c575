"""The life of models: trained when enough was corrected, live only if better, and back again."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from intake.classifying.models.examples import LabelledText
from intake.classifying.models.model_folder import UNTRAINED, ModelFolder
from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import ConfigError, IntakeError, SourceBusy, UsageError
from intake.pipeline import tasks
from intake.pipeline.disk import on_disk
from intake.schemas.classifications import ClassifierOptions
from intake.schemas.events import Event
from intake.schemas.models import ModelRecord
from intake.store import journal, leases, opinions
from intake.store import models as stored_models
from intake.store.database import Database
from intake.store.journal import Happening
from intake.store.leases import Lease

_log = logging.getLogger(__name__)
_LIMITS = Limits(timeout_s=900, memory_bytes=3 << 30)
_LEASE = "models"
_IN_USE = "model in use"
_LEASE_S = 1200.0
"""Longer than a training may take."""
_REST_S = 6 * 3600.0
"""A training that failed, and not because of its texts, is tried again so much later."""


class Models:
    """The models of a folder. What happens to them is in the journal, stream ``models``."""

    def __init__(
        self,
        database: Database,
        folder: ModelFolder,
        options: ClassifierOptions,
        observe: Callable[[Sequence[Event]], None],
    ) -> None:
        self._database = database
        self._folder = folder
        self._options = options
        self._observe = observe

    def records(self) -> list[ModelRecord]:
        """Return what is known of each version, the oldest first, and why it was put to use or
        kept, by the journal.

        Raises:
            ConfigError: a record cannot be read.
        """
        return self._with_reasons(self._folder.records())

    def readable_records(self) -> tuple[list[ModelRecord], list[ConfigError]]:
        """Return what is known of each version, the oldest first, and why the records of others
        cannot be read."""
        records, faults = self._folder.readable_records()
        return self._with_reasons(records), faults

    def current(self) -> str:
        """Return the version in use, or ``untrained``.

        Raises:
            ConfigError: the folder does not have the version that was put to use.
        """
        return self._folder.current(put_to_use(self._database))

    def history(self) -> list[Event]:
        """Return what happened to the models, the oldest first."""
        with self._database.read() as connection:
            return journal.history(connection, journal.MODELS)

    def use(self, version: str, *, by: str) -> None:
        """Put a version to use, such as an earlier one; ``untrained`` is none.

        Raises:
            UsageError: the folder has no such version.
            StoreError: the disk refused; the former one is still in use.
        """
        with self._journal() as write:
            write("model.chosen", {"version": version}, by)

    def train(
        self,
        examples: Sequence[LabelledText],
        *,
        by: str,
        progress: Callable[[int, int], None] | None = None,
    ) -> ModelRecord:
        """Train a version on examples; it goes live if it beats the one in use, and no other was
        put to use meanwhile.

        A fifth of the texts is held out to measure on.

        Raises:
            SourceBusy: another process is training.
            UsageError: there are not two topics, or too few texts.
            ConfigError: the taxonomy cannot be used.
        """
        from intake.pipeline.learning.contest import contest  # noqa: PLC0415 - scipy, where needed

        with Lease(self._database, _LEASE, lease_s=_LEASE_S):
            counted, before = self._counted(), self._last_use()
            content, record = contest(
                examples, self._in_use(), self._options, at=self._now(), progress=progress
            )
            return self._admit(content, record, counted, before=before, by=by)

    def refit(
        self, corrections: Callable[[], Sequence[LabelledText]], *, after: int, scratch: Path
    ) -> ModelRecord | None:
        """Train a version if topics were chosen ``after`` times since the last attempt, be it
        this or ``train``; a topic that is changed again counts again.

        A child process does it, which gives way to all others. None: it is not time, another
        process is training, or the texts are too few, which is in the journal. What is raised is
        in the journal too, and not tried again for some hours.

        Raises:
            StoreError: the disk or the database refused.
            ConfigError: the taxonomy, the rules or the model in use cannot be used.
            TransientFailure: the child died, hung or ran out of memory.
        """
        if not self._is_due(after):
            return None
        try:
            with Lease(self._database, _LEASE, lease_s=_LEASE_S):
                return self._refit(corrections, scratch) if self._is_due(after) else None
        except SourceBusy:
            return None

    def _refit(
        self, corrections: Callable[[], Sequence[LabelledText]], scratch: Path
    ) -> ModelRecord | None:
        counted = self._counted()  # what is corrected from now on counts for the next time
        try:
            return self._train_at(scratch, corrections(), counted)
        except UsageError as error:
            _log.warning("not trained: %s", error.message, extra={"action": "refit"})
            self._note("model.not_trained", counted | {"reason": error.message})
            return None
        except IntakeError as error:
            told = {"reason": error.message, "again_after_s": _REST_S}
            self._note("model.not_trained", counted | told)
            raise

    def _train_at(
        self, scratch: Path, examples: Sequence[LabelledText], counted: dict[str, Any]
    ) -> ModelRecord:
        with (
            on_disk(scratch),
            tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder,
        ):
            before = self._last_use()
            record = self._in_child(examples, Path(folder))
            content = _model_in(Path(folder)).read_bytes()
            return self._admit(content, record, counted, before=before)

    def _in_child(self, examples: Sequence[LabelledText], folder: Path) -> ModelRecord:
        written = folder / "examples.jsonl"
        with written.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{each.model_dump_json()}\n" for each in examples)
        in_use = self._in_use()
        with (
            closing(ForkServers()) as servers,
            Child(servers, _LIMITS, temp_dir=str(folder)) as child,
        ):
            answer = child.call(
                tasks.TRAIN,
                {
                    "examples": str(written),
                    "out": str(_model_in(folder)),
                    "in_use": str(in_use) if in_use else None,
                    "options": self._options.model_dump(mode="json"),
                    "at": self._now().isoformat(),
                },
            )
        return ModelRecord.model_validate(answer)

    def _admit(
        self,
        content: bytes,
        record: ModelRecord,
        facts: dict[str, Any],
        *,
        before: Event | None,
        by: str = "intake",
    ) -> ModelRecord:
        """Keep the version and, if it won, put it to use, unless a person has put any to use since
        ``before``. Return its record, which says so; the one that is kept does not, since a person
        may choose the version later."""
        self._folder.add(content, record)
        with self._journal() as write:
            is_live = record.contest.is_won
            if is_live and self._last_use() != before:
                reason = f"{record.reason} Not put to use: another was, while it was trained."
                record, is_live = record.model_copy(update={"reason": reason}), False
            told = {"version": record.version, "reason": record.reason}
            told |= record.contest.model_dump(mode="json")
            write("model.live" if is_live else "model.kept", told | facts, by)
        return record

    def _last_use(self) -> Event | None:
        with self._database.read() as connection:
            return stored_models.last_use(connection)

    def _with_reasons(self, records: list[ModelRecord]) -> list[ModelRecord]:
        with self._database.read() as connection:
            told = stored_models.reasons(connection)
        return [
            each.model_copy(update={"reason": told.get(each.version, each.reason)})
            for each in records
        ]

    def _in_use(self) -> Path | None:
        return self._folder.current_path(put_to_use(self._database))

    def _is_due(self, after: int) -> bool:
        with self._database.read() as connection:
            there = opinions.count_choices(connection)
            last = stored_models.last_attempt(connection)
            now = self._database.now(connection)
        if last is not None and "again_after_s" in last.data:
            return now >= last.at + timedelta(seconds=last.data["again_after_s"])
        return there - (last.data["corrections"] if last else 0) >= after

    def _counted(self) -> dict[str, Any]:
        with self._database.read() as connection:
            return {"corrections": opinions.count_choices(connection)}

    def _note(self, what: str, data: dict[str, Any]) -> None:
        with self._journal() as write:
            write(what, data, "intake")

    @contextmanager
    def _journal(self) -> Iterator[Callable[[str, dict[str, Any], str], None]]:
        """Give what writes into the journal; meanwhile nobody else puts a model to use.

        A version that it puts to use is so in the folder at the end, and if the commit fails the
        former one is again.
        """
        events: list[Event] = []
        with ExitStack() as until_committed, self._database.write() as connection:
            leases.lock(connection, _IN_USE)

            def write(what: str, data: dict[str, Any], by: str) -> None:
                happened = (Happening(type=what, actor=by, data=data),)
                entry = journal.Entry(stream=journal.MODELS, happenings=happened)
                events.extend(journal.append(connection, [entry], self._database.now(connection)))

            yield write
            for event in events:
                if event.type in stored_models.PUT_TO_USE:
                    until_committed.enter_context(self._folder.using(event.data["version"]))
        self._observe(events)

    def _now(self) -> datetime:
        with self._database.read() as connection:
            return self._database.now(connection)


def put_to_use(database: Database) -> str:
    """Return the version that was put to use last, by the journal; ``untrained`` if none was."""
    with database.read() as connection:
        return stored_models.put_to_use(connection) or UNTRAINED


def _model_in(folder: Path) -> Path:
    return folder / "new.model"
