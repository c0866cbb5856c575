"""Decide: one verdict from all opinions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from intake.classifying.asides import assess, without_asides
from intake.classifying.guarded import ask
from intake.classifying.language import LANGUAGES, identify
from intake.classifying.ranking import rank
from intake.classifying.taxonomy import Taxonomy
from intake.classifying.urgency import Assessment, UrgencyRules
from intake.interfaces import Classifier, RulesWeigher
from intake.schemas.classifications import (
    Alternative,
    Classification,
    Evidence,
    Origin,
    Thresholds,
    Urgency,
    Verdict,
)
from intake.schemas.documents import Document

_SHOWN_ALTERNATIVES = 3
_RULES = "keywords"
"""The classifier whose opinions are a person's rules, however sure that person is of them."""


def judge(
    documents: Sequence[Document],
    *,
    classifiers: Sequence[Classifier],
    taxonomy: Taxonomy,
    threshold: float | Thresholds,
    origin: Origin | None = None,
    languages: Sequence[str] = LANGUAGES,
    urgency_rules: UrgencyRules | None = None,
) -> Verdict:
    """Return topic, urgency and language of an item, and the reasons. Pure and deterministic.

    The topic is the one that the classifiers together are surest of, or the calibrated opinions
    where there are any; rules that a model has weighed in its own opinion do not count twice. Its
    confidence is that of the surest of them; below ``threshold`` (0..1, one for all topics or one
    for each) the topic is None and a person must look. An emergency always asks for a person; if no
    topic was found it takes the taxonomy's emergency topic. A topic that the taxonomy does not know
    stays among the opinions. ``urgency_rules`` None means ours. What was left out of the body is
    heard for danger only.
    """
    told = without_asides(documents)
    opinions = tuple(
        opinion
        for classifier in classifiers
        for opinion in ask(classifier, told, origin or Origin())
    )
    if any(isinstance(each, RulesWeigher) and each.hears_rules for each in classifiers):
        opinions = tuple(map(_heard, opinions))
    calibrated = tuple(opinion for opinion in opinions if opinion.calibrated)
    ranked = rank(calibrated or opinions, taxonomy)
    thresholds = threshold if isinstance(threshold, Thresholds) else Thresholds(general=threshold)
    topic, confidence, reasons = _choose(ranked, thresholds)
    rules = urgency_rules or _our_urgency_rules()
    urgency, alarms = _raise_urgency(assess(rules, documents), topic, taxonomy)
    is_emergency = urgency is Urgency.EMERGENCY
    needs_review = topic is None or is_emergency
    if topic is None and is_emergency and taxonomy.emergency_topic is not None:
        topic = taxonomy.emergency_topic.id
        confidence = round(len(alarms) / (len(alarms) + 1), 4)
    chosen = taxonomy.find(topic) if topic is not None else None
    return Verdict(
        topic=topic,
        topic_by=_by_whom(topic, calibrated),
        confidence=confidence,
        kind=chosen.kind.value if chosen else None,
        due_days=chosen.due_days if chosen else None,
        needs_review=needs_review,
        alternatives=_alternatives(ranked, topic),
        language=identify(_prose(told), languages=languages),
        urgency=urgency,
        emergency=is_emergency,
        evidence=(*alarms, *reasons),
        model_version=_versions(classifiers, taxonomy, rules),
        opinions=opinions,
    )


def _heard(opinion: Classification) -> Classification:
    """Return the opinion; one of the rules for nothing more, since a model has weighed it in its
    own, unless a person said how sure it is."""
    if opinion.classifier != _RULES or opinion.calibrated:
        return opinion
    return opinion.model_copy(update={"confidence": 0.0})


def _choose(
    ranked: Sequence[tuple[str, float, tuple[Evidence, ...]]], thresholds: Thresholds
) -> tuple[str | None, float, tuple[Evidence, ...]]:
    """Return topic, confidence and evidence; no topic when the best is below its threshold."""
    if not ranked:
        return None, 0.0, ()
    topic, confidence, evidence = ranked[0]
    return (topic if confidence >= thresholds.of(topic) else None), confidence, evidence


def _by_whom(
    topic: str | None, calibrated: Sequence[Classification]
) -> Literal["rule", "model"] | None:
    if topic is None:
        return None
    learned = (opinion for opinion in calibrated if opinion.classifier != _RULES)
    return "model" if any(opinion.topic == topic for opinion in learned) else "rule"


def _raise_urgency(
    assessment: Assessment, topic: str | None, taxonomy: Taxonomy
) -> tuple[Urgency, tuple[Evidence, ...]]:
    """Return the rules' urgency, raised if the topic itself means danger; never lowered."""
    found = taxonomy.find(topic) if topic is not None else None
    if found is not None and found.emergency:
        return Urgency.EMERGENCY, assessment.evidence
    return assessment.urgency, assessment.evidence


def _alternatives(
    ranked: Sequence[tuple[str, float, tuple[Evidence, ...]]], topic: str | None
) -> tuple[Alternative, ...]:
    others = [entry for entry in ranked if entry[0] != topic][:_SHOWN_ALTERNATIVES]
    return tuple(Alternative(topic=other, confidence=confidence) for other, confidence, _ in others)


def _prose(documents: Sequence[Document]) -> str:
    """Return the text to tell the language by: the body first, pictures and files last."""
    order = {"body": 0, "subject": 1, "embedded": 2, "ocr": 3, "file": 4}
    ordered = sorted(documents, key=lambda document: order[document.origin])
    return "\n".join(document.text for document in ordered)


def _versions(classifiers: Sequence[Classifier], taxonomy: Taxonomy, rules: UrgencyRules) -> str:
    parts = [f"{classifier.name} {classifier.version}" for classifier in classifiers]
    return ", ".join([*parts, f"taxonomy {taxonomy.version}", f"urgency {rules.version}"])


@cache
def _our_urgency_rules() -> UrgencyRules:
    return UrgencyRules()
