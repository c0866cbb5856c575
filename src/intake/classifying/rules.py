"""KeywordClassifier: an opinion on the topic from readable keyword rules, from day one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from intake.classifying.datafile import DataFile, read, refuse, validate
from intake.classifying.folding import Words, split
from intake.classifying.patterns import Hit, Matcher
from intake.classifying.taxonomy import Taxonomy, TopicId
from intake.schemas.base import Frozen
from intake.schemas.classifications import Classification, ClassifierOptions, Evidence
from intake.schemas.documents import Document

_SUBJECT_WEIGHT = 2.0
_SECOND_TIME = 0.5
"""A pattern found again in the same item adds half its weight, a third time nothing."""
_AGAINST = -1.5
_NONE_OF_THESE = 1.0
"""The score that speaks for "none of our topics"; it keeps one weak hint below one half."""
_SHOWN_EVIDENCE = 8
_PHRASE_WEIGHT = 1.5
"""What a keyword of several words is worth; one word is worth 1."""
_SHORTEST_STEM = 5
_WORD = re.compile(r"[^\W_]+")
_VOWELS = "aeiouàèéìòù"
"""Italian inflects its words in the last vowel."""


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

    def __init__(self, path: Path | None = None, *, taxonomy: Taxonomy | None = None) -> None:
        """Load the rules of ``path``, or the ones we ship, and the keywords of ``taxonomy``.

        Raises:
            ConfigError: the file cannot be read, or names the rule and key that are wrong.
        """
        self._rules = _load(path, taxonomy)
        self.version = self._rules.version

    @classmethod
    def configured(cls, options: ClassifierOptions) -> Self:
        """Return the classifier of the operator's rules and topics."""
        return cls(options.rules, taxonomy=Taxonomy.load(options.taxonomy))

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

    def shares(self, texts: Sequence[str], topics: Sequence[str]) -> NDArray[np.float32]:
        """Return the confidence in each of ``topics`` (columns) for each text (row).

        The first of several lines of a text is its subject.
        """
        columns = {topic: column for column, topic in enumerate(topics)}
        shares = np.zeros((len(texts), len(topics)), dtype=np.float32)
        for row, text in enumerate(texts):
            for opinion in self.classify(_documents(text)):
                if opinion.topic in columns:
                    shares[row, columns[opinion.topic]] = opinion.confidence
        return shares

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


def _documents(text: str) -> list[Document]:
    subject, line_end, body = text.partition("\n")
    if not line_end:
        return [Document(text=text)]
    return [Document(origin="subject", text=subject), Document(text=body)]


@lru_cache(maxsize=8)
def _load(path: Path | None, taxonomy: Taxonomy | None) -> _Compiled:
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
    for topic in taxonomy.topics if taxonomy else ():
        for keyword in topic.keywords:
            stems = [_stem(word) for word in _WORD.findall(keyword)]
            weight = 1.0 if len(stems) == 1 else _PHRASE_WEIGHT
            clues.append(_Clue(topic.id, "keyword", weight))
            patterns.append(" ".join(stems))
    version = "-".join(filter(None, (file.digest, taxonomy.version if taxonomy else "")))
    return _Compiled(version, tuple(clues), Matcher(patterns, tolerant=True))


def _stem(word: str) -> str:
    """Return the pattern of a keyword's word with its ending left open, where it has one."""
    is_inflected = len(word) >= _SHORTEST_STEM and word[-1].lower() in _VOWELS
    return f"{word[:-1]}*" if is_inflected else word


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
