"""What people and front ends do with items that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from intake.errors import UsageError
from intake.pipeline.settling.outcomes import Registrar
from intake.schemas.events import Event
from intake.schemas.receipts import Receipt, ReceiptState
from intake.schemas.requests import Request
from intake.store import claims, journal, receipts
from intake.store.database import Database
from intake.store.journal import Happening


class Quarantine:
    """Items that could not be read, with their bytes and the reason."""

    def __init__(
        self, database: Database, registrar: Registrar, observe: Callable[[Sequence[Event]], None]
    ) -> None:
        self._database = database
        self._registrar = registrar
        self._observe = observe

    def find(self, *, limit: int = 50) -> list[Receipt]:
        """Return quarantined receipts, newest first."""
        with self._database.read() as connection:
            return receipts.find(connection, state=ReceiptState.QUARANTINED, limit=limit)

    def get(self, receipt_id: int) -> Receipt:
        """Return one quarantined receipt.

        Raises:
            UnknownReference: there is none of this number.
            UsageError: it is not in quarantine.
        """
        with self._database.read() as connection:
            receipt = receipts.get(connection, receipt_id)
        if receipt.state is not ReceiptState.QUARANTINED:
            raise UsageError(f"Receipt {receipt_id} is {receipt.state}, not in quarantine.")
        return receipt

    def history(self, receipt_id: int) -> list[Event]:
        """Return the events of a quarantined receipt, oldest first."""
        with self._database.read() as connection:
            return journal.history(connection, journal.receipt_stream(receipt_id))

    def retry(self, receipt_id: int, *, by: str) -> Receipt:
        """Put an item back in the queue with a clean record.

        Raises:
            UnknownReference: there is none of this number.
            UsageError: it is not in quarantine, or it has no bytes to read.
        """
        receipt = self.get(receipt_id)
        if receipt.sha256 is None:
            raise UsageError(
                f"Receipt {receipt_id} has no bytes: its source never delivered them.",
                remedy="Look at the item at its source; `release` files it for a person.",
            )
        with self._database.write() as connection:
            if not claims.requeue(connection, receipt_id):
                raise UsageError(f"Receipt {receipt_id} is in quarantine no more.")
            again = Happening(type="receipt.retried", actor=by)
            now = self._database.now(connection)
            events = journal.append(connection, [journal.of_receipt(receipt_id, again)], now)
        self._observe(events)
        return self._fresh(receipt_id)

    def release(self, receipt_id: int, *, by: str) -> Request:
        """File an item, unread as it is, as a request for a person.

        Raises:
            UnknownReference: there is none of this number.
            UsageError: it is not in quarantine.
        """
        request, events = self._registrar.release(self.get(receipt_id), by=by)
        self._observe(events)
        return request

    def _fresh(self, receipt_id: int) -> Receipt:
        with self._database.read() as connection:
            return receipts.get(connection, receipt_id)
