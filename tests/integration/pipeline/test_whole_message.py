"""Danger is judged on all that came with a message, and told once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake import Intake, RawItem, Settings
from intake.classifying.danger.acknowledgement import acknowledge_emergency
from intake.schemas.requests import Request

CALM = "Buongiorno, dove sono le aree di attesa del comune di Norcia? Grazie"
DANGER = (
    "Aiuto, siamo intrappolati in cantina in via Mazzini 4, l'acqua ci arriva al petto e mia "
    "madre non respira. Mandate i soccorsi."
)
INTRODUCED = "Il giorno lun 24 nov 2026 alle ore 09:50 Lucia Bo <lucia@example.it> ha scritto:"
OUTLOOK = (
    "-----Messaggio originale-----\nDa: Lucia Bo <lucia@example.it>\n"
    "Inviato: lunedì 24 novembre 2026 09:50\nA: protocollo@comune.example.it\nOggetto: richiesta"
)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Intake]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database={"url": database_url},
        requests={"own_addresses": ["contatti@example.org"]},
    )
    with Intake(settings) as opened:
        yield opened


def _mail(text: str = CALM, *, subject: str = "Aree di attesa", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = headers.pop("sender", "mario@example.it")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def _with_file(name: str, content: bytes, media_type: str) -> EmailMessage:
    mail = _mail()
    kind, _, subtype = media_type.partition("/")
    mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return mail


def _zip(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _enclosing() -> EmailMessage:
    mail = _mail()
    mail.add_attachment(_mail(DANGER, subject="aiuto", sender="lucia@example.it"))
    return mail


def _beside(html: str) -> EmailMessage:
    mail = _mail()
    mail.add_alternative(html, subtype="html")
    return mail


def _file(app: Intake, mail: EmailMessage) -> Request:
    key = str(len(app.receipts.find(limit=500)))
    receipt = app.receive(RawItem(source="push", key=key, profile="mail", content=bytes(mail)))
    app.process()
    return app.requests.get(app.receipts.get(receipt.id).reference or "")


def _places(app: Intake, request: Request) -> set[str]:
    filed = app.requests.history(request.reference)[0]
    return {each["where"] for each in filed.data["evidence"] if "emergency" in each["rule"]}


HTML = f"<html><body><p>{DANGER}</p></body></html>".encode()
CARD = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Lucia\r\nNOTE:{DANGER}\r\nEND:VCARD\r\n".encode()


@pytest.mark.same_on_any_database
@pytest.mark.parametrize(
    ("mail", "where"),
    [
        pytest.param(_mail(f"{CALM}\n\n{INTRODUCED}\n\n> {DANGER}\n"), "quoted", id="quoted"),
        pytest.param(_mail(f"Per competenza.\n\n{OUTLOOK}\n\n{DANGER}\n"), "quoted", id="forward"),
        pytest.param(
            _mail(f"{CALM}\n\n-- \nMario\n\nPS adesso la casa crolla, mia moglie è rimasta sotto"),
            "footer",
            id="signature",
        ),
        pytest.param(_enclosing(), "part-1.eml", id="enclosed"),
        pytest.param(_with_file("nota.txt", DANGER.encode(), "text/plain"), "nota.txt", id="txt"),
        pytest.param(
            _with_file("nota.txt", DANGER.encode("utf-16"), "text/plain"), "nota.txt", id="utf-16"
        ),
        pytest.param(_with_file("nota.html", HTML, "text/html"), "nota.html", id="html"),
        pytest.param(_with_file("lucia.vcf", CARD, "text/vcard"), "lucia.vcf", id="card"),
        pytest.param(
            _with_file("x.csv", f"campo;valore\nnota;{DANGER}".encode(), "text/csv"), "x.csv",
            id="csv",
        ),
        pytest.param(
            _with_file("nota.doc", DANGER.encode("cp1252"), "application/msword"), "nota.doc",
            id="text called doc",
        ),
        pytest.param(
            _with_file("nota.pdf", DANGER.encode("cp1252"), "application/pdf"), "nota.pdf",
            id="text called pdf",
        ),
        pytest.param(
            _with_file("n.zip", _zip("nota.txt", DANGER.encode()), "application/zip"),
            "n.zip/nota.txt",
            id="zip",
        ),
        pytest.param(_beside(f"<p>{DANGER}</p>"), "alternative", id="other words in HTML"),
    ],
)  # fmt: skip
def test_danger_is_heard_wherever_it_stands(app: Intake, mail: EmailMessage, where: str) -> None:
    request = _file(app, mail)
    assert (request.urgency, request.needs_review) == ("emergency", True)
    assert _places(app, request) == {where}


@pytest.mark.same_on_any_database
def test_the_topic_is_told_by_what_is_new(app: Intake) -> None:
    text = (
        f"{CALM}\n\n{INTRODUCED}\n\n> Chiedo un tirocinio e i corsi di formazione per volontari.\n"
    )
    request = _file(app, _mail(text))
    alone = _file(app, _mail(f"{CALM} "))
    assert (request.topic, request.topic_confidence) == (alone.topic, alone.topic_confidence)
    assert request.urgency == "normal"


@pytest.mark.same_on_any_database
def test_a_text_file_belongs_to_what_was_read_of_a_request(app: Intake) -> None:
    request = _file(app, _with_file("nota.txt", "La frana è a Città.".encode(), "text/plain"))
    [file] = app.requests.get(request.reference).attachments
    assert file.text == "La frana è a Città."
    assert app.requests.find(search="frana")


def test_what_a_reply_quotes_of_a_known_thread_is_no_new_alarm(app: Intake) -> None:
    first = _file(app, _mail(DANGER, Message_ID="<uno@example.it>"))
    quoting = f"Grazie, la squadra è arrivata.\n\n{INTRODUCED}\n\n> {DANGER}\n"
    reply = _file(app, _mail(quoting, subject="Re: x", References="<uno@example.it> <noi@x.it>"))
    assert (reply.urgency, reply.follows) == ("normal", first.id)
    numbered = _file(app, _mail(quoting, subject=f"R: la sua richiesta {first.reference}"))
    assert (numbered.urgency, numbered.follows) == ("normal", first.id)


@pytest.mark.same_on_any_database
@pytest.mark.parametrize(
    "text",
    [
        f"Vi giro, è la mia vicina.\n\n{INTRODUCED}\n\n> {DANGER}\n",
        f"Rispondo sotto\n\n{INTRODUCED}\n> {CALM}\n> {DANGER}\n",
        f"Vedi sotto\n\n{OUTLOOK}\n\n{CALM}\n\n{DANGER}\n",
    ],
    ids=["of somebody else", "between the quoted lines", "below the history"],
)
def test_new_words_among_what_an_answer_quotes_are_heard(app: Intake, text: str) -> None:
    _file(app, _mail(Message_ID="<uno@example.it>"))
    reply = _file(app, _mail(text, subject="Re: aree", References="<uno@example.it>"))
    assert reply.urgency == "emergency"


def test_what_an_answer_quotes_of_our_acknowledgement_is_no_alarm(app: Intake) -> None:
    first = _file(app, _mail(DANGER, Message_ID="<uno@example.it>"))
    ours = acknowledge_emergency(first.reference, language="it").text.replace("\n", "\n> ")
    half = DANGER.index("mia madre")
    wrapped = f"> > {DANGER[:half]}\n> > {DANGER[half:]}"
    text = f"Grazie, la squadra è arrivata.\n\n{INTRODUCED}\n\n> {ours}\n>\n{wrapped}\n"
    reply = _file(app, _mail(text, subject="Re: x", References="<uno@example.it>"))
    assert reply.urgency == "normal"


def test_our_own_answer_that_quotes_a_call_is_no_new_alarm(app: Intake) -> None:
    _file(app, _mail(DANGER, Message_ID="<uno@example.it>"))
    answer = _mail(
        f"La squadra arriva.\n\n{INTRODUCED}\n\n> {DANGER}\n",
        sender="contatti@example.org",
        In_Reply_To="<uno@example.it>",
    )
    receipt = app.receive(RawItem(source="push", key="our", profile="mail", content=bytes(answer)))
    app.process()
    assert app.receipts.get(receipt.id).state == "noted"


@pytest.mark.same_on_any_database
@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "I: aree", "References": "<uno@example.it>"},
        {"subject": "Re: aree", "References": "<uno@example.it>", "sender": "altro@example.it"},
        {"subject": "Re: aree", "References": "<ignoto@example.it>"},
    ],
    ids=["a forward", "of a stranger", "in a thread that we do not know"],
)
def test_what_else_is_quoted_is_heard(app: Intake, headers: dict[str, str]) -> None:
    _file(app, _mail(Message_ID="<uno@example.it>"))
    request = _file(app, _mail(f"Vi giro questa.\n\n{INTRODUCED}\n\n> {DANGER}\n", **headers))
    assert request.urgency == "emergency"


@pytest.mark.same_on_any_database
def test_an_archive_that_stays_shut_in_an_archive_goes_to_a_person(app: Intake) -> None:
    inner = _zip("nota.txt", b"ciao")
    request = _file(app, _with_file("n.zip", _zip("n2.zip", inner), "application/zip"))
    assert "unread_unknown_format" in request.review_reasons


@pytest.mark.same_on_any_database
def test_of_a_very_long_text_file_both_ends_are_heard(app: Intake) -> None:
    row = "24/11/26, 09:50 - Lucia: ci vediamo domani alla riunione del comitato di quartiere\n"
    chat = (row * 20_000 + DANGER).encode()
    request = _file(app, _with_file("WhatsApp Chat con Lucia.txt", chat, "text/plain"))
    assert request.urgency == "emergency"
    assert "text_too_long" in request.review_reasons
