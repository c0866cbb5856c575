"""Decide: one verdict from all opinions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from intake.classifying.danger.asides import assess, assess_beginning, without_asides
from intake.classifying.danger.urgency import Assessment, UrgencyRules
from intake.classifying.danger.weighing import DOUBTED
from intake.classifying.guarded import ask, failure, told
from intake.classifying.language import LANGUAGES, identify
from intake.classifying.topics.ranking import rank
from intake.classifying.topics.taxonomy import Taxonomy
from intake.interfaces import Classifier, RulesWeigher
from intake.schemas.classifications import (
    Alternative,
    Classification,
    Evidence,
    Fault,
    Origin,
    Thresholds,
    Urgency,
    Verdict,
)
from intake.schemas.documents import Document

_SHOWN_ALTERNATIVES = 3
_RULES = "keywords"
"""The classifier whose opinions are a person's rules, however sure that person is of them."""

URGENCY = "urgency"
"""In whose name the evidence of urgency stands among the opinions, first."""
_REMEDY = "Run `intake check`; train a new model, or name another one."


def judge(
    documents: Sequence[Document],
    *,
    classifiers: Sequence[Classifier],
    taxonomy: Taxonomy,
    threshold: float | Thresholds,
    origin: Origin | None = None,
    languages: Sequence[str] = LANGUAGES,
    urgency_rules: UrgencyRules | None = None,
    faults: Sequence[Fault] = (),
    beginning_only: bool = False,
) -> Verdict:
    """Return topic, urgency and language of an item, and the reasons. Pure and deterministic.

    Danger is looked for before any classifier is asked, and one that fails costs no more than its
    opinion.

    The topic is the one that the classifiers together are surest of, or the calibrated opinions
    where there are any; rules that a model has weighed in its own opinion do not count twice. Its
    confidence is that of the surest of them; below ``threshold`` (0..1, one for all topics or one
    for each) the topic is None and a person must look. An emergency always asks for a person; if no
    topic was found it takes the taxonomy's emergency topic. A topic that the taxonomy does not know
    stays among the opinions, of which what raised the urgency is the first. ``urgency_rules`` None
    means ours. ``faults`` are what cannot be used: as long as there are any a person must look.
    What was left out of the body is heard for danger only. ``beginning_only``: danger is looked for
    in the beginning of subject, body and pages, of an item that was too much as a whole.
    """
    documents = tuple(documents)
    rules = urgency_rules or _our_urgency_rules()
    assessment = (assess_beginning if beginning_only else assess)(rules, documents)
    telling = without_asides(documents)
    language = identify(_prose(telling), languages=languages)
    opinions, failures = _ask_all(classifiers, telling, origin or Origin())
    faults = (*faults, *failures)
    if any(isinstance(each, RulesWeigher) and each.hears_rules for each in classifiers):
        opinions = tuple(map(_heard, opinions))
    ranked = rank(opinions, taxonomy)
    thresholds = threshold if isinstance(threshold, Thresholds) else Thresholds(general=threshold)
    topic, confidence, reasons = _choose(ranked, thresholds)
    urgency, alarms = _raise_urgency(assessment, topic, taxonomy)
    is_emergency = urgency is Urgency.EMERGENCY
    why = tuple(_why_review(urgency, assessment, is_topic_unsure=topic is None, faults=faults))
    if topic is None and is_emergency and taxonomy.emergency_topic is not None:
        topic = taxonomy.emergency_topic.id
        confidence = round(len(alarms) / (len(alarms) + 1), 4)
    chosen = taxonomy.find(topic) if topic is not None else None
    return Verdict(
        topic=topic,
        topic_by=_by_whom(topic, opinions),
        confidence=confidence,
        kind=chosen.kind.value if chosen else None,
        due_days=taxonomy.due_days(topic, is_emergency=is_emergency),
        needs_review=bool(why),
        review_reasons=why,
        alternatives=_alternatives(ranked, topic),
        language=language,
        urgency=urgency,
        emergency=is_emergency,
        evidence=(*alarms, *reasons),
        model_version=_versions(classifiers, taxonomy, rules),
        opinions=(*_of_urgency(alarms, rules), *opinions),
        faults=faults,
    )


def _why_review(
    urgency: Urgency, assessment: Assessment, *, is_topic_unsure: bool, faults: Sequence[Fault]
) -> Iterator[str]:
    """Yield the codes that say why a person must look."""
    if urgency is Urgency.EMERGENCY:
        yield "emergency"
    elif any(alarm.rule.startswith(DOUBTED) for alarm in assessment.evidence):
        yield "alarm_doubted"
    if assessment.has_foreign:
        yield "other_language"
    if is_topic_unsure:
        yield "topic_unsure"
    if faults:
        yield "misconfigured"


def _ask_all(
    classifiers: Sequence[Classifier], documents: Sequence[Document], origin: Origin
) -> tuple[tuple[Classification, ...], tuple[Fault, ...]]:
    """Return all opinions, and which classifiers failed though they are none of a plugin."""
    opinions: list[Classification] = []
    faults = []
    for classifier in classifiers:
        try:
            opinions += ask(classifier, documents, origin)
        except Exception as error:  # noqa: BLE001 - a model of wrong numbers may raise anything
            reason = told(error)
            opinions += failure(classifier, reason)
            message = f"The classifier {classifier.name} failed: {reason}"
            faults.append(Fault(message=message, remedy=_REMEDY))
    return tuple(opinions), tuple(faults)


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
    topic: str | None, opinions: Sequence[Classification]
) -> Literal["rule", "model"] | None:
    if topic is None:
        return None
    learned = (each for each in opinions if each.calibrated and each.classifier != _RULES)
    return "model" if any(each.topic == topic for each in learned) else "rule"


def _raise_urgency(
    assessment: Assessment, topic: str | None, taxonomy: Taxonomy
) -> tuple[Urgency, tuple[Evidence, ...]]:
    """Return the rules' urgency, raised if the topic itself means danger; never lowered."""
    found = taxonomy.find(topic) if topic is not None else None
    if found is not None and found.emergency:
        said = Evidence(rule=f"{Urgency.EMERGENCY}: topic", text=found.id, topic=found.id)
        is_new = assessment.urgency is not Urgency.EMERGENCY
        return Urgency.EMERGENCY, (*((said,) if is_new else ()), *assessment.evidence)
    return assessment.urgency, assessment.evidence


def _of_urgency(alarms: tuple[Evidence, ...], rules: UrgencyRules) -> tuple[Classification, ...]:
    """Return what raised the urgency as an opinion on no topic, so that it is kept and shown."""
    if not alarms:
        return ()
    return (Classification(classifier=URGENCY, version=rules.version, evidence=alarms),)


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
