"""Copies: what becomes of an item whose bytes came from the same source before.

It is joined to the request that is there. But people in danger send the same words again, and forms
and notes of calls are short: a call for help that came again alarms again, and never ends in a
request that is no longer open.
"""

from __future__ import annotations

from intake.schemas.base import Frozen
from intake.schemas.classifications import Urgency
from intake.schemas.receipts import Receipt
from intake.schemas.requests import OPEN_STATUSES, Request
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
    first = receipts.first_copy(connection, receipt)
    if first is None or first.id != receipt.duplicate_of:
        return None
    request = _hold(connection, first)
    if request.urgency is not Urgency.EMERGENCY or _is_same_delivery(first, receipt):
        return Home(request=request, original=first)
    if _is_clocked(receipt) and (same := receipts.same_delivery(connection, receipt)):
        return Home(request=_hold(connection, same), original=same)
    while last := receipts.last_copy(connection, receipt, OPEN_STATUSES):
        request = _hold(connection, last)
        if request.status.is_open:  # it may have been closed before it was held
            return Home(request=request, original=last, calls_again=True)
    return None


def last_of(connection: Connection, receipt: Receipt) -> str | None:
    """Return the id of the last request that was made of the same bytes, if there is one."""
    if receipt.duplicate_of is None:
        return None
    last = receipts.last_copy(connection, receipt)
    return last.request_id if last else None


def _hold(connection: Connection, copy: Receipt) -> Request:
    request_id = copy.request_id or ""
    requests.lock(connection, request_id)
    [request] = requests.find_by_id(connection, [request_id])
    return request


def _is_same_delivery(one: Receipt, other: Receipt) -> bool:
    """Tell whether the source says that it received both at the same time.

    A mailbox that was made anew names all its messages anew, with the times they had.
    """
    return _is_clocked(other) and one.received_at == other.received_at


def _is_clocked(receipt: Receipt) -> bool:
    return receipt.received_at_by != "intake" and receipt.received_at is not None
