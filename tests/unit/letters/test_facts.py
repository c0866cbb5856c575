from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from intake.letters.facts import find_facts, merge
from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.letters import LetterFacts, LetterOptions

FIXTURES = Path(__file__).parents[3] / "fixtures"
OPTIONS = LetterOptions(
    own_names=("Dipartimento della Protezione Civile", "Contact Center", "Contact Centre"),
    own_addresses=("contact@example.org",),
)
LETTER = """\
Mario Rossi
Via dei Tigli 14
67039 Sulmona (AQ)
Tel. 0864 210215
mario.rossi@example.it
C.F. RSSMRA80A01H501U

Spett.le Contact Center
Dipartimento della Protezione Civile
Via Ulpiano 11, 00193 Roma

Sulmona, 14 marzo 2025

Oggetto: informazioni

Gentile Ufficio,
{body}

Distinti saluti
{signature}
"""


def read(text: str, confidence: float = 1.0, **options: object) -> LetterFacts:
    page = Page(number=1, text=text, origin="embedded", confidence=confidence)
    document = RecognisedDocument(media_type="application/pdf", pages=(page,))
    return find_facts(document, OPTIONS, **options)  # type: ignore[arg-type]


def values(facts: LetterFacts) -> dict[str, str]:
    return {name: fact.value for name, fact in facts if name != "references" and fact is not None}


def letter(body: str = "chiedo informazioni.", signature: str = "Mario Rossi") -> str:
    return LETTER.format(body=body, signature=signature)


def test_the_block_of_the_sender_is_read_whole() -> None:
    assert values(read(letter())) == {
        "date": "2025-03-14",
        "name": "Mario Rossi",
        "street": "Via dei Tigli 14",
        "postcode": "67039",
        "town": "Sulmona",
        "province": "AQ",
        "tax_code": "RSSMRA80A01H501U",
        "phone": "+390864210215",
        "email": "mario.rossi@example.it",
    }


def test_a_fact_says_where_it_stands_and_how_sure_it_is() -> None:
    phone = read(letter(), path="letter.pdf").phone
    assert phone is not None
    assert (phone.path, phone.page, phone.place) == ("letter.pdf", 1, "head")
    assert phone.evidence == "Tel. 0864 210215"
    assert 0.9 <= phone.confidence < 1


def test_a_name_that_stands_in_two_places_is_surer_than_one_that_stands_in_one() -> None:
    both, one = read(letter()).name, read(letter(signature="")).name
    assert both is not None
    assert one is not None
    assert both.confidence > one.confidence


def test_what_the_text_says_of_others_is_not_the_senders() -> None:
    body = (
        "il mio vicino Giulio Bianchi, tel. 333 1234567, giulio@example.com,\n"
        "C.F. BNCGLI70A01H501V, abita in Via Roma 5, 00184 Roma dal 3 febbraio 2020."
    )
    assert values(read(letter(body))) == values(read(letter()))


def test_the_recipient_is_never_the_sender() -> None:
    only_recipient = letter().partition("Spett.le")
    found = values(read("Spett.le" + only_recipient[2]))
    assert found == {"date": "2025-03-14", "name": "Mario Rossi"}


def test_two_names_that_contradict_each_other_are_both_left_out() -> None:
    facts = read(letter(signature="Giulio Bianchi"))
    assert facts.name is None
    assert facts.phone is None
    assert facts.street is None


def test_a_tax_code_that_cannot_be_that_of_the_sender_is_not_stated() -> None:
    text = letter().replace("RSSMRA80A01H501U", "FRRGLI75D52D612P")
    assert read(text).tax_code is None
    assert values(read(text))["phone"] == "+390864210215"


def test_a_tax_code_that_fits_an_abbreviated_name_is_stated_less_surely() -> None:
    code = read(letter(signature="M. Rossi").replace("Mario Rossi\nVia", "M. Rossi\nVia")).tax_code
    assert code is not None
    assert code.confidence < 0.85


