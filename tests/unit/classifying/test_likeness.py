"""What a model does with texts from elsewhere: strange, foreign, empty, unreadable."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from intake.classifying.models.examples import Example
from intake.classifying.models.likeness import Neighbours, Scale
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.words.features import extract
from intake.errors import ConfigError

SENTENCES = {
    "casa": (
        "cerco una casa in affitto per la mia famiglia",
        "abbiamo bisogno di un alloggio con due camere",
        "il nostro appartamento è inagibile e dormiamo in tenda",
        "chiedo dove sono i moduli abitativi per gli sfollati",
    ),
    "acqua": (
        "il fiume sale e la pioggia ha allagato la strada",
        "le cantine sono piene di fango dopo il temporale",
        "il torrente è uscito dagli argini vicino ai campi",
        "l'acqua entra nei garage e nessuno pulisce i tombini",
    ),
    "medaglia": (
        "chiedo la medaglia di benemerenza per i volontari",
        "non ho ancora ricevuto il mio attestato di servizio",
        "dove si ritira il diploma della commissione",
        "il mio nome manca nell'elenco delle benemerenze",
    ),
}
FOREIGN = (
    "Sbattete le uova con lo zucchero, unite la farina setacciata e cuocete quaranta minuti.",
    "Nel secondo tempo l'attaccante ha segnato una doppietta e la squadra ha vinto il derby.",
    "Il locatore si obbliga a corrispondere al conduttore gli interessi legali sulla cauzione.",
    "Sconto del settanta per cento sulle scarpe da ginnastica, solo questo fine settimana!",
    "Tanto gentile e tanto onesta pare la donna mia quand'ella altrui saluta.",
)
ABROAD = (
    "The quick brown fox jumps over the lazy dog while everybody is watching the match.",
    "Wir möchten gerne wissen, wann das Museum am Sonntag geöffnet ist und was es kostet.",
    "Nous voudrions réserver une table pour quatre personnes demain soir à huit heures.",
)


def _examples(count: int, seed: int = 0) -> list[Example]:
    choose = random.Random(seed)
    topics = sorted(SENTENCES)
    return [
        Example(" ".join(choose.sample(SENTENCES[topic], 2)) + f" {choose.randint(1, 99)}", topic)
        for number in range(count)
        for topic in [topics[number % 3]]
    ]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(_examples(120))


def test_a_text_from_elsewhere_reaches_no_half(model: LinearModel) -> None:
    assert model.probabilities(FOREIGN).max() < 0.5


def test_the_texts_it_learned_for_still_do(model: LinearModel) -> None:
    held = [each.text for each in _examples(60, seed=1)]
    assert (model.probabilities(held).max(axis=1) >= 0.5).mean() > 0.9


def test_a_word_or_two_are_no_message() -> None:
    places = {"consegne": "roma", "scuola": "torino"}
    short = train(
        [
            Example(f"{place} numero {number}", topic)
            for topic, place in places.items()
            for number in range(60)
        ]
    )
    message, word = short.probabilities(["roma numero 7", "roma"])
    assert message.argmax() == word.argmax() == 0
    assert word.max() < 0.5 < message.max()


def test_a_strange_text_keeps_the_order_of_its_topics(model: LinearModel) -> None:
    shares, decisions = model.probabilities(FOREIGN), model.decide(FOREIGN)
    for row, decided in zip(shares, decisions, strict=True):
        if row.any():
            assert row.argmax() == decided.argmax()


@pytest.mark.parametrize("text", ABROAD)
def test_a_text_in_a_language_nothing_was_learned_of_has_no_topic(
    model: LinearModel, text: str
) -> None:
    assert model.manifest.languages == ("it",)
    assert not model.probabilities([text]).any()


@pytest.mark.parametrize("text", ["", "\n", "...", "Ελληνικά κείμενα", "新しい地震"])
def test_a_text_of_which_nothing_is_known_has_no_topic(model: LinearModel, text: str) -> None:
    assert not model.probabilities([text]).any()


def test_unreadable_pages_reach_no_half(model: LinearModel) -> None:
    choose = random.Random(4)
    rubbish = ["".join(choose.choices("abcdeilnort  .,|1!/", k=300)) for _ in range(40)]
    assert (model.probabilities(rubbish).max(axis=1) >= 0.5).mean() <= 0.05


def test_the_nearest_example_is_found() -> None:
    features = extract([each.text for each in _examples(30)])
    rarity = np.ones(1 << 18, dtype=np.float32)
    neighbours = Neighbours.of(features, rarity)
    assert neighbours.similarities(features, rarity) == pytest.approx(np.ones(30), abs=0.02)
    others = neighbours.similarities(features, rarity, but_itself=True)
    assert (others < 0.99).all()
    assert (others > 0.1).all()
    elsewhere = neighbours.similarities(extract(FOREIGN), rarity)
    assert elsewhere.max() < np.median(others)


def test_one_text_is_as_similar_alone_as_among_others() -> None:
    texts = [each.text for each in _examples(300, seed=2)]
    rarity = np.ones(1 << 18, dtype=np.float32)
    neighbours = Neighbours.of(extract(texts[:40]), rarity)
    together = neighbours.similarities(extract(texts), rarity)
    alone = [neighbours.similarities(extract([text]), rarity)[0] for text in texts[::29]]
    assert together[::29] == pytest.approx(alone)


def test_without_examples_nothing_is_similar() -> None:
    rarity = np.ones(1 << 18, dtype=np.float32)
    nobody = Neighbours.of(extract([""]), rarity)
    assert not nobody.similarities(extract(["casa"]), rarity).any()


def test_a_scale_calls_the_strangest_few_strange() -> None:
    chance = np.random.default_rng(1)
    near = chance.uniform(0.2, 0.9, 500).astype(np.float32)
    clear = chance.normal(0.2, 0.3, 500).astype(np.float32)
    scale = Scale.of(near, clear)
    assert (scale.surplus(near, clear) < 0).mean() == pytest.approx(0.08, abs=0.01)
    far = scale.surplus(np.array([0.0], dtype=np.float32), np.array([-1.0], dtype=np.float32))
    assert far[0] < 0


def test_examples_of_a_file_that_do_not_fit_are_refused(model: LinearModel, tmp_path: Path) -> None:
    path = tmp_path / "topics.model"
    path.write_bytes(model.to_bytes())
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["near_starts"] = arrays["near_starts"][:-1]
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(ConfigError, match="do not fit"):
        LinearModel.load(path)
