"""What words add to a decision: all of them together are the decision."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from intake.classifying.models.examples import Example
from intake.classifying.models.learned import LearnedClassifier
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.words.folding import split
from intake.schemas.documents import Document

TEXT = "Il fiume sale, la pioggia allaga il campo e la casa"


@pytest.fixture(scope="module")
def model() -> LinearModel:
    texts = {
        "acqua": "il fiume sale e la pioggia allaga la cantina e il campo",
        "casa": "cerco una casa con giardino per la mia famiglia senza alloggio",
        "medaglia": "chiedo la medaglia e il mio attestato di benemerenza",
    }
    return train(
        [
            Example(" ".join(text.split()[shift:] + text.split()[:shift]), topic)
            for topic, text in texts.items()
            for shift in range(8)
        ]
    )


@pytest.mark.parametrize("topic", ["acqua", "casa", "medaglia"])
def test_words_and_pairs_add_up_to_the_decision(model: LinearModel, topic: str) -> None:
    read = split(TEXT).words
    pairs = sorted({f"{one} {next_}" for one, next_ in pairwise(read)})
    added = model.contributions(TEXT, sorted(set(read)), pairs, [topic])
    column = model.manifest.topics.index(topic)
    nothing = model.decide([""])[0][column]
    assert added.sum() == pytest.approx(model.decide([TEXT])[0][column] - nothing, abs=1e-3)


def test_what_is_not_in_the_text_adds_nothing(model: LinearModel) -> None:
    assert not model.contributions(TEXT, ["xyzzy"], [], ["acqua"]).any()
    assert not model.contributions("", ["fiume"], [], ["acqua"]).any()
    assert model.contributions(TEXT, [], [], ["acqua"]).shape == (0, 1)


def test_each_topic_is_explained_as_if_it_were_asked_for_alone(model: LinearModel) -> None:
    words, pairs, topics = ["fiume", "argine"], ["fiume argine"], model.manifest.topics[::-1]
    together = model.contributions(TEXT, words, pairs, topics)
    assert together.shape == (3, len(topics))
    for column, topic in enumerate(topics):
        alone = model.contributions(TEXT, words, pairs, [topic])
        assert np.array_equal(together[:, column], alone[:, 0])


def test_an_opinion_names_whole_words_for_and_against(model: LinearModel) -> None:
    opinions = LearnedClassifier(model).classify([Document(text=TEXT)])
    evidence = {each.topic: each.evidence for each in opinions if each.evidence}
    for_water = {each.text for each in evidence["acqua"] if each.weight > 0}
    assert for_water & {"fiume", "pioggia", "allaga", "campo", "sale"}
    assert "casa" in {each.text for each in evidence["acqua"] if each.weight < 0}
    known = {word.lower() for word in split(TEXT).words}
    assert all(set(each.text.split()) <= known for found in evidence.values() for each in found)
