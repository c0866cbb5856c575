"""Reads a file page by page, in one child after the other: a page that ends its child, or does not
come to an end, costs itself.

The child tells of each page before it is opened and when it was read. So it is known which page was
at work when the child ended, and the next child begins with the page after it.
"""

from __future__ import annotations

import time
from typing import Any

from intake.engines.children import Child
from intake.engines.forking import NotForked
from intake.engines.limits import Limits
from intake.errors import TransientFailure, UnreadableItem
from intake.ocr.debug_page import DebugPage
from intake.ocr.limits import PageLimits
from intake.ocr.readings import PAGES_LEFT_OUT, Reading, document_of, lost, reading_from
from intake.pipeline import tasks
from intake.pipeline.pages.allowance import Allowance
from intake.schemas.documents import RecognisedDocument

_LEAST_S = 1.0
"""In less no page is read."""
_LOOKS = 2
"""A page has the time of so many looks at it: the engine is often asked more than once."""


def allow(limits: Limits, pages: PageLimits, files: int = 1) -> Allowance:
    """Return what the pages of an item may cost in vain: no more than one file may take."""
    return Allowance(limits.timeout_s, _LOOKS * pages.page_timeout_s, files)


class _Ended(Exception):
    """The child was ended: what else it might read is left."""

    def __init__(self, why: TransientFailure) -> None:
        super().__init__(why.message)
        self.why = why


class _Unopened(_Ended):
    """Opening the file as a whole crashed or took too long."""


class _UsedUp(_Ended):
    """What pages may cost in vain was spent over one that the child survived."""


class PageByPage:
    """What was read of one file, within ``timeout_s`` seconds and what pages cost in vain.

    ``explained`` is shown each page, if the payload asks for pictures of them.
    """

    def __init__(
        self,
        payload: dict[str, Any],
        limits: PageLimits,
        allowance: Allowance,
        timeout_s: float,
        explained: DebugPage | None = None,
    ) -> None:
        self.payload = payload
        self._explained = explained
        self._limits = limits
        self._allowance = allowance
        allowance.begin_file()
        self._readings: list[Reading] = []
        self._kind = ""
        self._engine = ("", "")
        self._next = 1
        self._is_at_work = False
        """Whether the child is at work on page ``_next``."""
        self._heard_s = 0.0
        """When the child last told of something, on the monotonic clock."""
        self.left_s = timeout_s
        """What is left of the time for the file."""
        self.deaths: list[TransientFailure] = []
        """Why children ended before they had read the file to its end."""

    @property
    def is_begun(self) -> bool:
        """Whether something was read."""
        return any(each.page is not None for each in self._readings)

    def read_on(self, child: Child) -> bool:
        """Read the rest; False if the child ended and another one is to go on.

        Raises:
            UnreadableItem, TransientFailure: the file as a whole cannot be opened.
            NotForked, ToolMissing, ConfigError, StoreError: not the file's fault. What was read
                before is still there.
        """
        began_s = self._heard_s = time.monotonic()
        self._is_at_work = False
        try:
            self._call(child)
        except UnreadableItem as error:
            if not self._readings:
                raise
            self._leave_rest(error)
        except _Unopened as unopened:
            return self._give_up(unopened.why)
        except _UsedUp as used_up:
            self._leave_rest(used_up.why)
        except TransientFailure as death:
            if child.is_killed or isinstance(death, NotForked):
                self._leave_rest(death)
                raise
            in_vain_s = time.monotonic() - self._heard_s
            self._allowance.spend(in_vain_s)
            self.left_s -= self._heard_s - began_s
            if not self._is_at_work or self.left_s - in_vain_s <= 0:
                return self._give_up(death)
            return self._bury(death)
        return True

    def _call(self, child: Child) -> None:
        payload = self.payload | {
            "first": self._next,
            "begin_in": self._languages(),
            "open_within_s": self._allowance.page_s / _LOOKS,
        }
        child.call(
            tasks.RECOGNISE_PAGES,
            payload,
            within_s=lambda: self._allowance.page_s,
            in_all_s=self.left_s,
            tell=self._take,
        )

    def document(self) -> RecognisedDocument:
        """Return what was read; a page that was not is among its defects.

        Raises:
            UnreadableItem, TransientFailure: no page was read.
        """
        return document_of(self._kind, self._readings, self._limits, engine=lambda: self._engine)

    def _take(self, part: dict[str, Any]) -> None:
        before_s, self._heard_s = self._heard_s, time.monotonic()
        if "kind" in part:
            self._kind = part["kind"]
        elif "opening" in part:
            self._next, self._is_at_work = part["opening"], True
        elif "unopened" in part:
            self._allowance.spend(self._heard_s - before_s)
            raise _Unopened(TransientFailure(**part["unopened"]))
        elif "came" in part:
            if self._explained:
                self._explained.show(part["came"])
        else:
            reading = reading_from(part["reading"])
            self._keep(reading, part["prepared"])
            self._engine = tuple(part["engine"] or self._engine)
            self._is_at_work = False
            if isinstance(reading.error, TransientFailure):
                self._allowance.spend(self._heard_s - before_s)
                if self._allowance.is_used_up:
                    raise _UsedUp(reading.error)

    def _bury(self, death: TransientFailure) -> bool:
        """Note which page ended the child, and why; return whether nobody is to go on."""
        self.deaths.append(death)
        self._keep(lost(self._next, death))
        is_end = (
            self._allowance.is_used_up
            or self.left_s < _LEAST_S
            or self._next > self._limits.max_pages
        )
        if is_end:
            self._leave_rest(death)
        return is_end

    def _keep(self, reading: Reading, prepared: str | None = None) -> None:
        """Note what came of page ``_next``."""
        self._readings.append(reading)
        if self._explained:
            self._explained.add(self._next, reading, prepared)
        self._next += 1

    def _give_up(self, why: TransientFailure) -> bool:
        """Leave the rest, since no page is to blame; there is no file if nothing was read."""
        if not self._readings:
            raise why
        self.deaths.append(why)
        self._leave_rest(why)
        return True

    def _leave_rest(self, why: TransientFailure | UnreadableItem) -> None:
        self._readings.append(lost(self._next, why, PAGES_LEFT_OUT))

    def _languages(self) -> list[str]:
        """Return those that the last page was read in that needed any, if there is one."""
        read = [each.page.languages for each in self._readings if each.page is not None]
        return list(next(filter(None, reversed(read)), ()))
