"""A date that belongs to something else than the letter is not stated as the letter's."""

from __future__ import annotations

import pytest

from intake.letters.facts import find_facts
from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.letters import LetterOptions

OPTIONS = LetterOptions(own_names=("Contact Center",))
LETTER = """\
Mario Rossi
Via dei Tigli 14
67039 Sulmona (AQ)

Spett.le Contact Center
Via Ulpiano 11, 00193 Roma

{opening}

Gentile Ufficio,
chiedo informazioni sulla zona sismica del mio comune di residenza.

Distinti saluti
Mario Rossi
{under}
"""


def stated(opening: str, under: str = "") -> str | None:
    text = LETTER.format(opening=opening, under=under)
    return _date(Page(number=1, text=text, origin="embedded", confidence=1.0))


def _date(page: Page) -> str | None:
    document = RecognisedDocument(media_type="application/pdf", pages=(page,))
    fact = find_facts(document, OPTIONS).date
    return None if fact is None else fact.value


def drawn(rows: list[tuple[int, int, str]]) -> str | None:
    """Return the date of a page of lines (left, top, text), 20 pixels high, letters 10 wide."""
    words = []
    for start, top, text in rows:
        left = start
        for word in text.split():
            right = left + 10 * len(word)
            words.append(Word(text=word, confidence=0.95, left=left, top=top, right=right,
                              bottom=top + 20, line=top))  # fmt: skip
            left = right + 8
    text = "\n".join(row[2] for row in rows)
    return _date(
        Page(number=1, text=text, confidence=0.95, words=tuple(words), width=1600, height=2300)
    )


@pytest.mark.parametrize(
    "above",
    [
        "Data di nascita",
        "Data di nascita:",
        "DATA DI NASCITA",
        "Nato a Roma il",
        "Tessera sanitaria rilasciata il",
        "Carta d'identità n. AX1234567 rilasciata dal Comune di Roma in data",
        "Scadenza",
        "Scadenza contributo:",
        "Valida fino al",
        "Vs. rif. del",
        "Vs. rif.",
        "Rif. Vs. lettera n. 4711/2026 del",
        "Data dell'evento",
        "Data visita",
        "Oggetto: disdetta appuntamento del giorno",
        "Oggetto: disdetta appuntamento",
        "l'appuntamento è per il giorno",
        "Date of birth",
        "Expiry date:",
        "Your letter of",
        "Subject: my appointment on",
    ],
)
def test_a_date_that_the_line_above_asks_for_is_not_the_letters(above: str) -> None:
    assert stated(f"{above}\n14 marzo 2025") is None
    assert stated(f"{above}\n14/03/2025") is None
    assert stated("", under=f"\n{above}\n14/03/2025") is None


@pytest.mark.parametrize(
    "above", ["Luogo e data di nascita", "Nata a", "rilasciata a", "Luogo e data di rilascio:"]
)
def test_a_place_before_such_a_date_makes_it_no_letters_date(above: str) -> None:
    assert stated(f"{above}\nRoma, 14/03/2025") is None


@pytest.mark.parametrize(
    "above",
    [
        "Luogo e data",
        "Data:",
        "Date",
        "Sulmona,",
        "Rif. CC-2025-0000042-0",
        "Prot. n. 0012345/2025",
        "Tel. 0864 210215",
        "mario.rossi@example.it",
        "Ufficio Protocollo",
        "Vs. rif.:",
        "Oggetto: visita del tecnico",
        "Raccomandata A/R",
        "RICHIESTA DI INTERVENTO",
    ],
)
def test_other_lines_above_leave_the_letter_its_date(above: str) -> None:
    assert stated(f"{above}\n\nSulmona, 14 marzo 2025") == "2025-03-14"
    assert stated(f"{above}\n\nSulmona, lì 14/03/2025") == "2025-03-14"


@pytest.mark.parametrize(
    "label", ["Luogo e data", "Data:", "Date", "Prot. n. 0012345/2025", "Raccomandata A/R"]
)
def test_a_date_alone_may_stand_under_its_own_label_or_a_whole_line(label: str) -> None:
    assert stated(f"{label}\n14 marzo 2025") == "2025-03-14"


@pytest.mark.parametrize(
    "above",
    [
        "Oggetto: richiesta informazioni",
        "Oggetto: verifica della visita e informazioni",
        "Oggetto: richiesta di visita",
        "Subject: my house",
        "Alla cortese attenzione del responsabile:",
        "All'attenzione del responsabile:",
        "Al responsabile:",
        "Richiesta di visita",
        "RICHIESTA DI INTERVENTO",
        "Istanza di sopralluogo urgente:",
        "Visto l'articolo tre si comunica quanto segue:",
    ],
)
def test_a_date_alone_under_a_line_that_asks_for_none_is_the_letters(above: str) -> None:
    assert stated(f"{above}\n14 marzo 2025") == "2025-03-14"
    assert stated(f"{above}\n14/03/2025") == "2025-03-14"


@pytest.mark.parametrize(
    "above",
    [
        "Oggetto: richiesta di visita del giorno",
        "Richiesta di visita il",
        "Richiesta di rinvio appuntamento",
        "Oggetto: richiesta rinvio dell'udienza",
        "Alla cortese attenzione del responsabile, vostra lettera del",
        "Data visita medica",
        "Termine:",
    ],
)
def test_a_line_that_ends_in_a_label_asks_for_its_date(above: str) -> None:
    assert stated(f"{above}\n14 marzo 2025") is None


