"""Classifiers by their names, and the learned one by its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake import plugins
from intake.classifying.guarded import GuardedClassifier, SilentClassifier, told
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError, IntakeError
from intake.interfaces import Classifier, ConfigurableClassifier
from intake.pipeline.stage_options import ClassifyOptions
from intake.schemas.classifications import ClassifierOptions, Fault

if TYPE_CHECKING:
    from intake.classifying.encoding.embeddings import Embedder

_LEARNED = "learned"
_RULES = "keywords"
_OURS = (_LEARNED, _RULES, "urgency", "person")
"""In whose names opinions are kept; no plugin may speak in one of these."""


def open_classifiers(
    names: Sequence[str],
    model: Path | None,
    options: ClassifierOptions,
    *,
    timeout_s: float = 5.0,
) -> list[Classifier]:
    """Return the classifiers to ask, the learned one first.

    ``model`` is the file of what was learned; None means that only the topics' own words and the
    rules are known. Each plugin has ``timeout_s`` for an item.

    Raises:
        ConfigError: there is no such plugin, or a file cannot be used.
    """
    openers = _openers(names, model, options, timeout_s)
    return [opened for _, open_one in openers if (opened := open_one()) is not None]


def open_usable(
    options: ClassifyOptions, of_taxonomy: Fault | None = None
) -> tuple[list[Classifier], tuple[Fault, ...]]:
    """Return the classifiers to ask, and what cannot be used; first what the taxonomy lacks.

    One that cannot be opened is silent and says why: the others, and the rules that look for
    danger, go on without it.
    """
    opened: list[Classifier] = []
    faults = [each for each in (of_taxonomy, options.model_fault) if each is not None]
    for name, open_one in _openers(
        options.classifiers, options.model, options.files, options.timeout_s
    ):
        try:
            classifier = open_one()
        except ConfigError as error:
            classifier = SilentClassifier(name, error.message)
            faults.append(Fault(message=error.message, remedy=error.remedy))
        if classifier is not None:
            opened.append(classifier)
    return opened, tuple(dict.fromkeys(faults))


def _openers(
    names: Sequence[str], model: Path | None, options: ClassifierOptions, timeout_s: float
) -> Iterator[tuple[str, Callable[[], Classifier | None]]]:
    """Yield the name of each classifier, and what opens it."""
    if model is None:
        yield _LEARNED, partial(_untrained, options)
    else:
        yield _LEARNED, lambda: _learned(model, _changed(model), options)
    for name in names:
        yield name, partial(open_by_name, name, options, timeout_s)


def _changed(model: Path) -> int:
    try:
        return model.stat().st_mtime_ns
    except OSError:  # who loads it tells
        return 0


@cache
def open_by_name(name: str, options: ClassifierOptions, timeout_s: float) -> Classifier:
    """Return the plugin ``name``, which has ``timeout_s`` for an item; one that cannot be opened is
    silent and says why.

    Raises:
        ConfigError: there is no such plugin, or a file cannot be used.
    """
    found: Any = plugins.load("classifiers", name)
    try:
        is_configurable = isinstance(found, ConfigurableClassifier)
        opened: Classifier = found.configured(options) if is_configurable else found()
    except IntakeError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return SilentClassifier(name, f"cannot be opened: {told(error)}")
    guarded = GuardedClassifier(opened, timeout_s=timeout_s)
    if guarded.name in _OURS and name != _RULES:
        return SilentClassifier(
            f"plugin {name}", f"is not asked: {guarded.name!r} is a name of ours"
        )
    return guarded


def embedder(options: ClassifierOptions) -> Embedder | None:
    """Return what gives the embeddings of texts, if they are to count."""
    from intake.classifying.encoding.embeddings import shipped_embedder  # noqa: PLC0415 - numpy, where needed

    return shipped_embedder() if options.embeddings else None


@cache
def _untrained(options: ClassifierOptions) -> Classifier | None:
    from intake.classifying.models.learned import LearnedClassifier  # noqa: PLC0415 - numpy, where needed

    rules = KeywordClassifier.configured(options)
    return LearnedClassifier.untrained(
        Taxonomy.load(options.taxonomy),
        rules.shares,
        embedder=embedder(options),
        lessens=options.lessens,
    )


@cache
def _learned(model: Path, changed_ns: int, options: ClassifierOptions) -> Classifier:  # noqa: ARG001 - a new file is read anew
    from intake.classifying.models.learned import LearnedClassifier  # noqa: PLC0415 - numpy, where needed

    rules = KeywordClassifier.configured(options)
    return LearnedClassifier(
        model, rules.shares, embedder=embedder(options), lessens=options.lessens
    )
