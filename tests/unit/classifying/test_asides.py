"""Texts beside a message are heard by themselves, within the bounds of one item."""

from __future__ import annotations

import pytest

from intake.classifying.danger.asides import assess, assess_beginning
from intake.classifying.danger.urgency import MOST_CHARACTERS, UrgencyRules
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

CALM = "Vi scrivo per la domanda di alloggio che ho spedito il mese passato. "
BODY = Document(origin="body", text="Buongiorno, quando si può ritirare il modulo? Grazie.")
CALL = "Aiuto, mia madre è sotto le macerie e non respira."


def test_many_long_files_share_what_is_judged_of_an_item() -> None:
    long = CALM * (MOST_CHARACTERS // len(CALM) // 2)
    files = [Document(origin="file", path=str(number), text=long) for number in range(4)]
    assessed = assess(UrgencyRules(), [Document(text=CALM), *files])
    assert assessed.urgency is Urgency.HIGH
    assert {each.rule for each in assessed.evidence} == {"high: doubtful length, not judged"}
    left_out = sum(int(each.text.split()[0]) for each in assessed.evidence)
    assert left_out >= len(CALM) + 4 * len(long) - MOST_CHARACTERS


def test_a_short_file_beside_long_ones_is_heard_whole() -> None:
    files = [Document(origin="file", path="long", text=CALM * 4000)]
    files += [Document(origin="file", path="short", text=CALL)]
    assert assess(UrgencyRules(), files).urgency is Urgency.EMERGENCY


@pytest.mark.parametrize("origin", ["file", "quoted", "footer", "alternative"])
def test_a_call_is_heard_wherever_it_stands(origin: str) -> None:
    assessed = assess(UrgencyRules(), [BODY, Document(origin=origin, text=CALL)])
    assert assessed.urgency is Urgency.EMERGENCY
    assert assessed.evidence[0].where == origin


def test_the_scenario_of_a_drill_is_a_drill_in_a_file_too() -> None:
    drill = [
        Document(origin="subject", text="Esercitazione 12 maggio: invio scenario"),
        Document(origin="body", text="In allegato lo scenario dell'esercitazione."),
        Document(origin="file", text="Alle ore 9 scoppia un incendio nella scuola.", path="2"),
    ]
    assert assess(UrgencyRules(), drill).urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "footer",
    [
        "Termoidraulica Neri srl\nPronto intervento fughe di gas e allagamenti 24h su 24",
        "Croce Verde Trento\nAmbulanza e Pronto Soccorso\nVia Brennero 3\n38121 Trento",
    ],
)
def test_the_trade_of_a_firm_under_its_name_asks_for_nobody(footer: str) -> None:
    assessed = assess(UrgencyRules(), [BODY, Document(origin="footer", text=footer)])
    assert assessed.urgency is Urgency.NORMAL


def test_the_beginning_of_an_item_is_heard_and_the_evidence_says_that_the_rest_is_not() -> None:
    file = Document(origin="file", path="1", text=CALL)
    assert assess_beginning(UrgencyRules(), [Document(text=CALL), file]).urgency == "emergency"
    assessed = assess_beginning(UrgencyRules(), [BODY, file])
    assert assessed.urgency is Urgency.HIGH
    assert [each.text for each in assessed.evidence] == ["files, quotations and footers"]
