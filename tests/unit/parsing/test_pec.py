from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake.errors import ConfigError
from intake.parsing.certified import daticert
from intake.parsing.mail import MailParser
from intake.parsing.pec import PecParser
from intake.parsing.signing import cms
from intake.parsing.signing.anchors import Anchors
from intake.parsing.signing.certificates import find_email
from intake.schemas.documents import Parsed
from intake.schemas.parsers import ParserOptions

Parse = Callable[..., Parsed]


def _raw(fixtures: Path, name: str) -> bytes:
    return next((fixtures / "pec").glob(f"{name}_*.eml")).read_bytes()


def _signature(parse: Parse, raw: bytes, anchors: Anchors | None = None) -> dict[str, object]:
    parser = PecParser() if anchors is None else PecParser(anchors)
    pec = parse(raw, parser).message.pec
    assert pec is not None
    assert pec.signature is not None
    return pec.signature


def test_ordinary_mail_in_a_pec_mailbox_is_ordinary(parse: Parse) -> None:
    message = parse("From: a@b.it\nSubject: POSTA CERTIFICATA: finta\n\nciao", PecParser()).message
    assert message.pec is None
    assert message.text == "ciao"


def test_a_signature_survives_storage_with_lf(parse: Parse, fixtures: Path) -> None:
    raw = _raw(fixtures, "pec01")
    for stored in (
        raw.replace(b"\r\n", b"\n"),
        raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    ):
        assert _signature(parse, stored)["integrity"] == "ok"


@pytest.mark.parametrize("parser", [PecParser, MailParser])
def test_an_operator_replaces_the_pinned_key(parse: Parse, fixtures: Path, parser: Any) -> None:
    options = ParserOptions(pec_anchors=fixtures / "ca" / "root.pem")
    raw = _raw(fixtures, "pec01")
    for configured, chain in ((parser(), "untrusted"), (parser.configured(options), "trusted")):
        pec = parse(raw, configured).message.pec
        assert pec is not None
        assert pec.signature is not None
        assert pec.signature["chain"] == chain


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_wrong_file_of_certificates_is_a_configuration_error(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "anchors.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError):
        PecParser.configured(ParserOptions(pec_anchors=path))


def test_any_changed_byte_inside_is_noticed(parse: Parse, fixtures: Path) -> None:
    raw = _raw(fixtures, "pec07")
    place = raw.index(b"Content-Type: multipart/mixed")
    assert _signature(parse, raw[:place] + b"X" + raw[place + 1 :])["integrity"] == "bad"


def test_the_sample_authority_is_not_trusted_by_default(parse: Parse, fixtures: Path) -> None:
    assert _signature(parse, _raw(fixtures, "pec01"))["chain"] == "untrusted"


def test_a_key_can_be_pinned_in_place_of_a_certificate(parse: Parse, fixtures: Path) -> None:
    import hashlib

    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    issuer = x509.load_pem_x509_certificate((fixtures / "ca" / "pecca.pem").read_bytes())
    spki = issuer.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    anchors = Anchors(key_pins=frozenset({hashlib.sha256(spki).hexdigest()}))
    assert _signature(parse, _raw(fixtures, "pec01"), anchors)["chain"] == "trusted"
    assert _signature(parse, _raw(fixtures, "pec03"), anchors)["chain"] == "untrusted"


def test_an_envelope_without_a_signature_says_so(parse: Parse) -> None:
    message = parse(
        "X-Trasporto: posta-certificata\nFrom: a@b.it\nSubject: x\n\nciao", PecParser()
    ).message
    assert message.pec is not None
    assert message.pec.signature is not None
    assert message.pec.signature["present"] is False
    assert [defect.code for defect in message.defects] == ["daticert_missing"]


def test_a_signature_of_rubbish_is_unknown(parse: Parse) -> None:
    raw = (
        "X-Trasporto: posta-certificata\nFrom: a@b.it\n"
        "Content-Type: multipart/signed; boundary=b\n\n--b\n\nciao\n--b\n\n0rubbish\n--b--\n"
    )
    assert _signature(parse, raw.encode())["integrity"] == "unknown"


def test_headers_that_daticert_contradicts_are_told(parse: Parse, fixtures: Path) -> None:
    raw = _raw(fixtures, "pec12").replace(
        b"X-Ricevuta: errore-consegna", b"X-Ricevuta: accettazione"
    )
    message = parse(raw, PecParser()).message
    assert [d.code for d in message.defects] == ["pec_kind_contradicted"]


def test_an_envelope_whose_headers_were_lost_is_known_by_its_inside(
    parse: Parse, fixtures: Path
) -> None:
    raw = _raw(fixtures, "pec01").replace(b"X-Trasporto: posta-certificata", b"X-Lost: yes")
    message = parse(raw, PecParser()).message
    assert message.pec is not None
    assert message.pec.pec_kind == "transport"
    assert "pec_headers_missing" in [d.code for d in message.defects]


def test_an_unknown_receipt_is_still_a_receipt(parse: Parse) -> None:
    message = parse("X-Ricevuta: novita-2030\nFrom: a@b.it\n\nx", PecParser()).message
    assert message.pec is not None
    assert (message.pec.pec_kind, message.pec.x_ricevuta) == ("receipt", "novita-2030")


def test_the_defaults_of_the_dtd_are_applied() -> None:
    facts = daticert.read(
        b"<postacert tipo='accettazione'>x<intestazione><destinatari>a@b.it</destinatari>"
        b"</intestazione><dati><ricevuta/><data zona='-0230'><giorno>01/02/2026</giorno>"
        b"<ora>23:00:00</ora></data></dati></postacert>"
    )
    assert facts is not None
    assert facts["errore"] == "nessuno"
    assert facts["destinatari"] == [{"indirizzo": "a@b.it", "tipo": "certificato"}]
    assert facts["ricevuta"] == "completa"
    assert facts["data_utc"] == "2026-02-02T01:30:00Z"
    assert facts["mittente"] is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<postacert>",
        b"<other/>",
        b"\0\1",
        b"<?xml version='1.0' encoding='nonsense'?><postacert/>",
        b"<!DOCTYPE p [<!ENTITY a 'x'>]><postacert>&a;</postacert>",
        b"<!DOCTYPE p SYSTEM 'file:///etc/passwd'><postacert/>",
        b"<postacert>" * 100_000,
        b" " * 2_000_000 + b"<postacert/>",
    ],
)
def test_what_is_no_daticert_is_none(data: bytes) -> None:
    assert daticert.read(data) is None


def test_rubbish_is_no_signature_and_no_certificate() -> None:
    assert cms.read(b"") is None
    assert cms.read(b"0\x80" * 1000) is None
    assert find_email(b"0\x03abc") is None
