"""Classifiers that break one promise each; the contract must catch every one."""

from __future__ import annotations

import itertools
import time

from intake.schemas.classifications import Classification, Evidence


class Honest:
    """Knows one word, and keeps every promise."""

    name, version = "honest", "1"
    breaks = ""

    def classify(self, documents):
        text = " ".join(document.text for document in documents)
        return [self.opinion()] if "area" in text else []

    def classify_from(self, documents, origin):
        return self.classify(documents)

    def opinion(self, **values):
        given = {"topic": "info.aree-attesa", "confidence": 0.9, **values}
        return Classification.model_construct(
            classifier=given.pop("classifier", self.name),
            version=self.version,
            **{"evidence": (), "calibrated": False, **given},
        )


class Nameless(Honest):
    name = ""
    breaks = "test_it_has_the_shape_of_a_classifier"


class AlwaysSure(Honest):
    breaks = "test_nothing_gives_no_topic"

    def classify(self, documents):
        return [self.opinion()]


class WeakestFirst(Honest):
    breaks = "test_the_strongest_opinion_comes_first"

    def classify(self, documents):
        found = super().classify(documents)
        return [self.opinion(topic="reclamo", confidence=0.1), *found] if found else []


class MoreThanCertain(Honest):
    breaks = "test_confidence_lies_between_nothing_and_certainty"

    def opinion(self, **values):
        return super().opinion(confidence=1.7)


class NotANumber(MoreThanCertain):
    def opinion(self, **values):
        return Honest.opinion(self, confidence=float("nan"))


class Inventive(Honest):
    breaks = "test_it_names_only_topics_that_there_are"

    def opinion(self, **values):
        return super().opinion(topic="martians")


class Ventriloquist(Honest):
    breaks = "test_it_speaks_in_its_own_name"

    def opinion(self, **values):
        return super().opinion(classifier="person")


class Talkative(Honest):
    breaks = "test_opinions_and_their_evidence_have_measure"

    def opinion(self, **values):
        return super().opinion(evidence=(Evidence(rule="all", text="x" * 10_000),))


class Weightless(Talkative):
    def opinion(self, **values):
        evidence = (Evidence(rule="all", text="x", weight=float("inf")),)
        return Honest.opinion(self, evidence=evidence)


class Unspeakable(Talkative):
    def opinion(self, **values):
        return Honest.opinion(self, evidence=(Evidence(rule="all", text="\ud800"),))


class Dicing(Honest):
    breaks = "test_it_is_pure"

    def __init__(self):
        self._next = itertools.cycle([0.2, 0.8])

    def opinion(self, **values):
        return super().opinion(confidence=next(self._next))


class Clearing(Honest):
    breaks = "test_it_leaves_what_it_is_given_as_it_is"

    def classify(self, documents):
        found = super().classify(documents)
        documents.clear()
        return found


class Rewriting(Clearing):
    def classify(self, documents):
        for document in documents:
            document.__dict__["text"] = ""
        return []


class Remembering(Honest):
    breaks = "test_it_remembers_nothing_of_other_items"

    def __init__(self):
        self._seen = set()

    def classify(self, documents):
        self._seen |= {document.text for document in documents}
        return [self.opinion(confidence=1 / (1 + len(self._seen)))] if self._seen else []


class Raising(Honest):
    breaks = "test_no_text_makes_it_fail_or_hang"

    def classify(self, documents):
        for document in documents:
            document.text.encode("latin-1", "strict")
        return super().classify(documents)


class Hanging(Raising):
    def classify(self, documents):
        if any(len(document.text) > 50_000 for document in documents):
            time.sleep(3600)
        return Honest.classify(self, documents)


class Fussy(Honest):
    breaks = "test_it_lives_with_any_origin"

    def classify_from(self, documents, origin):
        return self.classify(documents) if "@" in origin.sender or not origin.sender else 1 / 0


LIARS = [each for each in list(vars().values()) if getattr(each, "breaks", "")]
