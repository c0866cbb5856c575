"""KeywordClassifier: an opinion on the topic from readable keyword rules, from day one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from intake.classifying.datafile import DataFile, read, refuse, validate
from intake.classifying.topics.origins import From
from intake.classifying.topics.taxonomy import Taxonomy, TopicId
from intake.classifying.words.folding import Words, split
from intake.classifying.words.known_words import known_words
from intake.classifying.words.patterns import Hit, Matcher
from intake.schemas.base import Frozen
from intake.schemas.classifications import Classification, ClassifierOptions, Evidence, Origin
from intake.schemas.documents import Document

_SUBJECT_WEIGHT = 2.0
_SECOND_TIME = 0.5
"""A pattern found again in the same item adds half its weight, a third time nothing."""
_AGAINST = -1.5
_NONE_OF_THESE = 1.1
"""The score that speaks for "none of our topics"; it keeps one good hint below one half: "casa" is
in many letters that are no concern of ours."""
_SHOWN_EVIDENCE = 8
_PHRASE_WEIGHT = 1.5
"""What a keyword of several words is worth; one word is worth 1."""
_SHORTEST_STEM = 5
_WORD = re.compile(r"[^\W_]+")
_VOWELS = "aeiouàèéìòù"
"""Italian inflects its words in the last vowel."""


class _Rule(From):
    """Words, an origin, or both: then the words count only where the item comes from there."""

    topic: TopicId
    name: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0, le=10)
    it: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    certainty: float | None = Field(default=None, gt=0, le=1)
    """How often an item of this origin has this topic, where the operator knows it: the opinion
    then counts as much as what was learned."""

    @property
    def patterns(self) -> tuple[str, ...]:
        return (*self.it, *self.en, *self.other)

    @model_validator(mode="after")
    def _certain_of_an_origin(self) -> Self:
        if self.certainty is not None and (self.is_any or self.patterns or self.against):
            raise ValueError("certainty is for a rule of senders, channels or numbers alone")
        return self


class _File(Frozen):
    rules: tuple[_Rule, ...] = Field(min_length=1)


class _Clue(NamedTuple):
    """What one pattern says when it is found."""

    topic: str
    rule: str
    weight: float
    place: _Rule | None = None
    """The rule, where it holds only for items from somewhere."""


class _Found(NamedTuple):
    """A clue that was found, what it is worth there, and the words or facts that it is."""

    clue: _Clue
    weight: float
    words: Words | None
    hit: Hit | None
    fact: str = ""

    @property
    def text(self) -> str:
        if self.words is None or self.hit is None:
            return self.fact
        return self.words.quote(self.hit.start, self.hit.end)


class _Compiled(NamedTuple):
    version: str
    clues: tuple[_Clue, ...]
    matcher: Matcher
    origins: tuple[_Rule, ...]
    """The rules that ask for an origin and for no words."""


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
        rules = self._rules
        return frozenset([*(c.topic for c in rules.clues), *(r.topic for r in rules.origins)])

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return one opinion for each topic that the words speak for, the strongest first."""
        return self.classify_from(documents, Origin())

    def classify_from(
        self, documents: Sequence[Document], origin: Origin
    ) -> Sequence[Classification]:
        """Return one opinion for each topic that words and origin speak for, the strongest first.

        A rule that is certain of an origin has an opinion of its own.
        """
        found = self._find(documents, origin)
        opinions = [
            self._opinion(topic, confidence, found[topic])
            for topic, confidence in _confidences(found).items()
        ] + [
            self._opinion(rule.topic, rule.certainty, [_of_origin(rule, fact)], is_certain=True)
            for rule in self._rules.origins
            if rule.certainty is not None and (fact := rule.fits(origin))
        ]
        return tuple(sorted(opinions, key=lambda each: (-each.confidence, each.topic)))

    def _opinion(
        self, topic: str, confidence: float, found: Sequence[_Found], *, is_certain: bool = False
    ) -> Classification:
        return Classification(
            classifier=self.name,
            version=self.version,
            topic=topic,
            confidence=confidence,
            calibrated=is_certain,
            evidence=_strongest(found),
        )

    def shares(self, texts: Sequence[str], topics: Sequence[str]) -> NDArray[np.float32]:
        """Return the confidence in each of ``topics`` (columns) for each text (row).

        The first of several lines of a text is its subject. Where it comes from is not known.
        """
        columns = {topic: column for column, topic in enumerate(topics)}
        shares = np.zeros((len(texts), len(topics)), dtype=np.float32)
        for row, text in enumerate(texts):
            found = self._find(documents_of(text), Origin())
            for topic, confidence in _confidences(found).items():
                if topic in columns:
                    shares[row, columns[topic]] = confidence
        return shares

    def _find(self, documents: Sequence[Document], origin: Origin) -> dict[str, list[_Found]]:
        times: dict[int, int] = defaultdict(int)
        found: dict[str, list[_Found]] = defaultdict(list)
        for rule in self._rules.origins:
            if rule.certainty is None and (fact := rule.fits(origin)):
                found[rule.topic].append(_of_origin(rule, fact))
        for document in documents:
            trust = _SUBJECT_WEIGHT if document.origin == "subject" else document.confidence
            words = split(document.text)
            for hit in self._rules.matcher.find(words):
                clue = self._rules.clues[hit.pattern]
                if clue.place is not None and not clue.place.fits(origin):
                    continue
                times[hit.pattern] += 1
                if times[hit.pattern] > 2:
                    continue
                repeated = 1.0 if times[hit.pattern] == 1 else _SECOND_TIME
                found[clue.topic].append(_Found(clue, clue.weight * trust * repeated, words, hit))
        return found