def test_a_labelled_block_belongs_to_the_person_it_names() -> None:
    form = "Cognome e nome: {}\nTelefono: 333 1234567\nE-mail: altro@example.com\n\n"
    mine = letter().replace("Distinti", form.format("Rossi Mario") + "Distinti")
    anothers = letter().replace("Distinti", form.format("Giulio Bianchi") + "Distinti")
    assert values(read(anothers)) == values(read(letter()))
    assert values(read(mine))["name"] == "Mario Rossi"


def test_a_block_of_another_person_by_its_heading_is_left_alone() -> None:
    form = "Dati del testimone:\nNome: Mario Rossi\nTelefono: 333 1234567\n\n"
    text = letter().replace("Tel. 0864 210215\n", "").replace("Distinti", form + "Distinti")
    assert read(text).phone is None


def test_our_own_letter_that_comes_back_has_a_reference_and_no_sender() -> None:
    text = (
        "Dipartimento della Protezione Civile\nContact Center\nVia Ulpiano 11, 00193 Roma\n"
        "contact@example.org\n\nGent.mo Mario Rossi\nVia dei Tigli 14\n67039 Sulmona (AQ)\n\n"
        "Roma, 20 marzo 2025\n\nRif. CC-2025-0000042-0\n\nGentile Signore,\nLe rispondiamo che\n\n"
        "Distinti saluti\nPaola Verdi\n"
    )
    facts = read(text)
    assert values(facts) == {}
    assert [fact.value for fact in facts.references] == []


def test_a_stroke_above_our_letterhead_does_not_hide_it() -> None:
    text = (
        "i\n\nDipartimento della Protezione Civile\nContact Center\nVia Ulpiano 11, 00193 Roma\n\n"
        "Gent.mo Mario Rossi\nVia dei Tigli 14\n67039 Sulmona (AQ)\n\nRoma, 20 marzo 2025\n\n"
        "Gentile Signore,\nLe rispondiamo che\n\nDistinti saluti\nPaola Verdi\n"
    )
    assert values(read(text)) == {}


def test_our_reference_is_found_anywhere() -> None:
    facts = read(letter("in riferimento alla pratica CC-2026-0000042-7 chiedo notizie."))
    assert [fact.value for fact in facts.references] == ["CC-2026-0000042-7"]


def test_an_organisation_writes_through_the_person_who_signs() -> None:
    text = (FIXTURES / "scan" / "area_di_attesa.txt").read_text(encoding="utf-8")
    found = values(read(text))
    assert found["organisation"] == "Condominio Le Querce"
    assert found["name"] == "Paolo Ferri"


def test_an_administration_states_its_protocol_number() -> None:
    text = letter(signature="Il Sindaco\nPaolo Ferri").replace(
        "Mario Rossi\nVia", "Comune di Sulmona\nVia", 1
    )
    text = text.replace("Sulmona, 14", "Prot. n. 0012345/2025\nSulmona, 14")
    found = values(read(text))
    assert found["organisation"] == "Comune di Sulmona"
    assert found["protocol"] == "0012345/2025"
    assert found["name"] == "Paolo Ferri"


def test_handwriting_and_unreadable_pages_say_nothing() -> None:
    assert values(read(letter(), confidence=0.5)) == {}
    assert find_facts(RecognisedDocument(media_type="image/png"), OPTIONS) == LetterFacts()


def test_a_date_after_the_day_of_receipt_is_not_stated() -> None:
    assert read(letter(), not_after=date(2025, 3, 13)).date is None


def _words(text: str, left: int, top: int, *, line: int, confidence: float = 0.95) -> list[Word]:
    """Return the words of a line, 20 pixels high, each letter 10 wide."""
    found = []
    for word in text.split():
        right = left + 10 * len(word)
        found.append(
            Word(text=word, confidence=confidence, left=left, top=top, right=right,
                 bottom=top + 20, line=line)
        )  # fmt: skip
        left = right + 8
    return found


def _page(rows: list[tuple[int, int, str]], confidence: float = 0.95) -> Page:
    """Return a page of lines (left, top, text); those with one top are one line of the engine."""
    words = [
        word
        for left, top, text in rows
        for word in _words(text, left, top, line=top, confidence=confidence)
    ]
    return Page(
        number=1, text="\n".join(row[2] for row in rows), confidence=confidence,
        words=tuple(words), width=1600, height=2300,
    )  # fmt: skip


