from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice

import pytest

from intake.errors import SourceRefused, SourceUnavailable, StoreError, UsageError
from intake.pipeline import receive
from intake.pipeline.receive import ReceiveOptions, Receiver, SourceTally, receive_one
from intake.schemas.events import Event
from intake.schemas.receipts import RawItem, Receipt, ReceiptState
from intake.store import receipts
from intake.store.blobs import BlobStore
from intake.store.database import Database
from intake.store.leases import Lease
from intake.testing.fakes import FakeConnector, FakeOptions, FakeSource

Drain = Callable[..., SourceTally]


@pytest.fixture
def drain(database: Database, blobs: BlobStore) -> Drain:
    """Return a function that polls a fake source once and returns the counts."""

    def run(
        world: FakeSource, connector: FakeConnector | None = None, **options: int
    ) -> SourceTally:
        polling = connector or FakeConnector("fake", FakeOptions(world=world))
        lease = Lease(database, "source:fake", lease_s=60)
        receiver = Receiver(
            database,
            blobs,
            ReceiveOptions(**options),  # type: ignore[arg-type] # every option given here is whole
            source="fake",
            lease=lease,
            observe=_ignore,
        )
        with lease, polling:
            receiver.drain(polling)
        return receiver.tally

    return run


def _ignore(_events: Sequence[Event]) -> None:
    return None


def _all(database: Database) -> list[Receipt]:
    with database.read() as connection:
        return receipts.find(connection, limit=1000)[::-1]


def test_every_item_becomes_one_receipt_with_its_bytes(
    database: Database, blobs: BlobStore, drain: Drain
) -> None:
    world = FakeSource()
    sent = [world.put(f"item {number}".encode()) for number in range(7)]
    tally = drain(world, group_items=3)
    ours = _all(database)
    assert [blobs.read(receipt.sha256 or "") for receipt in ours] == sent
    assert tally == SourceTally(received=7, acknowledged=7)
    assert all(receipt.acknowledged_at for receipt in ours)
    assert world.items() == []


def test_a_second_poll_takes_nothing_twice(database: Database, drain: Drain) -> None:
    world = FakeSource(removes=False)
    for number in range(3):
        world.put(f"item {number}".encode())
    drain(world)
    assert drain(world, full_scan_s=0) == SourceTally(known=3, acknowledged=3)
    assert len(_all(database)) == 3


def test_later_polls_begin_behind_what_is_ours(database: Database, drain: Drain) -> None:
    world = FakeSource(removes=False)
    world.put(b"old")
    drain(world)
    world.put(b"new")
    assert drain(world) == SourceTally(received=1, acknowledged=1)


def test_a_backlog_longer_than_one_listing_is_drained(database: Database, drain: Drain) -> None:
    for world in (FakeSource(), FakeSource(removes=False)):
        for number in range(10):
            world.put(f"item {number} of {world.removes}".encode())
        drain(world, poll_limit=3, group_items=2)
    assert {receipt.key for receipt in _all(database)} == {str(number) for number in range(1, 11)}


def test_an_item_that_fails_once_hinders_no_other_and_comes_with_the_next_poll(
    database: Database, drain: Drain
) -> None:
    world = FakeSource(removes=False)
    world.put(b"first")
    world.put(b"bad", fails=1)
    world.put(b"last")
    assert drain(world) == SourceTally(received=2, failed=1, acknowledged=2)
    assert drain(world) == SourceTally(received=1, known=2, acknowledged=3)
    assert {receipt.key for receipt in _all(database)} == {"1", "2", "3"}


def test_an_item_that_always_fails_is_quarantined_and_left_at_its_source(
    database: Database, drain: Drain
) -> None:
    world = FakeSource()
    world.put(b"bad", fails=99)
    world.put(b"good")
    drain(world)
    drain(world)
    assert drain(world) == SourceTally(quarantined=1)
    lost = next(receipt for receipt in _all(database) if receipt.key == "1")
    assert (lost.state, lost.sha256, lost.reason_code) == (ReceiptState.QUARANTINED, None, "fake")
    assert [item.number for item in world.items()] == [1]
    assert drain(world) == SourceTally(known=1)


def test_an_item_taken_away_between_listing_and_reading_is_no_failure(
    database: Database, drain: Drain
) -> None:
    world = FakeSource()
    world.put(b"moved by a colleague")
    world.put(b"stays")

    class Colleague(FakeConnector):
        def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
            listed = list(super().poll(after=after, limit=limit))
            world.take_away_oldest()
            yield from listed

    assert drain(world, Colleague("fake", FakeOptions(world=world))) == SourceTally(
        received=1, gone=1, acknowledged=1
    )


