"""Which topic the opinions on an item speak for most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from intake.classifying.topics.taxonomy import Taxonomy
from intake.schemas.classifications import Classification, Evidence


def surest(opinions: Sequence[Classification], taxonomy: Taxonomy) -> tuple[str, float] | None:
    """Return the topic that ``judge`` draws from ``opinions``, and its confidence, whatever the
    threshold; None if they name no topic of the taxonomy."""
    ranked = rank(opinions, taxonomy)
    return ranked[0][:2] if ranked else None


def rank(
    opinions: Sequence[Classification], taxonomy: Taxonomy
) -> list[tuple[str, float, tuple[Evidence, ...]]]:
    """Return the topics that count with the confidence and evidence of the opinion that is surest
    of each; first the topic that all opinions together speak for most."""
    best: dict[str, Classification] = {}
    together: dict[str, float] = defaultdict(float)
    for opinion in merged(_counted(opinions, taxonomy), taxonomy):
        topic = opinion.topic or ""
        together[topic] += opinion.confidence
        if topic not in best or opinion.confidence > best[topic].confidence:
            best[topic] = opinion
    order = sorted(best, key=lambda topic: (-together[topic], -best[topic].confidence, topic))
    return [(topic, best[topic].confidence, best[topic].evidence) for topic in order]


def _counted(opinions: Sequence[Classification], taxonomy: Taxonomy) -> tuple[Classification, ...]:
    """Return the opinions that are sure of anything that the taxonomy has; of these the
    calibrated ones alone where there are any."""
    known = tuple(
        opinion
        for opinion in opinions
        if opinion.confidence and opinion.topic is not None and taxonomy.find(opinion.topic)
    )
    return tuple(opinion for opinion in known if opinion.calibrated) or known


def merged(opinions: Sequence[Classification], taxonomy: Taxonomy) -> Iterator[Classification]:
    """Yield the opinions on topics of today; those that ``taxonomy`` does not have stay.

    A classifier that still knows two topics, which are one now, is as sure of it as of both.
    """
    named: dict[tuple[str, str], dict[str, list[Classification]]] = {}
    for opinion in opinions:
        name = opinion.topic or ""
        of_topic = named.setdefault((opinion.classifier, taxonomy.forward(name)), {})
        of_topic.setdefault(name, []).append(opinion)
    for (_, topic), by_name in named.items():
        surest = [max(given, key=lambda each: each.confidence) for given in by_name.values()]
        best = max(surest, key=lambda each: each.confidence)
        total = min(1.0, sum(each.confidence for each in surest))
        changes = {"topic": topic, "confidence": round(total, 4)}
        yield best if len(surest) == 1 and best.topic == topic else best.model_copy(update=changes)
