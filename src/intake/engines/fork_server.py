"""The process that children are forked from: it loads what they need and opens no stranger's file.

Run as ``python -m intake.engines.fork_server`` with a Unix socket as standard input; see
``forking.py``. It does three things as ordered. Load: a task done for all children to come. Fork:
the order brings two pipes, for tasks and answers. Reap: a child that its owner has killed and will
not kill again; until then no other process can have its number. Its children end with it, and it
ends when its owner hangs up, however that one ended.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from typing import Any, NoReturn

from intake.engines import child
from intake.engines.frames import frame, receive_frame

_LOADED_WITHIN_S = 90
"""More than the owner waits: a load that hangs must end even where the owner was killed."""
_DEAD_WITHIN_S = 5.0
_LOOK_AGAIN_S = 0.001


def main() -> None:
    """Load, fork and reap as ordered until the owner hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # who ignores it has nobody to wait for
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    control = _private_control()
    forker = Forker(control)
    try:
        with contextlib.suppress(OSError):  # the owner is gone
            while (received := receive_frame(control, most_descriptors=2)) is not None:
                control.sendall(frame(forker.obey(*received)))
    finally:
        forker.end_all()


class Forker:
    """Obeys the owner of the socket ``control``; knows what it forked and did not reap."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()

    def obey(self, order: dict[str, Any], pipes: list[int]) -> dict[str, Any]:
        """Do what is ordered and return the answer."""
        for pipe in pipes:
            os.set_inheritable(pipe, False)  # the programs of a child must not keep them open
        try:
            if "load" in order:
                return _load(order["load"])
            if "reap" in order:
                return {"ended": self._reap(order["reap"])}
            tasks, answers = pipes
            return {"pid": self._fork(order, tasks, answers)}
        except (OSError, ValueError) as error:  # no process, no memory, no descriptor to be had
            return {"refused": str(error)}
        finally:
            for pipe in pipes:
                os.close(pipe)

    def end_all(self) -> None:
        """Kill every child and what it started."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)

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
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._control.close()
            with os.fdopen(tasks, "rb") as source, os.fdopen(answers, "wb") as target:
                child.live(order, source, target, parent=parent)
            code = 0
        finally:
            os._exit(code)  # nothing of the server's is cleaned up here

    def _reap(self, pid: int) -> int | None:
        """Return how a killed child ended (negative: the signal); None if it does not."""
        deadline = time.monotonic() + _DEAD_WITHIN_S
        while time.monotonic() < deadline:
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped:
                self._children.discard(pid)
                return os.waitstatus_to_exitcode(status)
            time.sleep(_LOOK_AGAIN_S)
        return None


def _private_control() -> socket.socket:
    """Return the owner's socket, which came as standard input: no program may read from it."""
    control = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    return control


def _load(task: dict[str, Any]) -> dict[str, Any]:
    """Do a task for all children to come; what fails here, each of them finds out itself."""
    terminate = signal.signal(signal.SIGTERM, signal.SIG_DFL)  # there are no children yet
    signal.alarm(_LOADED_WITHIN_S)
    try:
        *_, told = child.answer(task)
    except SystemExit as error:
        told = {"error": {"message": f"it wanted to end the process ({error.code})"}}
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGTERM, terminate)
    gc.collect()
    gc.freeze()  # a collection in a child must not copy what it shares with us
    return {"failed": told["error"]["message"] if "error" in told else None}


if __name__ == "__main__":
    main()
