"""KeywordClassifier: an opinion on the topic from readable keyword rules, from day one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from intake.classifying.datafile import DataFile, read, refuse, validate
from intake.classifying.folding import Words, split
from intake.classifying.patterns import Hit, Matcher
from intake.classifying.taxonomy import TopicId
from intake.schemas.base import Frozen
from intake.schemas.classifications import Classification, Evidence
from intake.schemas.documents import Document

_SUBJECT_WEIGHT = 2.0
_SECOND_TIME = 0.5
"""A pattern found again in the same item adds half its weight, a third time nothing."""
_AGAINST = -1.5
_NONE_OF_THESE = 1.0
"""The score that speaks for "none of our topics"; it keeps one weak hint below one half."""
_SHOWN_EVIDENCE = 8


class _Rule(Frozen):
    topic: TopicId
    name: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0, le=10)
    it: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class _File(Frozen):
    rules: tuple[_Rule, ...] = Field(min_length=1)


class _Clue(NamedTuple):
    """What one pattern says when it is found."""

    topic: str
    rule: str
    weight: float


class _Found(NamedTuple):
    """A clue found in a text, where, and what it is worth there."""

    clue: _Clue
    weight: float
    words: Words
    hit: Hit


class _Compiled(NamedTuple):
    version: str
    clues: tuple[_Clue, ...]
    matcher: Matcher


class KeywordClassifier:
    """Holds the opinion of the keyword rules.

    Confidence is the topic's share of all the evidence found, "none of these" included; it is
    not a frequency of being right.
    """

    name = "keywords"

    def __init__(self, path: Path | None = None) -> None:
        """Load the rules of ``path``, or the ones we ship.

        Raises:
            ConfigError: the file cannot be read, or names the rule and key that are wrong.
        """
        self._rules = _load(path)
        self.version = self._rules.version

    @property
    def topics(self) -> frozenset[str]:
        """Return the ids of the topics that have a rule."""
        return frozenset(clue.topic for clue in self._rules.clues)

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return one opinion for each topic that the words speak for, the strongest first."""
        found = self._find(documents)
        scores = {topic: sum(item.weight for item in items) for topic, items in found.items()}
        supported = {topic: score for topic, score in scores.items() if score > 0}
        total = sum(supported.values()) + _NONE_OF_THESE
        order = sorted(supported, key=lambda topic: (-supported[topic], topic))
        return tuple(
            Classification(
                classifier=self.name,
                version=self.version,
                topic=topic,
                confidence=round(supported[topic] / total, 4),
                evidence=_strongest(found[topic]),
            )
            for topic in order
        )

    def _find(self, documents: Sequence[Document]) -> dict[str, list[_Found]]:
        times: dict[int, int] = defaultdict(int)
        found: dict[str, list[_Found]] = defaultdict(list)
        for document in documents:
            trust = _SUBJECT_WEIGHT if document.origin == "subject" else document.confidence
            words = split(document.text)
            for hit in self._rules.matcher.find(words):
                times[hit.pattern] += 1
                if times[hit.pattern] > 2:
                    continue
                clue = self._rules.clues[hit.pattern]
                repeated = 1.0 if times[hit.pattern] == 1 else _SECOND_TIME
                found[clue.topic].append(_Found(clue, clue.weight * trust * repeated, words, hit))
        return found


@cache
def _load(path: Path | None) -> _Compiled:
    """Return the compiled rules; each file is read once per process."""
    file = read(path, shipped="keywords.toml")
    clues: list[_Clue] = []
    patterns: list[str] = []
    for rule in validate(file, _File).rules:
        _check(file, rule)
        for pattern in (*rule.it, *rule.en, *rule.other):
            clues.append(_Clue(rule.topic, rule.name, rule.weight))
            patterns.append(pattern)
        for pattern in rule.against:
            clues.append(_Clue(rule.topic, f"not {rule.name}", _AGAINST))
            patterns.append(pattern)
    return _Compiled(file.digest, tuple(clues), Matcher(patterns))


def _check(file: DataFile, rule: _Rule) -> None:
    """Refuse a pattern that cannot be compiled, with the rule and key it stands in."""
    for key in ("it", "en", "other", "against"):
        for pattern in getattr(rule, key):
            try:
                Matcher([pattern])
            except ValueError as error:
                raise refuse(
                    file, f"topic {rule.topic!r}, rule {rule.name!r}, key {key!r}: {error}"
                ) from error


def _strongest(found: Sequence[_Found]) -> tuple[Evidence, ...]:
    ordered = sorted(found, key=lambda item: -abs(item.weight))[:_SHOWN_EVIDENCE]
    return tuple(
        Evidence(
            rule=item.clue.rule,
            text=item.words.quote(item.hit.start, item.hit.end),
            topic=item.clue.topic,
            weight=round(item.weight, 4),
        )
        for item in ordered
    )
