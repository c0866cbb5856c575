"""How good a model is, measured on examples it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from intake.classifying.measuring import rivals as others
from intake.classifying.measuring.drift import Past
from intake.classifying.measuring.figures import Figures, Judged, groups, lead
from intake.classifying.measuring.rolling import roll
from intake.classifying.measuring.splits import Fold, part
from intake.classifying.models.examples import Example, LabelledText
from intake.classifying.models.learned import LEAST_SHARE, lessened
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.manifest import Manifest
from intake.classifying.models.training import train
from intake.errors import UsageError
from intake.schemas.evaluations import ChannelScore, EventScore, ReadingScore, Report, Rival, Split

WANTED_PRECISION = 0.9
_LEAST_EXAMPLES = 20
_READING_BANDS = ((0.0, 0.6), (0.6, 0.75), (0.75, 0.9), (0.9, 1.0))
"""Confidences with which pages were read; what was never on paper has 1 and is in none."""
Progress = Callable[[int, int], None]
Learn = Callable[[Sequence[LabelledText], Progress | None], LinearModel]


def learn_alone(examples: Sequence[LabelledText], progress: Progress | None = None) -> LinearModel:
    """Return a model of the examples that knows no rules and nothing that topics say of themselves.

    Raises:
        UsageError: there are not two topics.
    """
    known = [Example(each.text, each.topic, each.channel) for each in examples]
    return train(known, progress=progress)


def evaluate(
    examples: Sequence[LabelledText],
    *,
    threshold: float,
    precision: float = WANTED_PRECISION,
    split: Split = Split.TIME,
    learn: Learn = learn_alone,
    rivals: Sequence[others.ByClassifier] = (),
    progress: Progress | None = None,
) -> Report:
    """Return how models that ``learn`` makes of some examples do on the others, and ``rivals`` too.

    ``precision`` is what rolling thresholds are to keep, where the split is by time. Always
    choosing the most frequent topic is one more rival. The same examples give the same report.
    ``progress`` is told how many of the folds are done.

    Raises:
        UsageError: there are too few examples, those to learn from have one topic only, or
            their events do not allow the split.
    """
    if len(examples) < _LEAST_EXAMPLES:
        raise UsageError(
            f"There are {len(examples)} examples; an honest figure needs {_LEAST_EXAMPLES}.",
            remedy="Label more texts.",
        )
    folds = part(examples, split)
    judged: list[Judged] = []
    frank: list[Judged] = []
    topics: list[frozenset[str]] = []
    for number, fold in enumerate(folds):
        model = learn(fold.learned, _within(progress, number, len(folds)))
        topics.append(frozenset(model.manifest.topics))
        frank += _frankly(model, fold.held)
        judged += [_lessened(model.manifest, each) for each in frank[len(judged) :]]
    unknown = {
        text.topic
        for fold, known in zip(folds, topics, strict=True)
        for text in fold.held
        if text.topic not in known
    }
    ours = Figures(judged, threshold=threshold)
    return Report(
        **_figures(ours, judged, threshold),
        **_parted(split, folds, judged, threshold),
        gate=roll(frank, precision=precision) if split is Split.TIME else None,
        unknown_topics=tuple(sorted(unknown)),
        rivals=tuple(_compare(ours, folds, rivals, threshold)),
    )


def measure(model: LinearModel, held: Sequence[LabelledText], *, threshold: float) -> Report:
    """Return how ``model`` does on examples it has not seen."""
    judged = judge(model, held)
    return Report(
        **_figures(Figures(judged, threshold=threshold), judged, threshold),
        learned_from=sum(model.manifest.examples),
        measured_on=len(held),
        unknown_topics=tuple(sorted({each.topic for each in held} - set(model.manifest.topics))),
    )


def judge(model: LinearModel, held: Sequence[LabelledText]) -> list[Judged]:
    """Return the texts with the topics that ``model`` chooses, as sure as it is of them in a run
    with a fixed threshold: less of topics with few examples."""
    return [_lessened(model.manifest, each) for each in _frankly(model, held)]


def _frankly(model: LinearModel, held: Sequence[LabelledText]) -> list[Judged]:
    """Return the texts with the topics that ``model`` chooses, and how likely it holds them."""
    shares = model.probabilities(
        [each.text for each in held], channels=[each.channel for each in held]
    )
    chosen = shares.argmax(axis=1).tolist()
    return [
        Judged(text, model.manifest.topics[place], float(row[place]))
        if row[place] >= LEAST_SHARE
        else Judged(text, None, 0.0)
        for text, row, place in zip(held, shares, chosen, strict=True)
    ]


def _lessened(manifest: Manifest, judged: Judged) -> Judged:
    if judged.topic is None:
        return judged
    place = manifest.topics.index(judged.topic)
    return judged._replace(confidence=lessened(manifest, place, judged.confidence))


def _figures(figures: Figures, judged: Sequence[Judged], threshold: float) -> dict[str, Any]:
    return {
        "macro_f1": figures.macro_f1,
        "macro_f1_interval": figures.macro_f1_interval,
        "accuracy": figures.accuracy,
        "accuracy_interval": figures.accuracy_interval,
        "calibration_error": figures.calibration_error,
        "calibration_by_chance": figures.calibration_by_chance,
        "threshold": threshold,
        "coverage": figures.coverage,
        "accuracy_covered": figures.accuracy_covered,
        "accuracy_covered_interval": figures.accuracy_covered_interval,
        "topics": figures.topics,
        "curve": figures.curve,
        "reliability": figures.reliability,
        "confusions": figures.confusions,
        "channels": tuple(
            ChannelScore(channel=name, **Figures(texts, threshold=threshold).group)
            for name, texts in groups(judged, lambda text: text.channel)
        ),
        "readings": tuple(_readings(judged, threshold)),
    }


def _readings(judged: Sequence[Judged], threshold: float) -> list[ReadingScore]:
    """Return the figures of texts that were read from pages, by how well they could be read."""
    bands = [
        (low, high, [each for each in judged if low <= each.text.confidence < high])
        for low, high in _READING_BANDS
    ]
    return [
        ReadingScore(low=low, high=high, **Figures(texts, threshold=threshold).group)
        for low, high, texts in bands
        if texts
    ]


def _parted(
    split: Split, folds: Sequence[Fold], judged: Sequence[Judged], threshold: float
) -> dict[str, Any]:
    """Return what the report says of the split, and what only that split can tell."""
    facts: dict[str, Any] = {
        "split": split,
        "learned_from": round(sum(len(fold.learned) for fold in folds) / len(folds)),
        "measured_on": len(judged),
    }
    if split is Split.EVENT:
        facts["events"] = tuple(
            EventScore(event=name, **Figures(texts, threshold=threshold).group)
            for name, texts in groups(judged, lambda text: text.event or "")
        )
    if split is Split.TIME:
        (fold,) = folds
        facts |= {
            "learned_until": fold.learned[-1].at,
            "measured_from": fold.held[0].at,
            "drift": Past(fold.learned).drift(judged),
        }
    return facts


def _compare(
    ours: Figures, folds: Sequence[Fold], rivals: Sequence[others.ByClassifier], threshold: float
) -> list[Rival]:
    """Return the figures of each rival on the same texts."""
    frequent = [
        each for fold in folds for each in others.most_frequent(fold.learned).judge(fold.held)
    ]
    judged = [(others.Majority.name, False, frequent)]
    held = [each for fold in folds for each in fold.held]
    judged += [(each.name, each.may_have_learned, each.judge(held)) for each in rivals]
    found = []
    for name, may_have_learned, texts in judged:
        figures = Figures(texts, threshold=threshold)
        found.append(
            Rival(
                name=name,
                macro_f1=figures.macro_f1,
                accuracy=figures.accuracy,
                coverage=figures.coverage,
                accuracy_covered=figures.accuracy_covered,
                lead=lead(ours, figures),
                may_have_learned=may_have_learned,
            )
        )
    return found


def _within(progress: Progress | None, number: int, folds: int) -> Progress | None:
    """Return what tells the progress of one fold among all."""
    if progress is None:
        return None
    return lambda done, of: progress(number * of + done, folds * of)
