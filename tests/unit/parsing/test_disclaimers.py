from __future__ import annotations

import time

import pytest

from intake.parsing.writing.quoted import new_text

WRITTEN = (
    "Buongiorno,\nvorrei sapere dove si trova l'area di attesa.\n\nCordiali saluti\nMario Rossi"
)
DISCLAIMERS = {
    "heading on its line": (
        "AVVISO DI RISERVATEZZA\nLe informazioni contenute in questo messaggio sono riservate e\n"
        "destinate al solo destinatario. Se il messaggio è stato ricevuto per errore, si prega di\n"
        "distruggerlo."
    ),
    "law": (
        "Ai sensi del Regolamento (UE) 2016/679 si precisa che le informazioni contenute in questo "
        "messaggio sono riservate e ad uso esclusivo del destinatario. Qualora il messaggio fosse "
        "pervenuto per errore, La preghiamo di eliminarlo."
    ),
    "after a rule": (
        "____________________\nIl contenuto della presente comunicazione è strettamente riservato; "
        "ogni uso da parte di chi non è il destinatario è vietato (D.Lgs. 196/2003)."
    ),
    "English": (
        "This e-mail and any attachments are confidential and intended solely for the addressee. "
        "If you have received it in error please notify the sender and delete it."
    ),
    "two languages": (
        "Questo messaggio è destinato esclusivamente alle persone in indirizzo. Se ricevuto per "
        "errore, si prega di cancellarlo e di avvisare il mittente.\n\n"
        "This message is intended only for the named persons. If you are not the intended "
        "recipient, please delete it and tell the sender.\n\n"
        "Prima di stampare questa e-mail pensa all'ambiente"
    ),
}
OWN_WORDS = [
    "Ho ricevuto per errore la vostra comunicazione riservata a Luca Verdi: questo messaggio era "
    "destinato a lui, che cosa devo fare adesso con le informazioni che contiene?",
    "Le informazioni contenute in questo messaggio sono riservate: mi sono rivolto a voi perché è "
    "vietato parlarne e non saprei a chi altro dirlo, siamo in pericolo.",
    "Questo messaggio è destinato esclusivamente al responsabile: nella casa accanto si sente "
    "odore di gas e non risponde nessuno da questa mattina.",
    "Secondo il GDPR le richieste di accesso devono ricevere risposta entro trenta giorni e la "
    "richiesta inviata a marzo è ancora senza risposta da parte del comune.",
]


@pytest.mark.parametrize("disclaimer", DISCLAIMERS.values(), ids=DISCLAIMERS)
def test_a_disclaimer_at_the_end_is_no_new_text(disclaimer: str) -> None:
    assert new_text(f"{WRITTEN}\n\n{disclaimer}\n") == WRITTEN
    assert new_text(f"{WRITTEN}\n-- \nUfficio Tecnico\n\n{disclaimer}\n") == WRITTEN


@pytest.mark.parametrize("paragraph", OWN_WORDS)
def test_what_a_citizen_writes_is_never_taken_for_a_disclaimer(paragraph: str) -> None:
    assert new_text(f"{WRITTEN}\n\n{paragraph}") == f"{WRITTEN}\n\n{paragraph}"


def test_a_disclaimer_before_other_words_stays() -> None:
    text = f"{DISCLAIMERS['English']}\n\n{WRITTEN}"
    assert new_text(text) == text


def test_a_text_that_is_a_disclaimer_only_stays_whole() -> None:
    assert new_text(DISCLAIMERS["law"]) == DISCLAIMERS["law"]


@pytest.mark.parametrize(
    "piece", ["questo messaggio ", "informazioni ", "ricevuto ", "- ", "__", "questo messaggio.\n"]
)
def test_long_texts_take_linear_time(piece: str) -> None:
    start = time.process_time()
    new_text("x\n\n" + piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 2
