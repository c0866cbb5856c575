"""Notices: messages that are no requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert

from intake.schemas.notices import Notice
from intake.store.tables import notices


def insert_notices(connection: Connection, noted: Mapping[int, Notice], now: datetime) -> None:
    """Write down messages that are no requests, by receipt id."""
    rows = [
        notice.model_dump(mode="json") | {"receipt_id": receipt_id, "created_at": now}
        for receipt_id, notice in noted.items()
    ]
    if rows:
        connection.execute(insert(notices), rows)
