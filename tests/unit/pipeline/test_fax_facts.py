"""The sending machine's line completes the facts of a fax and overrules none."""

from __future__ import annotations

from intake.pipeline.pages.fax_facts import with_header
from intake.schemas.documents import (
    FaxFacts,
    FaxHeader,
    Page,
    ParsedMessage,
    RecognisedDocument,
)

HEADER = FaxHeader(
    name="COMUNE DI RIETI", number="0746 555010", page=1, pages=3, raw="...", confidence=0.9
)


def fax_of(*headers: FaxHeader | None) -> list[RecognisedDocument]:
    pages = [Page(number=n, fax_header=header) for n, header in enumerate(headers, start=1)]
    return [RecognisedDocument(media_type="image/tiff", pages=tuple(pages))]


def test_a_fax_without_a_gateways_mail_has_the_facts_of_its_header() -> None:
    message = with_header(ParsedMessage(profile="fax"), fax_of(HEADER), profile="fax")

    assert message.fax is not None
    assert message.fax.caller_name == "COMUNE DI RIETI"
    assert message.fax.caller_number_raw == "0746 555010"
    assert message.fax.pages_declared == 3
    assert message.fax.header == HEADER
    assert "header_line:caller_number_raw" in message.fax.evidence


def test_what_the_gateway_says_stays() -> None:
    fax = FaxFacts(caller_number_e164="+39065550100", pages_declared=2, evidence=("rule",))
    given = ParsedMessage(profile="mail", fax=fax)

    message = with_header(given, fax_of(HEADER), profile="mail")

    assert message.fax is not None
    assert (message.fax.caller_number_raw, message.fax.pages_declared) == (None, 2)
    assert message.fax.caller_name == "COMUNE DI RIETI"
    assert message.fax.evidence == ("rule", "header_line:caller_name")


def test_a_header_that_was_read_poorly_is_shown_but_adds_no_fact() -> None:
    poor = HEADER.model_copy(update={"confidence": 0.6})

    message = with_header(ParsedMessage(profile="fax"), fax_of(None, poor), profile="fax")

    assert message.fax is not None
    assert message.fax.header == poor
    assert message.fax.caller_number_raw is None


def test_the_clearest_of_several_headers_counts() -> None:
    poor = HEADER.model_copy(update={"confidence": 0.6, "name": "C0MUNE"})

    message = with_header(ParsedMessage(profile="fax"), fax_of(poor, HEADER), profile="fax")

    assert message.fax is not None
    assert message.fax.header == HEADER


def test_a_letter_with_a_fax_attached_does_not_become_a_fax() -> None:
    given = ParsedMessage(profile="mail")

    assert with_header(given, fax_of(HEADER), profile="mail") is given


def test_a_fax_without_a_header_is_as_it_was() -> None:
    given = ParsedMessage(profile="fax")

    assert with_header(given, fax_of(None), profile="fax") is given
