"""Claims: which worker holds which receipt, until when, and what became of it.

``attempt`` counts every claim and is the fencing token: what a worker writes is guarded by it,
so that a late or doubled worker does nothing. ``failures`` counts only what is the item's own
fault.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, or_, select, update

from intake.schemas.receipts import Phase, Receipt, ReceiptState
from intake.store import receipts as receipt_rows
from intake.store.owners import current_owner, is_dead
from intake.store.tables import receipts

_UNSETTLED = [state for state in ReceiptState if not state.is_settled]


def claim(connection: Connection, *, limit: int, lease_s: float, now: datetime) -> list[Receipt]:
    """Take up to ``limit`` due receipts, the most urgent first, and count the attempt.

    A copy waits until its original is settled.
    """
    ids = list(connection.execute(_due(limit, now)).scalars())
    if not ids:
        return []
    connection.execute(
        update(receipts)
        .where(receipts.c.id.in_(ids))
        .values(
            state=ReceiptState.PROCESSING,
            attempt=receipts.c.attempt + 1,
            claimed_by=current_owner(),
            lease_expires_at=now + timedelta(seconds=lease_s),
        )
    )
    claimed = receipt_rows.get_many(connection, ids)
    return sorted(claimed, key=lambda receipt: (-receipt.priority, receipt.id))


def renew(connection: Connection, receipt: Receipt, *, lease_s: float, now: datetime) -> bool:
    """Lengthen a claim; False if it is no longer ours."""
    return _guarded(connection, receipt, lease_expires_at=now + timedelta(seconds=lease_s))


def settle(
    connection: Connection,
    receipt: Receipt,
    state: ReceiptState,
    *,
    request_id: str | None = None,
    reason_code: str | None = None,
    reason_detail: str | None = None,
    failures: int | None = None,
) -> bool:
    """End the work on a receipt; False if the claim is no longer ours."""
    return _guarded(
        connection,
        receipt,
        state=state,
        request_id=request_id,
        reason_code=reason_code,
        reason_detail=reason_detail,
        failures=receipt.failures if failures is None else failures,
        claimed_by=None,
        lease_expires_at=None,
        not_before=None,
    )


def give_back(
    connection: Connection,
    receipt: Receipt,
    *,
    priority: int | None = None,
    phase: Phase | None = None,
    failures: int | None = None,
    not_before: datetime | None = None,
    reason_code: str | None = None,
    reason_detail: str | None = None,
) -> bool:
    """Put a receipt back in the queue; False if the claim is no longer ours."""
    return _guarded(
        connection,
        receipt,
        state=ReceiptState.RECEIVED,
        priority=receipt.priority if priority is None else priority,
        phase=phase or receipt.phase,
        failures=receipt.failures if failures is None else failures,
        lost=0,
        not_before=not_before,
        reason_code=reason_code,
        reason_detail=reason_detail,
        claimed_by=None,
        lease_expires_at=None,
    )


def sweep(connection: Connection, now: datetime) -> int:
    """Give back what dead workers hold; return how many receipts that were."""
    held = connection.execute(
        select(receipts.c.id, receipts.c.claimed_by, receipts.c.lease_expires_at).where(
            receipts.c.state == ReceiptState.PROCESSING
        )
    ).all()
    lost = [
        row.id
        for row in held
        if row.lease_expires_at is None
        or row.lease_expires_at <= now
        or is_dead(row.claimed_by or "")
    ]
    if lost:
        connection.execute(
            update(receipts)
            .where(receipts.c.id.in_(lost), receipts.c.state == ReceiptState.PROCESSING)
            .values(
                state=ReceiptState.RECEIVED,
                lost=receipts.c.lost + 1,
                claimed_by=None,
                lease_expires_at=None,
            )
        )
    return len(lost)


def release(connection: Connection, receipt_id: int, request_id: str) -> bool:
    """End the quarantine of a receipt with a request; False if it is not in quarantine."""
    changed = connection.execute(
        update(receipts)
        .where(receipts.c.id == receipt_id, receipts.c.state == ReceiptState.QUARANTINED)
        .values(state=ReceiptState.FILED, request_id=request_id)
    )
    return changed.rowcount == 1


def requeue(connection: Connection, receipt_id: int) -> bool:
    """Put a quarantined receipt back in the queue with a clean record; False if it is not one."""
    changed = connection.execute(
        update(receipts)
        .where(receipts.c.id == receipt_id, receipts.c.state == ReceiptState.QUARANTINED)
        .values(
            state=ReceiptState.RECEIVED,
            phase=Phase.TRIAGE,
            priority=receipt_rows.TRIAGE_PRIORITY,
            failures=0,
            lost=0,
            not_before=None,
            reason_code=None,
            reason_detail=None,
        )
    )
    return changed.rowcount == 1


def _due(limit: int, now: datetime) -> Any:
    original = receipts.alias("original")
    original_waits = exists(
        select(original.c.id).where(
            original.c.id == receipts.c.duplicate_of, original.c.state.in_(_UNSETTLED)
        )
    )
    is_due = and_(
        receipts.c.state == ReceiptState.RECEIVED,
        or_(receipts.c.not_before.is_(None), receipts.c.not_before <= now),
        or_(receipts.c.duplicate_of.is_(None), ~original_waits),
    )
    return (
        select(receipts.c.id)
        .where(is_due)
        .order_by(receipts.c.priority.desc(), receipts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=receipts)
    )


def _guarded(connection: Connection, receipt: Receipt, **values: Any) -> bool:
    mine = {"mine": receipt.id, "my_attempt": receipt.attempt}
    return connection.execute(_MINE.values(**values), mine).rowcount == 1


_MINE = update(receipts).where(
    receipts.c.id == bindparam("mine"),
    receipts.c.attempt == bindparam("my_attempt"),
    receipts.c.state == ReceiptState.PROCESSING,
)
"""Fenced: it touches no row that another attempt has taken over."""
