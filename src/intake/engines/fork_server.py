"""The process that children are forked from: it has loaded what they need, and opens no file.

Run as ``python -m intake.engines.fork_server`` with a Unix socket as standard input; see
``forking.py``. An order to fork brings two pipes, of tasks and of answers, and may name a task to
do before, once, so that every child finds it done. A child that ended is kept until it is asked
for, so that its number belongs to no other process while somebody may kill it. The children end
with this process, and it ends when its owner does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
from typing import Any, NoReturn

from intake.engines import child
from intake.engines.frames import LENGTH, write_frame


def main() -> None:
    """Fork and reap as ordered until the owner hangs up."""
    control = socket.socket(fileno=0)
    server = _Server(control)
    answers = control.makefile("wb")
    with contextlib.suppress(BrokenPipeError):
        while (received := _receive(control)) is not None:
            write_frame(answers, server.obey(*received))
    server.end_all()


class _Server:
    """What was forked and is not reaped, and what was done for all to come."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()
        self._preloaded: list[dict[str, Any]] = []

    def obey(self, order: dict[str, Any], pipes: list[int]) -> dict[str, Any]:
        """Do what is ordered and return the answer."""
        if "reap" in order:
            return {"ended": self._reap(order["reap"])}
        try:
            self._preload(order["preload"])
            return {"pid": self._fork(order, *pipes)}
        except OSError as error:
            return {"refused": str(error)}
        finally:
            for pipe in pipes:
                os.close(pipe)

    def end_all(self) -> None:
        """Kill every child and what it started."""
        for pid in self._children:
            _kill_group(pid)

    def _preload(self, task: dict[str, Any] | None) -> None:
        """Do a task for all children to come; what fails here, each of them will tell."""
        if task is None or task in self._preloaded:
            return
        self._preloaded.append(task)
        child.answer(task)
        gc.collect()
        gc.freeze()  # a collection in a child must not copy what it shares with us

    def _fork(self, order: dict[str, Any], tasks: int, answers: int) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(order, tasks, answers, parent)
        self._children.add(pid)
        with contextlib.suppress(OSError):  # it may have ended already
            os.setpgid(pid, pid)  # as the child does: it has its group, whoever is first
        return pid

    def _become_child(
        self, order: dict[str, Any], tasks: int, answers: int, parent: int
    ) -> NoReturn:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), self._control.fileno())
            with os.fdopen(tasks, "rb") as source, os.fdopen(answers, "wb") as target:
                child.live(order, source, target, parent=parent)
            code = 0
        finally:
            os._exit(code)  # nothing of the server's is cleaned up here

    def _reap(self, pid: int) -> int | None:
        """Return how a child ended (negative: the signal); None while it is running."""
        reaped, status = os.waitpid(pid, os.WNOHANG)
        if not reaped:
            return None
        self._children.discard(pid)
        return os.waitstatus_to_exitcode(status)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return the next order and its pipes; None when the owner has hung up."""
    header, pipes, _, _ = socket.recv_fds(control, LENGTH.size, 2)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    body = control.recv(length, socket.MSG_WAITALL)
    return (json.loads(body), pipes) if len(body) == length else None


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()
