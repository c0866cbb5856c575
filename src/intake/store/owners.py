"""Who holds a lease or a claim, named so that another can tell when it is dead.

A lease runs out by time. When the holder was killed on this very machine there is no need to
wait: its process is gone, and the next run takes over at once.
"""

from __future__ import annotations

import os
from functools import cache
from itertools import count
from pathlib import Path

_at_work: set[str] = set()
"""The names of this process's pieces of work that go on."""
_numbers = count(1)


def begin_work() -> str:
    """Return a new name: machine boot, PID namespace, PID, its start time, number of the work."""
    pid = os.getpid()
    owner = f"{_machine()}/{pid}/{_started(pid)}/{next(_numbers)}"
    _at_work.add(owner)
    return owner


def end_work(owner: str) -> None:
    """Say that nothing holds on to what the owner held: the name is dead from now on."""
    _at_work.discard(owner)


def is_dead(owner: str) -> bool:
    """Return whether the owner was at work on this machine and is no more."""
    machine, pid, started, _work = owner.rsplit("/", 3) if owner.count("/") >= 3 else ("",) * 4
    if machine != _machine():
        return False
    if pid == str(os.getpid()) and started == _started(os.getpid()):
        return owner not in _at_work
    return _started(int(pid)) != started


@cache
def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # not Linux: leases end by time alone
        return f"{os.uname().nodename}/{os.getpid()}"
    return f"{boot}/{namespace}"


def _started(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot (proc(5), field 22)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
