"""Claims: what the places of a letter say, and what of it is stated."""

from __future__ import annotations

from collections import defaultdict

from intake.letters.lines import Line
from intake.schemas.letters import Fact, Place

LEAST_CONFIDENCE = 0.7
"""What is less sure than this is not stated."""
_WELL_READ = 0.9
"""Confidence of an engine from which on a word is as good as certain."""
_CONTRADICTED = 0.85
_AGREED = 0.99
_MAY_HAVE_SEVERAL = frozenset({"phone", "email", "pec", "street", "postcode", "town", "province"})
"""A person may have two: the first stands, less surely. All else cannot be true twice."""


class Claims:
    """Gathers what is found, from the best place to the least."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[str, list[Fact]] = defaultdict(list)

    def add(
        self, name: str, value: str, confidence: float, line: Line, place: Place,
        *, is_proved: bool = False,
    ) -> None:  # fmt: skip
        """Note that a line says so. ``is_proved``: a check character vouches for the reading."""
        read = 1.0 if is_proved else min(1.0, line.confidence / _WELL_READ)
        fact = Fact(
            value=value,
            confidence=round(confidence * read, 3),
            path=self._path,
            page=line.page,
            place=place,
            box=line.box,
            evidence=line.text,
        )
        if fact.confidence >= LEAST_CONFIDENCE:
            self._found[name].append(fact)

    def settled(self) -> dict[str, Fact]:
        """Return the facts that stand."""
        settled = {name: _settle(name, facts) for name, facts in self._found.items()}
        return {name: fact for name, fact in settled.items() if fact is not None}


def _settle(name: str, facts: list[Fact]) -> Fact | None:
    first = facts[0]
    if len({fact.value for fact in facts}) == 1:
        if len(facts) == 1:
            return first
        best = max(facts, key=lambda fact: fact.confidence)
        return best.model_copy(update={"confidence": max(best.confidence, _AGREED)})
    if name not in _MAY_HAVE_SEVERAL:
        return None
    shaken = round(first.confidence * _CONTRADICTED, 3)
    return first.model_copy(update={"confidence": shaken}) if shaken >= LEAST_CONFIDENCE else None
