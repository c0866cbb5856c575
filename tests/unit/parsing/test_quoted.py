from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from intake.parsing.writing.flowed import unflow
from intake.parsing.writing.quoted import left_out, new_text

FIXTURES = Path(__file__).parents[3] / "fixtures"
REPLIES = tomllib.loads((FIXTURES / "mail" / "replies.toml").read_text(encoding="utf-8"))
OLD = "> L'area è in piazza.\n> Saluti"


@pytest.mark.parametrize(
    "history",
    [
        f"Il giorno lun 5 feb 2024 alle ore 10:12 Mario Rossi <m@r.it> ha scritto:\n\n{OLD}",
        f"Il giorno lun 5 feb 2024 alle ore 10:12 Mario Rossi\n<m@r.it> ha scritto:\n{OLD}",
        f"Il giorno lun 5 feb 2024 alle ore 10:12 Mario Rossi <m@r.it> ha\nscritto:\n{OLD}",
        f"Il 05/02/2024 10:12, Mario Rossi ha scritto:\n{OLD}",
        f"Il 5 febbraio 2024, Mario ha scritto:\n{OLD}",
        f"In data 5 febbraio 2024 10:12:33 m@r.it ha scritto:\n{OLD}",
        f"On Mon, Feb 5, 2024 at 10:12 AM Mario <m@r.it> wrote:\n\n{OLD}",
        f"Mario Rossi <m@r.it> ha scritto:\n\n{OLD}",
        "Il giorno 5 feb 2024 alle 10:12, Mario <m@r.it> ha scritto:\n\nTesto vecchio senza segni",
        "-----Messaggio originale-----\nDa: Mario\nInviato: oggi\nTesto vecchio",
        "-----Original Message-----\nFrom: Mario\nold",
        "Da: Mario Rossi <m@r.it>\nInviato: lunedì 5 febbraio 2024 10:12\nA: Anna\n"
        "Oggetto: Area\n\nTesto",
        "________________________________\nDa: Mario <m@r.it>\nInviato: lunedì 5 febbraio 2024\n"
        "A: Anna <a@b.it>\nOggetto: Area\n\nTesto",
        "From: Mario <m@r.it>\nSent: Monday, February 5, 2024 10:12\nTo: Anna\n"
        "Subject: Area\n\nold",
        "*Da:* Mario <m@r.it>\n*Inviato:* lunedì 5 febbraio 2024\n*A:* Anna\n"
        "*Oggetto:* Area\n\nTesto",
        OLD,
        *REPLIES["histories"],
    ],
)
def test_the_history_of_a_reply_is_not_new(history: str) -> None:
    assert new_text(f"Grazie, ma la piazza è chiusa.\n\n{history}\n") == (
        "Grazie, ma la piazza è chiusa."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Il giorno 3 marzo l'amministratore del condominio ha scritto:\n"
        "non entrate nel palazzo.\nCosa dobbiamo fare?",
        "Da: via Roma\nA: piazza Garibaldi\nla strada è chiusa.",
        "Data: 3 marzo\nLuogo: Rieti\nDescrizione: frana",
        "Il Comune ha scritto:\nnon ci sono rischi. È vero?",
        "Buongiorno,\nvi scrivo per l'evento del 12/03/2026 alle 10:30.\nGrazie",
        "---------- Messaggio inoltrato ---------\nDa: Anna <a@b.it>\nDate: 5 feb 2024\n"
        "Oggetto: frana\nA: c@d.it\n\nC'è una frana in via Roma",
        "Vi giro questa richiesta.\n\nInizio messaggio inoltrato:\n\nDa: Anna <a@b.it>\n"
        "Data: 5 feb 2024\nOggetto: frana\nA: c@d.it\n\nC'è una frana",
        *REPLIES["kept"],
    ],
)
def test_what_the_citizen_wrote_is_never_cut(text: str) -> None:
    assert new_text(text) == text


def test_a_message_that_is_all_quoted_stays_whole() -> None:
    assert new_text(OLD) == OLD


def test_answers_between_quoted_lines_are_new() -> None:
    assert new_text("> Dove?\nIn via Roma.\n> Quando?\nIeri.") == "In via Roma.\nIeri."


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Il 5/2/2024 10:12, Mario ha scritto:\n> Dove?\n\nIn via Roma.", "In via Roma."),
        (
            "Buongiorno,\nIl 5/2/2024 10:12, Mario ha scritto:\n> Dove?\n\nIn via Roma.\n\n"
            "> Quanti?\nQuattro\n-- \nMario",
            "Buongiorno,\n\nIn via Roma.\n\nQuattro",
        ),
        ("Da: a@b.it\nData: 5/2/2024\nOggetto: area\nA: x\n> Dove?\n\nQui.", "Qui."),
    ],
)
def test_answers_under_a_marked_history_are_new(text: str, new: str) -> None:
    assert new_text(text) == new


def test_the_footer_of_a_mailing_list_is_not_new() -> None:
    footer = "_" * 47 + "\nalfa mailing list\nalfa@liste.example\nhttps://liste.example/alfa"
    assert new_text(f"C'è una frana.\n\n{footer}") == "C'è una frana."


@pytest.mark.parametrize(
    "signature",
    ["-- \nAnna Bianchi\nComune di Esempio", "Inviato da iPhone", "Inviato dal mio Galaxy",
     "Sent from my iPhone", "Ottieni Outlook per Android<https://aka.ms/x>"],
)  # fmt: skip
def test_signatures_are_not_new(signature: str) -> None:
    assert new_text(f"C'è una frana.\n\n{signature}\n") == "C'è una frana."


def test_a_flowed_paragraph_is_joined() -> None:
    assert unflow("uno \ndue \ntre\n> a \n> b\n-- \nx", deletes_space=False) == (
        "uno due tre\n> a b\n-- \nx"
    )
    assert unflow("città \nmia", deletes_space=True) == "cittàmia"


@pytest.mark.parametrize("history", [*REPLIES["histories"], OLD])
def test_what_is_left_out_of_a_reply_is_not_lost(history: str) -> None:
    text = f"Grazie, ma la piazza è chiusa.\n\n{history}\n\n-- \nAnna"
    left = left_out(text, new_text(text))
    kept = "\n".join((new_text(text), *left))
    assert set(text.replace(">", " ").split()) == set(kept.replace(">", " ").split())
    assert "piazza è chiusa" not in left.quoted


def test_quoted_history_loses_its_marks_and_a_signature_stands_apart() -> None:
    text = "Grazie.\n> > Aiuto.\n> Arriviamo.\n\n-- \nAnna\nPS la casa crolla"
    assert left_out(text, new_text(text)) == ("Aiuto.\nArriviamo.", "-- \nAnna\nPS la casa crolla")


def test_nothing_is_left_out_of_what_is_all_new() -> None:
    text = "> Aiuto.\n> Presto."
    assert left_out(text, new_text(text)) == ("", "")


def test_what_another_parser_leaves_out_is_not_lost() -> None:
    assert left_out("Uno.\nDue.\nTre.", "Due.") == ("", "Uno.\nTre.")
