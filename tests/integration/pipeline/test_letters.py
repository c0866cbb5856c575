"""Letters from the scanner to the request: what they say of themselves, and what follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from intake import Channel, Intake, RawItem, Receipt, Request, RequestDraft, Sender, Settings

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Intake]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database={"url": database_url},
        processing={"workers": 1, "retry_delay_s": 0},
    )
    with Intake(settings) as opened:
        yield opened


def push(app: Intake, content: bytes, *, key: str = "1", profile: str = "scan") -> Receipt:
    return app.receive(
        RawItem(source="scans", key=key, profile=profile, content=content, file_name="letter.pdf")
    )


def filed(app: Intake, receipt: Receipt) -> Request:
    app.process()
    return app.requests.get(app.receipts.get(receipt.id).reference or "")


def test_what_a_letter_says_of_its_sender_is_on_its_request(app: Intake) -> None:
    request = filed(app, push(app, (FIXTURES / "scan" / "lettera_firmata.pdf").read_bytes()))
    assert request.letter is not None
    assert request.letter.tax_code is not None
    assert request.letter.tax_code.value == "BLLNNA68D54I804Y"
    assert request.sender == Sender(
        name="Anna Bellini", phone="+390864210215", email="anna.bellini@example.it"
    )
    assert request.sender.verified_by is None
    assert request.claimed_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert request.channel is Channel.LETTER


def test_front_ends_read_the_facts_in_the_view(app: Intake, database_url: str) -> None:
    request = filed(app, push(app, (FIXTURES / "scan" / "volontariato.pdf").read_bytes()))
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.connect() as connection:
        query = text("SELECT letter, sender_name FROM requests_v1 WHERE reference = :reference")
        row = connection.execute(query, {"reference": request.reference}).one()
    engine.dispose()
    letter = json.loads(row.letter) if isinstance(row.letter, str) else row.letter
    assert letter["town"]["value"] == "Verona"
    assert row.sender_name == "Luca Marangon"


def test_a_letter_that_names_a_request_is_shown_to_a_person_and_not_attached(app: Intake) -> None:
    sender = Sender(name="Anna Bellini", email="anna.bellini@example.it")
    earlier = app.submit(RequestDraft(channel="phone", text="Chiede notizie.", sender=sender))
    content = (FIXTURES / "scan" / "lettera_firmata.pdf").read_bytes()
    written = content.replace(b"Oggetto: zona sismica", f"{earlier.reference:21}".encode())
    request = filed(app, push(app, written))
    assert request.letter is not None
    assert [fact.value for fact in request.letter.references] == [earlier.reference]
    assert "possible_follow_up" in request.review_reasons
    assert request.follows is None
