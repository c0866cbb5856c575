"""Threads: which earlier request a message follows."""

from __future__ import annotations

from collections.abc import Sequence

from intake.schemas.base import Frozen
from intake.schemas.requests import (
    Request,
    Sender,
)


class Thread(Frozen):
    """The earlier requests that a message speaks of."""

    answered: Sequence[Request] = ()
    """Those whose Message-ID it answers."""
    quoted: Sequence[Request] = ()
    """Those whose reference stands in its subject."""
    written: Sequence[Request] = ()
    """Those whose reference stands in the letter."""
    same_message_id: Sequence[Request] = ()
    """Those made from another message with its own Message-ID."""


def follow(thread: Thread, sender: Sender) -> tuple[str | None, list[str]]:
    """Return the request that this one follows, and what a person must look at.

    A stranger's mail is never attached by number alone: the sender must be the same.
    """
    for earlier in (*thread.answered, *thread.quoted):
        if _is_same_sender(earlier.sender, sender):
            return earlier.id, []
    reasons = ["possible_follow_up"] if thread.answered or thread.quoted or thread.written else []
    if thread.same_message_id:
        reasons.append("possible_duplicate")
    return None, reasons


def _is_same_sender(one: Sender, other: Sender) -> bool:
    return bool(one.email and other.email) and one.email.casefold() == other.email.casefold()  # type: ignore[union-attr] # bool() proved both
