"""Letters from the scanner to the request: what they say of themselves, and what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import create_engine, text

from intake import (
    Channel,
    Intake,
    RawItem,
    Receipt,
    Request,
    RequestDraft,
    Sender,
    Settings,
)

FIXTURES = Path(__file__).parents[3] / "fixtures"
LETTERS = FIXTURES / "letters"
ENGINE = """
from intake.schemas.documents import Page

class Instant:
    name = "instant"
    def version(self):
        return "1"
    def recognise(self, image, *, number, languages, timeout_s):
        return Page(number=number, text="Chiedo informazioni sul rischio sismico.", confidence=0.9)
"""


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Intake]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database={"url": database_url},
        processing={"workers": 1, "retry_delay_s": 0},
    )
    with Intake(settings) as opened:
        yield opened


@pytest.fixture
def quick(
    install_plugins: Callable[..., None], database_url: str, tmp_path: Path
) -> Iterator[Intake]:
    """Return an Intake whose engine reads every page at once."""
    install_plugins("intake.ocr_engines", ENGINE, {"instant": "Instant"})
    settings = Settings(
        data_dir=tmp_path / "data",
        database={"url": database_url},
        ocr={"engine": "instant"},
        processing={"workers": 1, "retry_delay_s": 0},
    )
    with Intake(settings) as opened:
        yield opened


def push_batch(app: Intake, content: bytes, separate: str, *, key: str = "batch") -> Receipt:
    name = "letter.tif" if content[:2] == b"II" else "letter.pdf"
    attributes = {"separate": separate, "separator": "patcht"}
    return app.receive(
        RawItem(source="scans", key=key, profile="scan", content=content, file_name=name,
                attributes=attributes)
    )  # fmt: skip


def look(database_url: str, query: str) -> list[Any]:
    """Return the first column of what a front end's query finds."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def push(app: Intake, content: bytes, *, key: str = "1", profile: str = "scan") -> Receipt:
    return app.receive(
        RawItem(source="scans", key=key, profile=profile, content=content, file_name="letter.pdf")
    )


def filed(app: Intake, receipt: Receipt) -> Request:
    app.process()
    return app.requests.get(app.receipts.get(receipt.id).reference or "")


@pytest.mark.same_on_any_database
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
    assert not request.claimed_at_has_time
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


@pytest.mark.same_on_any_database
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


@pytest.mark.same_on_any_database
@pytest.mark.parametrize("height", [90, 330])
def test_a_barcode_with_bars_as_long_as_ruled_lines_is_read(quick: Intake, height: int) -> None:
    reference = "CC-2026-0000042-7"
    code = zxingcpp.create_barcode(reference, zxingcpp.BarcodeFormat.Code128)
    bars = np.asarray(code.to_image(scale=1))[0]
    page = np.full((1400, 1240), 255, dtype=np.uint8)
    page[200 : 200 + height, 100 : 100 + 4 * len(bars)] = np.repeat(bars, 4)
    scan = BytesIO()
    Image.fromarray(page).save(scan, "PNG", dpi=(200, 200))
    letter = filed(quick, push(quick, scan.getvalue())).letter
    assert letter is not None
    assert [(each.value, each.place) for each in letter.references] == [(reference, "barcode")]


@pytest.mark.same_on_any_database
def test_a_reference_in_a_barcode_is_found_and_our_own_letter_has_no_sender(app: Intake) -> None:
    request = filed(app, push(app, (LETTERS / "returned.png").read_bytes()))
    truth = json.loads((LETTERS / "returned.json").read_text(encoding="utf-8"))
    assert request.letter is not None
    [reference] = request.letter.references
    assert (reference.value, reference.place) == (truth["references"], "barcode")
    assert request.sender == Sender()
    assert request.claimed_at is None


def test_each_letter_of_a_batch_becomes_a_request_of_its_own(
    quick: Intake, database_url: str
) -> None:
    _assert_each_letter_is_a_request("batch_patch.tif", quick, database_url)


@pytest.mark.same_on_any_database
def test_each_letter_of_a_batch_in_a_pdf_becomes_a_request_of_its_own(
    quick: Intake, database_url: str
) -> None:
    _assert_each_letter_is_a_request("batch_patch.pdf", quick, database_url)


def _assert_each_letter_is_a_request(name: str, quick: Intake, database_url: str) -> None:
    batch = push_batch(quick, (LETTERS / name).read_bytes(), "patch")
    report = quick.process()
    letters = {each.key: each for each in quick.receipts.find() if each.id != batch.id}
    pages = ["1-1", "3-3"] if name.endswith(".tif") else ["1-1", "3-4", "6-6"]
    assert (report.processed.filed, report.processed.noted) == (len(pages), 1)
    assert report.waiting == 0
    assert sorted(letters) == [f"batch/{number}" for number in range(1, len(pages) + 1)]
    assert len({each.request_id for each in letters.values()}) == len(pages)
    request = quick.requests.get(letters["batch/2"].reference or "")
    assert request.details["batch"] == {"receipt": str(batch.id), "pages": pages[1]}
    assert request.attachments[0].page_count == len(pages) - 1
    assert request.subject == f"Lettera letter-2.{name[-3:]}"
    events = [event.type for event in quick.receipts.history(batch.id)]
    assert events == ["receipt.received", "receipt.noted"]
    [facts] = look(database_url, "SELECT facts FROM notices WHERE kind = 'batch'")
    named = json.loads(facts) if isinstance(facts, str) else facts
    assert named["letters"] == [
        {"receipt": letters[f"batch/{number}"].id, "pages": each}
        for number, each in enumerate(pages, start=1)
    ]


@pytest.mark.same_on_any_database
def test_a_file_without_separators_is_one_letter(quick: Intake) -> None:
    receipt = push_batch(quick, (LETTERS / "batch_patch.tif").read_bytes(), "barcode")
    report = quick.process()
    assert (report.processed.filed, report.processed.noted) == (1, 0)
    request = quick.requests.get(quick.receipts.get(receipt.id).reference or "")
    assert request.attachments[0].page_count == 3
    assert "batch" not in request.details


def test_a_letter_that_came_before_is_linked_when_a_batch_holds_it_again(quick: Intake) -> None:
    content = (LETTERS / "batch_patch.tif").read_bytes()
    push_batch(quick, content, "patch")
    quick.process()
    push_batch(quick, content + b"\n", "patch", key="again")
    report = quick.process()
    assert (report.processed.noted, report.processed.linked, report.processed.filed) == (1, 2, 0)


@pytest.mark.same_on_any_database
def test_a_batch_that_cannot_be_cut_is_one_letter_that_a_person_looks_at(quick: Intake) -> None:
    content = (LETTERS / "batch_patch.tif").read_bytes()
    resolution_unit, old_jpeg = b"\x28\x01\x03\0", b"\x01\x02\x03\0"  # tags 296 and 513
    assert resolution_unit in content
    receipt = push_batch(quick, content.replace(resolution_unit, old_jpeg), "patch")
    report = quick.process()
    assert (report.processed.filed, report.processed.noted) == (1, 0)
    request = quick.requests.get(quick.receipts.get(receipt.id).reference or "")
    assert "batch_not_separated" in request.review_reasons


@pytest.mark.same_on_any_database
def test_a_way_to_separate_that_nobody_knows_is_quarantined(quick: Intake) -> None:
    receipt = push_batch(quick, (LETTERS / "batch_patch.pdf").read_bytes(), "scissors")
    quick.process()
    assert quick.receipts.get(receipt.id).reason_code == "unknown_separator"
