"""What ``intake check`` opens: everything that a run would open, and nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from intake import plugins
from intake.classifying.models.model_folder import UNTRAINED
from intake.classifying.topics.rules import KeywordClassifier, check_topics
from intake.classifying.topics.taxonomy import Taxonomy
from intake.config import Settings, SourceSettings
from intake.errors import ConfigError, IntakeError, StoreError
from intake.interfaces import OcrEngine, Polyglot
from intake.ocr.recognise import try_engine, try_line_reader
from intake.options import classifier_options, model_in_use, parser_options, stage_options
from intake.pipeline.learning.models import put_to_use
from intake.pipeline.pages.ocr_engines import open_engine, open_line_reader
from intake.pipeline.settling.problems import together
from intake.pipeline.texts.asking import plugins_of
from intake.pipeline.texts.classifiers import open_classifiers
from intake.pipeline.texts.parsers import open_parser
from intake.pipeline.texts.trying import open_in_child
from intake.polling import open_connector
from intake.premises import Premises
from intake.schemas.base import Frozen
from intake.schemas.classifications import Fault

_Opened = TypeVar("_Opened")


class CheckResult(Frozen):
    """One thing that ``intake check`` opened."""

    name: str
    ok: bool
    detail: str
    remedy: str | None = None
    exit_code: int = 0


def check_all(
    settings: Settings, premises: Premises, of_observers: Sequence[Fault] = ()
) -> list[CheckResult]:
    """Return what came of each thing that was opened; ``of_observers``, which are open already."""
    return [_tried(name, run) for name, run in _checks(settings, premises, of_observers)]


def _checks(
    settings: Settings, premises: Premises, of_observers: Sequence[Fault]
) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "database", lambda: _database(premises)
    yield "blobs", lambda: _blobs(premises)
    yield "parsing", lambda: _parsing(settings)
    yield "ocr", lambda: _ocr(settings)
    yield "classify", lambda: _classify(settings, premises)
    if settings.observers:
        yield "observers", lambda: _observers(settings, of_observers)
    for name, source in settings.sources.items():
        if source.enabled:
            yield f"sources.{name}", _source_check(name, source)


def _tried(name: str, run: Callable[[], str]) -> CheckResult:
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


def _database(premises: Premises) -> str:
    version = premises.database.check()
    current, newest = premises.database_revision()
    if current not in (None, newest):
        raise ConfigError(
            f"{version}, revision {current} instead of {newest}.",
            remedy="Back it up, then run `intake db upgrade`.",
        )
    state = "empty: made at the first run" if current is None else f"revision {current}"
    return f"{version}, {state}"


def _blobs(premises: Premises) -> str:
    root = premises.blobs.root
    place = root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return f"{root}, {free // (1 << 30)} GiB free"


def _parsing(settings: Settings) -> str:
    profiles = plugins.names("parsers")
    for profile in profiles:
        open_parser(profile, parser_options(settings))
    return ", ".join(profiles)


def _ocr(settings: Settings) -> str:
    section = settings.ocr
    engine = open_engine(section.engine, section.second_engine)
    try_engine(engine, section.languages)
    if section.second_engine:
        try_line_reader(open_line_reader(section.second_engine), section.languages)
    languages = "+".join(section.languages) + _more_languages(engine, section.more_languages)
    return f"{engine.name} {engine.version()}, {languages}"


def _more_languages(engine: OcrEngine, wanted: Sequence[str]) -> str:
    """Say which more languages can be read, and which lack their data, which is no mistake."""
    installed = engine.installed_languages() if isinstance(engine, Polyglot) else frozenset[str]()
    if not installed:
        return ""
    found = [each for each in wanted if each in installed]
    missing = [each for each in wanted if each not in installed]
    return (f", where needed {', '.join(found)}" if found else "") + (
        f" (no data for {', '.join(missing)})" if missing else ""
    )


def _classify(settings: Settings, premises: Premises) -> str:
    section, files, all_of = settings.classify, classifier_options(settings.classify), _AllOf()
    others = plugins_of(section.classifiers)
    own = [name for name in section.classifiers if name not in others]
    taxonomy = all_of.tried(lambda: Taxonomy.load(section.taxonomy))
    if taxonomy is None:  # each of the others is opened without what is broken, to hear of all
        files = files.model_copy(update={"taxonomy": None})
    if all_of.tried(lambda: KeywordClassifier(section.rules)) is None:
        files = files.model_copy(update={"rules": None})
    model = all_of.tried(lambda: model_in_use(settings, _put_to_use(premises)))
    classifiers = all_of.tried(lambda: open_classifiers(own, model, files)) or []
    opened = [each.name for each in classifiers]
    limits = stage_options(settings).light
    for name in others:
        opener = partial(open_in_child, name, files, premises.servers, limits)
        opened.append(all_of.tried(opener) or name)
    rules = files.rules
    if rules is not None and taxonomy is not None:
        all_of.tried(lambda: check_topics(rules, taxonomy))
    all_of.tell()
    return f"{', '.join(opened)}; {len(taxonomy or ())} topics"


class _AllOf:
    """Collects what cannot be opened, so that all of it is told at once."""

    def __init__(self) -> None:
        self._errors: dict[str, IntakeError] = {}

    def tried(self, run: Callable[[], _Opened]) -> _Opened | None:
        """Return what was opened; None where it cannot be."""
        try:
            return run()
        except IntakeError as error:
            self._errors.setdefault(error.message, error)
            return None

    def tell(self) -> None:
        """Raise what was collected, if anything was."""
        errors = list(self._errors.values())
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise together(errors)


def _observers(settings: Settings, faults: Sequence[Fault]) -> str:
    if faults:
        raise together(faults)
    return ", ".join(settings.observers)


def _put_to_use(premises: Premises) -> str:
    """Return the model that was put to use last; a database that tells nothing knows of none."""
    try:
        current, newest = premises.database_revision()
        return put_to_use(premises.database) if current == newest else UNTRAINED
    except StoreError:  # its own check tells
        return UNTRAINED


def _source_check(name: str, source: SourceSettings) -> Callable[[], str]:
    def run() -> str:
        with open_connector(name, source) as connector:
            connector.check()
        return f"{source.kind}: open"

    return run
