"""Threads: which earlier request a message follows."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from intake.schemas.base import Frozen
from intake.schemas.requests import (
    Request,
    Sender,
)

_FORWARDED = re.compile(r"(?i)\s*(?:i|inoltro|fwd?|wg|tr|rv|pd|posredovano)\s*:")
"""What mail programs write before the subject of a forward, in the languages of the neighbours."""


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


def answered_in(
    thread: Thread, sender: Sender, subject: str | None, own_addresses: Collection[str] = ()
) -> Sequence[Request]:
    """Return the requests that a message answers in a thread that we know: it may quote them.

    It is of the sender of an earlier request, or our own. A forward hands on something new.
    """
    if _FORWARDED.match(subject or ""):
        return ()
    earlier = (*thread.answered, *thread.quoted)
    is_own = (sender.email or "").casefold() in own_addresses
    is_answer = any(is_own or _is_same_sender(each.sender, sender) for each in earlier)
    return earlier if is_answer else ()


def _is_same_sender(one: Sender, other: Sender) -> bool:
    return bool(one.email and other.email) and one.email.casefold() == other.email.casefold()  # type: ignore[union-attr] # bool() proved both
