"""The child's side: take a task, answer, take the next, until the parent hangs up.

The parent's address for tasks is ``package.module:function``; a task takes and returns a JSON
object, or yields some, of which the parent hears at once. The child has limits on memory and CPU,
no standard output, and dies with the process that it was forked from.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from typing import Any, BinaryIO

from intake.engines.frames import read_frame, write_frame
from intake.errors import IntakeError, ItemError

_PR_SET_PDEATHSIG = 1  # prctl(2)


def live(order: dict[str, Any], tasks: BinaryIO, answers: BinaryIO, *, parent: int) -> None:
    """Serve the tasks, within the limits of the order, until there are no more."""
    os.setpgid(0, 0)
    _die_with(parent)
    _move_in(order)
    _limit(order["limits"])
    while (task := read_frame(tasks)) is not None:
        for each in answer(task):
            write_frame(answers, each)


def answer(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Do one task; yield each ``part`` of what it yields, then its ``result``, or what went wrong.

    The result of a task that yields is empty.
    """
    try:
        module, _, function = task["task"].partition(":")
        run = getattr(importlib.import_module(module), function)
        given = run(task["payload"])
        if isinstance(given, Iterator):
            for part in given:
                yield {"part": part}
            given = {}
        yield {"result": given}
    except IntakeError as error:
        yield {"error": _described(error)}
    except MemoryError:
        yield {"error": _failure("memory", "out of memory")}
    except RecursionError:
        yield {"error": _failure("depth", "nested too deep")}
    except Exception:  # noqa: BLE001 - an item must not end the child; the parent keeps the trace
        yield {"error": _failure("defect", traceback.format_exc(limit=-8))}


def _failure(code: str, message: str) -> dict[str, Any]:
    return {"class": "TransientFailure", "code": code, "message": message}


def _described(error: IntakeError) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "code": error.code if isinstance(error, ItemError) else None,
        "message": error.message,
        "remedy": error.remedy,
    }


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this process when the one it was forked from ends (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _move_in(order: dict[str, Any]) -> None:
    """Take over the owner's environment and paths of today: the server may be older."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.environ["TMPDIR"] = tempfile.tempdir = order["temp_dir"]
    time.tzset()
    if order["folder"] is not None:
        with contextlib.suppress(OSError):
            os.chdir(order["folder"])
    sys.path[:] = order["path"]
    importlib.invalidate_caches()


def _limit(limits: dict[str, Any]) -> None:
    memory = _allowed(resource.RLIMIT_AS, limits["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits["cpu_s"] is not None:
        cpu_s = _allowed(resource.RLIMIT_CPU, limits["cpu_s"] + 1)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s - 1, cpu_s))


def _allowed(which: int, wanted: int) -> int:
    """Return a limit that may be set: the hard one only root may raise."""
    _, hard = resource.getrlimit(which)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