@pytest.mark.parametrize(
    "line",
    [
        "Data Nascita: 14/03/1980",
        "DATA DI NASCITA 14/03/1980",
        "Data Intervento 14/03/2025",
        "Carta Identità Scadenza 14/03/2025",
        "Intervento: 14/03/2025",
        "Appuntamento 14 marzo 2025",
        "Date Issued: 14 March 2025",
        "Due Date 14 March 2025",
    ],
)
def test_a_label_in_capitals_is_no_place(line: str) -> None:
    assert stated(line) is None


@pytest.mark.parametrize("place", ["Due Carrare", "Entratico", "Natile", "Visone", "Scandicci"])
def test_places_that_begin_like_such_a_word_are_places(place: str) -> None:
    assert stated(f"{place}, 14 marzo 2025") == "2025-03-14"


def test_a_sentence_that_goes_on_under_a_date_has_it() -> None:
    assert stated("La visita era fissata\n14 marzo 2025\nalle ore 10") is None
    assert stated("Sulmona, 14 marzo 2025\ne p.c. al Sindaco") == "2025-03-14"


def test_a_label_in_brackets_under_a_date_says_what_it_is() -> None:
    assert stated("14/03/1980\n(data di nascita)") is None
    assert stated("14/03/2025\n(luogo e data)") == "2025-03-14"


PAGE = [
    (100, 100, "Mario Rossi"),
    (100, 130, "Via dei Tigli 14"),
    (100, 160, "67039 Sulmona (AQ)"),
    (900, 200, "Spett.le Contact Center"),
    (100, 500, "Gentile Ufficio,"),
    (100, 600, "chiedo informazioni sulla zona sismica del mio comune di residenza."),
    (100, 800, "Distinti saluti"),
    (100, 860, "Mario Rossi"),
]


@pytest.mark.parametrize("label", ["Data di nascita:", "Data di nascita", "Scadenza", "DOB:"])
def test_a_label_in_the_column_beside_counts(label: str) -> None:
    assert drawn([*PAGE, (100, 300, label), (500, 300, "14/03/2025")]) is None


def test_a_label_counts_over_its_own_column_only() -> None:
    row = [(100, 300, "Scadenza"), (900, 300, "Data"), (900, 340, "14/03/2025")]
    assert drawn([*PAGE, *row]) == "2025-03-14"
    assert drawn([*PAGE, *row[:2], (100, 340, "14/03/2025")]) is None


def test_a_label_counts_with_an_empty_line_between_and_not_from_far() -> None:
    assert drawn([*PAGE, (100, 300, "Scadenza"), (100, 360, "14/03/2025")]) is None
    assert drawn([*PAGE, (100, 300, "Scadenza"), (100, 420, "14/03/2025")]) == "2025-03-14"


def test_a_place_in_the_column_beside_is_no_label() -> None:
    assert drawn([*PAGE, (100, 300, "Sulmona,"), (500, 300, "14/03/2025")]) == "2025-03-14"


@pytest.mark.parametrize(
    "stamp",
    [["ARRIVO", "26/03/2025"], ["Prot. arrivo n. 442", "26/03/2025"], ["26 MAR 2025", "ARRIVO"],
     ["Pervenuto", "N. 3345", "26 MAR 2025"], ["RECEIVED", "Roma, 26 marzo 2025"]],
)  # fmt: skip
def test_the_date_of_a_stamp_of_arrival_is_not_the_letters(stamp: list[str]) -> None:
    rows = [(900, 290 + 30 * place, text) for place, text in enumerate(stamp)]
    assert drawn([*PAGE, *rows]) is None
    assert drawn([*PAGE, *rows, (100, 420, "Sulmona, 14 marzo 2025")]) == "2025-03-14"


@pytest.mark.parametrize(
    "subject", ["mancata ricevuta di pagamento", "fattura mai ricevuta", "ritardo in arrivo"]
)
def test_a_subject_that_says_received_is_no_stamp(subject: str) -> None:
    lines = [(100, 300, "Torino, 3 maggio 2024"), (100, 340, f"Oggetto: {subject}")]
    assert drawn([*PAGE, *lines]) == "2024-05-03"


def ended(*ending: str, opening: str = "") -> str | None:
    """Return the date of a letter whose text is followed by these lines, 60 pixels apart."""
    above = [(100, 300, opening)] if opening else []
    end = [(100, 660 + 60 * place, text) for place, text in enumerate(ending)]
    return drawn([*PAGE[:-2], *above, *end, (900, 1000, "Mario Rossi")])


@pytest.mark.parametrize(
    "closing", [["In fede"], ["Distinti saluti", "In fede"], ["Firma"], ["Il richiedente"]]
)
@pytest.mark.parametrize(
    "date", ["Sulmona, 14 marzo 2025", "Sulmona, lì 14/03/2025", "Luogo e data: Roma, 14/03/2025"]
)
def test_a_date_with_its_place_over_the_closing_words_is_the_letters(
    date: str, closing: list[str]
) -> None:
    assert ended(date, *closing) == "2025-03-14"
    assert ended(closing[0], date, *closing[1:]) == "2025-03-14"
    assert ended(date, *closing, opening="Sulmona, 13 marzo 2025") is None


@pytest.mark.parametrize(
    "ending",
    [["il sisma è avvenuto il", "14 marzo 2025"], ["14/03/2025"], ["Data del sisma:", "14/03/2025"],
     ["dichiara di essere nato a", "Sulmona, 14 marzo 1961"]],
)  # fmt: skip
def test_a_date_in_which_the_text_ends_is_not_the_letters(ending: list[str]) -> None:
    assert ended(*ending, "In fede") is None
    opening = "Sulmona, 20 marzo 2025"
    assert ended(*ending, "In fede", opening=opening) == "2025-03-20"
