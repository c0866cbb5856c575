"""Moves: from which status to which a request may be moved."""

from __future__ import annotations

from collections.abc import Mapping

from intake.errors import TransitionRefused
from intake.schemas.requests import (
    Request,
    Status,
)

ALLOWED_MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: frozenset(
        {
            Status.TRIAGED,
            Status.ASSIGNED,
            Status.IN_PROGRESS,
            Status.ANSWERED,
            Status.CLOSED,
            Status.REDIRECTED,
            Status.DUPLICATE,
            Status.SPAM,
        }
    ),
    Status.TRIAGED: frozenset(
        {
            Status.ASSIGNED,
            Status.IN_PROGRESS,
            Status.ANSWERED,
            Status.CLOSED,
            Status.REDIRECTED,
            Status.DUPLICATE,
            Status.SPAM,
        }
    ),
    Status.ASSIGNED: frozenset(
        {Status.TRIAGED, Status.IN_PROGRESS, Status.WAITING, Status.ANSWERED, Status.REDIRECTED}
    ),
    Status.IN_PROGRESS: frozenset(
        {Status.ASSIGNED, Status.WAITING, Status.ANSWERED, Status.CLOSED, Status.REDIRECTED}
    ),
    Status.WAITING: frozenset({Status.IN_PROGRESS, Status.ANSWERED, Status.CLOSED}),
    Status.ANSWERED: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.IN_PROGRESS}),
    Status.REDIRECTED: frozenset({Status.TRIAGED, Status.CLOSED}),
    Status.DUPLICATE: frozenset({Status.TRIAGED}),
    Status.SPAM: frozenset({Status.TRIAGED}),
}
"""From each status, those a person or program may move a request to."""


def check_move(request: Request, to: Status) -> None:
    """Prove that the request may be moved.

    Raises:
        TransitionRefused: it may not; the message names the allowed moves.
    """
    allowed = ALLOWED_MOVES[request.status]
    if to not in allowed:
        raise TransitionRefused(
            f"{request.reference} is {request.status} and cannot become {to}; "
            f"allowed: {', '.join(sorted(allowed))}."
        )
