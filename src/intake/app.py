"""Intake: the one object callers hold. Loads plugins and puts the parts together."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from intake import plugins
from intake.classifying.decide import judge
from intake.classifying.examples import LabelledText
from intake.classifying.gate import choose_threshold
from intake.classifying.model_folder import ModelFolder
from intake.classifying.rules import KeywordClassifier
from intake.classifying.taxonomy import Taxonomy
from intake.config import Settings, SourceSettings, build_options
from intake.desk import Quarantine, Receipts, Requests
from intake.engines.children import Limits
from intake.errors import (
    ConfigError,
    IntakeError,
    SourceRefused,
    SourceUnavailable,
    StoreError,
    UnknownReference,
    UsageError,
)
from intake.interfaces import Connector, Engine, Observer
from intake.letters.facts import LetterOptions
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import try_engine, try_line_reader
from intake.pipeline.classifiers import open_classifiers
from intake.pipeline.models import Models
from intake.pipeline.ocr_engines import open_engine, open_line_reader
from intake.pipeline.one_file import read_file
from intake.pipeline.outcomes import Registrar
from intake.pipeline.parsers import open_parser
from intake.pipeline.receive import ReceiveOptions, Receiver, receive_one
from intake.pipeline.retry import RetryOptions
from intake.pipeline.runner import Runner, RunnerOptions, describe
from intake.pipeline.settle import FilingOptions
from intake.pipeline.stages import ClassifyOptions, OcrOptions, StageOptions, Stages
from intake.reporting import evaluation_page as evaluation_pages
from intake.schemas.base import Frozen
from intake.schemas.classifications import ClassifierOptions, Verdict
from intake.schemas.documents import Document, ParsedMessage, RecognisedDocument
from intake.schemas.evaluations import Report, Split
from intake.schemas.events import Event
from intake.schemas.models import ModelRecord
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts, RawItem, Receipt
from intake.schemas.reports import ProcessReport, RunReport, SourceReport
from intake.schemas.requests import Request, RequestDraft
from intake.store import receipts, requests, rests, schema
from intake.store.blobs import BlobStore
from intake.store.database import Database
from intake.store.leases import Lease

_log = logging.getLogger(__name__)
_LEFTOVER_S = 3600.0
_PLUGIN = "Report it to the author of the connector; the traceback is in the log."
if TYPE_CHECKING:
    from intake.classifying.linear_model import Manifest

_MEGABYTE = 1 << 20

Progress = Callable[[str, int, int | None], None]
"""Called with a label, how many are done, and how many there are if that is known."""


class CheckResult(Frozen):
    """One thing that ``intake check`` opened."""

    name: str
    ok: bool
    detail: str
    remedy: str | None = None
    exit_code: int = 0


class Intake:
    """Receives what citizens send and turns it into tracked requests.

    A context manager. One instance may be used by several threads.

    Raises:
        ConfigError: a setting cannot be used, or the database is of another version.
        StoreError: the database or the disk cannot be opened.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()
        self._database = Database(self.settings.database_url)
        self._blobs = BlobStore(self.settings.blob_dir)
        self._scratch = self.settings.data_dir / "scratch"
        self._registrar = Registrar(self._database, _filing_options(self.settings))
        self._observers = self._load_observers()
        self._is_ready = False

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
        """Close the connections to the database."""
        self._database.close()

    @property
    def requests(self) -> Requests:
        """The tracked requests: get, find, history, transition, correct, record_reply, export."""
        self._get_ready()
        taxonomy = Taxonomy.load(self.settings.classify.taxonomy)
        return Requests(self._database, self._blobs, self._observe, taxonomy)

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
        self._get_ready()
        files = ClassifierOptions(taxonomy=section.taxonomy, rules=section.rules)
        return Models(self._database, ModelFolder(section.model_dir), files, self._observe)

    @property
    def receipts(self) -> Receipts:
        """What came in: get, find, history."""
        self._get_ready()
        return Receipts(self._database)

    @property
    def quarantine(self) -> Quarantine:
        """What could not be read: find, get, history, retry, release."""
        self._get_ready()
        return Quarantine(self._database, self._registrar, self._observe)

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
        self._get_ready()
        reports = {
            name: (None if sources else self._resting(name, source))
            or self._poll_source(name, source, progress or _silent)
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
        self._get_ready()
        waiting = self._waiting()
        told = progress or _silent
        runner = Runner(
            self._database,
            self._blobs,
            self._scratch,
            _runner_options(self.settings, workers, self._stage_options()),
            observe=self._observe,
            progress=lambda done: told("process", done, waiting),
        )
        engine: Engine = plugins.load("engines", "local")()
        runner.run(engine)
        processed = ProcessReport(**vars(runner.tally))
        return RunReport(processed=processed, waiting=self._waiting(), trained=self._refit())

    def _refit(self) -> ModelRecord | None:
        """Train a new model when it is time; what goes wrong then spoils no run."""
        section = self.settings.classify
        if section.model_dir is None or not section.refit_after:
            return None
        try:
            return self.models.refit(
                self.requests.corrections, after=section.refit_after, scratch=self._scratch
            )
        except IntakeError as error:
            _log.warning("not trained: %s", error.message, extra={"action": "refit"})
            return None

    def receive(self, item: RawItem) -> Receipt:
        """Take one item that another program pushes; the same source and key are taken once.

        When this returns, the item is durable.

        Raises:
            UsageError: no parser has the item's profile, or its key was used for other bytes.
            StoreError: the item is not ours; push it again.
        """
        _check_profile(item.profile)
        self._get_ready()
        receipt, events = receive_one(self._database, self._blobs, item)
        self._observe(events)
        return receipt

    def submit(self, draft: RequestDraft) -> Request:
        """File a request that a front end made: a phone note, a form, a visit to the counter.

        Topic, urgency and language are found where the draft leaves them open. The same
        ``submission_key`` gives the same request.

        Raises:
            StoreError: nothing was filed; submit it again.
        """
        self._get_ready()
        verdict = self._judge(draft)
        request, events = self._registrar.submit(_completed(draft, verdict), verdict)
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
        self._get_ready()
        with self._database.read() as connection:
            counted: dict[str, Any] = dict(requests.counts(connection))
            counted["waiting"] = receipts.waiting(connection)
        return counted

    def check(self) -> list[CheckResult]:
        """Open everything that a run would open; change nothing."""
        checks: list[tuple[str, Callable[[], str]]] = [
            ("database", self._check_database),
            ("blobs", self._check_blobs),
            ("parsing", self._check_parsing),
            ("ocr", self._check_ocr),
            ("classify", self._check_classify),
        ]
        for name, source in self.settings.sources.items():
            if source.enabled:
                checks.append((f"sources.{name}", self._source_check(name, source)))
        return [_checked(name, run) for name, run in checks]

    def database_revision(self) -> tuple[str | None, str]:
        """Return the revision of the database (None: empty) and the newest there is."""
        return schema.current_revision(self._database), schema.newest_revision()

    def upgrade_database(self) -> tuple[str | None, str]:
        """Bring the database to the newest revision; return the one before and the one now."""
        before = schema.current_revision(self._database)
        schema.upgrade(self._database)
        return before, schema.newest_revision()

    def _get_ready(self) -> None:
        """Make an empty database and the folders usable; once."""
        if self._is_ready:
            return
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._prepare_schema()
            self._refuse_missing_blobs()
            self._blobs.create()
            self._sweep_leftovers()
        except OSError as error:
            raise StoreError(f"{self.settings.data_dir} cannot be used: {error}") from error
        self._is_ready = True

    def _refuse_missing_blobs(self) -> None:
        """Stop where the bytes of receipts should be and are not, such as on an unmounted disk."""
        if self._blobs.root.is_dir():
            return
        with self._database.read() as connection:
            if receipts.find(connection, limit=1):
                raise StoreError(
                    f"{self._blobs.root} is not there, and the database has receipts.",
                    remedy="Mount the disk, correct blobs.path, or restore the folder.",
                )

    def _prepare_schema(self) -> None:
        current, newest = self.database_revision()
        if current == newest and schema.has_views(self._database):
            return
        if current not in (None, newest):
            raise ConfigError(
                f"The database is at revision {current}; this intake needs {newest}.",
                remedy="Back it up, then run `intake db upgrade`.",
            )
        try:
            schema.upgrade(self._database)
        except StoreError:
            if schema.current_revision(self._database) != newest:
                raise  # else another process made the tables at the same moment

    def _sweep_leftovers(self) -> None:
        """Remove what killed runs left in the scratch and spool folders."""
        now = time.time()
        self._blobs.clean_spool(older_than_s=_LEFTOVER_S, now=now)
        for left in self._scratch.iterdir():
            try:
                is_old = now - left.stat().st_mtime > _LEFTOVER_S
            except FileNotFoundError:  # another run was quicker
                continue
            if is_old and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif is_old:
                left.unlink(missing_ok=True)

    def _resting(self, name: str, source: SourceSettings) -> SourceReport | None:
        """Return the report of a source that is left alone now, None if it is not."""
        with self._database.read() as connection:
            rest = rests.current(connection, name)
            now = self._database.now(connection)
        if rest is None or rest.until <= now or rest.settings != source.digest():
            return None
        error = SourceUnavailable(
            f"{name} rests until {rest.until:%H:%M:%S}Z: {rest.reason}",
            remedy=f"When it is mended, run `intake poll {name}`: it is tried at once.",
        )
        return SourceReport(problem=describe(error))

    def _remember(self, name: str, source: SourceSettings, error: IntakeError | None) -> None:
        """Let a source rest that refused us or asked us to slow down; forget it when it did not."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            digest = source.digest()
            if isinstance(error, SourceRefused):
                rests.after_refusal(connection, name, error.message, now, settings=digest)
            elif isinstance(error, SourceUnavailable) and (pause_s := error.retry_after_s):
                rests.slow_down(
                    connection, name, error.message, now, settings=digest, for_s=pause_s
                )
            elif error is None:
                rests.end(connection, name)

    def _poll_source(self, name: str, source: SourceSettings, progress: Progress) -> SourceReport:
        options = self.settings.receive
        lease = Lease(self._database, f"source:{name}", lease_s=options.lease_s)
        receiver = Receiver(
            self._database,
            self._blobs,
            _receive_options(self.settings),
            source=name,
            profile=source.profile,
            lease=lease,
            observe=self._observe,
            progress=lambda done: progress(f"receive {name}", done, None),
        )
        problem = None
        try:
            with lease, _connector(name, source) as connector:
                receiver.drain(connector)
            self._remember(name, source, None)
        except StoreError:
            raise
        except IntakeError as error:
            problem = describe(error)
            # A source that gives its items but will not be told of them gives them again.
            self._remember(name, source, None if error is receiver.not_acknowledged else error)
            _log.warning("source failed", extra={"action": "poll", "source": name})
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything: the others go on
            problem = describe(IntakeError(f"The connector failed: {error!r}", remedy=_PLUGIN))
            _log.exception("connector failed", extra={"action": "poll", "source": name})
        return SourceReport(**vars(receiver.tally), problem=problem)

    def _chosen(self, names: Sequence[str]) -> Mapping[str, SourceSettings]:
        known = self.settings.sources
        for name in names:
            if name not in known:
                raise _unknown_source(name, known)
        if names:
            return {name: known[name] for name in names}
        return {name: source for name, source in known.items() if source.enabled}

    def _waiting(self) -> int:
        with self._database.read() as connection:
            return receipts.waiting(connection)

    def _judge(self, draft: RequestDraft) -> Verdict:
        documents = [
            Document(origin="subject", text=draft.subject or "", channel=draft.channel),
            Document(origin="body", text=draft.text, channel=draft.channel),
        ]
        options = self._stage_options()
        with Stages(self._blobs, self._scratch, options) as stages:
            return stages.judge([each for each in documents if each.text.strip()])

    def _stage_options(self) -> StageOptions:
        """Return the settings' options; the threshold is the rolling one where it is wanted."""
        options, precision = stage_options(self.settings), self.settings.classify.precision
        if precision is None:
            return options
        threshold = choose_threshold(self.requests.outcomes(), precision=precision)
        classify = options.classify.model_copy(update={"threshold": threshold})
        return options.model_copy(update={"classify": classify})

    def _load_observers(self) -> list[Observer]:
        return [plugins.load("observers", name)() for name in self.settings.observers]

    def _observe(self, events: Iterable[Event]) -> None:
        for event in events:
            for observer in self._observers:
                _notify(observer, event)

    def _check_database(self) -> str:
        version = self._database.check()
        current, newest = self.database_revision()
        if current not in (None, newest):
            raise ConfigError(
                f"{version}, revision {current} instead of {newest}.",
                remedy="Back it up, then run `intake db upgrade`.",
            )
        state = "empty: made at the first run" if current is None else f"revision {current}"
        return f"{version}, {state}"

    def _check_blobs(self) -> str:
        place = self._blobs.root
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        return f"{self._blobs.root}, {free // (1 << 30)} GiB free"

    def _check_parsing(self) -> str:
        profiles = plugins.names("parsers")
        for profile in profiles:
            open_parser(profile, parser_options(self.settings))
        return ", ".join(profiles)

    def _check_ocr(self) -> str:
        settings = self.settings.ocr
        engine = open_engine(settings.engine, settings.second_engine)
        try_engine(engine, settings.languages)
        if settings.second_engine:
            try_line_reader(open_line_reader(settings.second_engine), settings.languages)
        return f"{engine.name} {engine.version()}, {'+'.join(settings.languages)}"

    def _check_classify(self) -> str:
        settings = self.settings.classify
        files = ClassifierOptions(taxonomy=settings.taxonomy, rules=settings.rules)
        opened = open_classifiers(settings.classifiers, model_in_use(self.settings), files)
        taxonomy = Taxonomy.load(settings.taxonomy)
        return f"{', '.join(each.name for each in opened)}; {len(taxonomy)} topics"

    def _source_check(self, name: str, source: SourceSettings) -> Callable[[], str]:
        def run() -> str:
            with _connector(name, source) as connector:
                connector.check()
            return f"{source.kind}: open"

        return run


def parse_message(
    raw: bytes,
    profile: str = "mail",
    *,
    file_name: str | None = None,
    options: ParserOptions | None = None,
) -> ParsedMessage:
    """Return what a message says. Pure: nothing is stored.

    ``profile`` names the parser: ``mail``, ``pec``, ``fax``, ``scan``, ``form`` or ``phone``.
    ``options`` are the operator's files: passwords to try, rules for fax gateways, certificates.

    Raises:
        UnreadableItem: there is nothing to read.
        ConfigError: no parser has this profile, or a file of ``options`` cannot be used.
    """
    item = ItemFacts(profile=profile, file_name=file_name, size_bytes=len(raw))
    parser = open_parser(profile, options or ParserOptions())
    return parser.parse(BytesIO(raw), item).message


def recognise(
    data: bytes,
    media_type: str | None = None,
    languages: Sequence[str] | None = None,
    *,
    options: StageOptions | None = None,
    searchable_pdf: Path | None = None,
    debug_html: Path | None = None,
) -> RecognisedDocument:
    """Return the text of a picture or PDF, page by page; a child process opens it.

    ``languages`` are named as Tesseract's; None means those of ``options``, which are Italian and
    English unless told otherwise. On request a PDF is written in which the words can be searched
    and copied, and a page (HTML in one file) that shows how each word was read.

    Raises:
        UnreadableItem: no page can be read.
        TransientFailure: the child crashed, hung or ran out of memory.
        ToolMissing: Tesseract or a language is not installed.
        UsageError: a file is wanted in a folder that is not there.
    """
    options = options or StageOptions()
    ocr = options.ocr
    if languages is not None:
        ocr = ocr.model_copy(update={"languages": tuple(languages)})
    return read_file(
        data,
        media_type,
        limits=options.heavy,
        ocr=ocr,
        parsing=options.parsing,
        searchable_pdf=searchable_pdf,
        debug_html=debug_html,
    )


def classify(text: str, subject: str = "", *, options: ClassifyOptions | None = None) -> Verdict:
    """Return topic, urgency and language of a text; None means by the rules that intake brings."""
    options = options or ClassifyOptions()
    return judge(
        [Document(origin="subject", text=subject), Document(origin="body", text=text)],
        classifiers=open_classifiers(
            options.classifiers,
            options.model,
            ClassifierOptions(taxonomy=options.taxonomy, rules=options.rules),
            timeout_s=options.timeout_s,
        ),
        taxonomy=Taxonomy.load(options.taxonomy),
        threshold=options.threshold,
        languages=options.languages,
    )


def train_model(
    examples: Sequence[LabelledText],
    out: Path,
    *,
    taxonomy: Path | None = None,
    rules: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Train a model on labelled texts, write it to ``out`` and return its manifest.

    What the topics of ``taxonomy`` say of themselves, and the keyword ``rules``, count as far as
    they help (None: ours). ``out`` is replaced at once or not at all.

    Raises:
        UsageError: there are not two topics.
        ConfigError: the taxonomy cannot be used.
    """
    from intake.pipeline.learning import learn  # noqa: PLC0415 - scipy, where needed

    model = learn(examples, ClassifierOptions(taxonomy=taxonomy, rules=rules), progress=progress)
    unfinished = out.with_name(f"{out.name}.new")
    unfinished.write_bytes(model.to_bytes())
    unfinished.replace(out)
    return model.manifest


def evaluate_model(
    examples: Sequence[LabelledText],
    *,
    options: ClassifyOptions | None = None,
    split: Split | str = Split.TIME,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return how a model of some labelled texts does on the others, beside other ways to choose.

    ``options`` name the threshold, and the model in use if there is one. ``split`` is ``time``
    (the latest are held out), ``random`` or ``event`` (one at a time is left out).

    Raises:
        UsageError: there are too few texts, or they cannot be parted so.
        ConfigError: the model in use cannot be read.
    """
    from intake.classifying.evaluation import evaluate  # noqa: PLC0415 - numpy, where needed
    from intake.classifying.rivals import ByClassifier  # noqa: PLC0415 - as above
    from intake.pipeline.learning import learn  # noqa: PLC0415 - scipy, where needed

    options = options or ClassifyOptions()
    files = ClassifierOptions(taxonomy=options.taxonomy, rules=options.rules)
    rivals = [ByClassifier("keyword rules", KeywordClassifier.configured(files))]
    if options.model is not None:
        (in_use,) = open_classifiers((), options.model, files)
        rivals.append(ByClassifier("model in use", in_use, may_have_learned=True))
    return evaluate(
        examples,
        threshold=options.threshold,
        split=Split(split),
        learn=lambda learned, tell: learn(learned, files, progress=tell),
        rivals=rivals,
        progress=progress,
    )


def evaluation_page(report: Report, language: str = "en", *, taxonomy: Path | None = None) -> str:
    """Return ``report`` as one HTML page that needs no network, in English or Italian (``it``).

    Raises:
        UsageError: there is no page in this language.
        ConfigError: the taxonomy, which names the topics, cannot be used.
    """
    if language not in evaluation_pages.LANGUAGES:
        raise UsageError(
            f"There is no page in {language[:20]!r}.",
            remedy=f"Use one of: {', '.join(evaluation_pages.LANGUAGES)}.",
        )
    labels = {topic.id: getattr(topic.label, language) for topic in Taxonomy.load(taxonomy).topics}
    return evaluation_pages.draw(report, language=language, labels=labels)


def _check_profile(profile: str) -> None:
    try:
        plugins.load("parsers", profile)
    except ConfigError as error:
        raise UsageError(f"The profile {profile!r} cannot be read: {error.message}") from error


@contextmanager
def _connector(name: str, source: SourceSettings) -> Iterator[Connector]:
    connector_class, options = build_options(name, source)
    if source.profile is not None:
        plugins.load("parsers", source.profile)
    connector: Connector = connector_class(name, options)
    with connector:
        yield connector


def _checked(name: str, run: Callable[[], str]) -> CheckResult:
    try:
        return CheckResult(name=name, ok=True, detail=run())
    except IntakeError as error:
        return CheckResult(
            name=name,
            ok=False,
            detail=error.message,
            remedy=error.remedy,
            exit_code=error.exit_code,
        )


def _notify(observer: Observer, event: Event) -> None:
    try:
        observer.notify(event)
    except Exception:  # noqa: BLE001 - an observer's fault must not undo what is committed
        _log.exception("observer failed", extra={"action": "observe", "observer": observer.name})


def _completed(draft: RequestDraft, verdict: Verdict) -> RequestDraft:
    """Fill what the front end left open; what a person said stays."""
    changes: dict[str, Any] = {}
    if draft.topic is None and verdict.topic is not None:
        changes |= {
            "topic": verdict.topic,
            "topic_confidence": verdict.confidence,
            "topic_by": verdict.topic_by,
        }
    if draft.language is None:
        changes["language"] = verdict.language
    if verdict.emergency:
        reasons = (*draft.review_reasons, "emergency")
        changes |= {
            "urgency": verdict.urgency,
            "needs_review": True,
            "review_reasons": tuple(dict.fromkeys(reasons)),
        }
    return draft.model_copy(update=changes)


def _unknown_source(name: str, known: Iterable[str]) -> UnknownReference:
    names = ", ".join(sorted(known)) or "none is configured"
    return UnknownReference(f"No source is named {name!r}; there are: {names}.")


def _silent(_label: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


def parser_options(settings: Settings) -> ParserOptions:
    """Return the files that the settings name for the parsers."""
    return ParserOptions.model_validate(settings.parsing.model_dump())


def _receive_options(settings: Settings) -> ReceiveOptions:
    receive = settings.receive
    return ReceiveOptions(
        group_items=receive.group_items,
        group_bytes=receive.group_bytes,
        poll_limit=receive.poll_limit,
        full_scan_s=receive.full_scan_hours * 3600,
        max_failures=settings.processing.max_failures,
    )


def _filing_options(settings: Settings) -> FilingOptions:
    return FilingOptions(
        prefix=settings.requests.prefix,
        timezone=settings.requests.timezone,
        audit_share=0.0 if settings.classify.precision is None else settings.classify.audit_share,
        links_identical=settings.requests.identical == "link",
        own_addresses=frozenset(each.casefold() for each in settings.requests.own_addresses),
    )


def _runner_options(settings: Settings, workers: int | None, stages: StageOptions) -> RunnerOptions:
    processing = settings.processing
    return RunnerOptions(
        workers=workers or processing.worker_count,
        lease_s=processing.lease_s,
        stages=stages,
        filing=_filing_options(settings),
        retry=RetryOptions(max_failures=processing.max_failures, delay_s=processing.retry_delay_s),
    )


def classify_options(settings: Settings) -> ClassifyOptions:
    """Return how ``settings`` want topics to be found, for ``classify``."""
    section = settings.classify
    return ClassifyOptions(
        classifiers=section.classifiers,
        timeout_s=section.timeout_s,
        model=model_in_use(settings),
        taxonomy=section.taxonomy,
        rules=section.rules,
        threshold=section.threshold,
        languages=section.languages,
    )


def model_in_use(settings: Settings) -> Path | None:
    """Return the file of the model that ``settings`` lead to; None for none.

    Raises:
        ConfigError: the model that the folder names is not there.
    """
    section = settings.classify
    return section.model or (section.model_dir and ModelFolder(section.model_dir).current_path())


def stage_options(settings: Settings) -> StageOptions:
    """Return how ``settings`` want items to be read, for ``recognise``."""
    processing, ocr = settings.processing, settings.ocr
    return StageOptions(
        light=Limits(
            timeout_s=processing.light_timeout_s,
            memory_bytes=processing.light_memory_mb * _MEGABYTE,
        ),
        heavy=Limits(
            timeout_s=processing.heavy_timeout_s,
            memory_bytes=processing.heavy_memory_mb * _MEGABYTE,
            cpu_s=int(processing.heavy_timeout_s) * 2,
        ),
        parsing=parser_options(settings),
        ocr=OcrOptions(
            engine=ocr.engine,
            second_engine=ocr.second_engine,
            languages=ocr.languages,
            searchable_pdf=ocr.searchable_pdf,
            limits=PageLimits(
                max_pages=ocr.max_pages,
                max_pixels=ocr.max_pixels,
                page_timeout_s=ocr.page_timeout_s,
                dpi=ocr.dpi,
                review_below=ocr.review_below,
            ),
        ),
        classify=classify_options(settings),
        letters=LetterOptions(
            prefix=settings.requests.prefix,
            own_names=settings.requests.own_names,
            own_addresses=settings.requests.own_addresses,
        ),
        max_failures=processing.max_failures,
    )