def test_a_source_that_breaks_midway_keeps_what_was_committed(
    database: Database, drain: Drain
) -> None:
    world = FakeSource()
    for number in range(4):
        world.put(f"item {number}".encode())

    class Breaking(FakeConnector):
        def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
            yield from islice(super().poll(after=after, limit=limit), 2)
            raise SourceUnavailable("cut")

    with pytest.raises(SourceUnavailable):
        drain(world, Breaking("fake", FakeOptions(world=world)), group_items=2)
    assert len(_all(database)) == 2
    assert drain(world) == SourceTally(received=2, acknowledged=2)


def test_a_source_that_cannot_be_told_is_received_to_its_end(
    database: Database, drain: Drain
) -> None:
    world = FakeSource()
    for number in range(4):
        world.put(f"item {number}".encode())

    class Full(FakeConnector):
        def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
            raise SourceRefused("over quota")

    with pytest.raises(SourceRefused):
        drain(world, Full("fake", FakeOptions(world=world)), group_items=2)
    assert len(_all(database)) == 4
    assert drain(world) == SourceTally(known=4, acknowledged=4)


def test_a_connector_that_lists_a_key_twice_or_under_another_name_does_no_harm(
    database: Database, drain: Drain
) -> None:
    world = FakeSource()
    world.put(b"item")

    class Careless(FakeConnector):
        def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
            for item in super().poll(after=after, limit=limit):
                other = item.model_copy(update={"source": "somebody_else"})
                yield from (other, item, other)

    careless = Careless("fake", FakeOptions(world=world))
    assert drain(world, careless) == SourceTally(received=1, acknowledged=1)
    assert [receipt.source for receipt in _all(database)] == ["fake"]


def test_a_connector_that_ignores_the_cursor_is_listed_once(drain: Drain) -> None:
    world = FakeSource(removes=False)
    for number in range(3):
        world.put(f"item {number}".encode())

    class Constant(FakeConnector):
        def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
            for item in islice(super().poll(after=None, limit=3), limit):
                yield item.model_copy(update={"cursor": "always"})

    constant = Constant("fake", FakeOptions(world=world))
    assert drain(world, constant, poll_limit=2).received == 2


def test_nothing_is_acknowledged_when_the_database_fails(
    database: Database, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FakeSource()
    world.put(b"item")

    def fail(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(receive, "record", fail)
    with pytest.raises(StoreError):
        drain(world)
    assert world.acknowledged == []
    monkeypatch.undo()
    assert drain(world) == SourceTally(received=1, acknowledged=1)


def test_an_item_is_committed_before_it_is_acknowledged(
    database: Database, blobs: BlobStore, drain: Drain
) -> None:
    world = FakeSource()
    world.put(b"item")
    seen: list[bytes] = []

    class Looking(FakeConnector):
        def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
            [committed] = _all(database)
            seen.append(blobs.read(committed.sha256 or ""))

    drain(world, Looking("fake", FakeOptions(world=world)))
    assert seen == [b"item"]


def test_a_pushed_item_is_taken_once(database: Database, blobs: BlobStore) -> None:
    item = RawItem(source="web", key="form-1", profile="form", content=b"{}")
    first, events = receive_one(database, blobs, item)
    second, no_events = receive_one(database, blobs, item)
    assert first == second
    assert ([event.type for event in events], no_events) == (["receipt.received"], [])


def test_a_pushed_key_names_the_same_bytes_for_ever(database: Database, blobs: BlobStore) -> None:
    item = RawItem(source="web", key="1", content=b"the first message")
    receipt, _ = receive_one(database, blobs, item)
    assert receive_one(database, blobs, item)[0].id == receipt.id
    with pytest.raises(UsageError, match="other bytes"):
        receive_one(database, blobs, item.model_copy(update={"content": b"another message"}))


def test_a_key_that_is_pushed_by_many_at_once_is_taken_once(
    database: Database, blobs: BlobStore
) -> None:
    item = RawItem(source="web", key="1", content=b"message")
    with ThreadPoolExecutor(4) as pool:
        pushed = list(pool.map(lambda _: receive_one(database, blobs, item)[0].id, range(8)))
    assert len(set(pushed)) == 1


def test_a_time_long_ago_is_kept(database: Database, blobs: BlobStore) -> None:
    long_ago = datetime(500, 1, 1, tzinfo=UTC)
    receive_one(database, blobs, RawItem(source="web", key="1", content=b"m", received_at=long_ago))
    assert _all(database)[0].received_at == long_ago
