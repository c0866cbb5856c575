"""What people and front ends are told of receipts."""

from __future__ import annotations

from intake.schemas.events import Event
from intake.schemas.receipts import Receipt, ReceiptState
from intake.store import journal, receipts
from intake.store.database import Database


class Receipts:
    """What came in, and where each item stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, receipt_id: int) -> Receipt:
        """Return one receipt.

        Raises:
            UnknownReference: there is none of this number.
        """
        with self._database.read() as connection:
            return receipts.get(connection, receipt_id)

    def find(
        self,
        *,
        state: ReceiptState | str | None = None,
        source: str | None = None,
        limit: int = 50,
    ) -> list[Receipt]:
        """Return receipts, newest first."""
        with self._database.read() as connection:
            return receipts.find(
                connection,
                state=ReceiptState(state) if state else None,
                source=source,
                limit=limit,
            )

    def history(self, receipt_id: int) -> list[Event]:
        """Return the events of a receipt, oldest first."""
        with self._database.read() as connection:
            receipt = receipts.get(connection, receipt_id)
            return journal.history(connection, journal.receipt_stream(receipt.id))
