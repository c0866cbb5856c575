"""Who holds a lease: this process, named so that another can tell when it is dead.

A lease runs out by time. When the holder was killed on this very machine there is no need to
wait: its process is gone, and the next run takes over at once.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def current_owner() -> str:
    """Return the name of this process: machine boot, PID namespace, PID and its start time."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_started(pid)}"


def is_dead(owner: str) -> bool:
    """Return whether the owner was a process of this machine that is there no more."""
    machine, _, process = owner.rpartition("/")
    machine, _, pid = machine.rpartition("/")
    return machine == _machine() and _started(int(pid)) != process


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
