"""Receipts and cursors: what is ours, and from where a source is listed next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from intake.errors import TransientFailure, UnknownReference
from intake.schemas.base import Frozen, UtcTime
from intake.schemas.events import Event
from intake.schemas.receipts import ItemFacts, Phase, RawItem, Receipt, ReceiptState
from intake.store import journal
from intake.store.blobs import Blob
from intake.store.database import tolerant_insert
from intake.store.tables import blobs, cursors, receipts, requests, unfetched

TRIAGE_PRIORITY = 10
ENRICH_PRIORITY = 0

_MAX_ID = 2**63 - 1  # of a 64-bit key

_SELECT = select(receipts, requests.c.reference).join(
    requests, requests.c.id == receipts.c.request_id, isouter=True
)


class Cursor(Frozen):
    """From where a source is listed next, and when it was last listed whole."""

    after: str | None = None
    listed_whole_at: UtcTime | None = None


class Arrival(Frozen):
    """An item whose bytes are in the blob store; ``blob`` is None if they cannot be had."""

    item: RawItem
    blob: Blob | None
    reason_code: str | None = None
    reason_detail: str | None = None


def known(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, Receipt]:
    """Return the receipts of those keys of a source that are ours already."""
    rows = connection.execute(
        _SELECT.where(receipts.c.source == source, receipts.c.item_key.in_(keys))
    )
    return {row.item_key: _receipt(row) for row in rows}


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


def _first_entry(receipt: Receipt) -> journal.Entry:
    happenings = [journal.Happening(type="receipt.received")]
    if receipt.state is ReceiptState.QUARANTINED:
        happenings.append(quarantined(receipt.reason_code or "", receipt.reason_detail or ""))
    return journal.of_receipt(receipt.id, *happenings, is_new=True)


def quarantined(code: str, detail: str) -> journal.Happening:
    """Return the event that says why an item is quarantined."""
    return journal.Happening(
        type="receipt.quarantined", data={"reason_code": code, "reason_detail": detail}
    )


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


def acknowledged(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Write down that the source knows these items are ours."""
    connection.execute(
        update(receipts)
        .where(receipts.c.id.in_(ids), receipts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )


def get(connection: Connection, receipt_id: int) -> Receipt:
    """Return one receipt.

    Raises:
        UnknownReference: there is none of this number.
    """
    is_number = 0 < receipt_id <= _MAX_ID
    query = _SELECT.where(receipts.c.id == receipt_id)
    row = connection.execute(query).first() if is_number else None
    if row is None:
        raise UnknownReference(f"There is no receipt {receipt_id}.")
    return _receipt(row)


def get_many(connection: Connection, receipt_ids: Sequence[int]) -> list[Receipt]:
    """Return the receipts of these numbers that there are."""
    rows = connection.execute(_SELECT.where(receipts.c.id.in_(receipt_ids)))
    return [_receipt(row) for row in rows]


def first_copy(connection: Connection, receipt: Receipt) -> Receipt | None:
    """Return the first of the earlier receipts of the same source and bytes with a request."""
    return _one(connection, _earlier(receipt).order_by(receipts.c.id))


def last_copy(
    connection: Connection, receipt: Receipt, statuses: Collection[str] | None = None
) -> Receipt | None:
    """Return the last of them; with ``statuses`` the last whose request has one of these."""
    query = _earlier(receipt).order_by(receipts.c.id.desc())
    if statuses is not None:
        query = query.where(requests.c.status.in_(statuses))
    return _one(connection, query)


def same_delivery(connection: Connection, receipt: Receipt) -> Receipt | None:
    """Return the first of them that the source received at the same time."""
    query = _earlier(receipt).where(receipts.c.received_at == receipt.received_at)
    return _one(connection, query.order_by(receipts.c.id))


def _earlier(receipt: Receipt) -> Select[Any]:
    return _SELECT.where(
        receipts.c.source == receipt.source,
        receipts.c.sha256 == receipt.sha256,
        receipts.c.id < receipt.id,
        receipts.c.request_id.is_not(None),
    )


def _one(connection: Connection, query: Select[Any]) -> Receipt | None:
    row = connection.execute(query.limit(1)).first()
    return None if row is None else _receipt(row)


def find(
    connection: Connection,
    *,
    state: ReceiptState | None = None,
    source: str | None = None,
    limit: int = 50,
) -> list[Receipt]:
    """Return receipts, newest first."""
    query = _SELECT.order_by(receipts.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(receipts.c.state == state)
    if source is not None:
        query = query.where(receipts.c.source == source)
    return [_receipt(row) for row in connection.execute(query)]


def waiting(connection: Connection) -> int:
    """Return how many receipts are not settled."""
    unsettled = [state for state in ReceiptState if not state.is_settled]
    query = select(func.count()).select_from(receipts).where(receipts.c.state.in_(unsettled))
    return int(connection.execute(query).scalar_one())


def waiting_for_person(connection: Connection, codes: Iterable[str]) -> tuple[str, str] | None:
    """Return code and detail of the latest item that waits for one of the reasons ``codes``."""
    query = (
        select(receipts.c.reason_code, receipts.c.reason_detail)
        .where(receipts.c.state == ReceiptState.RECEIVED, receipts.c.reason_code.in_([*codes]))
        .order_by(receipts.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row.reason_code, row.reason_detail or "")


def cursor(connection: Connection, source: str) -> Cursor:
    """Return from where a source is listed next."""
    row = connection.execute(select(cursors).where(cursors.c.source == source)).first()
    return Cursor(after=row.cursor, listed_whole_at=row.listed_whole_at) if row else Cursor()


def set_cursor(connection: Connection, source: str, value: Cursor, now: datetime) -> None:
    """Write down from where a source is listed next."""
    values = {
        "cursor": value.after,
        "listed_whole_at": value.listed_whole_at,
        "updated_at": now,
    }
    connection.execute(
        tolerant_insert(connection, cursors)
        .values(source=source, **values)
        .on_conflict_do_update(index_elements=["source"], set_=values)
    )


def facts(receipt: Receipt) -> ItemFacts:
    """Return the part of a receipt that a parser is given."""
    return ItemFacts(**{name: getattr(receipt, name) for name in ItemFacts.model_fields})


def record_blobs(connection: Connection, stored: Sequence[Blob], now: datetime) -> None:
    """Write down blobs, some of which may be there already."""
    if not stored:
        return
    sizes = {blob.sha256: blob.size_bytes for blob in stored}
    there = set(
        connection.execute(select(blobs.c.sha256).where(blobs.c.sha256.in_(sizes))).scalars()
    )
    rows = [
        {"sha256": sha256, "size_bytes": size, "created_at": now}
        for sha256, size in sorted(sizes.items())
        if sha256 not in there
    ]
    if rows:
        # Two workers may store the same attachment at once: the second row is not needed.
        # All insert in the same order, so that they never wait for each other in a circle.
        connection.execute(tolerant_insert(connection, blobs).on_conflict_do_nothing(), rows)


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
    return [
        _as_receipt(row | {"id": receipt_id}) for row, receipt_id in zip(rows, ids, strict=True)
    ]


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


def _as_receipt(row: Mapping[str, Any]) -> Receipt:
    values = {name: row[name] for name in Receipt.model_fields if name in row}
    return Receipt(key=row["item_key"], **values)


def _receipt(row: Row[Any]) -> Receipt:
    return _as_receipt(row._asdict())
