"""Of several people who write, or whom a block names, none's data are given to another."""

from __future__ import annotations

import pytest

from intake.letters.facts import find_facts
from intake.letters.senders import read_people
from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.letters import Fact, LetterFacts, LetterOptions

OPTIONS = LetterOptions(own_names=("Contact Center",))
ADDRESS = "Via Garibaldi 12\n50019 Sesto Fiorentino (FI)"
TEXT = "chiedo informazioni sulla zona sismica del mio comune di residenza."


def read(head: str, signature: str) -> LetterFacts:
    text = (
        f"{head}\n\nSpett.le Contact Center\n\nGentile Ufficio,\n{TEXT}\n\n"
        f"Distinti saluti\n{signature}\n"
    )
    return facts(Page(number=1, text=text, origin="embedded", confidence=1.0))


def facts(page: Page) -> LetterFacts:
    document = RecognisedDocument(media_type="application/pdf", pages=(page,))
    return find_facts(document, OPTIONS)


def values(found: LetterFacts) -> dict[str, str]:
    return {name: fact.value for name, fact in found if isinstance(fact, Fact)}


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Mario Rossi", ["Mario Rossi"]),
        ("Mario Rossi e Giulia Ferri", ["Mario Rossi", "Giulia Ferri"]),
        ("Mario ROSSI ed Anna FERRI", ["Mario ROSSI", "Anna FERRI"]),
        ("Sig. Mario Rossi, Sig.ra Giulia Ferri", ["Mario Rossi", "Giulia Ferri"]),
        ("Mario Rossi / Giulia Ferri", ["Mario Rossi", "Giulia Ferri"]),
        ("Mario Rossi      Giulia Ferri", ["Mario Rossi", "Giulia Ferri"]),
        ("John Smith & Mary O'Neill", ["John Smith", "Mary O'Neill"]),
        ("Mario e Giulia Rossi", ["Mario", "Giulia Rossi"]),
        ("Maria Grazia De Santis", ["Maria Grazia De Santis"]),
        ("Mario      Rossi", ["Mario Rossi"]),
        ("La Direzione", []),
        ("Ricerca e Sviluppo", []),
        ("Mario Rossi - Presidente", []),
    ],
)
def test_the_people_of_a_line_are_told_apart(line: str, people: list[str]) -> None:
    assert read_people(line) == people


@pytest.mark.parametrize("couple", ["Mario Rossi e Giulia Ferri", "Mario e Giulia Rossi"])
@pytest.mark.parametrize(
    "signature",
    ["Mario Rossi      Giulia Ferri", "Mario Rossi e Giulia Ferri", "Giulia Ferri", "Mario Rossi",
     "Mario Rossi\nGiulia Ferri", ""],
)  # fmt: skip
def test_a_block_of_two_people_is_nobodys_alone(couple: str, signature: str) -> None:
    assert values(read(f"{couple}\n{ADDRESS}\nTel. 333 7654321", signature)) == {}


@pytest.mark.parametrize(
    "signature", ["Mario Rossi      Giulia Ferri", "Mario Rossi e Giulia Ferri\nTel. 333 7654321"]
)
def test_two_who_sign_side_by_side_are_none_of_them_the_sender(signature: str) -> None:
    assert values(read("", signature)) == {}


def test_two_over_one_address_who_both_sign_are_none_of_them_the_sender() -> None:
    head = f"Mario Rossi\nGiulia Ferri\n{ADDRESS}"
    assert values(read(head, "Mario Rossi\nGiulia Ferri")) == {}


def test_brother_and_sister_are_two_people_and_no_misreading() -> None:
    assert values(read("", "Mario Rossi      Maria Rossi")) == {}
    for signature in ("Mario Rossi\nMaria Rossi", "Maria Rossi\nMario Rossi"):
        found = values(read(f"Mario Rossi\n{ADDRESS}", f"{signature}\nmaria@example.it"))
        assert found["name"] == "Mario Rossi"
    assert "email" not in values(read("", "Mario Rossi\nMaria Rossi\nmaria@example.it"))


