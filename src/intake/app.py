"""``Intake``, the one object callers hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from intake import plugins
from intake.classifying.models.model_folder import ModelFolder
from intake.classifying.topics.taxonomy import Taxonomy
from intake.config import Settings, SourceSettings
from intake.desk.quarantine import Quarantine
from intake.desk.receipts import Receipts
from intake.desk.requests import Requests
from intake.desk.thresholds import RollingThresholds
from intake.errors import ConfigError, IntakeError, UnknownReference, UsageError
from intake.interfaces import Engine
from intake.options import classifier_options, filing_options, runner_options, stage_options
from intake.pipeline import submissions, topics
from intake.pipeline.faults import what_is_wrong
from intake.pipeline.learning.models import Models, put_to_use
from intake.pipeline.observers import open_observers
from intake.pipeline.receive import receive_one
from intake.pipeline.runner import Runner
from intake.pipeline.settling.outcomes import Registrar
from intake.pipeline.settling.problems import beside, describe, describe_faults, what_waits
from intake.pipeline.stage_options import ClassifyOptions, StageOptions
from intake.pipeline.stages import Stages
from intake.polling import Poller, Progress
from intake.premises import Premises
from intake.schemas.classifications import Fault
from intake.schemas.events import Event
from intake.schemas.models import ModelRecord
from intake.schemas.receipts import RawItem, Receipt
from intake.schemas.reports import Problem, RunReport
from intake.schemas.requests import Request, RequestDraft
from intake.store import counts, receipts, schema
from intake.store.blobs import BlobStore
from intake.store.database import Database

if TYPE_CHECKING:
    from intake.checks import CheckResult


class Intake:
    """Receives what citizens send and turns it into tracked requests.

    A context manager. One instance may be used by several threads.

    Raises:
        ConfigError: a setting cannot be used, or the database is of another version.
        StoreError: the database or the disk cannot be opened.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()
        self._premises = Premises(
            Database(self.settings.database_url),
            BlobStore(self.settings.blob_dir),
            self.settings.data_dir / "scratch",
        )
        self._registrar = Registrar(self._premises.database, filing_options(self.settings))
        self._observers = open_observers(self.settings.observers)
        precision = self.settings.classify.precision
        self._rolling = (
            None if precision is None else RollingThresholds(self._premises.database, precision)
        )

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """Return an instance set up by a file; None is ./intake.toml or the environment alone."""
        return cls(Settings.load(path))

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
        """Wait for the observers, close the connections to the database and end the children."""
        try:
            self._observers.close()
        finally:
            self._premises.close()

    @property
    def requests(self) -> Requests:
        """The tracked requests: get, find, history, transition, correct, record_reply, export."""
        self._premises.get_ready()
        return self._requests(*self._taxonomy())

    @property
    def models(self) -> Models:
        """The folder of learned models: records, current, history, train, use.

        Raises:
            ConfigError: the settings name no folder.
        """
        section = self.settings.classify
        if section.model_dir is None:
            raise ConfigError(
                "No folder of models is named.",
                remedy='Write model_dir = "models" under [classify], instead of `model`.',
            )
        self._premises.get_ready()
        files = classifier_options(section)
        return Models(self._premises.database, ModelFolder(section.model_dir), files, self._observe)

    @property
    def receipts(self) -> Receipts:
        """What came in: get, find, history."""
        self._premises.get_ready()
        return Receipts(self._premises.database)

    @property
    def quarantine(self) -> Quarantine:
        """What could not be read: find, get, history, retry, release."""
        self._premises.get_ready()
        return Quarantine(self._premises.database, self._registrar, self._observe)

    def run(
        self,
        sources: Sequence[str] = (),
        *,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> RunReport:
        """Poll the sources (all that are enabled, if none is named), then process.

        Raises:
            StoreError: the run ended; nothing is lost.
            UsageError: no source has such a name.
        """
        polled = self.poll(sources, progress=progress)
        processed = self.process(workers=workers, progress=progress)
        return processed.model_copy(update={"sources": polled.sources})

    def poll(self, sources: Sequence[str] = (), *, progress: Progress | None = None) -> RunReport:
        """Receive from the sources; one that fails does not hinder the others.

        A source that refused us rests for a while, unless it is named.

        Raises:
            StoreError: the run ended; nothing is lost.
            UsageError: no source has such a name.
        """
        chosen = self._chosen(sources)
        self._premises.get_ready()
        poller = Poller(
            self.settings, self._premises, observe=self._observe, progress=progress or _silent
        )
        reports = {
            name: (None if sources else poller.resting(name, source)) or poller.poll(name, source)
            for name, source in chosen.items()
        }
        return RunReport(sources=reports, waiting=self._waiting())

    def process(self, *, workers: int | None = None, progress: Progress | None = None) -> RunReport:
        """Process everything that is received and due.

        Afterwards a new model is trained, if the settings name a folder of models and enough topics
        were corrected.

        Raises:
            StoreError: the run ended; nothing is lost.
        """
        self._premises.get_ready()
        taxonomy, fault = self._taxonomy()
        if fault is None:  # else the names of before stay
            topics.name_topics(self._premises.database, taxonomy)
        waiting = self._waiting()
        told, options = progress or _silent, self._stage_options()
        runner = Runner(
            self._premises.database,
            self._premises.blobs,
            self._premises.scratch,
            runner_options(self.settings, workers, options),
            self._premises.servers,
            observe=self._observe,
            progress=lambda done: told("process", done, waiting),
        )
        engine: Engine = plugins.load("engines", "local")()
        runner.run(engine)
        processed = runner.tally.report()
        problem = processed.problem or what_waits(self._premises.database)
        if not (problem or processed.filed):  # else an item that was judged would have told it
            problem = what_is_wrong(options.classify)
        if self._observers.faults:
            problem = beside(problem, describe_faults(self._observers.faults))
        processed = processed.model_copy(update={"problem": problem})
        trained, not_trained = self._refit()
        return RunReport(
            processed=processed, waiting=self._waiting(), trained=trained, not_trained=not_trained
        )

    def _refit(self) -> tuple[ModelRecord | None, Problem | None]:
        """Train a new model when it is time; what goes wrong then is told, and spoils no item."""
        section, scratch = self.settings.classify, self._premises.scratch
        if section.model_dir is None or not section.refit_after:
            return None, None
        try:
            corrections = self.requests.corrections
            return self.models.refit(corrections, after=section.refit_after, scratch=scratch), None
        except IntakeError as error:
            return None, describe(error)

    def receive(self, item: RawItem) -> Receipt:
        """Take one item that another program pushes; the same source and key are taken once.

        When this returns, the item is durable.

        Raises:
            UsageError: no parser has the item's profile, or its key was used for other bytes.
            StoreError: the item is not ours; push it again.
        """
        _check_profile(item.profile)
        self._premises.get_ready()
        receipt, events = receive_one(self._premises.database, self._premises.blobs, item)
        self._observe(events)
        return receipt

    def submit(self, draft: RequestDraft) -> Request:
        """File a request that a front end made: a phone note, a form, a visit to the counter.

        Topic, kind, urgency, language and due time are found where the draft leaves them open, and
        a person must look for the same reasons as at any other item; a topic that the draft gives
        needs no look if the taxonomy knows it. The same ``submission_key`` gives the same request.

        Raises:
            UnknownReference: there is no request that it could follow; nothing was filed.
            UsageError: no database can keep what the draft holds; nothing was filed.
            StoreError: nothing was filed; submit it again.
        """
        submissions.check(draft)
        here = self._premises
        here.get_ready()
        options = self._stage_options(for_one=True)
        with Stages(here.blobs, here.scratch, options, here.servers) as stages:
            verdict = submissions.judge(draft, stages)
        with here.database.read() as connection:
            now = here.database.now(connection)
        filled = submissions.completed(draft, verdict, self._taxonomy()[0], now)
        request, events = self._registrar.submit(filled, verdict)
        self._observe(events)
        return request

    def export(self, reference: str, directory: Path | str) -> list[Path]:
        """Write the original bytes and attachments of a request into a folder of its own.

        Raises:
            UnknownReference: there is no such request.
            StoreError: a blob is missing or altered, or the disk refused.
        """
        return self.requests.export(reference, Path(directory))

    def stats(self) -> dict[str, Any]:
        """Return how many requests, receipts and notices there are, by their main facts."""
        self._premises.get_ready()
        with self._premises.database.read() as connection:
            counted: dict[str, Any] = dict(counts.count(connection))
            counted["topic"] = topics.forward(counted["topic"], self._taxonomy()[0])
            counted["waiting"] = receipts.waiting(connection)
        return counted

    def classify_options(self) -> ClassifyOptions:
        """Return how the runs judge topics now, for ``intake.classify``: the thresholds are those
        that outcomes taught, where the settings want a precision.

        Raises:
            StoreError: the outcomes cannot be read.
        """
        return self._stage_options().classify

    def check(self) -> list[CheckResult]:
        """Open everything that a run would open; change nothing."""
        from intake.checks import check_all  # noqa: PLC0415 - loads engines and classifiers

        return check_all(self.settings, self._premises, self._observers.faults)

    def database_revision(self) -> tuple[str | None, str]:
        """Return the revision of the database (None: empty) and the newest there is."""
        return self._premises.database_revision()

    def upgrade_database(self) -> tuple[str | None, str]:
        """Bring the database to the newest revision; return the one before and the one now."""
        before = schema.current_revision(self._premises.database)
        schema.upgrade(self._premises.database)
        return before, schema.newest_revision()

    def _chosen(self, names: Sequence[str]) -> Mapping[str, SourceSettings]:
        known = self.settings.sources
        for name in names:
            if name not in known:
                raise _unknown_source(name, known)
        if names:
            return {name: known[name] for name in names}
        return {name: source for name, source in known.items() if source.enabled}

    def _waiting(self) -> int:
        with self._premises.database.read() as connection:
            return receipts.waiting(connection)

    def _stage_options(self, *, for_one: bool = False) -> StageOptions:
        """Return the settings' options; the thresholds are the rolling ones where wanted, for one
        text those of lately."""
        options = stage_options(self.settings, put_to_use(self._premises.database))
        if self._rolling is None:
            return options
        taxonomy, fault = self._taxonomy()
        follow = self._rolling.of_lately if for_one else self._rolling.learned
        thresholds = follow(self._requests(taxonomy, fault), taxonomy.version)
        changes = {"thresholds": thresholds, "lessens": False}
        classify = options.classify.model_copy(update=changes)
        return options.model_copy(update={"classify": classify})

    def _requests(self, taxonomy: Taxonomy, fault: Fault | None) -> Requests:
        here = self._premises
        return Requests(here.database, here.blobs, self._observe, taxonomy, fault)

    def _taxonomy(self) -> tuple[Taxonomy, Fault | None]:
        return Taxonomy.load_usable(self.settings.classify.taxonomy)

    def _observe(self, events: Iterable[Event]) -> None:
        self._observers.tell(events)


def _check_profile(profile: str) -> None:
    try:
        plugins.load("parsers", profile)
    except ConfigError as error:
        raise UsageError(f"The profile {profile!r} cannot be read: {error.message}") from error


def _unknown_source(name: str, known: Iterable[str]) -> UnknownReference:
    names = ", ".join(sorted(known)) or "none is configured"
    return UnknownReference(f"No source is named {name!r}; there are: {names}.")


def _silent(_label: str, _done: int, _total: int | None) -> None:
    """Show no progress."""
