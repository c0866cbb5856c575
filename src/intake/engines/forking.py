"""The owner's side of processes that are forked from loaded ones, not started from nothing.

A Python that loads the libraries and models of one page costs as much CPU as reading the page. So
a process of ours, the fork server, loads them once and opens nothing of a stranger; each child
is a fork of it, which costs milliseconds and is as free to crash as any other process.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import IO, Any

from intake.engines.forked import Forked, how_ended
from intake.engines.frames import frame, receive_frame
from intake.engines.limits import Limits
from intake.engines.surroundings import environment, import_path, working_folder
from intake.errors import StoreError, TransientFailure, UsageError

_log = logging.getLogger(__name__)
_LOADED_WITHIN_S = 60.0
_ANSWERED_WITHIN_S = 30.0
_HUNG_UP_WITHIN_S = 2.0


class ForkServers:
    """Lends child processes to any thread: one server for each task of loading.

    A server is started with its first child, and anew when it died. If it died or hung while it
    loaded, the children after that load for themselves. Servers and children end with their owner,
    even one that is killed; what is forked from the owner has servers of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[str, _Server] = {}
        self._spoilt: set[str] = set()
        self._is_closed = False
        _every.add(self)

    def fork(self, limits: Limits, *, temp_dir: str, preload: dict[str, Any] | None) -> Forked:
        """Return a new child, for which the task ``preload`` was done beforehand.

        Raises:
            NotForked: the server ended or hung (``crash``, ``timeout``).
            StoreError: the machine has no room for another process.
            UsageError: the servers were closed.
        """
        order = {
            "environment": environment(),
            "path": import_path(),
            "folder": working_folder(),
            "limits": limits.model_dump(),
            "temp_dir": temp_dir,
        }
        try:
            return self._fork(order, preload)
        except _Gone:  # another thread's order was its end, and ours may be done by the next one
            return self._fork(order, preload)

    def _fork(self, order: dict[str, Any], preload: dict[str, Any] | None) -> Forked:
        key = json.dumps(preload)
        server = self._find(key)
        if preload is not None and key not in self._spoilt:
            server.load(preload, failed=lambda: self._spoilt.add(key))
        return server.fork(order)

    def close(self) -> None:
        """End the servers and all their children, for good."""
        with self._lock:
            self._is_closed = True
            servers = list(self._servers.values())
            self._servers.clear()
        for server in servers:
            server.end()

    def disown(self) -> None:
        """Forget servers that belong to the process that this one was forked from."""
        self._lock = threading.Lock()  # a thread that is not here may hold the other
        for server in self._servers.values():
            server.disown()
        self._servers.clear()

    def _find(self, key: str) -> _Server:
        with self._lock:
            if self._is_closed:
                raise UsageError("It was closed.", remedy="Open another Intake.")
            server = self._servers.get(key)
            if server is None or not server.is_alive():
                if server is not None:
                    server.end()
                server = self._servers[key] = _Server()
            return server


_every: weakref.WeakSet[ForkServers] = weakref.WeakSet()
_starting = threading.RLock()
"""Held while a server starts: what is forked from the owner then would hold its socket open."""


class NotForked(TransientFailure):
    """There is no child, since the server ended or hung: no task is to blame."""


class _Gone(NotForked):
    """The server ended before it had the order."""


