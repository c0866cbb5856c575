"""The recipient of a letter that a citizen sends on is not stated as its sender."""

from __future__ import annotations

import pytest

from intake.letters.facts import find_facts
from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.letters import Fact, LetterFacts, LetterOptions

OPTIONS = LetterOptions(own_names=("Contact Center",))
TEXT = "con la presente Le comunichiamo che la Sua domanda è stata accolta dal Comune."
BLOCK = ["Giulia Ferri", "Via Garibaldi 12", "50019 Sesto Fiorentino (FI)", "Tel. 055 4212345"]
FACTS = {
    "name": "Giulia Ferri",
    "street": "Via Garibaldi 12",
    "postcode": "50019",
    "town": "Sesto Fiorentino",
    "province": "FI",
    "phone": "+390554212345",
}


def stated(
    block: list[str],
    *,
    at: int = 900,
    over: tuple[str, ...] = (),
    salutation: str = "Gentile Signora,",
    text: tuple[str, ...] = (TEXT,),
    closing: tuple[str, ...] = ("Cordiali saluti",),
    is_drawn: bool = True,
) -> dict[str, str]:
    """Return what is said of the sender by a letter with a block at the left (100) or right."""
    facts = read(block, at=at, over=over, salutation=salutation, text=text, closing=closing,
                 is_drawn=is_drawn)  # fmt: skip
    return {name: fact.value for name, fact in facts if isinstance(fact, Fact) and name != "date"}


def read(
    block: list[str],
    *,
    at: int = 900,
    over: tuple[str, ...] = (),
    salutation: str = "Gentile Signora,",
    text: tuple[str, ...] = (TEXT,),
    closing: tuple[str, ...] = ("Cordiali saluti",),
    is_drawn: bool = True,
) -> LetterFacts:
    parts = [(100, list(over)), (at, block), (100, ["Prato, 3 febbraio 2026"]),
             (100, [salutation]), (100, list(text)), (100, list(closing))]  # fmt: skip
    words, lines, top = [], [], 100
    for start, part in parts:
        for line in part:
            left = start
            for word in line.split():
                right = left + 10 * len(word)
                words.append(Word(text=word, confidence=0.95, left=left, top=top, right=right,
                                  bottom=top + 20, line=top))  # fmt: skip
                left = right + 8
            top += 30
        lines += [*part, ""]
        top += 60
    page = Page(
        number=1, text="\n".join(lines), confidence=0.95, words=tuple(words) if is_drawn else (),
        width=1600, height=2300,
    )  # fmt: skip
    document = RecognisedDocument(media_type="image/png", pages=(page,))
    return find_facts(document, OPTIONS)


@pytest.mark.parametrize("is_drawn", [True, False])
@pytest.mark.parametrize(
    "salutation",
    ["Gentile Signora,", "Gentile signora Ferri,", "Gentile Sig.ra Ferri", "",
     "Gentile Cliente,", "Cara Giulia,", "Dear Ms Ferri,"],
)  # fmt: skip
@pytest.mark.parametrize(
    "closing",
    [(), ("Cordiali saluti",), ("Cordiali saluti", "Il responsabile"),
     ("Cordiali saluti", "L'ufficio"), ("Distinti saluti", "La Direzione")],
)  # fmt: skip
@pytest.mark.parametrize("at", [100, 900])
def test_a_block_that_nobody_signs_in_a_letter_without_recipient_is_his(
    is_drawn: bool, salutation: str, closing: tuple[str, ...], at: int
) -> None:
    found = stated(BLOCK, at=at, salutation=salutation, closing=closing, is_drawn=is_drawn)
    assert found == {}


def test_a_block_whose_name_is_signed_is_the_senders_wherever_it_stands() -> None:
    closing = ("Cordiali saluti", "Giulia Ferri")
    for at in (100, 900):
        assert stated(BLOCK, at=at, salutation="Buongiorno,", closing=closing) == FACTS
    assert stated(BLOCK, salutation="Gentile dott. Ferri,", closing=closing) == FACTS


def test_who_calls_himself_the_undersigned_vouches_for_his_block() -> None:
    text = ("La sottoscritta Giulia Ferri chiede un sopralluogo nella casa in cui abita.",)
    assert stated(BLOCK, at=100, salutation="Buongiorno,", text=text) == FACTS


@pytest.mark.parametrize("mark", ["Spett.le Contact Center", "Al Sindaco", "Egr. Dott. Neri"])
def test_a_recipient_elsewhere_leaves_an_unsigned_block_to_the_sender(mark: str) -> None:
    over = (mark, "Piazza del Comune 2", "59100 Prato (PO)")
    assert stated(BLOCK, over=over, salutation="Gentile Ufficio,") == FACTS


def test_a_name_in_the_greeting_is_the_recipients_even_beside_another_marked_block() -> None:
    over = ("Al Comune di Prato", "Ufficio Anagrafe")
    assert stated(BLOCK, over=over, salutation="Gentile signora Ferri,") == {}


def test_a_surname_that_is_also_a_greeting_is_no_name_in_it() -> None:
    over = ("Spett.le Contact Center",)
    found = stated(["Anna Caro", *BLOCK[1:]], over=over, salutation="Caro Sindaco,")
    assert found["name"] == "Anna Caro"


