"""Children that open untrusted bytes: killable, limited, without a database handle.

A crash of native code, a hang or a memory bomb costs one attempt of one item, never its
neighbours. A child is forked from a loaded process (``forking.py``) into a group of its own and
killed as one, so that the programs it started (Tesseract) die with it. It gets paths and values,
and its answers are JSON: nothing it says is ever executed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from intake import errors
from intake.engines.forked import Forked, how_ended
from intake.engines.forking import ForkServers
from intake.engines.frames import LENGTH, MAX_FRAME_BYTES, frame
from intake.engines.limits import Limits
from intake.errors import IntakeError, ItemError, TransientFailure

_LEAST_PUT_OFF_S = 0.01
"""For less nobody waits again."""

Seconds = float | Callable[[], float]


class Child:
    """One child process, forked at the first task and again when it died.

    Before it is, the task ``preload`` is done once, for all children that name it:
    ``package.module:function`` and a payload. It must open no file of a stranger and start no
    thread. The child's temporary files are made in ``temp_dir``, which the caller removes.
    """

    def __init__(
        self,
        servers: ForkServers,
        limits: Limits,
        *,
        temp_dir: str,
        preload: tuple[str, dict[str, Any]] | None = None,
    ) -> None:
        self._servers = servers
        self._limits = limits
        self._temp_dir = temp_dir
        self._preload = None if preload is None else _task(*preload)
        self._process: Forked | None = None
        self._turn = threading.RLock()
        self._killed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_killed(self) -> bool:
        """Whether somebody stopped the child for good."""
        return self._killed.is_set()

    def call(
        self,
        task: str,
        payload: dict[str, Any],
        *,
        within_s: Seconds | None = None,
        in_all_s: float | None = None,
        patience: float = 1.0,
        tell: Callable[[dict[str, Any]], object] = lambda _part: None,
    ) -> dict[str, Any]:
        """Run ``package.module:function`` on the payload in the child and return its answer.

        Of a task that yields, ``tell`` is given each part as it comes; what it raises ends the
        child. ``within_s`` (seconds) is the most that may pass before an answer or a part; where it
        is a function it is asked anew after each part. For the first of them the time in which the
        child waited for a processor does not count, until ``patience`` times as much is over: on a
        busy machine it has as much as on an idle one. ``in_all_s`` is the most that the whole task
        may take, where that is less than the child's limit.

        Raises:
            TransientFailure: the child crashed, hung, ran out of memory or met a defect
                (codes ``crash``, ``timeout``, ``memory``, ``depth``, ``defect``).
            StoreError: the machine has no room for a process.
            IntakeError: whatever the task raised of our own errors.
        """
        with self._turn:
            limit_s = self._limits.timeout_s
            in_all_s = limit_s if in_all_s is None else min(in_all_s, limit_s)
            within_s = in_all_s if within_s is None else within_s
            return self._call(_task(task, payload), within_s, in_all_s, patience, tell)

    def _call(
        self,
        task: dict[str, Any],
        within_s: Seconds,
        in_all_s: float,
        patience: float,
        tell: Callable[[dict[str, Any]], object],
    ) -> dict[str, Any]:
        process = self._running()
        began = time.monotonic()
        end = began + in_all_s
        limit_s = min(in_all_s, _seconds(within_s))
        deadline, latest = began + limit_s, min(end, began + patience * limit_s)
        try:
            delayed_s = process.delayed_s()
            process.send(frame(task), deadline=deadline)
            deadline = _await(process, deadline, latest, delayed_s)
            while "part" in (answer := _answer_of(process, deadline)):
                tell(answer["part"])
                limit_s = min(in_all_s, _seconds(within_s))
                deadline = min(end, time.monotonic() + limit_s)
        except EOFError:
            raise self._crashed(process) from None
        except TimeoutError:
            self.close()
            raise TransientFailure(
                f"Took longer than {limit_s:.3g} s and was stopped.", code="timeout"
            ) from None
        except BaseException:
            self.close()
            raise
        if "error" in answer:
            raise _revived(answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def kill(self) -> None:
        """Kill the child and everything it started, while another thread waits for its answer.

        No child is started any more: every later call fails as a crash does.
        """
        self._killed.set()
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Kill the child and everything it started; it has nothing to lose."""
        process = self._process
        if process is not None:
            process.kill()  # who waits for it in another thread wakes up
            with self._turn:
                process.end()
                if self._process is process:
                    self._process = None

    def _running(self) -> Forked:
        if self._process is not None and self._process.is_waiting():
            return self._process
        self.close()
        if self._killed.is_set():
            raise _stopped()
        self._process = process = self._servers.fork(
            self._limits, temp_dir=self._temp_dir, preload=self._preload
        )
        if self._killed.is_set():  # by another thread, which did not see it yet
            self.close()
            raise _stopped()
        return process

    def _crashed(self, process: Forked) -> TransientFailure:
        code = process.end()
        self.close()
        how = "with the process that it was forked from" if code is None else how_ended(code)
        return TransientFailure(f"The child process ended by itself: {how}.", code="crash")


def _await(process: Forked, deadline: float, latest: float, delayed_s: float) -> float:
    """Wait for news until the deadline, put off by what the child waited for a processor since it
    had been ``delayed_s``, but not beyond the latest; return when it is."""
    until = deadline
    while until < latest and not process.has_news(deadline=until):
        put_off = min(latest, deadline + process.delayed_s() - delayed_s)
        if put_off - until < _LEAST_PUT_OFF_S:
            break
        until = put_off
    return until


def _seconds(within_s: Seconds) -> float:
    return within_s() if callable(within_s) else within_s


def _answer_of(process: Forked, deadline: float) -> dict[str, Any]:
    (length,) = LENGTH.unpack(process.receive(LENGTH.size, deadline=deadline))
    if length > MAX_FRAME_BYTES:
        raise TransientFailure(f"The child answered with {length} bytes.", code="memory")
    answer: dict[str, Any] = json.loads(process.receive(length, deadline=deadline))
    return answer


def _stopped() -> TransientFailure:
    return TransientFailure("The run was stopped.", code="crash")


def _task(task: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"task": task, "payload": payload}


def _revived(described: dict[str, Any]) -> IntakeError:
    """Make the error again that the child described."""
    kind = getattr(errors, described["class"], TransientFailure)
    message, remedy = described["message"], described.get("remedy")
    if issubclass(kind, ItemError):
        return kind(message, code=described["code"], remedy=remedy)
    if issubclass(kind, IntakeError):
        return kind(message, remedy=remedy)
    return TransientFailure(message, code="defect")
