from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from intake.errors import UnreadableItem
from intake.parsing.forms import FormParser, PhoneNoteParser
from intake.schemas.documents import Parsed

Parse = Callable[..., Parsed]


def test_unknown_fields_are_kept_as_they_were_sent(parse: Parse) -> None:
    form = {"messaggio": "ciao", "colore": "blu", "lista": [1, {"a": None}]}
    assert parse(json.dumps(form), FormParser()).message.form == form


def test_a_field_that_comes_twice_keeps_both_values(parse: Parse) -> None:
    message = parse('{"tema": "a", "tema": "b", "tema": "c", "testo": "x"}', FormParser()).message
    assert message.form == {"tema": ["a", "b", "c"], "testo": "x"}


def test_a_form_of_unknown_fields_is_told_line_by_line(parse: Parse) -> None:
    message = parse('{"fields": {"Dove": "Via Roma", "Quanti": 3}}', FormParser()).message
    assert message.text == "Dove: Via Roma\nQuanti: 3"
    assert message.sender is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"messaggio": "Dove sono?", "note": "È sotto"}, "Dove sono?\n\nnote: È sotto"),
        ({"note": "È sotto", "messaggio": "Dove sono?"}, "Dove sono?\n\nnote: È sotto"),
        (
            {"testo": "Dove?", "descrizione": "Uno", "Dettagli_emergenza": "Brucia tutto"},
            "Dove?\n\ndescrizione: Uno\nDettagli_emergenza: Brucia tutto",
        ),
        ({"messaggio": ["Dove sono?", "Brucia tutto"]}, "Dove sono?\nBrucia tutto"),
        ({"messaggio": "Dove?", "altro": [{"nota": "Brucia"}]}, "Dove?\n\naltro: Brucia"),
        ({"fields": {"testo": "Dove?"}, "note": "Brucia tutto"}, "Dove?\n\nnote: Brucia tutto"),
        ({"fields": {"Dove": "Rieti"}, "Quando": "oggi"}, "Dove: Rieti\nQuando: oggi"),
        ({"fields": {"note": "Dove?"}, "note": "Brucia tutto"}, "Dove?\n\nnote: Brucia tutto"),
        ({"messaggio": "Dove?", "oggetto": "Aree", "titolo": "Aiuto"}, "Dove?\n\ntitolo: Aiuto"),
        ({"messaggio": "Dove?", "telefono": "sono bloccato, chiamate mia figlia"},
         "Dove?\n\ntelefono: sono bloccato, chiamate mia figlia"),
        ({"messaggio": "Dove?", "email": "non ho più corrente"},
         "Dove?\n\nemail: non ho più corrente"),
        ({"messaggio": "Dove?", "data": "subito per favore"},
         "Dove?\n\ndata: subito per favore"),
    ],
)  # fmt: skip
def test_no_text_of_a_form_is_lost(parse: Parse, form: dict[str, object], text: str) -> None:
    for parser in (FormParser(), PhoneNoteParser()):
        message = parse(json.dumps(form), parser).message
        assert (message.text, message.new_text) == (text, text)


def test_what_became_a_fact_and_what_is_no_word_is_not_told_again(parse: Parse) -> None:
    form = {
        "nome": "Anna",
        "cognome": "Bianchi",
        "email": "anna@example.org",
        "telefono": "06 0000 456",
        "data": "2026-03-02T11:15:09+01:00",
        "argomento": "Rischio sismico",
        "messaggio": "Dove sono?",
        "privacy": "on",
        "codice_fiscale": "RSSMRA80A01H501U",
        "token": "c2VncmV0bw==",
        "Numero": 3,
        "copia": "Dove sono?",
    }
    message = parse(json.dumps(form), FormParser()).message
    assert (message.subject, message.text) == ("Rischio sismico", "Dove sono?")


def test_a_note_without_a_subject_takes_its_first_words(parse: Parse) -> None:
    message = parse(json.dumps({"note": "parola " * 40}), PhoneNoteParser()).message
    assert message.subject is not None
    assert message.subject.endswith("parola …")
    assert len(message.subject) <= 102


def test_strings_come_out_clean(parse: Parse) -> None:
    message = parse(r'{"messaggio": "a\u0000b\ud800", "x\u0000": "\r\n"}', FormParser()).message
    assert message.text == "ab\ufffd"
    assert message.form == {"messaggio": "ab\ufffd", "x": "\n"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"ciao", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[1]", "not_a_form"),
        (b"{}", "not_a_form"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "too_deep"),
    ],
)
@pytest.mark.parametrize("parser", [FormParser(), PhoneNoteParser()], ids=["form", "phone"])
def test_what_is_no_form_is_refused(parse: Parse, raw: bytes, code: str, parser: object) -> None:
    with pytest.raises(UnreadableItem) as raised:
        parse(raw, parser)
    assert raised.value.code == code