COLUMNS = [
    (100, 100, "Mario Rossi"),
    (900, 100, "Spett.le Contact Center"),
    (100, 130, "Via dei Tigli 14"),
    (900, 130, "Via Ulpiano 11"),
    (100, 160, "67039 Sulmona (AQ)"),
    (900, 160, "00193 Roma"),
    (900, 300, "Sulmona, 14 marzo 2025"),
    (100, 400, "Gentile Ufficio,"),
    (100, 500, "chiedo informazioni sulla zona sismica del mio comune di residenza."),
    (900, 700, "Distinti saluti"),
    (900, 760, "Mario Rossi"),
]


def test_columns_that_an_engine_read_as_one_line_are_told_apart() -> None:
    document = RecognisedDocument(media_type="image/tiff", pages=(_page(COLUMNS),))
    facts = find_facts(document, OPTIONS)
    assert values(facts) == {
        "date": "2025-03-14",
        "name": "Mario Rossi",
        "street": "Via dei Tigli 14",
        "postcode": "67039",
        "town": "Sulmona",
        "province": "AQ",
    }
    assert facts.town is not None
    assert facts.town.box is not None
    assert (facts.town.box.left, facts.town.box.top) == (100, 160)


def test_a_fact_of_badly_read_words_is_not_stated() -> None:
    document = RecognisedDocument(media_type="image/tiff", pages=(_page(COLUMNS, confidence=0.62),))
    assert values(find_facts(document, OPTIONS)) == {}


def test_documents_of_one_item_that_contradict_each_other_say_nothing_of_it() -> None:
    one, other = read(letter()), read(letter().replace("14 marzo", "15 marzo"))
    merged = merge([one, other])
    assert merged.date is None
    assert merged.name == one.name


def test_white_around_the_sign_of_an_address_is_closed_and_nothing_else_is() -> None:
    apart = letter().replace("mario.rossi@example.it", "mario.rossi @ example.it")
    broken = letter().replace("mario.rossi@example.it", "mario. rossi @ example.it")
    assert values(read(apart))["email"] == "mario.rossi@example.it"
    assert "email" not in values(read(broken))


@pytest.mark.parametrize("bars", ["Roma", "IH HNRINNAE RIF"])
def test_the_bars_of_a_barcode_beside_our_letterhead_do_not_hide_it(bars: str) -> None:
    rows = [
        (100, 100, "Contact Center"), (100, 130, "Via Ulpiano 11"), (100, 160, "00193 Roma"),
        (900, 130, bars), (900, 300, "Gent.mo Mario Rossi"), (900, 330, "Via dei Tigli 14"),
        (100, 460, "Roma, 20 marzo 2025"), (100, 560, "Gentile Signore,"),
        (100, 700, "Distinti saluti"), (100, 760, "Paola Verdi"),
    ]  # fmt: skip
    document = RecognisedDocument(media_type="image/png", pages=(_page(rows),))
    assert values(find_facts(document, OPTIONS)) == {}


def test_an_address_that_lost_its_recipient_is_not_that_of_a_name_further_up() -> None:
    rows = [
        (100, 100, "Geoservizi S.p.A."), (700, 200, "Spett.le Contact Center"),
        (900, 300, "Via Ulpiano 11"), (900, 330, "00193 Roma"), (100, 460, "Roma, 20 marzo 2025"),
        (100, 560, "Gentile Ufficio,"), (100, 700, "Distinti saluti"), (100, 760, "Paola Verdi"),
    ]  # fmt: skip
    document = RecognisedDocument(media_type="image/png", pages=(_page(rows),))
    found = values(find_facts(document, OPTIONS))
    assert found == {"date": "2025-03-20", "name": "Paola Verdi"}


def test_an_address_that_breaks_off_at_a_full_stop_is_not_stated() -> None:
    text = letter().replace("mario.rossi@example.it", "mario.rossi@posta.example. it")
    assert "email" not in values(read(text))
