"""A sentence torn out of its text: it may be a call though all around it is calm."""

from __future__ import annotations

import pytest

from intake.classifying.danger.urgency import UrgencyRules
from intake.schemas.classifications import Urgency
from intake.schemas.documents import Document

LETTERS = (
    "Sono una studentessa fuori sede e da tre mesi dormo in un albergo pagato dallo Stato. {} "
    "Ieri la direttrice ci ha detto che lunedì dobbiamo lasciare le camere. Vorrei sapere chi "
    "decide le proroghe.",
    "Da due anni il muro sotto il vecchio cimitero fa la pancia e il sindaco lo ha transennato. {} "
    "Chiedo quando qualcuno verrà a guardarlo. Saluti, Ivo Betti",
)


def _urgencies(sentence: str) -> set[Urgency]:
    texts = (letter.format(sentence) for letter in LETTERS)
    return {UrgencyRules().assess([Document(text=text)]).urgency for text in texts}


def test_one_calm_letter_is_normal_without_it() -> None:
    assert _urgencies("Le camere sono pulite e il portiere è cortese.") == {Urgency.NORMAL}


@pytest.mark.parametrize(
    "call",
    [
        "Un vecchio signore ha telefonato dicendo che è nella neve e ha sonno, poi silenzio.",
        "Malga coperta fino al tetto, dentro i miei cugini, si sente il cane ma loro no.",
    ],
)
def test_a_sentence_that_is_surely_a_call_is_an_alarm_in_a_calm_letter(call: str) -> None:
    assert _urgencies(call) == {Urgency.EMERGENCY}


def test_one_that_may_be_a_call_is_read_before_its_turn() -> None:
    call = "Segnalo smottamento in corso sul campeggio Le Betulle, ospiti ancora nelle roulotte."
    assert _urgencies(call) == {Urgency.HIGH}
    assessed = UrgencyRules().assess([Document(text=LETTERS[0].format(call))])
    assert assessed.evidence[0].rule == "high: doubtful learned"
    assert "campeggio" in assessed.evidence[0].text


@pytest.mark.parametrize(
    "call",
    [
        "Mia nipote di cinque anni non si trova da ieri sera, giocava nel bosco.",
        "Nostro nonno malato di demenza è scomparso da casa ieri sera.",
        "È sparita una bambina di sei anni dal campeggio.",
        "Non troviamo più nostra figlia di quattro anni.",
        "We cannot find our daughter.",
        "We can't find our son anywhere, he is six.",
        "Our grandfather cannot be found.",
        "My brother has been missing since the flood.",
        "Unsere Tochter wird seit gestern Abend vermisst.",
        "Mama je od včeraj pogrešana.",
        "La mia nipotina non si trova da ieri, giocava al fiume.",
        "Notre fille de cinq ans est introuvable depuis ce matin.",
        "Mi hijo de seis años no aparece desde anoche.",
        "Wir finden unser Kind nicht mehr, es war am Bach.",
        "Ne najdemo hčerke, bila je pri reki.",
    ],
)
def test_somebody_who_is_missing_is_an_alarm_wherever_it_is_said(call: str) -> None:
    assert _urgencies(call) == {Urgency.EMERGENCY}


@pytest.mark.parametrize(
    "calm",
    [
        "Mio figlio non si trova bene a scuola.",
        "Mia figlia è stata ritrovata, era dalla vicina.",
        "Mio padre è scomparso due anni fa e il contributo era a suo nome.",
        "Mia nonna è scomparsa ieri dopo lunga malattia, i funerali sono giovedì.",
        "Non si trova più la pratica di mio marito.",
        "Non trovo ancora un amico per il corso.",
        "Nel vostro elenco non si trova più mia madre.",
        "Mia zia non si trova d'accordo con la perizia.",
        "We can't find our daughter's school certificate.",
        "My husband has been missing from your list since March.",
        "Ich finde für mein Kind seit Wochen keinen Platz.",
        "Il cane di mia figlia è sparito da ieri.",
        "Mio marito è scomparso nel mese di marzo dopo una lunga malattia.",
        "My son cannot be found in your system.",
        "Unser Sohn vermisst seine Schule.",
        "Unsere Katze ist seit gestern verschwunden.",
    ],
)
def test_what_is_lost_otherwise_or_long_ago_is_none(calm: str) -> None:
    assert _urgencies(calm) == {Urgency.NORMAL}
