"""Copies: what becomes of an item whose bytes came from the same source before.

It is joined to the request that is there. But people in danger send the same words again, and forms
and notes of calls are short: a call for help that came again alarms again, and never ends in a
request that is no longer open.
"""

from __future__ import annotations

from intake.schemas.base import Frozen
from intake.schemas.classifications import Urgency
from intake.schemas.receipts import Receipt
from intake.schemas.requests import Request
from intake.store import receipts, requests
from intake.store.database import Connection


class Home(Frozen):
    """The request that a copy is joined to, and the earlier receipt that it has it from."""

    request: Request
    original: Receipt
    calls_again: bool = False
    """It is another call for help, and not one delivery that was fetched twice."""


def find_home(connection: Connection, receipt: Receipt) -> Home | None:
    """Return the request to join a copy to, held until the commit.

    None where it makes a request of its own: nothing was filed of the first of these bytes, or it
    calls for help again and no request of the same words is open.
    """
    copies = receipts.earlier_copies(connection, receipt)
    if not copies or copies[0].id != receipt.duplicate_of:
        return None
    original = next((each for each in copies if _is_same_delivery(each, receipt)), copies[0])
    filed = _hold(connection, copies)
    home = Home(request=filed[original.request_id or ""], original=original)
    if home.request.urgency is not Urgency.EMERGENCY or _is_same_delivery(original, receipt):
        return home
    for copy in reversed(copies):
        request = filed[copy.request_id or ""]
        if request.status.is_open:
            return Home(request=request, original=copy, calls_again=True)
    return None


def last_of(connection: Connection, receipt: Receipt) -> str | None:
    """Return the id of the last request that was made of the same bytes, if there is one."""
    if receipt.duplicate_of is None:
        return None
    copies = receipts.earlier_copies(connection, receipt)
    return copies[-1].request_id if copies else None


def _hold(connection: Connection, copies: list[Receipt]) -> dict[str, Request]:
    ids = sorted({each.request_id for each in copies if each.request_id})
    for request_id in ids:
        requests.lock(connection, request_id)
    return {each.id: each for each in requests.find_by_id(connection, ids)}


def _is_same_delivery(one: Receipt, other: Receipt) -> bool:
    """Tell whether the source says that it received both at the same time.

    A mailbox that was made anew names all its messages anew, with the times they had.
    """
    is_clocked = other.received_at_by != "intake" and other.received_at is not None
    return is_clocked and one.received_at == other.received_at
