"""Every fact written beside a fixture is what the parser says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from intake.errors import UnreadableItem
from intake.parsing.fax import FaxParser
from intake.parsing.forms import FormParser, PhoneNoteParser
from intake.parsing.mail import MailParser
from intake.parsing.pec import PecParser
from intake.parsing.signing.certificates import read_pem
from intake.schemas.documents import Parsed
from intake.schemas.receipts import ItemFacts

FIXTURES = Path(__file__).parents[3] / "fixtures"

# Facts that are not the parser's, and facts it does not read yet. A name stands for the fact and
# all below it. Nothing else in the files may be left unchecked.
NOT_THE_PARSERS = {
    "request": "what is filed is decided by filing",
    "ack": "whether to answer is decided by the replies",
    "ack_headers": "headers of our own answer",
    "trap": "a remark",
    "callid_note": "a remark",
    "ack_note": "a remark",
    "subject_fallback": "a remark",
    "subject_variants": "a remark",
    "metadata_location": "a remark",
    "old_variant": "a remark",
    "text_body_is_boilerplate": "a remark for filing: follows from `device`",
    "device_sender": "follows from `device`",
    "channel": "the channel is decided by filing",
    "service_code": "the topic is decided by the classifiers",
}
NOT_YET = {
    "segnatura": "reading Segnatura.xml is a later piece of work",
    "outbound_state": "following our own PEC messages is a later piece of work",
    "final": "following our own PEC messages is a later piece of work",
    "status_code": "following our own PEC messages is a later piece of work",
    "delivered_to": "following our own PEC messages is a later piece of work",
    "x_verificasicurezza": "following our own PEC messages is a later piece of work",
    "tiff": "tags of a TIFF are read where pictures are opened, not by the parser",
    "pages": "pages of a document are counted by OCR, not by the parser",
    "application": "the class of a fax TIFF is of no use so far",
    "device": "the gateway's modem is of no use so far",
    "signal_rate": "details of the transmission are of no use so far",
    "data_format": "details of the transmission are of no use so far",
    "ecm": "details of the transmission are of no use so far",
    "quality": "details of the transmission are of no use so far",
    "subaddress": "T.33 sub-addresses are of no use so far",
    "status": "status codes of bounces are told in `auto.evidence`",
    "callback_requested": "what a note asks for is understood later",
    "duration_s": "the length of a call follows from two fields of `form`",
}
# The fact names one digit more than the number that is written in the message.
WRONG_IN_FIXTURE = {
    ("fax08_efax", "caller_number_e164"),
    ("fax10_ringcentral_senza_allegato", "caller_number_e164"),
    ("fax18_gfi_faxmaker_guess", "caller_number_e164"),
}
READ_FROM_FAX = ("status", "duration_s")


def _facts(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return facts


def _samples(folder: str, pattern: str = "*.eml") -> list[Any]:
    return [pytest.param(p, id=p.stem) for p in sorted((FIXTURES / folder).glob(pattern))]


def _parse(parser: Any, path: Path) -> Parsed:
    return parser.parse(io.BytesIO(path.read_bytes()), ItemFacts())


def _differences(expected: Any, found: Any, at: str) -> list[str]:
    """Return where ``found`` does not say what ``expected`` says."""
    if isinstance(expected, dict):
        found = found if isinstance(found, dict) else {}
        return [
            difference
            for name, value in expected.items()
            if name not in NOT_THE_PARSERS and name not in NOT_YET
            for difference in _differences(value, found.get(name), f"{at}.{name}")
        ]
    if isinstance(expected, list) and expected and isinstance(expected[0], dict):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{at}: {len(expected)} expected, found {found!r}"]
        return [
            difference
            for number, entry in enumerate(expected)
            for difference in _differences(entry, found[number], f"{at}[{number}]")
        ]
    return [] if expected == found else [f"{at}: expected {expected!r}, found {found!r}"]


def _attachments(parsed: Parsed) -> list[dict[str, Any]]:
    return [
        {
            "filename": a.filename,
            "content_type": a.media_type,
            "size": a.size_bytes,
            "sha256": a.sha256,
        }
        for a in parsed.message.attachments
    ]


@pytest.mark.parametrize("path", _samples("pec"))
def test_a_pec_message_says_every_fact(path: Path) -> None:
    anchors = read_pem((FIXTURES / "ca" / "root.pem").read_bytes())
    expected = _facts(path)["expect"]
    parsed = _parse(PecParser(anchors), path)
    assert parsed.message.pec is not None
    found = parsed.message.model_dump(mode="json")["pec"]
    wanted = (expected.get("original") or {}).pop("text_contains", "")
    assert wanted in parsed.message.text
    assert _differences(expected, found, "pec") == []
    request = expected["request"]
    if request["create"] and "forwarded_by" not in request and "sender" in request:
        assert parsed.message.sender is not None
        assert parsed.message.sender.address == request["sender"]
        assert parsed.message.subject == request["subject"]
    if "dedupe_key" in request and "forwarded_by" not in request:
        assert parsed.message.message_id == request["dedupe_key"]
    if "correlates_to" in request:
        assert parsed.message.auto.about == request["correlates_to"].strip("<>")


@pytest.mark.parametrize("path", _samples("fax"))
def test_a_fax_mail_says_every_fact(path: Path) -> None:
    expected = _facts(path)["expect"]
    parsed = _parse(FaxParser(), path)
    found = parsed.message.model_dump(mode="json")["fax"]
    for name in READ_FROM_FAX:
        assert found[name] == expected.pop(name)
    found["attachments"] = _attachments(parsed)
    for name in [n for n in expected if (path.stem, n) in WRONG_IN_FIXTURE]:
        assert expected.pop(name) != found[name]
    assert _differences(expected, found, "fax") == []


@pytest.mark.parametrize("path", _samples("mail", "ack*.eml"))
def test_automatic_mail_is_told_from_a_persons(path: Path) -> None:
    expected = _facts(path)["expect"]
    auto = _parse(MailParser(), path).message.auto
    assert auto.is_auto is not expected["request"]["create"]
    if "bounce_of" in expected:
        assert auto.kind == "bounce"
        assert auto.about == expected["bounce_of"].strip("<>")
        assert f"status={expected['status']}" in auto.evidence


@pytest.mark.parametrize("path", _samples("mail", "scan*.eml"))
def test_a_scanner_is_recognised(path: Path) -> None:
    expected = _facts(path)["expect"]
    parsed = _parse(MailParser(), path)
    assert parsed.message.device == expected.pop("vendor")
    found = {"received_at_utc": parsed.message.model_dump(mode="json")["date"]}
    found["attachments"] = _attachments(parsed)  # type: ignore[assignment]
    assert _differences(expected, found, "scan") == []


@pytest.mark.parametrize("path", _samples("mail", "own*.eml"))
def test_our_own_mails_say_every_fact(path: Path) -> None:
    expected = _facts(path)["expect"]
    if code := expected.get("unreadable"):
        with pytest.raises(UnreadableItem) as raised:
            _parse(MailParser(), path)
        assert raised.value.code == code
        return
    parsed = _parse(MailParser(), path)
    message = parsed.message
    assert expected.pop("text_contains") in message.text
    assert message.sender is not None
    dumped = message.model_dump(mode="json")
    found = {
        **dumped,
        "from": message.sender.address,
        "date_utc": dumped["date"],
        "is_auto": message.auto.is_auto,
        "attachments": _attachments(parsed),
        "defects": [defect.code for defect in message.defects],
    }
    assert _differences(expected, found, "mail") == []


def test_a_web_form_says_every_fact(fixtures: Path) -> None:
    sample = json.loads((fixtures / "form" / "form01_modulo_online.json").read_text("utf-8"))
    raw = json.dumps(sample["input"]).encode()
    message = FormParser().parse(io.BytesIO(raw), ItemFacts()).message
    assert message.sender is not None
    found = {
        "sender_name": message.sender.name,
        "email": message.sender.address,
        "phone_e164": message.sender_phone,
    }
    assert _differences(sample["expect"], found, "form") == []
    assert message.form == sample["input"]
    assert message.text == f"{sample['input']['fields']['messaggio']}\n\ncomune: Rieti"


def test_a_phone_note_says_every_fact(fixtures: Path) -> None:
    sample = json.loads((fixtures / "phone" / "phone01_nota_operatore.json").read_text("utf-8"))
    raw = json.dumps(sample["input"]).encode()
    message = PhoneNoteParser().parse(io.BytesIO(raw), ItemFacts()).message
    found = {
        "phone_e164": message.sender_phone,
        "received_at_utc": message.model_dump(mode="json")["date"],
    }
    assert _differences(sample["expect"], found, "phone") == []
    assert message.form == sample["input"]
    assert message.text == sample["input"]["note"]
