"""What a classifier promises, one test each: subclass the contract, give its fixture, run pytest.

::

    class TestMyClassifier(ClassifierContract):
        topics = frozenset({"info.aree-attesa"})     # left out: those of the taxonomy we ship

        @pytest.fixture
        def classifier(self): ...                    # a new one, as intake would open it
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import cache
from typing import ClassVar

from intake.classifying.guarded import (
    FAILED,
    LONGEST_TEXT,
    MOST_EVIDENCE,
    MOST_OPINIONS,
    GuardedClassifier,
    ask,
)
from intake.classifying.topics.taxonomy import Taxonomy
from intake.interfaces import Classifier, OriginClassifier
from intake.schemas.base import clean_text
from intake.schemas.classifications import Classification, Origin
from intake.schemas.documents import Document

_NOTHING: Sequence[Sequence[Document]] = (
    [],
    [Document(text="")],
    [Document(text=" \n\t\N{NO-BREAK SPACE}")],
    [Document(origin="subject", text=""), Document(text="")],
)
_STRANGE = (
    "\0\x1b[31m\N{REPLACEMENT CHARACTER}",
    "\N{GRINNING FACE}" * 500,
    "\N{RIGHT-TO-LEFT OVERRIDE}abc\N{COMBINING ACUTE ACCENT}" * 50,
    "٣ 中文 Ελλάδα क्ष",
    "0123456789 " * 300,
    "<script>alert(1)</script> {{topic}} '; DROP TABLE requests; --",
    "a" * 100_000,
)
_LONG_LETTERS = 500_000


class ClassifierContract:
    """The promises of ``intake.interfaces.Classifier``. Fixture to give: ``classifier``."""

    texts: ClassVar[Sequence[str]] = (
        "Dove si trova l'area di attesa del mio comune?",
        "Il fiume sta uscendo dagli argini, abbiamo l'acqua in casa",
        "asdf \x00 \N{GRINNING FACE} " * 100,
    )
    """Texts to ask about; put some of yours first, on which it has an opinion."""
    topics: ClassVar[Collection[str] | None] = None
    """The topics it may name; None: those of the taxonomy we ship."""
    patience_s: ClassVar[float] = 5.0
    """How long it may take for one item, however long: `[classify] timeout_s` of its users."""

    def test_it_has_the_shape_of_a_classifier(self, classifier: Classifier) -> None:
        assert isinstance(classifier, Classifier)
        assert classifier.name
        assert classifier.version

    def test_nothing_gives_no_topic(self, classifier: Classifier) -> None:
        for documents in _NOTHING:
            given = self._ask(classifier, documents)
            assert all(opinion.topic is None for opinion in given), f"a topic for {documents}"

    def test_the_strongest_opinion_comes_first(self, classifier: Classifier) -> None:
        for opinions in self._answers(classifier):
            strengths = [opinion.confidence for opinion in opinions]
            assert strengths == sorted(strengths, reverse=True)

    def test_confidence_lies_between_nothing_and_certainty(self, classifier: Classifier) -> None:
        for opinions in self._answers(classifier):
            for opinion in opinions:
                assert math.isfinite(opinion.confidence)
                assert 0 <= opinion.confidence <= 1, f"confidence {opinion.confidence}"

    def test_it_names_only_topics_that_there_are(self, classifier: Classifier) -> None:
        known = _shipped_topics() if self.topics is None else self.topics
        for opinions in self._answers(classifier):
            unknown = {each.topic for each in opinions if each.topic is not None} - set(known)
            assert not unknown, f"no such topics: {sorted(unknown)}"

    def test_it_speaks_in_its_own_name(self, classifier: Classifier) -> None:
        for opinions in self._answers(classifier):
            for opinion in opinions:
                said = (opinion.classifier, opinion.version)
                assert said == (classifier.name, classifier.version)

    def test_opinions_and_their_evidence_have_measure(self, classifier: Classifier) -> None:
        for opinions in self._answers(classifier):
            assert len(opinions) <= MOST_OPINIONS
            for opinion in opinions:
                assert len(opinion.evidence) <= MOST_EVIDENCE
                for each in opinion.evidence:
                    assert len(each.rule) + len(each.text) <= LONGEST_TEXT
                    assert math.isfinite(each.weight)
                    assert clean_text(each.rule + each.text) == each.rule + each.text

    def test_it_is_pure(self, classifier: Classifier) -> None:
        for text in self.texts:
            documents = [Document(text=text)]
            assert self._ask(classifier, documents) == self._ask(classifier, documents)

    def test_it_leaves_what_it_is_given_as_it_is(self, classifier: Classifier) -> None:
        for text in self.texts:
            documents = [Document(origin="subject", text=text[:80]), Document(text=text)]
            given = [document.model_copy() for document in documents]
            self._ask(classifier, given)
            assert given == documents, f"changed: {text[:60]!r}"

    def test_it_remembers_nothing_of_other_items(self, classifier: Classifier) -> None:
        forwards = {text: self._ask(classifier, [Document(text=text)]) for text in self.texts}
        for text in reversed(self.texts):
            assert self._ask(classifier, [Document(text=text)]) == forwards[text], text[:60]

    def test_no_text_makes_it_fail_or_hang(self, classifier: Classifier) -> None:
        long = " ".join(self.texts) * (_LONG_LETTERS // max(1, sum(map(len, self.texts))) + 1)
        for text in (*_STRANGE, *self.texts, long):
            for documents in (
                [Document(text=text)],
                [Document(origin="subject", text=text[:500]), Document(text=text, confidence=0.3)],
            ):
                guarded = GuardedClassifier(classifier, timeout_s=self.patience_s)
                failed = [
                    evidence.text
                    for opinion in guarded.classify(documents)
                    for evidence in opinion.evidence
                    if evidence.rule == FAILED
                ]
                assert not failed, f"{failed[0]}: for {text[:40]!r} of {len(text)} characters"

    def test_it_lives_with_any_origin(self, classifier: Classifier) -> None:
        if not isinstance(classifier, OriginClassifier):
            return
        origins = (
            Origin(),
            Origin(channel="fax", number="+390600000000"),
            Origin(channel="telex", source="x", sender="no address", number="?"),
        )
        for origin in origins:
            for documents in ([], [Document(text=self.texts[0])]):
                first = classifier.classify_from(documents, origin)
                assert list(classifier.classify_from(documents, origin)) == list(first)

    def _answers(self, classifier: Classifier) -> list[list[Classification]]:
        return [self._ask(classifier, [Document(text=text)]) for text in self.texts]

    def _ask(self, classifier: Classifier, documents: Sequence[Document]) -> list[Classification]:
        return list(ask(classifier, documents, Origin()))


@cache
def _shipped_topics() -> frozenset[str]:
    return frozenset(Taxonomy.load().ids())
