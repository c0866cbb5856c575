"""A new model against the one in use, on texts that neither of them learned from.

Which texts are held out depends on the text alone. So no model that was trained here ever saw
them, whenever it was trained, and both are judged on the same ones.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from intake.classifying.measuring.figures import Figures, lead
from intake.classifying.measuring.splits import in_time
from intake.classifying.measuring.trial import Trial, odds_of_less_surprise
from intake.classifying.models.examples import LabelledText, forward, read
from intake.classifying.models.fitting import SEED
from intake.classifying.models.learned import untrained_model
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.model_folder import UNTRAINED
from intake.classifying.models.model_version import digest, version_of
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError, UsageError
from intake.pipeline.disk import on_disk
from intake.pipeline.learning.learn import learn
from intake.pipeline.texts.classifiers import embedder
from intake.schemas.classifications import ClassifierOptions
from intake.schemas.models import Contest, ModelRecord

_ONE_IN = 5
"""One text in so many is held out."""
_LEAST_HELD_OUT = 20
_MOST_CHARACTERS = 16_000_000
"""So much text counts, the latest: 31 million did not fit into the memory that a child has."""
_ODDS = 0.9
"""A new model goes live that is ahead in so many of the draws."""
_NICENESS = 10


def contest(
    examples: Sequence[LabelledText],
    in_use: Path | None,
    options: ClassifierOptions,
    *,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[bytes, ModelRecord]:
    """Return the file of a new model, and how it did beside the one ``in_use``.

    None in use is the rules and what the topics say of themselves. ``at`` is now. The same
    examples give the same model.

    Raises:
        UsageError: there are not two topics, or too few texts to measure on.
        ConfigError: the taxonomy or the rules cannot be used.
    """
    taxonomy = Taxonomy.load(options.taxonomy)
    mapped = _latest(in_time(forward(examples, taxonomy)))
    mapped.sort(key=lambda each: (each.text, each.topic))  # a model depends on no order
    learned = [each for each in mapped if not _is_held_out(each.text)]
    held = [each for each in mapped if _is_held_out(each.text)]
    if len(held) < _LEAST_HELD_OUT:
        raise UsageError(
            f"Of {len(examples)} texts {len(held)} are held out to measure on; "
            f"{_LEAST_HELD_OUT} are needed.",
            remedy="Correct or confirm more topics.",
        )
    model = learn(learned, options, progress=progress)
    content = model.to_bytes()
    version = digest(content)
    rival, rival_model = _rival(in_use, taxonomy, options)
    ours, theirs = (Trial(each, held, taxonomy) for each in (model, rival_model))
    found = _compare(ours, theirs, rival)
    if rival == version:
        found = found.model_copy(update={"is_won": False})
    return content, ModelRecord(
        version=version,
        trained_at=at,
        examples=len(learned),
        data_digest=_data_digest(learned),
        seed=SEED,
        topics=model.manifest.topics,
        contest=found,
        reason=_reason(found, version),
    )


def train_in_child(payload: dict[str, Any]) -> dict[str, Any]:
    """Hold the contest in a process of its own, which gives way to all others.

    The examples are in the file ``examples``; the model is written to ``out``.
    """
    os.nice(_NICENESS)
    content, record = contest(
        list(read(Path(payload["examples"]))),
        Path(payload["in_use"]) if payload["in_use"] else None,
        ClassifierOptions.model_validate(payload["options"]),
        at=datetime.fromisoformat(payload["at"]),
    )
    with on_disk(Path(payload["out"])):
        Path(payload["out"]).write_bytes(content)
    return record.model_dump(mode="json")


def _latest(examples: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the latest of the examples, which are in the order of their times, that fit."""
    left, found = _MOST_CHARACTERS, []
    for each in reversed(examples):
        if len(each.text) <= left:
            left -= len(each.text)
            found.append(each)
    return found


def _is_held_out(text: str) -> bool:
    same = " ".join(text.split()).casefold()
    return int.from_bytes(hashlib.sha256(same.encode()).digest()[:4]) % _ONE_IN == 0


def _rival(
    in_use: Path | None, taxonomy: Taxonomy, options: ClassifierOptions
) -> tuple[str, LinearModel]:
    """Return the model to beat; one that this version cannot read is no rival."""
    rules = KeywordClassifier.configured(options)
    asked = embedder(options)
    if in_use is not None:
        with suppress(ConfigError):
            return version_of(in_use), LinearModel.load(in_use, rules.shares, embedder=asked)
    return UNTRAINED, untrained_model(taxonomy, rules.shares, embedder=asked)


def _compare(ours: Trial, theirs: Trial, rival: str) -> Contest:
    """Return how the new model did. It wins if it was less surprised by the right topics.

    Surprise tells models apart on far fewer texts than macro-F1, which hangs on the rarest topics.
    """
    our, their = Figures(ours.judged, threshold=0.0), Figures(theirs.judged, threshold=0.0)
    odds = odds_of_less_surprise(ours, theirs)
    return Contest(
        rival=rival,
        measured_on=len(ours.judged),
        macro_f1=our.macro_f1,
        rival_macro_f1=their.macro_f1,
        lead=lead(our, their),
        surprise=ours.surprise,
        rival_surprise=theirs.surprise,
        odds=odds,
        is_won=odds >= _ODDS,
    )


def _reason(found: Contest, version: str) -> str:
    if found.rival == version:
        return "It is the model in use."
    beside = (
        f"surprise {found.surprise:.3f} beside {found.rival_surprise:.3f} of {found.rival}, "
        f"macro-F1 {found.macro_f1:.3f} beside {found.rival_macro_f1:.3f} on "
        f"{found.measured_on} texts, ahead in {found.odds:.0%} of draws"
    )
    return f"{'Better' if found.is_won else 'Not surely better'}: {beside}."


def _data_digest(examples: Sequence[LabelledText]) -> str:
    lines = sorted(json.dumps([each.text, each.topic]) for each in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
