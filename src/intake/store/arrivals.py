"""Arrivals: items that a source shows, on their way to be receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from intake.errors import TransientFailure
from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.schemas.receipts import Phase, RawItem, Receipt, ReceiptState
from intake.store import journal
from intake.store.blobs import Blob
from intake.store.database import tolerant_insert
from intake.store.receipts import TRIAGE_PRIORITY, as_receipt, quarantined, record_blobs
from intake.store.tables import receipts, unfetched


class Arrival(Frozen):
    """An item whose bytes are in the blob store; ``blob`` is None if they cannot be had."""

    item: RawItem
    blob: Blob | None
    reason_code: str | None = None
    reason_detail: str | None = None


def record(
    connection: Connection, arrivals: Sequence[Arrival], now: datetime
) -> tuple[list[Receipt], list[Event]]:
    """Write the receipts of new items of one source with their first events.

    The first of identical bytes goes in before its copies, which point to it.
    """
    record_blobs(connection, [a.blob for a in arrivals if a.blob], now)
    originals = _originals(connection, arrivals)
    firsts: list[Arrival] = []
    copies: list[Arrival] = []
    seen = set(originals)
    for arrival in arrivals:
        is_copy = arrival.blob is not None and arrival.blob.sha256 in seen
        (copies if is_copy else firsts).append(arrival)
        if arrival.blob:
            seen.add(arrival.blob.sha256)
    recorded = _insert(connection, firsts, {}, now)
    originals |= {r.sha256: r.id for r in reversed(recorded) if r.sha256} | originals
    recorded += _insert(connection, copies, originals, now)
    return recorded, journal.append(connection, [_first_entry(each) for each in recorded], now)


def count_unfetched(
    connection: Connection, item: RawItem, error: TransientFailure, now: datetime
) -> int:
    """Count one more failure to fetch an item that is not ours yet; return how many there are."""
    values = {
        "failures": 1,
        "reason_code": error.code,
        "reason_detail": error.message,
        "updated_at": now,
    }
    statement = tolerant_insert(connection, unfetched).values(
        source=item.source, item_key=item.key, **values
    )
    counted = statement.on_conflict_do_update(
        index_elements=["source", "item_key"],
        set_=values | {"failures": unfetched.c.failures + 1},
    ).returning(unfetched.c.failures)
    return int(connection.execute(counted).scalar_one())


def forget_unfetched(connection: Connection, source: str, keys: Sequence[str]) -> None:
    """Drop the failure counts of items that are ours now."""
    connection.execute(
        delete(unfetched).where(unfetched.c.source == source, unfetched.c.item_key.in_(keys))
    )


def _first_entry(receipt: Receipt) -> journal.Entry:
    happenings = [journal.Happening(type="receipt.received")]
    if receipt.state is ReceiptState.QUARANTINED:
        happenings.append(quarantined(receipt.reason_code or "", receipt.reason_detail or ""))
    return journal.of_receipt(receipt.id, *happenings, is_new=True)


def _originals(connection: Connection, arrivals: Sequence[Arrival]) -> dict[str, int]:
    """Return the earliest receipt of each digest in this source."""
    digests = {arrival.blob.sha256 for arrival in arrivals if arrival.blob}
    if not digests:
        return {}
    rows = connection.execute(
        select(receipts.c.sha256, func.min(receipts.c.id))
        .where(receipts.c.source == arrivals[0].item.source, receipts.c.sha256.in_(digests))
        .group_by(receipts.c.sha256)
    )
    return {row[0]: row[1] for row in rows}


def _insert(
    connection: Connection,
    arrivals: Sequence[Arrival],
    originals: Mapping[str, int],
    now: datetime,
) -> list[Receipt]:
    if not arrivals:
        return []
    rows = [_row(arrival, originals, now) for arrival in arrivals]
    ids = connection.execute(
        insert(receipts).returning(receipts.c.id, sort_by_parameter_order=True), rows
    ).scalars()
    return [as_receipt(row | {"id": receipt_id}) for row, receipt_id in zip(rows, ids, strict=True)]


def _row(arrival: Arrival, originals: Mapping[str, int], now: datetime) -> dict[str, Any]:
    item, blob = arrival.item, arrival.blob
    is_clocked = item.received_at is not None
    return {
        "source": item.source,
        "item_key": item.key,
        "profile": item.profile,
        "sha256": blob.sha256 if blob else None,
        "size_bytes": blob.size_bytes if blob else item.size_bytes,
        "received_at": item.received_at or now,
        "received_at_by": item.received_at_by if is_clocked else "intake",
        "stored_at": now,
        "file_name": item.file_name,
        "media_type": item.media_type,
        "attributes": dict(item.attributes),
        "state": ReceiptState.RECEIVED if blob else ReceiptState.QUARANTINED,
        "phase": Phase.TRIAGE,
        "priority": TRIAGE_PRIORITY,
        "attempt": 0,
        "failures": 0,
        "lost": 0,
        "duplicate_of": originals.get(blob.sha256) if blob else None,
        "reason_code": arrival.reason_code,
        "reason_detail": arrival.reason_detail,
    }
