import tomllib
from pathlib import Path

import pytest

from intake.classifying.urgency import UrgencyRules
from intake.errors import ConfigError
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

FIXTURES = Path(__file__).parents[3] / "fixtures" / "classify"
PHRASES = tomllib.loads((FIXTURES / "emergency.toml").read_text("utf-8"))


def _urgency(*texts: str) -> Urgency:
    return UrgencyRules().assess([Document(text=text) for text in texts]).urgency


def test_the_phrase_set_is_large_enough_to_mean_something() -> None:
    assert len(set(PHRASES["positive"])) >= 60
    assert len(set(PHRASES["negative"])) >= 100


@pytest.mark.parametrize("phrase", PHRASES["positive"])
def test_a_call_for_help_is_an_emergency(phrase: str) -> None:
    assessment = UrgencyRules().assess([Document(text=phrase)])
    assert assessment.urgency is Urgency.EMERGENCY
    assert assessment.evidence[0].rule.startswith("emergency: ")
    assert assessment.evidence[0].text


@pytest.mark.parametrize("phrase", PHRASES["negative"])
def test_alarming_words_without_danger_are_no_emergency(phrase: str) -> None:
    assert _urgency(phrase) is not Urgency.EMERGENCY


@pytest.mark.parametrize("phrase", ["aiuto siamo bloccati in ascensore", "c'è un incendio in casa"])
def test_capitals_and_line_ends_change_nothing(phrase: str) -> None:
    assert _urgency(phrase.upper()) is Urgency.EMERGENCY
    assert _urgency(phrase.replace(" ", "\n")) is Urgency.EMERGENCY


def test_a_call_for_help_is_found_among_much_other_text() -> None:
    calm = "Buongiorno, chiedo informazioni sugli orari. " * 200
    assert _urgency(calm + "Siamo intrappolati in casa. " + calm) is Urgency.EMERGENCY


def test_a_drill_in_the_subject_covers_the_body_unless_it_is_said_to_be_real() -> None:
    assert _urgency("Esercitazione", "Tre persone intrappolate in casa.") is Urgency.NORMAL
    real = "Aiuto, tre persone sono intrappolate davvero"
    assert _urgency("Esercitazione", real) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "phrase",
    [
        "Mia madre è disabile e ha bisogno di farmaci",
        "Vivo da sola e sono anziana, mi serve assistenza",
        "La domanda va presentata entro il 30 giugno",
        "Il termine perentorio scade domani",
        "Atto di diffida e messa in mora",
        "Il mio avvocato farà ricorso al TAR del Lazio",
        "We need an answer by tomorrow",
    ],
)
def test_vulnerable_people_deadlines_and_legal_acts_are_urgent(phrase: str) -> None:
    assert _urgency(phrase) is Urgency.HIGH


@pytest.mark.parametrize("phrase", ["", "Quali sono gli orari?", "Materiale per i bambini"])
def test_the_rest_is_normal(phrase: str) -> None:
    assert _urgency(phrase) is Urgency.NORMAL


def test_nothing_to_read_is_normal() -> None:
    assert UrgencyRules().assess([]) == (Urgency.NORMAL, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[rules]]\nname="a"\nurgency="high"\npatterns=["x .."]', ["'a'", "x .."]),
        (
            '[[rules]]\nname="a"\nurgency="high"\nguards=["b"]\npatterns=["x"]',
            ["'a'", "guards", "'b'"],
        ),
        ('[[rules]]\nname="a"\nurgency="normal"\npatterns=["x"]', ["'a'", "urgency"]),
    ],
)
def test_an_error_names_file_rule_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "urgency.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        UrgencyRules(path)
    assert all(word in error.value.message for word in [str(path), *words])
