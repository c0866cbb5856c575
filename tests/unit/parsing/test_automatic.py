from __future__ import annotations

from collections.abc import Callable

import pytest

from intake.schemas.documents import Auto, Parsed

Parse = Callable[..., Parsed]


def _auto(parse: Parse, headers: str, body: str = "ciao") -> Auto:
    return parse(f"To: c@d.it\n{headers}\n\n{body}").message.auto


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("From: a@b.it\nAuto-Submitted: auto-replied", "auto_reply"),
        ("From: a@b.it\nAuto-Submitted: auto-replied (vacation)", "auto_reply"),
        ("From: a@b.it\nX-Autoreply: yes", "auto_reply"),
        ("From: a@b.it\nPrecedence: auto_reply", "auto_reply"),
        (
            "From: a@b.it\nSubject: Risposta automatica: x\nX-Auto-Response-Suppress: All",
            "auto_reply",
        ),
        ("From: a@b.it\nList-Id: <x.y>", "list"),
        ("From: a@b.it\nPrecedence: list", "list"),
        ("From: MAILER-DAEMON@b.it\nReturn-Path: <>", "bounce"),
        ("From: postmaster@b.it\nSubject: Undeliverable: x", "bounce"),
        ("From: a@b.it\nX-Failed-Recipients: x@y.it", "bounce"),
        (
            "From: a@b.it\nContent-Type: multipart/report; report-type=disposition-notification;"
            " boundary=b",
            "mdn",
        ),
    ],
)
def test_mail_of_machines_is_told_with_evidence(parse: Parse, headers: str, kind: str) -> None:
    auto = _auto(parse, headers)
    assert auto.is_auto
    assert auto.kind == kind
    assert auto.evidence


@pytest.mark.parametrize(
    "headers",
    [
        "From: a@b.it\nAuto-Submitted: no",
        "From: a@b.it\nSubject: Undelivered: mancata consegna del contributo",
        "From: a@b.it\nSubject: Fuori ufficio postale c'è una frana",
        "From: postmaster@comune.it\nSubject: Segnalazione frana",
        "From: a@b.it\nX-Auto-Response-Suppress: All",
        "From: noreply@comune.it\nSubject: Segnalazione",
        "From: a@b.it\nReturn-Path: <>",
        "From: a@b.it\nPrecedence: bulk",
    ],
)
def test_a_persons_mail_is_not_taken_for_a_machines(parse: Parse, headers: str) -> None:
    assert not _auto(parse, headers).is_auto


def test_marks_that_forbid_an_answer_are_evidence_without_a_verdict(parse: Parse) -> None:
    auto = _auto(parse, "From: no-reply@b.it\nPrecedence: bulk\nReturn-Path: <>")
    assert auto.evidence == ("null return-path", "precedence=bulk", "sender takes no replies")


def test_a_bounce_without_a_report_names_the_message_it_quotes(parse: Parse) -> None:
    body = "Hi. This is the qmail-send program.\n\n--- Below\n\nMessage-ID: <our-1@dpc.example>\n"
    auto = _auto(parse, "From: MAILER-DAEMON@b.it\nReturn-Path: <>\nSubject: failure notice", body)
    assert auto.about == "our-1@dpc.example"


def test_a_read_receipt_names_the_message_that_was_read(parse: Parse) -> None:
    body = (
        "--b\n\nletto\n--b\nContent-Type: message/disposition-notification\n\n"
        "Original-Message-ID: <our-2@dpc.example>\nDisposition: manual-action; displayed\n--b--\n"
    )
    head = "From: a@b.it\nContent-Type: multipart/report; boundary=b"
    assert _auto(parse, head, body) == Auto(
        is_auto=True,
        kind="mdn",
        evidence=(
            "report-type=disposition-notification",
            "disposition=manual-action; displayed",
        ),
        about="our-2@dpc.example",
    )


def test_an_auto_generated_mail_that_answers_nothing_has_no_kind(parse: Parse) -> None:
    auto = _auto(parse, "From: a@b.it\nAuto-Submitted: auto-generated")
    assert auto.is_auto
    assert auto.kind is None
