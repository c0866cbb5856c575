"""The runner: claim a group, understand each item, commit the group, until nothing is due.

A group shares its transaction, because the fsync of a commit costs more than reading a mail. An
emergency is committed at once, and a group that takes long does not wait for its end.

Whose fault a failure is decides what follows. The item's own: it is tried again, three times in
all, then quarantined; its neighbours go on. A missing tool: the items that need it wait. Disk or
database: the run ends and nothing is charged to an item.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from intake.engines.forking import ForkServers
from intake.errors import (
    ConfigError,
    IntakeError,
    ItemError,
    StoreError,
    ToolMissing,
    TransientFailure,
    UnreadableItem,
)
from intake.interfaces import Engine
from intake.pipeline import retry
from intake.pipeline.outcomes import Registrar
from intake.pipeline.retry import RetryOptions
from intake.pipeline.settle import FilingOptions, Item, Outcome
from intake.pipeline.stage_options import StageOptions
from intake.pipeline.stages import Stages, Understood
from intake.schemas.base import Frozen
from intake.schemas.classifications import Fault, Verdict
from intake.schemas.events import Event
from intake.schemas.receipts import Receipt
from intake.schemas.reports import Problem
from intake.store import claims, receipts
from intake.store.blobs import BlobStore
from intake.store.database import Database
from intake.store.owners import begin_work, end_work

_log = logging.getLogger(__name__)
_CLAIMED_AT_ONCE = 32
_LOOK_AGAIN_S = 0.5
_COMMIT_AFTER_S = 1.0
_STOPPED_WITHIN_S = 10.0
_WAITS = {ToolMissing: "tool_missing", ConfigError: "misconfigured"}
"""Why items wait for a person, by the error."""
_Ended = TypeVar("_Ended", Understood | Outcome, Outcome)


class RunnerOptions(Frozen):
    """How items are processed. ``lease_s`` must outlast the reading of one document."""

    workers: int = 2
    lease_s: float = 900.0
    stages: StageOptions = StageOptions()
    filing: FilingOptions = FilingOptions()
    retry: RetryOptions = RetryOptions()


@dataclass
class ProcessTally:
    """Counts of items while they are processed; the fields are those of ProcessReport."""

    filed: int = 0
    linked: int = 0
    noted: int = 0
    quarantined: int = 0
    retried: int = 0
    emergencies: int = 0
    needs_review: int = 0
    problem: Problem | None = None


class _Stopped(Exception):
    """The run ends: what happens to an item now is no fault of its own."""


class _Slot:
    """What one thread has at hand: items claimed, and items understood but not committed."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.claimed: deque[Receipt] = deque()
        self.understood: list[Item] = []
        self.renewed_s = 0.0
        """When the claims were taken or lengthened, on the monotonic clock."""
        self._since = 0.0

    def keep(self, receipt: Receipt, understood: Understood) -> None:
        """Keep an item until its group is committed."""
        if not self.understood:
            self._since = time.monotonic()
        self.understood.append((receipt, understood))

    def is_due(self) -> bool:
        """Return whether what is understood must be committed now."""
        if not self.understood:
            return False
        is_emergency = self.understood[-1][1].verdict.emergency
        is_late = time.monotonic() - self._since >= _COMMIT_AFTER_S
        return is_emergency or is_late or not self.claimed

    def held(self) -> list[Receipt]:
        """Return all whose claims are ours."""
        return [*(receipt for receipt, _ in self.understood), *self.claimed]


