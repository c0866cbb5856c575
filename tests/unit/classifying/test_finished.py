"""What is over: told in the words of a call, and taken for none only where both readers agree."""

from __future__ import annotations

import pytest

from intake.classifying.danger.urgency import Assessment, UrgencyRules
from intake.classifying.danger.weighing import DOUBTED
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

UNDER_THE_WALL = "Il muro è caduto su mio fratello, si vede solo una mano, chiama da sotto."
IN_THE_WELL = "La nonna era nel pozzo con l'acqua alla gola e gridava."


def _assess(*texts: str) -> Assessment:
    return UrgencyRules().assess([Document(text=text) for text in texts])


THE_END = (
    "L'hanno ripescata i vicini con una scala. Oggi è a casa, mangia e si lamenta della minestra."
)
GOES_ON = [
    f"{UNDER_THE_WALL} I pompieri lo hanno tirato fuori, ora sotto c'è mio padre.",
    f"{UNDER_THE_WALL} I pompieri hanno tirato fuori mio zio, è stato dimesso ed è a casa.",
    f"{UNDER_THE_WALL} I pompieri non lo hanno tirato fuori e sono andati via.",
    f"{IN_THE_WELL} Il cane lo hanno ripescato i vicini con una scala, lei non ci arriva.",
    "Vorrei raccontare la notte del 12 a chi fa i turni da voi, la vostra ragazza al telefono "
    "contava con me e il bambino si è salvato. Stanotte è di nuovo così, ha smesso di respirare.",
]


def test_what_is_told_as_over_is_no_emergency_and_is_read_soon() -> None:
    found = _assess(f"{IN_THE_WELL} {THE_END}")
    assert found.urgency is Urgency.HIGH
    assert found.evidence[0].rule.startswith(DOUBTED)


@pytest.mark.parametrize("text", GOES_ON)
def test_an_ending_silences_no_danger_that_goes_on(text: str) -> None:
    assert _assess(text).urgency is Urgency.EMERGENCY


def test_an_ending_in_another_part_of_the_item_is_read_with_it() -> None:
    assert _assess(IN_THE_WELL).urgency is Urgency.EMERGENCY
    assert _assess(IN_THE_WELL, THE_END).urgency is not Urgency.EMERGENCY


def test_a_call_in_a_letter_too_long_to_be_read_as_one_is_an_alarm() -> None:
    letter = "Vi ringrazio per la cortesia con cui mi avete risposto al telefono. " * 15
    assert _assess(f"{letter}\n\n{UNDER_THE_WALL}\n\n{letter}").urgency is (Urgency.EMERGENCY)


THANKS = (
    "Ringrazio di cuore la squadra di lunedì per la sua gentilezza.",
    "Mio padre è stato dimesso e oggi è a casa, mangia e ride.",
)
NOW = [
    "Mia suocera è rimasta nel seminterrato e l'acqua le arriva al petto.",
    "In questo momento mia moglie è a terra in cucina e non respira.",
    "Due ragazzi sono aggrappati al pilone del ponte e la corrente li porta via.",
]


@pytest.mark.parametrize("call", NOW)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_another_danger_in_a_letter_of_thanks_is_an_emergency(call: str, at: int) -> None:
    letter = " ".join([*THANKS[:at], call, *THANKS[at:]])
    assert _assess(letter).urgency is Urgency.EMERGENCY


def test_nothing_is_told_as_over_in_an_item_of_which_a_part_is_not_judged() -> None:
    documents = [Document(text=text) for text in (IN_THE_WELL, "x" * 300, THE_END)]
    assert UrgencyRules().assess(documents, most=300).urgency is Urgency.EMERGENCY
    assert UrgencyRules().assess(documents).urgency is not Urgency.EMERGENCY
