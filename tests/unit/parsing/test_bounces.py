"""Mail that came back, in the words of many mail servers; and what only quotes such words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from intake.schemas.documents import Auto, Parsed

Parse = Callable[..., Parsed]

BOUNCES = {
    "qmail": (
        "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver "
        "your message.\n\n<x@y.example>:\n550 no such user\n\nMessage-ID: <our-1@dpc.example>",
    ),
    "exim": (
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\n"
        "Subject: Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you "
        "sent could not be delivered to one or more of its recipients.\n\nMessage-ID: "
        "<our-1@dpc.example>",
    ),
    "exim, forwarded by a script": (
        "From: script@relay.example\nSubject: [relay] mail failed",
        "This message was created automatically by mail delivery software.\n"
        "  x@y.example\n    unrouteable address\nMessage-Id: <our-1@dpc.example>",
    ),
    "sendmail": (
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\n"
        "Subject: Returned mail: User unknown",
        "The original message was received at Mon, 2 Mar 2026\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<x@y.example>\n"
        "   ----- Original message -----\nMessage-Id: <our-1@dpc.example>",
    ),
    "exchange": (
        "From: System Administrator <postmaster@ex.example>\nSubject: Undeliverable: Frana",
        "Your message did not reach some or all of the intended recipients.\n"
        "Message-ID: <our-1@dpc.example>",
    ),
    "exchange in Italian": (
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ex.example>\n"
        "Subject: Recapito non riuscito: Frana\nIn-Reply-To: <our-1@dpc.example>",
        "Impossibile recapitare il messaggio ai destinatari seguenti: x@y.example",
    ),
    "a postmaster who gives a code": (
        "From: postmaster@ex.example\nSubject: Notifica per il mittente",
        "x@y.example: 550 5.1.1 utente sconosciuto\nMessage-ID: <our-1@dpc.example>",
    ),
    "null return path": (
        "From: webmaster@y.example\nReturn-Path: <>\nSubject: Undeliverable mail",
        "The user x does not exist here.\n> Message-ID: <our-1@dpc.example>",
    ),
    "no sender": (
        "To: contactcenter@dpc.example\nSubject: DELIVERY FAILURE: User x not listed",
        "Your message could not be delivered to x.\nMessage-ID: <our-1@dpc.example>",
    ),
    "a mailbox that is full": (
        "From: mailer-daemon@y.example\nSubject: Frana",
        "La casella del destinatario x@y.example è piena.\nMessage-ID: <our-1@dpc.example>",
    ),
    "delayed": (
        "From: MAILER-DAEMON@mx.example\nSubject: Warning: could not send message for past 4 hours",
        "** THIS IS A WARNING MESSAGE ONLY **\nMessage-ID: <our-1@dpc.example>",
    ),
}


def _auto(parse: Parse, head: str, body: str) -> Auto:
    return parse(f"{head}\n\n{body}").message.auto


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_is_known_and_names_what_it_returns(parse: Parse, name: str) -> None:
    auto = _auto(parse, *BOUNCES[name])
    assert auto.kind == "bounce"
    assert auto.evidence
    assert auto.about == "our-1@dpc.example"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            "From: Anna <anna@example.it>\nSubject: Mancata consegna del pacco di aiuti",
            "Il corriere non ha potuto consegnare: l'indirizzo non esiste. Errore 550.",
        ),
        (
            "From: anna@example.it\nSubject: I: Undelivered Mail Returned to Sender",
            "This is the mail system at host mx.example.\nMi è tornata la mail che vi ho scritto.",
        ),
        (
            "From: anna@example.it\nSubject: Non riesco a scrivervi",
            "Ho ricevuto questo:\nThis is the Postfix program at host mx.example.\n550 5.1.1",
        ),
        (
            "From: Postmaster Comune <postmaster@comune.example.it>\nSubject: Segnalazione frana",
            "L'indirizzo di posta del sindaco non è valido, scrivete a me.",
        ),
        (
            "From: Amministratore di sistema <ced@comune.example.it>\nSubject: Casella piena",
            "La casella del destinatario è piena, come si fa?",
        ),
        (
            "From: Anna <anna@example.it>\nReturn-Path: <>\nSubject: Ritardo dei soccorsi",
            "I soccorsi sono in ritardo.",
        ),
        (
            "From: Daemone Bianchi <d.bianchi@example.it>\nSubject: Returned mail?",
            "Vi è arrivata la mia mail?",
        ),
    ],
)
def test_words_of_a_bounce_from_a_person_make_none(parse: Parse, head: str, body: str) -> None:
    assert not _auto(parse, head, body).is_auto


def _report(fields: str) -> str:
    return (
        "--b\n\nla consegna\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example\n\n{fields}\n--b\nContent-Type: text/rfc822-headers\n\n"
        "Message-ID: <our-1@dpc.example>\n\n--b--\n"
    )


def test_a_report_gives_action_and_status(parse: Parse) -> None:
    head = (
        "From: x@mx.example\nContent-Type: multipart/report; report-type=delivery-status;boundary=b"
    )
    auto = _auto(parse, head, _report("Action: failed\nStatus: 5.1.1"))
    assert auto.kind == "bounce"
    assert auto.evidence == ("message/delivery-status", "action=failed", "status=5.1.1")


def test_a_report_that_all_went_well_is_a_receipt(parse: Parse) -> None:
    head = (
        "From: x@mx.example\nContent-Type: multipart/report; report-type=delivery-status;boundary=b"
    )
    auto = _auto(parse, head, _report("Action: relayed\nStatus: 2.0.0"))
    assert auto.kind == "mdn"
    assert auto.about == "our-1@dpc.example"


def test_a_forwarded_bounce_is_a_persons_mail(parse: Parse) -> None:
    inner = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=c\n\n"
    enclosed = f"Content-Type: message/rfc822\n\n{inner}--c\n\nx\n--c--\n"
    body = f"--b\n\nche vuol dire?\n--b\n{enclosed}--b--\n"
    head = (
        "From: anna@example.it\nSubject: Undeliverable\nContent-Type: multipart/mixed; boundary=b"
    )
    assert not _auto(parse, head, body).is_auto
