"""What follows a failure: another try after a while, or quarantine."""

from __future__ import annotations

from intake.errors import ItemError, UnreadableItem
from intake.schemas.base import Frozen
from intake.schemas.receipts import Receipt

_DOUBLINGS = 10


class RetryOptions(Frozen):
    """``max_failures`` of the item's own fault; ``max_lost`` workers that died holding it."""

    max_failures: int = 3
    max_lost: int = 20
    delay_s: float = 60.0
    """The wait after the first failure; it doubles with each of the next ten."""


def is_hopeless(error: ItemError, failures: int, options: RetryOptions) -> bool:
    """Return whether an item with so many failures, this one included, is quarantined."""
    return isinstance(error, UnreadableItem) or failures >= options.max_failures


def is_deadly(receipt: Receipt, options: RetryOptions) -> bool:
    """Return whether so many workers died over an item that it must be what kills them."""
    return receipt.lost >= options.max_lost


def delay_s(failures: int, options: RetryOptions) -> float:
    """Return the wait after the given number of failures, in seconds."""
    return options.delay_s * 2.0 ** min(failures - 1, _DOUBLINGS)


def tool_delay_s(options: RetryOptions) -> float:
    """Return the wait for a missing tool, in seconds: never within the same run."""
    return max(options.delay_s, 60.0)


def longest_delay_s(options: RetryOptions) -> float:
    """Return the longest of these waits, in seconds."""
    return max(delay_s(options.max_failures, options), tool_delay_s(options))
