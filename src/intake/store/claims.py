"""Claims: which worker holds which receipt, until when, and what became of it.

``attempt`` counts every claim and is the fencing token: what a worker writes is guarded by it,
so that a late or doubled worker does nothing. ``failures`` counts only what is the item's own
fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, or_, select, update

from intake.schemas.receipts import Phase, Receipt, ReceiptState
from intake.store import receipts as receipt_rows
from intake.store.owners import is_dead
from intake.store.tables import receipts

_SUSPECT_LOST = 2
"""So many workers died over a receipt that it may be what killed them."""
_UNSETTLED = [state for state in ReceiptState if not state.is_settled]


def claim(
    connection: Connection,
    *,
    owner: str,
    limit: int,
    lease_s: float,
    now: datetime,
    due_by: datetime | None = None,
) -> list[Receipt]:
    """Take up to ``limit`` receipts due by then (now), the most urgent first; count the attempt.

    One whose pictures are to be read (seconds), whose text takes long, or that failed before and
    may use up its time again, is taken alone, so that no other waits behind it while there are
    free hands. So is one that workers died over, so that no other is blamed.
    A copy waits until its original is settled.
    """
    ids = _alike(connection.execute(_due(limit, due_by or now)).all())
    if not ids:
        return []
    connection.execute(
        update(receipts)
        .where(receipts.c.id.in_(ids))
        .values(
            state=ReceiptState.PROCESSING,
            attempt=receipts.c.attempt + 1,
            claimed_by=owner,
            lease_expires_at=now + timedelta(seconds=lease_s),
        )
    )
    claimed = receipt_rows.get_many(connection, ids)
    return sorted(claimed, key=lambda receipt: (-receipt.priority, receipt.id))


def renew(
    connection: Connection, held: Sequence[Receipt], *, lease_s: float, now: datetime
) -> None:
    """Lengthen the claims that are still ours."""
    for receipt in held:
        _guarded(connection, receipt, lease_expires_at=now + timedelta(seconds=lease_s))


def hold(connection: Connection, claimed: Sequence[Receipt]) -> set[int]:
    """Lock the claims of a group until the commit; return the ids of those still ours."""
    attempts = {receipt.id: receipt.attempt for receipt in claimed}
    rows = connection.execute(_HELD, {"wanted": sorted(attempts)})
    return {row.id for row in rows if row.attempt == attempts[row.id]}


def settle_held(
    connection: Connection, state: ReceiptState, ended: Mapping[int, str | None]
) -> None:
    """End the work on receipts that ``hold`` proved ours: request id, or None, by receipt id."""
    if ended:
        rows = [{"held": id_, "into": request_id} for id_, request_id in ended.items()]
        connection.execute(_SETTLE_HELD, [row | {"as_state": state} for row in rows])


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


def sweep(connection: Connection, now: datetime, *, longest_wait_s: float, lease_s: float) -> int:
    """Give back what dead workers hold; return how many receipts that were.

    What is to be tried again later than in ``longest_wait_s``, or is held for longer than
    ``lease_s``, comes from a time when the clock was ahead: it is cut to that.
    """
    _cut(connection, ReceiptState.RECEIVED, "not_before", now + timedelta(seconds=longest_wait_s))
    _cut(connection, ReceiptState.PROCESSING, "lease_expires_at", now + timedelta(seconds=lease_s))
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


def _cut(connection: Connection, state: ReceiptState, name: str, latest: datetime) -> None:
    column = receipts.c[name]
    connection.execute(
        update(receipts).where(receipts.c.state == state, column > latest).values({name: latest})
    )


def _alike(due: Sequence[Row[Any]]) -> list[int]:
    """Return the leading receipts that may share a claim, or the first alone if it may not."""
    return [row.id for row in takewhile(_may_share, due)] or [row.id for row in due[:1]]


def _may_share(row: Row[Any]) -> bool:
    return receipt_rows.is_shared(row) and bool(row.lost < _SUSPECT_LOST)


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
        select(
            receipts.c.id,
            receipts.c.phase,
            receipts.c.priority,
            receipts.c.failures,
            receipts.c.lost,
        )
        .where(is_due)
        .order_by(receipts.c.priority.desc(), receipts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=receipts, key_share=True)
    )


def _guarded(connection: Connection, receipt: Receipt, **values: Any) -> bool:
    mine = {"mine": receipt.id, "my_attempt": receipt.attempt}
    return connection.execute(_MINE.values(**values), mine).rowcount == 1


_HELD = (
    select(receipts.c.id, receipts.c.attempt)
    .where(
        receipts.c.id.in_(bindparam("wanted", expanding=True)),
        receipts.c.state == ReceiptState.PROCESSING,
    )
    .order_by(receipts.c.id)
    .with_for_update(of=receipts, key_share=True)
)
_SETTLE_HELD = (
    update(receipts)
    .where(receipts.c.id == bindparam("held"))
    .values(
        state=bindparam("as_state"),
        request_id=bindparam("into"),
        reason_code=None,
        reason_detail=None,
        claimed_by=None,
        lease_expires_at=None,
        not_before=None,
    )
)
_MINE = update(receipts).where(
    receipts.c.id == bindparam("mine"),
    receipts.c.attempt == bindparam("my_attempt"),
    receipts.c.state == ReceiptState.PROCESSING,
)
"""Fenced: it touches no row that another attempt has taken over."""