def test_signatures_in_two_columns_are_two_people() -> None:
    rows = [(100, 100, "Spett.le Contact Center"), (100, 200, "Gentile Ufficio,"), (100, 300, TEXT),
            (100, 500, "Distinti saluti"), (100, 600, "Mario Rossi"), (900, 600, "Giulia Ferri"),
            (900, 640, "Tel. 333 7654321")]  # fmt: skip
    words = []
    for start, top, text in rows:
        left = start
        for word in text.split():
            right = left + 10 * len(word)
            words.append(Word(text=word, confidence=0.95, left=left, top=top, right=right,
                              bottom=top + 20, line=top))  # fmt: skip
            left = right + 8
    text = "\n".join(row[2] for row in rows)
    page = Page(
        number=1, text=text, confidence=0.95, words=tuple(words), width=1600, height=2300
    )  # fmt: skip
    assert values(facts(page)) == {}


def test_a_second_name_under_the_first_makes_it_less_sure() -> None:
    name = read("", "Mario Rossi\nGiulia Ferri\nTel. 333 7654321").name
    assert name is not None
    assert name.value == "Mario Rossi"
    assert name.confidence < 0.85
    assert read("", "Mario Rossi\nIngegnere Civile").name == read("", "Mario Rossi").name


@pytest.mark.parametrize(
    "turn",
    ["per conto di Giulia Ferri", "in nome e per conto di Giulia Ferri", "per conto della moglie",
     "marito di Giulia Ferri", "Delegato da Giulia Ferri", "p. la sig.ra Giulia Ferri",
     "on behalf of Giulia Ferri", "Giulia Ferri", "Testimone:", "Per accettazione"],
)  # fmt: skip
def test_what_stands_under_a_turn_to_another_is_not_the_senders(turn: str) -> None:
    hers = "C.F. RSSMRA80A01H501U\nTel. 333 7654321\ngiulia@example.it"
    head = f"Mario Rossi\n{ADDRESS}"
    assert values(read(head, f"Mario Rossi\n{turn}\n{hers}")) == values(read(head, "Mario Rossi"))
    found = values(read(f"{head}\n{turn}\n{hers}", "Mario Rossi"))
    assert found == values(read(head, "Mario Rossi"))


def test_who_accepts_under_the_closing_words_does_not_sign_the_letter() -> None:
    assert values(read("", "Il responsabile\nPer accettazione\nMario Rossi")) == {}


def test_a_telephone_of_a_relative_is_not_the_senders() -> None:
    head = f"Mario Rossi\n{ADDRESS}\nTel. 333 7654321 (figlia)"
    assert "phone" not in values(read(head, "Mario Rossi"))


def test_what_looks_like_another_person_and_is_not_ends_nothing() -> None:
    phone = "Tel. 333 7654321"
    town = f"Mario Rossi\nVia Garibaldi 12\nSesto Fiorentino\n{phone}"
    street = f"Mario Rossi\nVia Madre Teresa di Calcutta 5\n50019 Sesto Fiorentino (FI)\n{phone}"
    trade = f"Mario Rossi\nMedico Chirurgo\n{ADDRESS}\n{phone}"
    for head in (town, street, trade):
        found = values(read(head, "Mario Rossi"))
        assert found["phone"] == "+393337654321"
        assert found["street"].startswith("Via")


def test_an_organisation_that_two_people_sign_for_is_stated_without_them() -> None:
    head = f"Condominio Le Querce\n{ADDRESS}\nTel. 333 7654321"
    found = values(read(head, "Mario Rossi      Giulia Ferri"))
    assert found["organisation"] == "Condominio Le Querce"
    assert found["phone"] == "+393337654321"
    assert "name" not in found


