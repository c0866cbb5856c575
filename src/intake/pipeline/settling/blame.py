"""Blame: whose fault a failure is decides what follows.

The item's own: it is tried again, three times in all, then quarantined; its neighbours go on. A
missing tool: the items that need it wait. Disk or database: the run ends and nothing is charged to
an item.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar

from intake.errors import (
    ConfigError,
    IntakeError,
    ItemError,
    StoreError,
    ToolMissing,
    TransientFailure,
)
from intake.pipeline.settling import retry
from intake.pipeline.settling.outcomes import Registrar
from intake.pipeline.settling.problems import WAITS
from intake.pipeline.settling.retry import RetryOptions
from intake.pipeline.settling.settle import Outcome
from intake.pipeline.settling.tally import Tally
from intake.schemas.receipts import Receipt

_log = logging.getLogger(__name__)
_Ended = TypeVar("_Ended")


class _Stopped(Exception):
    """The run ends: what happens to an item now is no fault of its own."""


class Blame:
    """Does work on items and, if it fails by the item's fault, writes that down."""

    def __init__(
        self,
        registrar: Registrar,
        options: RetryOptions,
        tally: Tally,
        *,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._registrar = registrar
        self._options = options
        self._tally = tally
        self._is_stopping = is_stopping

    def charge(self, receipt: Receipt, work: Callable[[], _Ended]) -> _Ended | Outcome:
        """Return what the work returns, or what was written down of its failure.

        Raises:
            StoreError: it is the disk's or the database's fault, and the run ends.
        """
        try:
            return work()
        except (ToolMissing, ConfigError) as error:
            return self._wait_for_person(receipt, error)
        except StoreError:
            raise
        except Exception as error:
            if self._is_stopping():
                raise _Stopped from error
            if isinstance(error, ItemError):
                return self._fail(receipt, error)
            trace = traceback.format_exc(limit=-8)
            _log.exception("item failed", extra={"action": "process", "receipt_id": receipt.id})
            return self._fail(receipt, TransientFailure(trace, code="defect"))

    def _fail(self, receipt: Receipt, error: ItemError) -> Outcome:
        failures = receipt.failures + 1
        if retry.is_hopeless(error, failures, self._options):
            return self._registrar.quarantine(receipt, error, failures=failures)
        delay_s = retry.delay_s(failures, self._options)
        self._tally.count_retry()
        return self._registrar.retry_later(receipt, error, failures=failures, delay_s=delay_s)

    def _wait_for_person(self, receipt: Receipt, error: IntakeError) -> Outcome:
        """Put the item back, uncharged; a later run finds the tool or the setting mended."""
        self._tally.note_problem(error)
        missing = TransientFailure(error.message, code=WAITS[type(error)])
        return self._registrar.retry_later(
            receipt,
            missing,
            failures=receipt.failures,
            delay_s=retry.tool_delay_s(self._options),
        )
