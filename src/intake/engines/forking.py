"""The parent's side of processes that are forked from a loaded one, not started from nothing.

A Python that loads the libraries and models of one page costs as much CPU as reading the page. So
one process of ours, the fork server, loads them once and opens nothing of a stranger; each child
is a fork of it, which costs milliseconds and is as free to crash as any other process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from typing import IO, Any

from intake.engines.frames import frame, read_frame
from intake.engines.limits import Limits
from intake.errors import StoreError, TransientFailure

_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TESSDATA_PREFIX", "TZ", "VIRTUAL_ENV")
_SINGLE_THREADED = {
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_QUICK_START = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""Else pydantic looks into every installed package for its plugins, which we do not use."""
_LOOK_AGAIN_S = 0.001
_REAPED_WITHIN_S = 10.0
_HUNG_UP_WITHIN_S = 2.0


class ForkServer:
    """Lends child processes to any thread; started with the first, and anew when it died.

    The children of a server end with it, and it ends with its owner, even one that is killed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: _Server | None = None

    def fork(self, limits: Limits, *, temp_dir: str, preload: dict[str, Any] | None) -> Forked:
        """Return a new child, for which the task ``preload`` was done beforehand.

        Raises:
            TransientFailure: the server ended or hung while it loaded (``crash``, ``timeout``).
            StoreError: the machine has no room for another process.
        """
        order = {
            "environment": _environment(),
            "path": _path(),
            "limits": limits.model_dump(),
            "temp_dir": temp_dir,
            "preload": preload,
        }
        with self._lock:
            return self._server().fork(order, limits.timeout_s)

    def close(self) -> None:
        """End the server and all its children."""
        with self._lock:
            if self._running is not None:
                self._running.end()
                self._running = None

    def _server(self) -> _Server:
        if self._running is not None and not self._running.is_ours():
            self._running.end()
            self._running = None
        if self._running is None:
            self._running = _Server()
        return self._running


class Forked:
    """A child process: tasks go in at ``tasks``, answers come out at ``answers``."""

    def __init__(self, server: _Server, pid: int, tasks: IO[bytes], answers: IO[bytes]) -> None:
        self._server = server
        self.pid = pid
        self.tasks = tasks
        self.answers = answers
        self._ended: int | None = None

    def is_running(self) -> bool:
        return self.wait(0.0) is None

    def wait(self, timeout_s: float) -> int | None:
        """Return how it ended (negative: the signal); None if it still runs after that time."""
        deadline = time.monotonic() + timeout_s
        while self._ended is None:
            self._ended = self._server.reap(self.pid)
            if time.monotonic() >= deadline:
                break
            if self._ended is None:
                time.sleep(_LOOK_AGAIN_S)
        return self._ended

    def kill(self) -> None:
        """Kill it with everything it started; any thread may."""
        if self._ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and forget it; it has nothing to lose."""
        self.kill()
        for pipe in (self.tasks, self.answers):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self.wait(_REAPED_WITHIN_S)


class _Server:
    """One process that forks, and the socket to it."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "intake.engines.fork_server"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment() | {"PYTHONPATH": os.pathsep.join(_path())},
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise _no_room(error) from error
        self._socket = ours
        self._answers = ours.makefile("rb")
        self.end = weakref.finalize(self, _end, self._owner, self._process, ours, self._answers)

    def is_ours(self) -> bool:
        """Return whether it lives and belongs to this process, not to one this was forked from."""
        return self._owner == os.getpid() and self._process.poll() is None

    def fork(self, order: dict[str, Any], timeout_s: float) -> Forked:
        task_source, task_target = os.pipe()
        answer_source, answer_target = os.pipe()
        tasks = os.fdopen(task_target, "wb")
        answers = os.fdopen(answer_source, "rb", buffering=0)
        try:
            pid = _pid(self._ask(order, (task_source, answer_target), timeout_s))
        except BaseException:
            tasks.close()
            answers.close()
            raise
        finally:
            os.close(task_source)
            os.close(answer_target)
        return Forked(self, pid, tasks, answers)

    def reap(self, pid: int) -> int | None:
        """Return how a child ended; if this server did, so did the child."""
        try:
            ended: int | None = self._ask({"reap": pid})["ended"]
        except TransientFailure:
            return -signal.SIGKILL
        return ended

    def _ask(
        self, order: dict[str, Any], pipes: tuple[int, ...] = (), timeout_s: float = 60.0
    ) -> dict[str, Any]:
        with self._lock:
            try:
                self._socket.settimeout(timeout_s)
                message = frame(order)
                sent = socket.send_fds(self._socket, [message], pipes)
                self._socket.sendall(message[sent:])
                told = read_frame(self._answers)
            except TimeoutError:
                self.end()
                raise TransientFailure(
                    f"A process that loads for others took longer than {timeout_s:g} s.",
                    code="timeout",
                ) from None
            except (OSError, ValueError):  # it hung up, or we did
                told = None
        if told is None:
            self.end()
            raise TransientFailure("The process that loads for others ended.", code="crash")
        return told


def _environment() -> dict[str, str]:
    """Return what a child needs: no secret of ours is in it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | _SINGLE_THREADED | _QUICK_START


def _path() -> list[str]:
    return [entry for entry in sys.path if entry]


def _end(
    owner: int, process: subprocess.Popen[bytes], control: socket.socket, answers: IO[bytes]
) -> None:
    """Hang up, which ends the server and its children; kill it if that does not."""
    answers.close()
    control.close()
    if os.getpid() != owner:  # it is the server of the process that we were forked from
        process.returncode = 0
        return
    try:
        process.wait(_HUNG_UP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _pid(told: dict[str, Any]) -> int:
    if "refused" in told:
        raise _no_room(told["refused"])
    pid: int = told["pid"]
    return pid


def _no_room(error: object) -> StoreError:
    return StoreError(
        f"No child process can be started: {error}",
        remedy="Give the machine memory or processes (ulimit -u, pids.max), then run again.",
    )