class _Server:
    """One process that forks, and the socket to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_loaded = False
        self._forked: set[int] = set()
        self.is_disowned = False
        self._process, self._socket = _start()
        self.end = weakref.finalize(self, _end, self._process, self._socket, self._forked)
        self.end.atexit = False  # a thread that goes on would start another: ``_close_all``

    def is_alive(self) -> bool:
        return not self.is_disowned and self.end.alive and self._process.poll() is None

    def load(self, task: dict[str, Any], *, failed: Callable[[], object]) -> None:
        """Let it do a task for all its children, once; ``failed`` is told if that is its end."""
        with self._lock:
            if self._is_loaded:
                return
            try:
                told = self._ask({"load": task}, timeout_s=_LOADED_WITHIN_S)
            except _Gone:
                raise
            except NotForked:
                failed()
                raise
            self._is_loaded = True
        if told["failed"]:
            _log.warning("not loaded beforehand: %s", told["failed"], extra={"action": "load"})

    def fork(self, order: dict[str, Any]) -> Forked:
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            try:
                tasks = _pipe(reads=theirs, writes=ours)
                answers = _pipe(reads=ours, writes=theirs)
            except OSError as error:
                raise _no_room(error) from error
            with self._lock:
                told = self._ask(order, (tasks[0].fileno(), answers[1].fileno()))
            if "refused" in told:
                raise _no_room(told["refused"])
            ours.pop_all()
            self._forked.add(told["pid"])
            return Forked(self, told["pid"], tasks[1], answers[0])

    def reap(self, pid: int) -> int | None:
        """Return how a killed child ended; None where nobody knows."""
        if not self.is_alive():
            return None
        try:
            with self._lock:
                self._forked.discard(pid)
                ended: int | None = self._ask({"reap": pid})["ended"]
        except NotForked:
            return None
        return ended

    def disown(self) -> None:
        """Leave it alone: it belongs to the process that this one was forked from."""
        self.is_disowned = True
        self.end.detach()
        self._socket.close()
        self._process.returncode = 0  # it is nothing that we could wait for

    def _ask(
        self,
        order: dict[str, Any],
        descriptors: tuple[int, ...] = (),
        *,
        timeout_s: float = _ANSWERED_WITHIN_S,
    ) -> dict[str, Any]:
        """Return the answer to an order; whatever comes between the two ends the server."""
        if not self.end.alive:
            raise _Gone("The process that children are forked from ended.", code="crash")
        try:
            self._socket.settimeout(timeout_s)
            message = frame(order)
            sent = socket.send_fds(self._socket, [message], descriptors)
            self._socket.sendall(message[sent:])
            received = receive_frame(self._socket)
        except TimeoutError:
            self.end()
            what = order.get("load", {}).get("task", "fork")
            raise NotForked(
                f"The process that children are forked from took more than {timeout_s:g} s"
                f" ({what}).",
                code="timeout",
            ) from None
        except OSError:  # it hung up, or we did
            received = None
        except BaseException:
            self.end()
            raise
        if received is None:
            self.end()
            raise self._ended(order)
        return received[0]

    def _ended(self, order: dict[str, Any]) -> NotForked:
        how = how_ended(self._process.returncode or 0)
        what = order.get("load", {}).get("task", "")
        return NotForked(
            f"The process that children are forked from ended: {how}"
            + (f", while it did {what}." if what else "."),
            code="crash",
        )


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Return a new server and the socket to it."""
    with _starting, contextlib.ExitStack() as spoilt:
        try:
            ours, theirs = socket.socketpair()
            spoilt.enter_context(ours)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-m", "intake.engines.fork_server"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment() | {"PYTHONPATH": os.pathsep.join(import_path())},
                    cwd="/",  # so that it holds no disk
                    start_new_session=True,
                )
        except OSError as error:
            raise _no_room(error) from error
        spoilt.pop_all()
        return process, ours


def _pipe(
    *, reads: contextlib.ExitStack, writes: contextlib.ExitStack
) -> tuple[IO[bytes], IO[bytes]]:
    """Return the two ends of a pipe, each closed by whom it belongs to."""
    source, target = os.pipe()
    return (
        reads.enter_context(os.fdopen(source, "rb", buffering=0)),
        writes.enter_context(os.fdopen(target, "wb", buffering=0)),
    )


def _end(process: subprocess.Popen[bytes], control: socket.socket, forked: set[int]) -> None:
    """Hang up, which ends the server and its children; kill it if that does not."""
    with contextlib.suppress(OSError):
        control.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for an answer
    control.close()
    try:
        process.wait(_HUNG_UP_WITHIN_S)
    except subprocess.TimeoutExpired:
        for pid in list(forked):  # it hangs, so that their numbers are still theirs
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _no_room(error: object) -> StoreError:
    return StoreError(
        f"No child process can be started: {error}",
        remedy="Give the machine memory, processes or descriptors (ulimit -u, -n; pids.max),"
        " then run again.",
    )


def _disown_all() -> None:
    _starting.release()
    for servers in list(_every):
        servers.disown()


def _close_all() -> None:
    for servers in list(_every):
        servers.close()


os.register_at_fork(
    before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_disown_all
)
atexit.register(_close_all)
