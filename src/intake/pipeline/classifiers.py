"""Classifiers by their names, and the learned one by its file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake import plugins
from intake.classifying.guarded import GuardedClassifier, SilentClassifier
from intake.classifying.rules import KeywordClassifier
from intake.classifying.taxonomy import Taxonomy
from intake.errors import IntakeError
from intake.interfaces import Classifier, ConfigurableClassifier
from intake.schemas.classifications import ClassifierOptions

if TYPE_CHECKING:
    from intake.classifying.embeddings import Embedder


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
    learned = _untrained(options) if model is None else _learned(model, _changed(model), options)
    return [
        *([learned] if learned else ()),
        *(_by_name(name, options, timeout_s) for name in names),
    ]


def _changed(model: Path) -> int:
    return model.stat().st_mtime_ns if model.exists() else 0


@cache
def _by_name(name: str, options: ClassifierOptions, timeout_s: float) -> Classifier:
    found: Any = plugins.load("classifiers", name)
    try:
        is_configurable = isinstance(found, ConfigurableClassifier)
        opened: Classifier = found.configured(options) if is_configurable else found()
    except IntakeError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return SilentClassifier(name, f"cannot be opened: {type(error).__name__}: {error}")
    return GuardedClassifier(opened, timeout_s=timeout_s)


def embedder(options: ClassifierOptions) -> Embedder | None:
    """Return what gives the embeddings of texts, if they are to count."""
    from intake.classifying.embeddings import shipped_embedder  # noqa: PLC0415 - numpy, where needed

    return shipped_embedder() if options.embeddings else None


@cache
def _untrained(options: ClassifierOptions) -> Classifier | None:
    from intake.classifying.learned import LearnedClassifier  # noqa: PLC0415 - numpy, where needed

    rules = KeywordClassifier.configured(options)
    return LearnedClassifier.untrained(
        Taxonomy.load(options.taxonomy), rules.shares, embedder=embedder(options)
    )


@cache
def _learned(model: Path, changed_ns: int, options: ClassifierOptions) -> Classifier:  # noqa: ARG001 - a new file is read anew
    from intake.classifying.learned import LearnedClassifier  # noqa: PLC0415 - numpy, where needed

    rules = KeywordClassifier.configured(options)
    return LearnedClassifier(model, rules.shares, embedder=embedder(options))
