"""Allowance: the time that pages may cost an item in vain, shared out among its files."""

from __future__ import annotations

_LEAST_PART = 10
"""A sound page is read in this part of the time that a page may take: 12 s where that is 120 s."""
_LEAST_S = 1.0


class Allowance:
    """The time that pages may cost an item in vain, at one attempt: ``total_s`` seconds.

    A page may take ``page_s`` seconds, or half of what is left where that is less, but never so
    little that a sound page would be stopped: where that little is not there, the rest of the file
    is left. For each of the ``files`` that was not begun, time for one page is kept back. So the
    total is never passed, and the first page of each file is tried, however many pages hang.
    """

    def __init__(self, total_s: float, page_s: float, files: int = 1) -> None:
        self._left_s = total_s
        self._page_s = page_s
        self._least_s = min(page_s, max(_LEAST_S, page_s / _LEAST_PART))
        self._kept_s = min(self._least_s, total_s / files)
        self._waiting = files
        self._own_s = 0.0
        """What is left of that which was kept back for the file at work."""

    def begin_file(self) -> None:
        """Hand out what was kept back for the next file."""
        self._waiting = max(0, self._waiting - 1)
        self._own_s = self._kept_s

    @property
    def page_s(self) -> float:
        """How long the next page of the file may take, in seconds."""
        least_s = self._own_s if self._spare_s < self._least_s else self._least_s
        return min(self._page_s, max(self.share_s, least_s))

    @property
    def share_s(self) -> float:
        """How long the next of whatever it is may take, in seconds."""
        return self._spare_s / 2

    @property
    def is_used_up(self) -> bool:
        """Whether no more pages of the file are read."""
        return self._spare_s < self._least_s and self._own_s < self._kept_s / 2

    def spend(self, seconds: float) -> None:
        """Take off what was spent in vain."""
        self._left_s = max(0.0, self._left_s - seconds)
        self._own_s = max(0.0, self._own_s - seconds)

    @property
    def _spare_s(self) -> float:
        return max(0.0, self._left_s - self._waiting * self._kept_s)
