"""Receipts: what is ours, and where each item stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from intake.errors import UnknownReference
from intake.schemas.receipts import ItemFacts, Phase, Receipt, ReceiptState
from intake.store import journal
from intake.store.blobs import Blob
from intake.store.database import tolerant_insert
from intake.store.tables import blobs, receipts, requests

TRIAGE_PRIORITY = 10
"""Of what just came: its text is judged before anything that takes long."""
SLOW_TEXT_PRIORITY = 5
"""Of a text that takes long: behind all other text, and before all pictures, for it may call."""
ENRICH_PRIORITY = 0
"""Of what was judged by its text, and whose pictures are still to be read."""

_MAX_ID = 2**63 - 1  # of a 64-bit key

_SELECT = select(receipts, requests.c.reference).join(
    requests, requests.c.id == receipts.c.request_id, isouter=True
)


def is_shared(receipt: Receipt | Row[Any]) -> bool:
    """Return whether others are claimed together with a receipt, and so wait behind it.

    Its text alone is read now, and nothing is known yet to take long.
    """
    is_text = receipt.phase == Phase.TRIAGE and receipt.priority >= TRIAGE_PRIORITY
    return is_text and receipt.failures == 0


def known(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, Receipt]:
    """Return the receipts of those keys of a source that are ours already."""
    rows = connection.execute(
        _SELECT.where(receipts.c.source == source, receipts.c.item_key.in_(keys))
    )
    return {row.item_key: _receipt(row) for row in rows}


def quarantined(code: str, detail: str) -> journal.Happening:
    """Return the event that says why an item is quarantined."""
    return journal.Happening(
        type="receipt.quarantined", data={"reason_code": code, "reason_detail": detail}
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


def as_receipt(row: Mapping[str, Any]) -> Receipt:
    """Return the receipt of a row, which may have more columns."""
    values = {name: row[name] for name in Receipt.model_fields if name in row}
    return Receipt(key=row["item_key"], **values)


def _receipt(row: Row[Any]) -> Receipt:
    return as_receipt(row._asdict())
