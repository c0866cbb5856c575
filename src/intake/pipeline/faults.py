"""Faults of the settings, found where no item was judged that would have told them."""

from __future__ import annotations

from intake import plugins
from intake.classifying.topics.taxonomy import Taxonomy
from intake.pipeline.settling.problems import describe_faults
from intake.pipeline.stage_options import ClassifyOptions
from intake.pipeline.texts.asking import plugins_of
from intake.schemas.reports import Problem


def what_is_wrong(options: ClassifyOptions) -> Problem | None:
    """Return what the settings name and cannot be used; None if all can.

    Plugins of others are looked up and not loaded: this process holds the database. Where nothing
    but our own files is named nothing is opened.
    """
    others = plugins_of(options.classifiers)
    installed = plugins.names("classifiers") if others else ()
    missing = [name for name in others if name not in installed]
    named = (options.model, options.model_fault, options.taxonomy, options.rules)
    if not missing and not any(named):
        return None
    opened = [name for name in options.classifiers if name not in others or name in missing]
    from intake.pipeline.texts.classifiers import open_usable  # noqa: PLC0415 - numpy, where needed

    _, fault = Taxonomy.load_usable(options.taxonomy)
    _, faults = open_usable(options.model_copy(update={"classifiers": tuple(opened)}), fault)
    return describe_faults(faults) if faults else None
