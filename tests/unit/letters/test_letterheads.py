"""Letterheads that say in one line what others say in five, and the feet of organisations."""

from __future__ import annotations

import pytest

from intake.letters.facts import find_facts
from intake.letters.letterheads import spread_line
from intake.letters.lines import Line
from intake.schemas.documents import Page, RecognisedDocument, Word
from intake.schemas.letters import Fact, LetterOptions

OPTIONS = LetterOptions(own_names=("Contact Center",))


def stated(head: list[str], signature: list[str], foot: str = "") -> dict[str, str]:
    """Return what a letter says of its sender; 24 pixels a line, the foot at the end of a page."""
    words: list[Word] = []
    top = 100
    for block in (head, ["Spett.le Contact Center"], ["Prato, 3 febbraio 2026"],
                  ["Gentile Ufficio,"], ["chiedo un sopralluogo."], ["Distinti saluti"],
                  signature):  # fmt: skip
        for line in block:
            words += _words(line, top)
            top += 30
        top += 60
    words += _words(foot, 2200)
    text = " ".join(word.text for word in words)
    page = Page(number=1, text=text, confidence=0.95, words=tuple(words), width=1600, height=2300)
    document = RecognisedDocument(media_type="image/png", pages=(page,))
    facts = find_facts(document, OPTIONS)
    return {name: fact.value for name, fact in facts if isinstance(fact, Fact)}


def _words(line: str, top: int) -> list[Word]:
    words, left = [], 100
    for word in line.split():
        right = left + 10 * len(word)
        words.append(Word(text=word, confidence=0.95, left=left, top=top, right=right,
                          bottom=top + 20, line=top))  # fmt: skip
        left = right + 8
    return words


@pytest.mark.parametrize("between", [" - ", " • ", " | ", " – ", "|", " · "])
def test_a_letterhead_in_one_long_line_is_read_and_hides_no_date(between: str) -> None:
    head = ["Mario Rossi", "Via dei Tigli 14", "67039 Sulmona (AQ)", "Tel. 0864 210215",
            "mario.rossi@example.it"]  # fmt: skip
    assert stated([between.join(head)], ["Mario Rossi"]) == {
        **stated(head, ["Mario Rossi"]), "date": "2026-02-03", "phone": "+390864210215",
        "email": "mario.rossi@example.it",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Tel. 0864 210215 - info@example.it", ["Tel. 0864 210215", "info@example.it"]),
        ("Tel. 0864 210215 - 333 1234567", ["Tel. 0864 210215", "333 1234567"]),
        ("Fax 0864 210215 - 0864 210216 - a@example.it - Tel. 0864 210217",
         ["Fax 0864 210215 - 0864 210216", "a@example.it", "Tel. 0864 210217"]),
        ("Tel. 06 - 6820 - 4512", ["Tel. 06 - 6820 - 4512"]),
        ("l'incontro si terrà - se non piove - in Via Roma 3", None),
        ("Comune di Sulmona - Ufficio Tecnico - Settore IV", None),
    ],
)  # fmt: skip
def test_a_line_is_cut_only_where_it_holds_several_contacts(
    text: str, parts: list[str] | None
) -> None:
    line = Line(text, 1, 0.95)
    assert [each.text for each in spread_line(line)] == (parts or [text])


def test_an_address_after_a_dash_is_whole() -> None:
    head = ["Comune di Sulmona", "Via Mazzini 3", "67039 Sulmona (AQ)"]
    found = stated(head, ["Mario Rossi"], "Tel. 0864 210215 - Fax 0864 210216 - info@example.it")
    assert found["email"] == "info@example.it"
    assert found["phone"] == "+390864210215"


@pytest.mark.parametrize("where", ["residente in", "residente a", "domiciliato in", "con sede in"])
def test_a_street_may_have_a_word_before_it(where: str) -> None:
    found = stated(["Mario Rossi", f"{where} Via dei Tigli 14", "67039 Sulmona (AQ)"], [])
    assert found["street"] == "Via dei Tigli 14"


def test_a_number_of_whatsapp_is_a_telephone() -> None:
    head = ["Mario Rossi", "Via dei Tigli 14", "67039 Sulmona (AQ)", "WhatsApp: +39 333 1234567"]
    assert stated(head, [])["phone"] == "+393331234567"


FOOT = "Geoservizi S.p.A. - Via Po 22 - 35129 Padova (PD) - Tel. 049 8075544 - info@example.it"


def test_an_organisation_may_have_its_address_in_the_foot_alone() -> None:
    assert stated(["GEOSERVIZI S.p.A."], ["Davide Zanin"], FOOT) == {
        "date": "2026-02-03", "name": "Davide Zanin", "organisation": "GEOSERVIZI S.p.A.",
        "street": "Via Po 22", "postcode": "35129", "town": "Padova", "province": "PD",
        "phone": "+390498075544", "email": "info@example.it",
    }  # fmt: skip


@pytest.mark.parametrize("head", [[], ["Studio Ferri"], ["Oggetto: danni alla Geoservizi S.p.A."]])
def test_the_foot_of_an_organisation_that_is_not_named_above_the_text_is_left_alone(
    head: list[str],
) -> None:
    assert stated(head, ["Davide Zanin"], FOOT).keys() == {"date", "name"}


def test_the_foot_of_another_organisation_has_nothing_of_the_senders() -> None:
    head = ["Studio Ferri", "Via Roma 3", "10123 Torino (TO)"]
    found = stated(head, ["Davide Zanin"], FOOT)
    assert found == stated(head, ["Davide Zanin"])


def test_the_lines_of_a_foreign_address_hide_no_telephone() -> None:
    head = ["Peter Hollis", "14 Kingsley Road", "Bristol BS6 7AF", "United Kingdom",
            "Tel. +44 117 496 0123"]  # fmt: skip
    assert stated(head, ["Peter Hollis"])["phone"] == "+441174960123"


def test_a_recipient_in_typewriting_keeps_the_lines_that_have_no_letter_below_them() -> None:
    """There the white between two lines is as high as their letters."""
    rows = [(100, "Mario Rossi"), (140, "Via dei Mille 14"), (180, "67039 Sulmona"),
            (300, "Al Sindaco di Sulmona"), (340, "Via Mazzini 21"), (380, "67039 Sulmona"),
            (500, "Gentile Sindaco,"), (600, "chiedo un sopralluogo."), (700, "Distinti saluti"),
            (760, "Mario Rossi")]  # fmt: skip
    words = tuple(word for top, text in rows for word in _words(text, top))
    text = "\n".join(text for _, text in rows)
    page = Page(number=1, text=text, confidence=0.95, words=words, width=1600, height=2300)
    facts = find_facts(RecognisedDocument(media_type="image/png", pages=(page,)), OPTIONS)
    assert facts.street is not None
    assert facts.street.value == "Via dei Mille 14"
