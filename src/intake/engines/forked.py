"""A child process as its owner sees it: two pipes, and the news of its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO, Protocol


class Parent(Protocol):
    """The process that a child was forked from: it alone hears how the child ended."""

    is_disowned: bool

    def is_alive(self) -> bool:
        """Return whether its children can live."""

    def reap(self, pid: int) -> int | None:
        """Return how a killed child ended; None where nobody knows."""


class Forked:
    """A child process: tasks go in, answers come out."""

    def __init__(self, parent: Parent, pid: int, tasks: IO[bytes], answers: IO[bytes]) -> None:
        self._parent = parent
        self._lock = threading.Lock()
        self._is_over = False
        self._ended: int | None = None
        self.pid = pid
        self._tasks = tasks
        self._answers = answers
        self._news = _news_of(pid)
        os.set_blocking(tasks.fileno(), False)

    def is_waiting(self) -> bool:
        """Return whether it lives and has nothing to say before it is asked."""
        if self._is_over or self._parent.is_disowned:
            return False
        return not _poll(0, self._answers.fileno(), self._news)

    def has_news(self, *, deadline: float) -> bool:
        """Return whether it answers, or ends, until the monotonic time ``deadline``."""
        return bool(
            _poll(max(0.0, deadline - time.monotonic()), self._answers.fileno(), self._news)
        )

    def delayed_s(self) -> float:
        """Return for how long in its life (seconds) it could have worked and had no processor.

        Zero where the kernel does not count it (proc(5), ``schedstat``), or it ended.
        """
        with self._lock:
            if self._is_over:  # its number may be another's
                return 0.0
            try:
                counted = Path(f"/proc/{self.pid}/schedstat").read_text(encoding="ascii").split()
                return int(counted[1]) / 1e9
            except (OSError, ValueError, IndexError):
                return 0.0

    def send(self, task: bytes, *, deadline: float) -> None:
        """Write a task, as fast as it is read, until the monotonic time ``deadline``.

        Raises:
            EOFError: the child ended.
            TimeoutError: the deadline came first.
        """
        rest = memoryview(task)
        pipe = self._tasks.fileno()
        while rest:
            self._wait(pipe, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(pipe, rest) :]
            except BrokenPipeError:
                raise EOFError from None

    def receive(self, length: int, *, deadline: float) -> bytes:
        """Read so many bytes of an answer, until the monotonic time ``deadline``.

        Raises:
            EOFError: the child ended.
            TimeoutError: the deadline came first.
        """
        received = bytearray()
        pipe = self._answers.fileno()
        while len(received) < length:
            self._wait(pipe, select.POLLIN, deadline)
            part = os.read(pipe, length - len(received))
            if not part:
                raise EOFError
            received += part
        return bytes(received)

    def kill(self) -> None:
        """Kill it with everything it started; any thread may."""
        with self._lock:
            self._kill()

    def end(self) -> int | None:
        """Kill it with everything it started and return how it ended (negative: the signal).

        None: nobody knows. It has nothing to lose.
        """
        with self._lock:
            if self._is_over:
                return self._ended
            self._kill()
            self._is_over = True  # from now on its number may be another's
        for each in (self._tasks, self._answers, self._news):
            if each is not None:
                each.close()
        self._ended = self._parent.reap(self.pid)
        return self._ended

    def _kill(self) -> None:
        if not self._is_over and self._parent.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def _wait(self, pipe: int, event: int, deadline: float) -> None:
        """Return when the pipe is ready; what a child wrote before its end is still read."""
        ready = _poll(max(0.0, deadline - time.monotonic()), pipe, self._news, event=event)
        if not ready:
            raise TimeoutError
        if pipe not in ready:
            raise EOFError


def how_ended(code: int) -> str:
    """Return the name of the signal that ended a process, or its exit code."""
    if code >= 0:
        return f"exit code {code}"
    known = {each.value: each.name for each in signal.Signals}
    return known.get(-code, f"signal {-code}")


def _news_of(pid: int) -> IO[bytes] | None:
    """Return what is readable when the process ends (pidfd_open(2)); None where that is unknown.

    A pipe tells it too, but not while a process that the child left behind holds the other end.
    """
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.fdopen(os.pidfd_open(pid), "rb", buffering=0)
    except OSError:  # an old kernel, a sandbox, or no descriptor left
        return None


def _poll(
    timeout_s: float, pipe: int, news: IO[bytes] | None, *, event: int = select.POLLIN
) -> set[int]:
    """Return which of the two are ready within the time."""
    poll = select.poll()
    if news is not None:
        poll.register(news, select.POLLIN)  # first: whatever was written before the end is seen
    poll.register(pipe, event)
    return {descriptor for descriptor, _ in poll.poll(timeout_s * 1000)}
