"""The life of models: trained when enough was corrected, live only if better, and back again."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from intake.classifying.examples import LabelledText
from intake.classifying.model_folder import ModelFolder
from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import ConfigError, ItemError, SourceBusy, UsageError
from intake.pipeline import tasks
from intake.schemas.classifications import ClassifierOptions
from intake.schemas.events import Event
from intake.schemas.models import ModelRecord
from intake.store import journal, requests
from intake.store.database import Database
from intake.store.journal import Happening
from intake.store.leases import Lease

_log = logging.getLogger(__name__)
_LIMITS = Limits(timeout_s=900, memory_bytes=3 << 30)
_LEASE = "models"
_LEASE_S = 1200.0
"""Longer than a training may take."""
_TRIED = ("model.live", "model.kept", "model.not_trained")


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
        """Return what is known of each version, the oldest first.

        Raises:
            ConfigError: a record cannot be read.
        """
        return self._folder.records()

    def readable_records(self) -> tuple[list[ModelRecord], list[ConfigError]]:
        """Return what is known of each version, the oldest first, and why the records of others
        cannot be read."""
        return self._folder.readable_records()

    def current(self) -> str:
        """Return the version in use, or ``untrained``."""
        return self._folder.current()

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
        self._folder.use(version)
        self._note("model.chosen", {"version": version}, by=by)

    def train(
        self,
        examples: Sequence[LabelledText],
        *,
        by: str,
        progress: Callable[[int, int], None] | None = None,
    ) -> ModelRecord:
        """Train a version on examples; it goes live if it beats the one in use.

        A fifth of the texts is held out to measure on.

        Raises:
            SourceBusy: another process is training.
            UsageError: there are not two topics, or too few texts.
            ConfigError: the taxonomy cannot be used.
        """
        from intake.pipeline.contest import contest  # noqa: PLC0415 - scipy, where needed

        with Lease(self._database, _LEASE, lease_s=_LEASE_S):
            content, record = contest(
                examples, self._in_use(), self._options, at=self._now(), progress=progress
            )
            self._admit(content, record, {}, by=by)
        return record

    def refit(
        self, corrections: Callable[[], Sequence[LabelledText]], *, after: int, scratch: Path
    ) -> ModelRecord | None:
        """Train a version if topics were corrected ``after`` times since the last attempt.

        A child process does it, which gives way to all others. None: it is not time, another
        process is training, or it could not be trained, which is in the journal.

        Raises:
            StoreError: the disk or the database refused.
        """
        if not self._is_due(after):
            return None
        try:
            with Lease(self._database, _LEASE, lease_s=_LEASE_S):
                return self._refit(corrections(), scratch) if self._is_due(after) else None
        except SourceBusy:
            return None

    def _refit(self, examples: Sequence[LabelledText], scratch: Path) -> ModelRecord | None:
        counted = {"corrections": len(examples)}
        with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
            try:
                record = self._in_child(examples, Path(folder))
            except (ItemError, UsageError, ConfigError) as error:
                _log.warning("not trained: %s", error.message, extra={"action": "refit"})
                self._note("model.not_trained", counted | {"reason": error.message})
                return None
            self._admit(_model_in(Path(folder)).read_bytes(), record, counted)
        return record

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
        self, content: bytes, record: ModelRecord, facts: dict[str, Any], *, by: str = "intake"
    ) -> None:
        """Keep the version and, if it won, put it to use."""
        self._folder.add(content, record)
        if record.contest.is_won:
            self._folder.use(record.version)
        told = {"version": record.version, "reason": record.reason}
        told |= record.contest.model_dump(mode="json")
        self._note("model.live" if record.contest.is_won else "model.kept", told | facts, by=by)

    def _in_use(self) -> Path | None:
        return self._folder.current_path()

    def _is_due(self, after: int) -> bool:
        with self._database.read() as connection:
            there = requests.count_labelled(connection)
            if there < after:
                return False
            tried = journal.history(connection, journal.MODELS)
        learned = [event.data.get("corrections", 0) for event in tried if event.type in _TRIED]
        return there - max(learned, default=0) >= after

    def _note(self, what: str, data: dict[str, Any], *, by: str = "intake") -> None:
        happening = Happening(type=what, actor=by, data=data)
        with self._database.write() as connection:
            entry = journal.Entry(stream=journal.MODELS, happenings=(happening,))
            events = journal.append(connection, [entry], self._database.now(connection))
        self._observe(events)

    def _now(self) -> datetime:
        with self._database.read() as connection:
            return self._database.now(connection)


def _model_in(folder: Path) -> Path:
    return folder / "new.model"
