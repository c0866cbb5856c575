from __future__ import annotations

from datetime import UTC, datetime

import pytest

from intake.errors import TransientFailure, UnknownReference
from intake.schemas.receipts import RawItem, ReceiptState
from intake.store import cursors, journal, receipts
from intake.store.arrivals import Arrival, count_unfetched, forget_unfetched, record
from intake.store.blobs import Blob
from intake.store.cursors import Cursor
from intake.store.database import Database

NOW = datetime(2026, 3, 2, 9, 15, 31, 123456, tzinfo=UTC)


def arrival(key: str, digest: str = "a", source: str = "inbox", **facts: object) -> Arrival:
    item = RawItem(source=source, key=key, content=b"", **facts)  # type: ignore[arg-type] # facts of any kind
    return Arrival(item=item, blob=Blob(sha256=digest * 64, size_bytes=3))


def test_a_receipt_keeps_every_fact_of_its_item(database: Database) -> None:
    new = arrival(
        "INBOX:1:7",
        profile="pec",
        received_at=NOW,
        received_at_by="server",
        file_name="bad\udcff\0name",
        attributes={"uid": "7"},
    )
    with database.write() as connection:
        [receipt], _ = record(connection, [new], NOW)
    with database.read() as connection:
        assert receipts.get(connection, receipt.id) == receipt
    assert receipt.key == "INBOX:1:7"
    assert receipt.received_at == NOW
    assert receipt.attributes == {"uid": "7"}
    assert receipt.file_name == "bad?�name"
    assert receipt.state is ReceiptState.RECEIVED


def test_the_same_key_twice_is_refused_by_the_database_itself(database: Database) -> None:
    from intake.errors import StoreError

    with database.write() as connection:
        record(connection, [arrival("1")], NOW)
    with pytest.raises(StoreError), database.write() as connection:
        record(connection, [arrival("1")], NOW)


def test_copies_point_to_the_earliest_receipt_of_their_source(database: Database) -> None:
    with database.write() as connection:
        [first], _ = record(connection, [arrival("1", "a")], NOW)
        group = [arrival("2", "b"), arrival("3", "b"), arrival("4", "a"), arrival("5", "c")]
        recorded, _ = record(connection, group, NOW)
        [elsewhere], _ = record(connection, [arrival("1", "a", source="other")], NOW)
    by_key = {receipt.key: receipt for receipt in recorded}
    assert by_key["2"].duplicate_of is None
    assert by_key["3"].duplicate_of == by_key["2"].id
    assert by_key["4"].duplicate_of == first.id
    assert by_key["5"].duplicate_of is None
    assert elsewhere.duplicate_of is None


def test_every_receipt_begins_a_chained_stream_of_events(database: Database) -> None:
    with database.write() as connection:
        recorded, events = record(connection, [arrival("1"), arrival("2", "b")], NOW)
        for receipt in recorded:
            happening = journal.Happening(type="receipt.noted", data={"kind": "bounce", "n": 1.5})
            journal.append(connection, [journal.of_receipt(receipt.id, happening)], NOW)
    assert [event.type for event in events] == ["receipt.received"] * 2
    with database.read() as connection:
        history = journal.history(connection, journal.receipt_stream(recorded[0].id))
    assert [event.seq for event in history] == [1, 2]
    assert journal.is_chained(history)
    altered = [history[0], history[1].model_copy(update={"data": {"kind": "other"}})]
    assert not journal.is_chained(altered)
    assert not journal.is_chained(history[1:])


def test_failures_to_fetch_are_counted_and_forgotten(database: Database) -> None:
    item = RawItem(source="inbox", key="9", content=b"")
    error = TransientFailure("cut", code="protocol")
    with database.write() as connection:
        counts = [count_unfetched(connection, item, error, NOW) for _ in range(3)]
        assert counts == [1, 2, 3]
        forget_unfetched(connection, "inbox", ["9"])
        assert count_unfetched(connection, item, error, NOW) == 1


def test_an_item_without_bytes_is_recorded_in_quarantine(database: Database) -> None:
    item = RawItem(source="inbox", key="9", content=b"", size_bytes=12)
    lost = Arrival(item=item, blob=None, reason_code="protocol", reason_detail="cut thrice")
    with database.write() as connection:
        [receipt], events = record(connection, [lost], NOW)
    assert receipt.state is ReceiptState.QUARANTINED
    assert (receipt.sha256, receipt.reason_code) == (None, "protocol")
    assert [event.type for event in events] == ["receipt.received", "receipt.quarantined"]


def test_a_cursor_is_kept(database: Database) -> None:
    with database.write() as connection:
        assert cursors.get(connection, "inbox") == Cursor()
        cursors.put(connection, "inbox", Cursor(after="1:7"), NOW)
        cursors.put(connection, "inbox", Cursor(after="1:9", listed_whole_at=NOW), NOW)
        kept = cursors.get(connection, "inbox")
    assert kept == Cursor(after="1:9", listed_whole_at=NOW)


def test_an_unknown_receipt_is_named(database: Database) -> None:
    with pytest.raises(UnknownReference, match="no receipt 77"), database.read() as connection:
        receipts.get(connection, 77)
