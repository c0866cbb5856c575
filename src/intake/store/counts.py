"""How much of everything there is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from intake.store.tables import notices, receipts, requests


def count(connection: Connection) -> dict[str, dict[str, int]]:
    """Return how many requests and receipts there are by their main facts."""
    tables = {
        "channel": requests.c.channel,
        "status": requests.c.status,
        "topic": requests.c.topic,
        "urgency": requests.c.urgency,
        "receipt_state": receipts.c.state,
        "receipt_source": receipts.c.source,
        "notice_kind": notices.c.kind,
        "quarantine_reason": receipts.c.reason_code,
    }
    return {name: _count_by(connection, column) for name, column in tables.items()}


def _count_by(connection: Connection, column: Any) -> dict[str, int]:
    rows = connection.execute(
        select(column, func.count()).group_by(column).order_by(func.count().desc(), column)
    )
    return {str(value): count for value, count in rows if value is not None}
