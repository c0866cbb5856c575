"""The small taxonomy in examples/ is one to begin with: its topics are found before any example."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake import classify
from intake.classifying.topics.taxonomy import Taxonomy
from intake.pipeline.stage_options import ClassifyOptions

TAXONOMY = Path(__file__).parents[2] / "examples" / "taxonomy.toml"
LETTERS = {
    "informazioni": "Vorrei sapere gli orari dello sportello e quale modulo serve.",
    "segnalazioni": "Segnalo una buca profonda e due lampioni spenti in via Dante.",
    "contributi": "Quando esce la graduatoria del bando per la domanda di contributo?",
    "accesso": "Chiedo copia degli atti della pratica ai sensi della legge 241/1990.",
    "reclami": "Presento reclamo per il disservizio e il ritardo dell'ufficio.",
    "ringraziamenti": "Ringrazio di cuore tutto il personale, complimenti davvero.",
}


@pytest.mark.parametrize(("topic", "letter"), LETTERS.items())
def test_a_plain_letter_suggests_its_topic(topic: str, letter: str) -> None:
    verdict = classify(letter, options=ClassifyOptions(classifiers=(), taxonomy=TAXONOMY))

    suggested = [verdict.topic, *(each.topic for each in verdict.alternatives)]
    assert topic in [each for each in suggested if each][:1]


def test_a_call_for_help_has_its_topic_at_once() -> None:
    verdict = classify("Aiuto, siamo intrappolati!", options=ClassifyOptions(taxonomy=TAXONOMY))

    assert (verdict.topic, verdict.emergency) == ("pericolo", True)


def test_a_topic_that_was_merged_is_found_by_its_former_name() -> None:
    taxonomy = Taxonomy.load(TAXONOMY)

    for former in ("guasti", "manutenzioni"):
        found = taxonomy.find(former)
        assert found is not None
        assert found.id == "segnalazioni"
