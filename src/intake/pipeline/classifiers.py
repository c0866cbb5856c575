"""Classifiers by their names, and the learned one by its file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from intake import plugins
from intake.interfaces import Classifier


def open_classifiers(names: Sequence[str], model: Path | None) -> list[Classifier]:
    """Return the classifiers to ask, the learned model of the file ``model`` first.

    Raises:
        ConfigError: there is no such plugin, or the file is no model.
    """
    learned = [] if model is None else [_learned(model, _changed(model))]
    return [*learned, *(_by_name(name) for name in names)]


def _changed(model: Path) -> int:
    return model.stat().st_mtime_ns if model.exists() else 0


@cache
def _by_name(name: str) -> Classifier:
    classifier: Classifier = plugins.load("classifiers", name)()
    return classifier


@cache
def _learned(model: Path, changed_ns: int) -> Classifier:  # noqa: ARG001 - a new file is read anew
    from intake.classifying.learned import LearnedClassifier  # noqa: PLC0415 - numpy, where needed

    return LearnedClassifier(model)
