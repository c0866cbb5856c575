from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.schemas.receipts import Phase, RawItem, Receipt, ReceiptState
from intake.store import claims, receipts, tables
from intake.store.arrivals import Arrival, record
from intake.store.blobs import Blob
from intake.store.database import Database
from intake.store.owners import begin_work, end_work
from intake.store.receipts import ENRICH_PRIORITY, SLOW_TEXT_PRIORITY, TRIAGE_PRIORITY

OWNER = begin_work()


def _record(database: Database, *digests: str) -> list[Receipt]:
    with database.write() as connection:
        group = [
            Arrival(
                item=RawItem(source="inbox", key=str(number), content=b""),
                blob=Blob(sha256=digest * 64, size_bytes=1),
            )
            for number, digest in enumerate(digests)
        ]
        recorded, _ = record(connection, group, database.now(connection))
    return recorded


def _claim(database: Database, limit: int = 10) -> list[Receipt]:
    with database.write() as connection:
        now = database.now(connection)
        return claims.claim(connection, owner=OWNER, limit=limit, lease_s=60, now=now)


def test_a_claim_has_one_holder_and_counts_the_attempt(database: Database) -> None:
    _record(database, "a", "b")
    claimed = _claim(database)
    assert [(r.state, r.attempt) for r in claimed] == [(ReceiptState.PROCESSING, 1)] * 2
    assert _claim(database) == []


def test_the_urgent_overtake_and_pictures_come_last(database: Database) -> None:
    first, second, third = _record(database, "a", "b", "c")
    _claim(database)
    with database.write() as connection:
        now = {"attempt": 1}
        for receipt, priority in ((first, ENRICH_PRIORITY), (third, TRIAGE_PRIORITY + 1)):
            held = receipt.model_copy(update=now)
            claims.give_back(connection, held, priority=priority, phase=Phase.ENRICH)
        claims.give_back(connection, second.model_copy(update=now))
    assert [r.id for r in _claim(database)] == [third.id]
    assert [r.id for r in _claim(database)] == [second.id]
    assert [r.id for r in _claim(database)] == [first.id]


def test_items_with_pictures_are_claimed_one_by_one_and_others_together(database: Database) -> None:
    pictures = _record(database, "a", "b")
    _claim(database)
    with database.write() as connection:
        for receipt in pictures:
            held = receipt.model_copy(update={"attempt": 1})
            claims.give_back(connection, held, priority=ENRICH_PRIORITY, phase=Phase.ENRICH)
    assert [len(_claim(database)) for _ in range(3)] == [1, 1, 0]


def test_of_a_group_only_what_is_still_held_is_settled(database: Database) -> None:
    _record(database, "a", "b")
    lost, kept = _claim(database)
    with database.write() as connection:
        claims.give_back(connection, lost)
    _claim(database)
    with database.write() as connection:
        assert claims.hold(connection, [lost, kept]) == {kept.id}
        claims.settle_held(connection, ReceiptState.FILED, {kept.id: "request"})
    with database.read() as connection:
        assert receipts.get(connection, kept.id).request_id == "request"
        assert receipts.get(connection, lost.id).state is ReceiptState.PROCESSING


def test_a_copy_waits_until_its_original_is_settled(database: Database) -> None:
    original, copy = _record(database, "a", "a")
    [claimed] = _claim(database)
    assert claimed.id == original.id
    with database.write() as connection:
        assert claims.settle(connection, claimed, ReceiptState.FILED, request_id="r")
    assert [r.id for r in _claim(database)] == [copy.id]


def test_a_late_worker_writes_nothing(database: Database) -> None:
    _record(database, "a")
    [late] = _claim(database)
    with database.write() as connection:
        claims.give_back(connection, late)
    [current] = _claim(database)
    with database.write() as connection:
        assert not claims.settle(connection, late, ReceiptState.QUARANTINED)
        assert not claims.give_back(connection, late)
        assert claims.settle(connection, current, ReceiptState.NOTED)