def _confidences(found: Mapping[str, Sequence[_Found]]) -> dict[str, float]:
    """Return, of each topic that is spoken for, its share of all that was found."""
    scores = {topic: sum(item.weight for item in items) for topic, items in found.items()}
    supported = {topic: score for topic, score in scores.items() if score > 0}
    total = sum(supported.values()) + _NONE_OF_THESE
    return {topic: round(score / total, 4) for topic, score in supported.items()}


def _of_origin(rule: _Rule, fact: str) -> _Found:
    return _Found(_Clue(rule.topic, rule.name, rule.weight), rule.weight, None, None, fact)


def check_topics(path: Path, taxonomy: Taxonomy) -> None:
    """Refuse rules for topics that ``taxonomy`` does not have: nothing is ever filed under these.

    Raises:
        ConfigError: there is such a rule, which is named, or the file cannot be read.
    """
    file = read(path, shipped="keywords.toml")
    strays = [rule for rule in validate(file, _File).rules if taxonomy.find(rule.topic) is None]
    if strays:
        named = "; ".join(f"rule {each.name!r}, topic {each.topic!r}" for each in strays)
        raise refuse(file, f"the taxonomy does not have the topic of: {named}")


def documents_of(text: str) -> list[Document]:
    """Return the subject, which is the first of several lines, and the body of an example."""
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
    written = validate(file, _File).rules
    today = taxonomy.meanings() if taxonomy else {}  # all rules speak for topics of today
    rules = [
        each.model_copy(update={"topic": today.get(each.topic, each.topic)}) for each in written
    ]
    for rule in rules:
        place = None if rule.is_any else rule
        for pattern in rule.patterns:
            clues.append(_Clue(rule.topic, rule.name, rule.weight, place))
            patterns.append(pattern)
        for pattern in rule.against:
            clues.append(_Clue(rule.topic, f"not {rule.name}", _AGAINST, place))
            patterns.append(pattern)
    for topic in taxonomy.topics if taxonomy else ():
        for keyword in topic.keywords:
            stems = [_stem(word) for word in _WORD.findall(keyword)]
            weight = 1.0 if len(stems) == 1 else _PHRASE_WEIGHT
            clues.append(_Clue(topic.id, "keyword", weight))
            patterns.append(" ".join(stems))
    version = "-".join(filter(None, (file.digest, taxonomy.version if taxonomy else "")))
    origins = tuple(rule for rule in rules if not rule.is_any and not rule.patterns)
    try:
        matcher = Matcher(patterns, tolerant=True, real_words=known_words())
    except ValueError:
        _blame(file, written)
        raise
    return _Compiled(version, tuple(clues), matcher, origins)


def _stem(word: str) -> str:
    """Return the pattern of a keyword's word with its ending left open, where it has one."""
    is_inflected = len(word) >= _SHORTEST_STEM and word[-1].lower() in _VOWELS
    return f"{word[:-1]}*" if is_inflected else word


def _blame(file: DataFile, rules: Sequence[_Rule]) -> None:
    """Refuse the patterns that cannot be compiled, by the rule and key they stand in."""
    problems = []
    for rule, key in product(rules, ("it", "en", "other", "against")):
        for pattern in getattr(rule, key):
            try:
                Matcher([pattern])
            except ValueError as error:
                where = f"topic {rule.topic!r}, rule {rule.name!r}, key {key!r}"
                problems.append(f"{where}: {error}")
    if problems:
        raise refuse(file, *problems)


def _strongest(found: Sequence[_Found]) -> tuple[Evidence, ...]:
    ordered = sorted(found, key=lambda item: -abs(item.weight))[:_SHOWN_EVIDENCE]
    return tuple(
        Evidence(
            rule=item.clue.rule,
            text=item.text,
            topic=item.clue.topic,
            weight=round(item.weight, 4),
        )
        for item in ordered
    )