@pytest.mark.parametrize(
    ("written", "name"),
    [("Padre Luigi Ferri", "Luigi Ferri"), ("Madre Agnese Neri", "Agnese Neri"),
     ("Suor Anna Neri", "Anna Neri"), ("Don Luigi Ferri", "Luigi Ferri"),
     ("Anna Visto", "Anna Visto"), ("Carlo Nipote", "Carlo Nipote"),
     ("NIPOTE CARLO", "NIPOTE CARLO"), ("Anna Sorella", "Anna Sorella")],
)  # fmt: skip
def test_surnames_and_titles_that_are_words_of_kinship_are_names(written: str, name: str) -> None:
    email = f"{'.'.join(name.lower().split())}@example.it"
    found = values(read(f"{written}\n{ADDRESS}\n{email}\nTel. 333 7654321", written))
    assert found["name"] == name
    assert found["town"] == "Sesto Fiorentino"
    assert found["email"] == email
    assert found["phone"] == "+393337654321"
    assert values(read("", written))["name"] == name


@pytest.mark.parametrize(
    "turn",
    ["Padre di Luca Ferri", "MARITO DI GIULIA FERRI", "Il padre", "Madre", "(moglie)",
     "Moglie Giulia Ferri", "Testimone Anna Neri", "Visto Anna Neri", "Il genitore Anna Neri"],
)  # fmt: skip
def test_a_word_of_kinship_that_is_no_part_of_a_name_turns_to_another(turn: str) -> None:
    head = f"Mario Rossi\n{ADDRESS}"
    found = values(read(head, f"Mario Rossi\n{turn}\nTel. 333 7654321"))
    assert found == values(read(head, "Mario Rossi"))
    assert values(read("", f"{turn}\nTel. 333 7654321")) == {}


@pytest.mark.parametrize(
    "signature",
    ["Il figlio\nLuca Rossi", "per mio padre, Luca Ferri", "Luca Ferri (figlio)", "La moglie",
     "Luca Rossi, figlio di Mario", "Il tutore\nAvv. Luca Ferri", "per conto di Mario Rossi"],
)  # fmt: skip
def test_a_block_is_nobodys_where_another_signs_for_him(signature: str) -> None:
    assert values(read(f"Mario Rossi\n{ADDRESS}\nTel. 333 7654321", signature)) == {}


def test_one_who_signs_as_a_relative_has_the_block_that_names_him() -> None:
    found = values(read(f"Luca Ferri\n{ADDRESS}\nTel. 333 7654321", "Il figlio\nLuca Ferri"))
    assert found["name"] == "Luca Ferri"
    assert found["phone"] == "+393337654321"


@pytest.mark.parametrize(
    "turn",
    ["Allegati: delega a Giulia Ferri", "All. 2", "cc: Studio Ferri", "e p.c. Giulia Ferri",
     "P.S. per urgenze:", "Referente: Giulia Ferri", "Enclosures: 2", "chiedere di Giulia",
     "Elettivamente domiciliato presso l'avv. Ferri", "presso lo studio Ferri"],
)  # fmt: skip
def test_a_telephone_under_enclosures_copies_and_referees_is_not_the_senders(turn: str) -> None:
    head = f"Mario Rossi\n{ADDRESS}"
    signed = read(head, f"Mario Rossi\n{turn}\nTel. 333 7654321")
    assert values(signed) == values(read(head, "Mario Rossi"))
    assert "phone" not in values(read(f"{head}\n{turn}\nTel. 333 7654321", "Mario Rossi"))


def test_enclosures_between_the_closing_words_and_the_name_hide_no_name() -> None:
    assert values(read("", "Allegati: 2\nMario Rossi"))["name"] == "Mario Rossi"


def test_a_labelled_line_that_names_the_writer_turns_to_nobody() -> None:
    found = values(read("", "Mario Rossi\nReferente: Mario Rossi\nTel. 333 7654321"))
    assert found["phone"] == "+393337654321"
