from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from intake.errors import ConfigError
from intake.parsing.fax import FaxParser
from intake.parsing.fax_rules import FaxMail, fax_rules, find_rule, read_rule
from intake.parsing.writing.telephone_numbers import to_e164
from intake.schemas.documents import FaxFacts, Parsed
from intake.schemas.parsers import ParserOptions

Parse = Callable[..., Parsed]
HEAD = "Date: Mon, 02 Mar 2026 11:02:44 +0100\nTo: fax@dpc.example\n"


def _fax(parse: Parse, headers: str, body: str = "") -> FaxFacts:
    fax = parse(f"{HEAD}{headers}\n\n{body}", FaxParser()).message.fax
    assert fax is not None
    return fax


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("0695220000", "+390695220000"),
        ("+39 06 9522 0000", "+390695220000"),
        ("0039 0695220000", "+390695220000"),
        ("390695220000", "+390695220000"),
        ("39-06-95220000", "+390695220000"),
        ("333 1234567", "+393331234567"),
        ("(415) 555-2671", None),
        ("14155552671", "+14155552671"),
        ("112", None),
        ("Mario Rossi", None),
        ("", None),
        (None, None),
        ("9" * 500, None),
    ],
)
def test_numbers_become_e164(written: str | None, e164: str | None) -> None:
    assert to_e164(written) == e164


SITE_RULE = """
vendor = "acme"
recognise = [{ in = "subject", pattern = '^Nuovo fax da ' }]
extract = [{ in = "subject", pattern = '^Nuovo fax da (?P<caller_number>[+0-9 ]+)' }]
"""


def test_a_site_adds_its_gateway_without_code(parse: Parse, tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(SITE_RULE, encoding="utf-8")
    parser = FaxParser.configured(ParserOptions(fax_rules=tmp_path))
    fax = parse(f"{HEAD}Subject: Nuovo fax da 06 95220000\n\nciao", parser).message.fax
    assert fax is not None
    assert (fax.vendor, fax.caller_number_e164) == ("acme", "+390695220000")
    assert fax.evidence[0] == f"vendor: {tmp_path / 'acme.toml'}"
    assert any(each.startswith("caller_number: subject matches ^Nuovo") for each in fax.evidence)


def test_a_wrong_rule_of_a_site_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text("vendor = [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"acme\.toml"):
        FaxParser.configured(ParserOptions(fax_rules=tmp_path))
    with pytest.raises(ConfigError):
        FaxParser.configured(ParserOptions(fax_rules=tmp_path / "missing"))


def test_the_generic_rule_is_the_last_and_takes_everything() -> None:
    assert fax_rules()[-1].vendor == "generic"
    assert find_rule(FaxMail("", "", "", "", "")).vendor == "generic"


def test_rightfax_is_read(parse: Parse) -> None:
    fax = _fax(
        parse,
        "From: RightFax <rf@x.example>\nSubject: A fax has arrived from remote ID '06 95220000'.",
        "Time: 3/2/2026 11:02:44 AM\nElapsed time 01:23 on channel 4\n",
    )
    assert (fax.vendor, fax.remote_station_id, fax.duration_s) == ("rightfax", "06 95220000", 83)


def test_cisco_is_read(parse: Parse) -> None:
    fax = _fax(
        parse,
        'From: "0695220000" <fax@gw.example>\nSubject: Fax (3 pages)\n'
        "Content-Type: multipart/fax-message; boundary=b",
        "--b\nContent-Type: image/tiff\n\nII*\n--b--\n",
    )
    assert (fax.vendor, fax.caller_number_raw, fax.pages_declared) == ("cisco", "0695220000", 3)


def test_ricoh_and_fusionpbx_are_read(parse: Parse) -> None:
    fax = _fax(parse, 'From: a@b.it\nSubject: From "0695220000" (Fax Message No. 0042)')
    assert (fax.vendor, fax.caller_number_raw, fax.comm_id) == ("ricoh", "0695220000", "0042")
    fax = _fax(
        parse, "From: FusionPBX FAX <a@b.it>\nSubject: Fax Received: 0695220000-2026-03-02-11-02-44"
    )
    assert (fax.vendor, fax.caller_number_raw) == ("fusionpbx", "0695220000")


def test_a_partial_hylafax_is_partial(parse: Parse) -> None:
    fax = _fax(
        parse,
        'From: HylaFAX Agent <a@b.it>\nSubject: Fax received with errors from "+39 06 95220000"',
        "          Sender: +39 06 95220000\n           Pages: 1\n",
    )
    assert (fax.status, fax.pages_declared) == ("partial", 1)


@pytest.mark.parametrize("withheld", ["unknown", "UNAVAILABLE", "anonimo", "Sconosciuto", "-", ""])
def test_a_withheld_number_is_none(parse: Parse, withheld: str) -> None:
    fax = _fax(parse, f"From: a@b.it\nSubject: New fax from: <{withheld}>")
    assert fax.vendor == "freepbx"
    assert fax.caller_number_raw is None


def test_a_name_where_a_number_belongs_is_an_identification(parse: Parse) -> None:
    fax = _fax(
        parse, 'From: x@metrofax.com\nSubject: MetroFax message from "COMUNE DI X" - 1 page(s)'
    )
    assert (fax.caller_number_raw, fax.remote_station_id) == (None, "COMUNE DI X")


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("1:23", 83),
        ("0:01:23", 83),
        ("83 seconds", 83),
        ("1 min 23 sec", 83),
        ("83", 83),
        ("x", None),
    ],
)
def test_durations_are_seconds(parse: Parse, duration: str, seconds: int | None) -> None:
    assert _fax(parse, "From: a@b.it\nSubject: fax", f"Durata: {duration}\n").duration_s == seconds


def test_an_italian_gateway_we_do_not_know_is_read_by_its_words(parse: Parse) -> None:
    fax = _fax(
        parse,
        "From: fax@provider.example\nSubject: Nuovo fax",
        "Mittente: 06 95220000\nNumero chiamato: 06 95221111\nPagine: 4\nDurata: 2:05\n",
    )
    assert fax.vendor == "generic"
    assert fax.caller_number_e164 == "+390695220000"
    assert fax.called_number_e164 == "+390695221111"
    assert (fax.pages_declared, fax.duration_s) == (4, 125)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("vendor = ", "cannot be read"),
        ("order = 1", "vendor"),
        ('vendor = "x"\nextract = [{ in = "subject", pattern = "(" }]', "cannot be read"),
        ('vendor = "x"\nextract = [{ in = "moon", pattern = "a" }]', "moon"),
        ('vendor = "x"\nextract = [{ in = "text", pattern = "(?P<colour>a)" }]', "colour"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(content: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        read_rule("x.toml", content)
