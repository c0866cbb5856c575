"""The runner: claim a group, understand each item, commit the group, until nothing is due.

A group shares its transaction, because the fsync of a commit costs more than reading a mail. An
emergency is committed at once, and a group that takes long does not wait for its end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from intake.engines.forking import ForkServers
from intake.errors import StoreError, UnreadableItem
from intake.interfaces import Engine
from intake.pipeline.settling import retry
from intake.pipeline.settling.blame import Blame
from intake.pipeline.settling.outcomes import Registrar
from intake.pipeline.settling.retry import RetryOptions
from intake.pipeline.settling.settle import FilingOptions, Item, Outcome
from intake.pipeline.settling.tally import Tally
from intake.pipeline.slots import Slot
from intake.pipeline.stage_options import StageOptions
from intake.pipeline.stages import Stages, Understood
from intake.pipeline.texts.asking import OutOfTurn
from intake.schemas.base import Frozen
from intake.schemas.events import Event
from intake.schemas.receipts import Receipt
from intake.store import claims
from intake.store.blobs import BlobStore
from intake.store.database import Database
from intake.store.owners import begin_work, end_work

_CLAIMED_AT_ONCE = 32
_LOOK_AGAIN_S = 0.5
_STOPPED_WITHIN_S = 10.0


class RunnerOptions(Frozen):
    """How items are processed. ``lease_s`` must outlast the reading of one document."""

    workers: int = 2
    lease_s: float = 900.0
    stages: StageOptions = StageOptions()
    filing: FilingOptions = FilingOptions()
    retry: RetryOptions = RetryOptions()


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
        self.tally = Tally(progress)
        self._registrar = Registrar(database, options.filing)
        self._blame = Blame(
            self._registrar, options.retry, self.tally, is_stopping=lambda: self._is_stopping
        )
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._busy = 0
        self._inside = 0
        self._local = threading.local()
        self._slots: list[Slot] = []
        self._owner = ""
        self._began = datetime.now(UTC)
        self._is_stopping = False

    def run(self, engine: Engine) -> None:
        """Process everything that is due.

        Raises:
            StoreError, ConfigError: the run ended; what it held is given back.
        """
        with self._database.write() as connection:
            self._began = self._database.now(connection)
            longest_wait_s = retry.longest_delay_s(self._options.retry)
            lease_s = self._options.lease_s
            claims.sweep(connection, self._began, longest_wait_s=longest_wait_s, lease_s=lease_s)
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

    def _slot(self) -> Slot:
        """Return this thread's slot."""
        slot: Slot | None = getattr(self._local, "slot", None)
        if slot is None:
            stages = Stages(self._blobs, self._scratch, self._options.stages, self._servers)
            slot = Slot(stages)
            self._local.slot = slot
            with self._lock:
                self._slots.append(slot)
        return slot

    def _take_some(self, slot: Slot) -> bool:
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

    def _handle(self, slot: Slot) -> None:
        """Understand the next item: keep it for the group, or end it by itself."""
        receipt = slot.claimed[0]
        ended = self._blame.charge(receipt, lambda: self._process(slot, receipt))
        if isinstance(ended, Understood):
            slot.keep(receipt, ended)
        else:
            self._tell(ended)
        slot.claimed.popleft()

    def _settle(self, slot: Slot) -> None:
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
        return self._blame.charge(item[0], lambda: self._registrar.settle([item])[0])

    def _process(self, slot: Slot, receipt: Receipt) -> Understood | Outcome:
        if retry.is_deadly(receipt, self._options.retry):
            raise UnreadableItem(
                f"{receipt.lost} workers in a row died while they held it.", code="deadly"
            )
        linked = self._registrar.link_copy(receipt)
        if linked is not None:
            return linked
        self._renew_when_due(slot)
        try:
            understood = slot.stages.understand(
                receipt,
                keep_alive=lambda: self._renew(slot),
                heard=lambda message: self._registrar.heard_in_thread(receipt, message),
            )
        except OutOfTurn:
            return self._registrar.put_behind(receipt)
        self.tally.note_faults(understood.verdict)
        if understood.is_deferred:
            return self._registrar.defer(receipt)
        return understood

    def _renew_when_due(self, slot: Slot) -> None:
        """Lengthen the claims once a third of their time is over."""
        if time.monotonic() - slot.renewed_s >= self._options.lease_s / 3:
            self._renew(slot)

    def _renew(self, slot: Slot) -> None:
        slot.renewed_s = time.monotonic()
        with self._database.write() as connection:
            now = self._database.now(connection)
            claims.renew(connection, slot.held(), lease_s=self._options.lease_s, now=now)

    def _tell(self, outcome: Outcome) -> None:
        self.tally.count(outcome)
        self._observe(outcome.events)
