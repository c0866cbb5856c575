"""The plugins that are told of every event once it is committed.

Each is told in a thread of its own, in order. Who caused an event waits until it is told, but not
for long: what an observer does must never keep the next item from being filed.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import traceback
import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from intake import plugins
from intake.classifying.guarded import told
from intake.errors import ConfigError
from intake.interfaces import Observer
from intake.schemas.base import clean_text
from intake.schemas.classifications import Fault
from intake.schemas.events import Event

_log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
"""So long a caller waits until an observer has heard of its events."""
_HANGS_AFTER_S = 30.0
"""An observer that takes longer to open, or at the end over one event, is waited for no longer."""


class Observers:
    """Those that could be opened. Any thread may tell them."""

    def __init__(self, opened: Iterable[Observer], faults: Sequence[Fault] = ()) -> None:
        """``faults`` say which could not be opened, and why."""
        self.faults = tuple(faults)
        self._listeners = [_Listener(each) for each in opened]

    def tell(self, events: Iterable[Event]) -> None:
        """Tell all observers of each event; those that are slow will have heard of it later."""
        found = tuple(events)
        if not found:
            return
        patient_until_s = time.monotonic() + _PATIENCE_S
        awaited = [(each, each.tell(found)) for each in self._listeners]
        for listener, how_many in awaited:
            listener.wait_until_told(how_many, until_s=patient_until_s)

    def close(self) -> None:
        """Wait until all have been told, but not for one that hangs."""
        for listener in self._listeners:
            listener.close()


def open_observers(names: Iterable[str]) -> Observers:
    """Return the observers of these names; one that cannot be opened hinders nothing else."""
    opened: list[Observer] = []
    faults: list[Fault] = []
    for name in names:
        try:
            opened.append(_opened(name))
        except ConfigError as error:
            _log.error("not told: %s", error.message, extra={"action": "observe"})
            faults.append(Fault(message=error.message, remedy=error.remedy))
    return Observers(opened, faults)


def _opened(name: str) -> Observer:
    """Open an observer in a thread: to hang or to end the process is no way to hinder others."""
    opening: Future[Observer] = Future()
    thread = threading.Thread(target=_open, args=(name, opening), name="observer", daemon=True)
    thread.start()
    try:
        error = opening.exception(timeout=_HANGS_AFTER_S)
    except TimeoutError:
        reason = f"it has not come to an end in {_HANGS_AFTER_S:g} s"
    else:
        if error is None:
            return opening.result()
        if isinstance(error, ConfigError):
            raise error
        reason = told(error)
    raise ConfigError(
        f"The observer {name!r} cannot be opened: {clean_text(reason)}",
        remedy="Mend it, or take it out of `observers` in the settings.",
    )


def _open(name: str, opening: Future[Observer]) -> None:
    try:
        observer: Observer = plugins.load("observers", name)()
        _name_of(observer)
        opening.set_result(observer)
    except BaseException as error:  # noqa: BLE001 - whoever opens it is told
        opening.set_exception(error)


def _name_of(observer: Observer) -> str:
    return clean_text(str(getattr(observer, "name", type(observer).__name__)))


class _Listener:
    """One observer, the thread that tells it, and what it has not been told yet."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._name = _name_of(observer)
        self.begin_anew()
        _every.add(self)

    def begin_anew(self) -> None:
        """Begin with nothing to tell, and no thread."""
        self._changed = threading.Condition()
        self._untold: deque[Event] = deque()
        self._came = 0
        self._told = 0
        self._since_s = 0.0
        self._is_late = False
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def tell(self, events: Sequence[Event]) -> int:
        """Let the thread tell the observer; return how many it was told of when it is done."""
        with self._changed:
            if self._is_closed:
                self._complain(f"is told no more: {len(events)} events are in the journal only")
                return 0
            if self._told == self._came:
                self._since_s = time.monotonic()
            self._untold.extend(events)
            self._came += len(events)
            self._begin()
            self._changed.notify_all()
            return self._came

    def wait_until_told(self, how_many: int, *, until_s: float) -> None:
        """Wait until the observer was told of so many events, unless it is late already."""
        with self._changed:
            if self._is_late or self._thread in (None, threading.current_thread()):
                return
            left_s = until_s - time.monotonic()
            if not self._changed.wait_for(lambda: self._told >= how_many, timeout=left_s):
                self._is_late = True
                self._complain(f"takes longer than {_PATIENCE_S:g} s: nobody waits for it")

    def close(self) -> None:
        """Wait for the observer as long as it goes on, and end its thread."""
        with self._changed:
            if self._untold:
                self._begin()
            while self._thread and self._told < self._came and not self._hangs():
                self._changed.wait(timeout=_HANGS_AFTER_S / 10)
            if left := self._came - self._told:
                self._complain(f"hangs: {left} events are not told; they are in the journal")
            self._is_closed = True
            self._came = self._told
            self._changed.notify_all()

    def _begin(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._work, name="observer", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # there is no room for one; it is tried again
                self._complain(f"is told later: {error}")
            else:
                self._thread, self._since_s = thread, time.monotonic()

    def _work(self) -> None:
        while (event := self._next()) is not None:
            try:
                self._observer.notify(event)
            except BaseException as error:  # noqa: BLE001 - it must not undo what is committed
                self._complain(f"failed: {_trace(error)}")
            with self._changed:
                self._told += 1
                self._since_s = time.monotonic()
                self._is_late = self._is_late and self._told < self._came
                self._changed.notify_all()

    def _next(self) -> Event | None:
        """Return the next event to tell, when there is one; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._untold or self._is_closed)
            return None if self._is_closed else self._untold.popleft()

    def _hangs(self) -> bool:
        return time.monotonic() - self._since_s > _HANGS_AFTER_S

    def _complain(self, what: str) -> None:
        said = {"action": "observe", "observer": self._name}
        _log.error("observer %s %s", self._name, what, extra=said)


def _trace(error: BaseException) -> str:
    """Return a stranger's error with where it was raised, in characters that any log takes."""
    return clean_text("".join(traceback.format_exception(error)).strip())


_every: weakref.WeakSet[_Listener] = weakref.WeakSet()
"""Those whose thread goes on are among them, whoever else has forgotten them."""


def _begin_all_anew() -> None:
    """A fork has none of the threads; what they were to tell is told where it came."""
    for listener in list(_every):
        listener.begin_anew()


def _close_all() -> None:
    for listener in list(_every):
        listener.close()


os.register_at_fork(after_in_child=_begin_all_anew)
atexit.register(_close_all)