def test_who_gets_a_copy_is_not_the_recipient() -> None:
    closing = ("Cordiali saluti", "Il responsabile")
    for over in (("e p.c. Comune di Prato",), ("e p.c.", "Al Comune di Prato")):
        assert stated(BLOCK, over=over, closing=closing) == {}


@pytest.mark.parametrize("mark", ["Gent.ma Sig.ra", "Egr. Sig.", "Spett.le", "Alla", "To:"])
def test_a_mark_that_stands_apart_takes_the_block_under_it(mark: str) -> None:
    for is_drawn in (True, False):
        block = [mark, "", *BLOCK]
        assert stated(block, is_drawn=is_drawn, closing=("Cordiali saluti", "Il Sindaco")) == {}


def test_an_address_without_a_name_is_not_given_to_who_signs_a_letter_without_recipient() -> None:
    found = stated(BLOCK[1:], closing=("Cordiali saluti", "Anna Verdi"))
    assert found == {"name": "Anna Verdi"}


def test_the_labelled_data_of_who_is_written_to_are_not_the_senders() -> None:
    form = ("Nominativo: Giulia Ferri", "Codice fiscale: FRRGLI75D52D612P")
    office = ("Cordiali saluti", "Il responsabile")
    assert stated(BLOCK, text=(TEXT, *form)) == {}
    assert stated([], text=(TEXT, *form), closing=office) == {}
    assert stated([], text=(TEXT, *form), salutation="Gentile signora Ferri,") == {}


def test_labelled_data_of_a_person_in_the_marked_block_are_not_the_senders() -> None:
    form = ("Nominativo: Ferri Giulia", "Codice fiscale: FRRGLI75D52D612P")
    assert stated(["Gent.ma Sig.ra", *BLOCK], text=(TEXT, *form)) == {}
    assert stated(["Spett.le Contact Center"], text=(TEXT, *form))["name"] == "Ferri Giulia"


CONDOMINIUM = ["Condominio Le Querce", *BLOCK[1:3]]


def test_an_organisation_at_the_right_or_in_the_greeting_is_the_recipient() -> None:
    closing = ("Cordiali saluti", "Il responsabile", "Anna Verdi")
    only_her = {"name": "Anna Verdi"}
    assert stated(CONDOMINIUM, closing=closing) == only_her
    assert stated(CONDOMINIUM, closing=closing, is_drawn=False) == only_her
    greeted = stated(CONDOMINIUM, at=100, closing=closing, salutation="Spettabile Condominio,")
    assert greeted == only_her


def test_the_paper_of_an_organisation_stands_at_the_left_or_in_the_middle() -> None:
    for at in (100, 400):
        found = stated(CONDOMINIUM, at=at, closing=("Cordiali saluti", "Anna Verdi"))
        assert found["organisation"] == "Condominio Le Querce"
        assert found["town"] == "Sesto Fiorentino"


@pytest.mark.parametrize("closing", [(), ("Distinti saluti",), ("Distinti saluti", "G. F.")])
@pytest.mark.parametrize(
    ("salutation", "text"),
    [("Buongiorno,", TEXT), ("Buonasera", TEXT), ("Gentili Signori,", TEXT),
     ("Gentile Ufficio,", TEXT), ("Dear Sirs,", TEXT), ("", f"Buongiorno, {TEXT}")],
)  # fmt: skip
def test_a_letter_that_greets_nobody_may_be_by_the_only_one_it_names(
    closing: tuple[str, ...], salutation: str, text: str
) -> None:
    for is_drawn in (True, False):
        facts = read(BLOCK, at=100, salutation=salutation, text=(text,), closing=closing,
                     is_drawn=is_drawn)  # fmt: skip
        assert facts.name is not None
        assert facts.name.value == "Giulia Ferri"
        assert facts.name.confidence < 0.85
        assert (facts.street, facts.phone) == (None, None)


def test_a_block_at_the_right_or_in_an_offices_letter_stays_the_recipients() -> None:
    assert stated(BLOCK, salutation="Buongiorno,") == {}
    office = ("Cordiali saluti", "Il responsabile")
    for is_drawn in (True, False):
        found = stated(BLOCK, at=100, salutation="Buongiorno,", closing=office, is_drawn=is_drawn)
        assert found == {}


@pytest.mark.parametrize(
    "heading", [["Immobile in oggetto:"], ["Luogo dell'evento"], ["Ubicazione del fabbricato"], []]
)
def test_an_address_with_no_name_over_it_is_not_given_to_who_signs(heading: list[str]) -> None:
    block = [*heading, "Via Garibaldi 12", "50019 Sesto Fiorentino (FI)", "Tel. 055 4212345"]
    signed = ("Distinti saluti", "Anna Serra")
    found = stated(block, at=100, over=("Spett.le Contact Center",), closing=signed)
    assert found == {"name": "Anna Serra"}


def test_an_address_under_the_misread_name_of_who_signs_is_his() -> None:
    block = ["Giu|ia Ferri", *BLOCK[1:]]
    signed = ("Distinti saluti", "Giulia Ferri")
    assert stated(block, at=100, over=("Spett.le Contact Center",), closing=signed) == FACTS