def test_what_failed_waits_for_its_time(database: Database) -> None:
    _record(database, "a")
    [held] = _claim(database)
    with database.write() as connection:
        later = database.now(connection) + timedelta(hours=1)
        claims.give_back(connection, held, failures=1, not_before=later)
    assert _claim(database) == []


def test_what_failed_while_the_clock_was_ahead_waits_no_longer_than_it_may(
    database: Database,
) -> None:
    ahead, soon = _record(database, "a", "b")
    with database.write() as connection:
        now = database.now(connection)
        in_a_minute, in_a_year = now + timedelta(minutes=1), now + timedelta(days=365)
        for receipt, not_before in ((soon, in_a_minute), (ahead, in_a_year)):
            rows = tables.receipts
            waits = update(rows).where(rows.c.id == receipt.id).values(not_before=not_before)
            connection.execute(waits)
        claims.sweep(connection, now, longest_wait_s=240, lease_s=60)
        found = [
            row.not_before for row in connection.execute(select(rows).order_by(rows.c.id)).all()
        ]
    assert found == [now + timedelta(seconds=240), in_a_minute]


def test_what_was_claimed_while_the_clock_was_ahead_is_held_no_longer_than_any_claim(
    database: Database,
) -> None:
    [held] = _record(database, "a")
    _claim(database)
    with database.write() as connection:
        now = database.now(connection)
        rows = tables.receipts
        in_a_year = {"lease_expires_at": now + timedelta(days=365), "claimed_by": "elsewhere/1/2/3"}
        connection.execute(update(rows).values(in_a_year))
        assert claims.sweep(connection, now, longest_wait_s=240, lease_s=60) == 0
        in_a_minute = now + timedelta(seconds=60)
        assert claims.sweep(connection, in_a_minute, longest_wait_s=240, lease_s=60) == 1
    assert [each.id for each in _claim(database)] == [held.id]


def test_the_sweep_gives_back_what_the_dead_held_and_nothing_else(database: Database) -> None:
    ended, dead, alive = _record(database, "a", "b", "c")
    _claim(database)
    with database.write() as connection:
        now = database.now(connection)
        rows = tables.receipts
        connection.execute(
            update(rows)
            .where(rows.c.id == ended.id)
            .values(lease_expires_at=now - timedelta(seconds=1), claimed_by="elsewhere/1/2/3")
        )
        over = begin_work()
        end_work(over)
        connection.execute(update(rows).where(rows.c.id == dead.id).values(claimed_by=over))
        assert claims.sweep(connection, now, longest_wait_s=240, lease_s=60) == 2
    assert {r.id for r in _claim(database)} == {ended.id, dead.id}
    with database.read() as connection:
        assert receipts.get(connection, alive.id).state is ReceiptState.PROCESSING


def test_texts_that_take_long_are_claimed_one_by_one_after_others_and_before_pictures(
    database: Database,
) -> None:
    picture, slow, slower, other = _record(database, "a", "b", "c", "d")
    held = _claim(database, limit=3)
    with database.write() as connection:
        claims.give_back(connection, held[0], priority=ENRICH_PRIORITY, phase=Phase.ENRICH)
        for each in held[1:]:
            claims.give_back(connection, each, priority=SLOW_TEXT_PRIORITY)
    claimed = [[receipt.id for receipt in _claim(database)] for _ in range(4)]
    assert claimed == [[other.id], [slow.id], [slower.id], [picture.id]]


@pytest.mark.parametrize("trouble", [{"failures": 1}, {"lost": 2}])
def test_what_failed_or_workers_died_over_is_claimed_alone(
    database: Database, trouble: dict[str, int]
) -> None:
    suspect, innocent, other = _record(database, "a", "b", "c")
    with database.write() as connection:
        rows = tables.receipts
        connection.execute(update(rows).where(rows.c.id == suspect.id).values(trouble))
    assert [r.id for r in _claim(database)] == [suspect.id]
    assert [r.id for r in _claim(database)] == [innocent.id, other.id]
