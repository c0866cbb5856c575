"""Asides: texts that came with a message and are heard for danger only, each by itself.

What a mail program quotes, adds below or sends in another form says nothing of the topic; and a
long file beside a call must neither hide it among its passages nor call it a drill.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.classifying.danger.urgency import (
    MOST_CHARACTERS,
    MOST_FOREIGN,
    TOO_LONG,
    Assessment,
    UrgencyRules,
)
from intake.schemas.classifications import Evidence, Urgency
from intake.schemas.documents import Document

_ASIDES = ("quoted", "footer", "alternative")
_APART = ("file", *_ASIDES)
_FOOTER = "footer"
_SHOWN_EVIDENCE = 16
_MOST_AT_FIRST, _FOREIGN_AT_FIRST = 20_000, 3
"""Characters and foreign passages that are judged of an item that was too much as a whole."""


def without_asides(documents: Sequence[Document]) -> list[Document]:
    """Return the texts that tell the topic."""
    return [each for each in documents if each.origin not in _ASIDES]


def assess(rules: UrgencyRules, documents: Sequence[Document]) -> Assessment:
    """Return the highest urgency of the texts together, or of one that is judged by itself.

    Evidence from one of these says where it stands. A drill of which subject or body tells is one
    in the files, too; a firm's trade under its name is no doubt that asks for a person. What is
    judged of an item is bounded: first comes what is judged together, then the shortest of the
    others; the long ones share the rest.
    """
    told = [each for each in documents if each.origin not in _APART]
    found = [rules.assess(told)]
    foreign = MOST_FOREIGN - found[0].foreign_read
    room = max(0, MOST_CHARACTERS - sum(len(each.text) for each in told))
    apart = sorted((each for each in documents if each.origin in _APART), key=_length)
    for number, document in enumerate(apart):
        most = min(len(document.text), room // (len(apart) - number))
        room -= most
        said = found[0].said if document.origin == "file" else frozenset[int]()
        assessed = rules.assess([document], most=most, most_foreign=foreign, said=said)
        foreign -= assessed.foreign_read
        if document.origin != _FOOTER or assessed.urgency is Urgency.EMERGENCY:
            found.append(_placed(assessed, document.path or document.origin))
    urgency = Urgency.highest(each.urgency for each in found)
    evidence = sorted((one for each in found for one in each.evidence), key=_strength)
    has_foreign = any(each.has_foreign for each in found)
    return Assessment(urgency, tuple(evidence[:_SHOWN_EVIDENCE]), has_foreign=has_foreign)


def assess_beginning(rules: UrgencyRules, documents: Sequence[Document]) -> Assessment:
    """Return the urgency of subject, body and pages, as far as they are quickly judged.

    The evidence says that the rest is not: a person must read it.
    """
    told = [each for each in documents if each.origin not in _APART]
    found = rules.assess(told, most=_MOST_AT_FIRST, most_foreign=_FOREIGN_AT_FIRST)
    rest = Evidence(rule=TOO_LONG, text="files, quotations and footers", weight=1.0)
    evidence = tuple(sorted((*found.evidence, rest), key=_strength))
    urgency = Urgency.highest((found.urgency, Urgency.HIGH))
    return found._replace(urgency=urgency, evidence=evidence)


def _length(document: Document) -> int:
    return len(document.text)


def _placed(assessment: Assessment, where: str) -> Assessment:
    evidence = (each.model_copy(update={"where": where}) for each in assessment.evidence)
    return assessment._replace(evidence=tuple(evidence))


def _strength(evidence: Evidence) -> float:
    return -evidence.weight