class Runner:
    """Processes what is received, in the slots that the engine lends. For one run."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        scratch: Path,
        options: RunnerOptions,
        servers: ForkServers,
        *,
        observe: Callable[[Sequence[Event]], None],
        progress: Callable[[int], None] = lambda _done: None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._scratch = scratch
        self._options = options
        self._servers = servers
        self._observe = observe
        self._progress = progress
        self._registrar = Registrar(database, options.filing)
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._busy = 0
        self._inside = 0
        self._local = threading.local()
        self._slots: list[_Slot] = []
        self._done = 0
        self._owner = ""
        self._began = datetime.now(UTC)
        self._is_stopping = False
        self.tally = ProcessTally()
        """The counts so far; right even when ``run`` ended with an error."""

    def run(self, engine: Engine) -> None:
        """Process everything that is due.

        Raises:
            StoreError, ConfigError: the run ended; what it held is given back.
        """
        with self._database.write() as connection:
            self._began = self._database.now(connection)
            claims.sweep(connection, self._began)
        self._owner = begin_work()
        try:
            engine.run(self._step, workers=self._options.workers)
        finally:
            try:
                self._stop()
            finally:
                end_work(self._owner)  # what could not be given back the next run sweeps

    def _stop(self) -> None:
        """End what is still at work, without blame, and give back what is held."""
        with self._idle:
            self._is_stopping = True
            self._idle.notify_all()
        for slot in self._slots:
            slot.stages.kill()
        with self._idle:
            self._idle.wait_for(lambda: self._inside == 0, timeout=_STOPPED_WITHIN_S)
        for slot in self._slots:
            slot.stages.close()
        self._give_back([receipt for slot in self._slots for receipt in slot.held()])

    def _step(self) -> bool:
        """Process one receipt; False when none is due and none is at work, or the run ends."""
        with self._idle:
            if self._is_stopping:
                return False
            self._inside += 1
        try:
            return self._step_inside()
        finally:
            with self._idle:
                self._inside -= 1
                self._idle.notify_all()

    def _step_inside(self) -> bool:
        slot = self._slot()
        if not slot.claimed and not self._take_some(slot):
            return self._await_others()
        try:
            self._handle(slot)
            if slot.is_due():
                self._settle(slot)
        except BaseException:
            self._rest()
            raise
        if not slot.claimed:
            self._rest()
        return True

    def _slot(self) -> _Slot:
        """Return this thread's slot."""
        slot: _Slot | None = getattr(self._local, "slot", None)
        if slot is None:
            stages = Stages(self._blobs, self._scratch, self._options.stages, self._servers)
            slot = _Slot(stages)
            self._local.slot = slot
            with self._lock:
                self._slots.append(slot)
        return slot

    def _take_some(self, slot: _Slot) -> bool:
        with self._idle:
            slot.renewed_s = time.monotonic()
            slot.claimed.extend(self._claim())
            self._busy += bool(slot.claimed)
        return bool(slot.claimed)

    def _rest(self) -> None:
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def _await_others(self) -> bool:
        """Wait for another slot, whose items may put new work in the queue; False if all rest."""
        with self._idle:
            if self._busy == 0 or self._is_stopping:
                return False
            self._idle.wait(timeout=_LOOK_AGAIN_S)
        return True

    def _claim(self) -> list[Receipt]:
        with self._database.write() as connection:
            now = self._database.now(connection)
            return claims.claim(
                connection,
                owner=self._owner,
                limit=_CLAIMED_AT_ONCE,
                lease_s=self._options.lease_s,
                now=now,
                # What waits for a tool is looked at once a run.
                due_by=self._began if self.tally.problem else now,
            )

    def _give_back(self, held: Sequence[Receipt]) -> None:
        if held:
            with self._database.write() as connection:
                for receipt in held:
                    claims.give_back(connection, receipt)

    def _handle(self, slot: _Slot) -> None:
        """Understand the next item: keep it for the group, or end it by itself."""
        receipt = slot.claimed[0]
        ended = self._charge(receipt, lambda: self._process(slot, receipt))
        if isinstance(ended, Understood):
            slot.keep(receipt, ended)
        else:
            self._tell(ended)
        slot.claimed.popleft()

    def _settle(self, slot: _Slot) -> None:
        """Commit what is understood; when one item spoils it for all, each by itself."""
        try:
            outcomes = self._registrar.settle(slot.understood)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - whatever one item did, its neighbours are filed
            outcomes = [self._settle_one(item) for item in slot.understood]
        slot.understood = []
        for outcome in outcomes:
            self._tell(outcome)

    def _settle_one(self, item: Item) -> Outcome:
        return self._charge(item[0], lambda: self._registrar.settle([item])[0])

    def _charge(self, receipt: Receipt, work: Callable[[], _Ended]) -> _Ended | Outcome:
        """Do work on an item and, if it fails by the item's fault, write that down."""
        try:
            return work()
        except (ToolMissing, ConfigError) as error:
            return self._wait_for_person(receipt, error)
        except StoreError:
            raise
        except Exception as error:
            if self._is_stopping:
                raise _Stopped from error
            if isinstance(error, ItemError):
                return self._fail(receipt, error)
            trace = traceback.format_exc(limit=-8)
            _log.exception("item failed", extra={"action": "process", "receipt_id": receipt.id})
            return self._fail(receipt, TransientFailure(trace, code="defect"))

    def _process(self, slot: _Slot, receipt: Receipt) -> Understood | Outcome:
        if retry.is_deadly(receipt, self._options.retry):
            raise UnreadableItem(
                f"{receipt.lost} workers in a row died while they held it.", code="deadly"
            )
        linked = self._registrar.link_copy(receipt)
        if linked is not None:
            return linked
        self._renew_when_due(slot)
        understood = slot.stages.understand(
            receipt,
            keep_alive=lambda: self._renew(slot),
            heard=lambda message: self._registrar.heard_in_thread(receipt, message),
        )
        self._note_faults(understood.verdict)
        if understood.is_deferred:
            return self._registrar.defer(receipt)
        return understood

    def _note_faults(self, verdict: Verdict) -> None:
        """Let the run end with the code of wrong settings, though items were judged without it."""
        if verdict.faults and self.tally.problem is None:
            self.tally.problem = describe_faults(verdict.faults)

    def _fail(self, receipt: Receipt, error: ItemError) -> Outcome:
        failures = receipt.failures + 1
        if retry.is_hopeless(error, failures, self._options.retry):
            return self._registrar.quarantine(receipt, error, failures=failures)
        delay_s = retry.delay_s(failures, self._options.retry)
        self._add("retried")
        return self._registrar.retry_later(receipt, error, failures=failures, delay_s=delay_s)

    def _wait_for_person(self, receipt: Receipt, error: IntakeError) -> Outcome:
        """Put the item back, uncharged; a later run finds the tool or the setting mended."""
        self.tally.problem = describe(error)
        missing = TransientFailure(error.message, code=_WAITS[type(error)])
        return self._registrar.retry_later(
            receipt,
            missing,
            failures=receipt.failures,
            delay_s=retry.tool_delay_s(self._options.retry),
        )

    def _renew_when_due(self, slot: _Slot) -> None:
        """Lengthen the claims once a third of their time is over."""
        if time.monotonic() - slot.renewed_s >= self._options.lease_s / 3:
            self._renew(slot)

    def _renew(self, slot: _Slot) -> None:
        slot.renewed_s = time.monotonic()
        with self._database.write() as connection:
            now = self._database.now(connection)
            claims.renew(connection, slot.held(), lease_s=self._options.lease_s, now=now)

    def _tell(self, outcome: Outcome) -> None:
        self._count(outcome)
        self._observe(outcome.events)

    def _count(self, outcome: Outcome) -> None:
        if outcome.state is None:
            return
        self._add(outcome.state.value)
        if outcome.request is not None and outcome.request.urgency == "emergency":
            self._add("emergencies")
        if outcome.request is not None and outcome.request.needs_review:
            self._add("needs_review")
        with self._lock:
            self._done += 1
            done = self._done
        self._progress(done)

    def _add(self, name: str) -> None:
        with self._lock:
            setattr(self.tally, name, getattr(self.tally, name) + 1)


def what_waits(database: Database) -> Problem | None:
    """Return for what items wait that no run tries now; None if none does."""
    errors = {code: kind for kind, code in _WAITS.items()}
    with database.read() as connection:
        found = receipts.waiting_for_person(connection, errors)
    return describe(errors[found[0]](found[1])) if found else None


def describe_faults(faults: Sequence[Fault]) -> Problem:
    """Return what cannot be used, all of it, as a line of a report."""
    remedies = dict.fromkeys(each.remedy for each in faults)
    messages = " ".join(each.message for each in faults)
    return describe(ConfigError(messages, remedy=" ".join(remedies)))


def describe(error: IntakeError) -> Problem:
    """Return an error as a line of a report."""
    return Problem(
        error=type(error).__name__,
        message=error.message,
        remedy=error.remedy,
        exit_code=error.exit_code,
    )
