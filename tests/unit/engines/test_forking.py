"""Children are forks of a process that loaded what they need, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.engines.children import Child
from intake.engines.forking import ForkServer
from intake.engines.limits import Limits
from intake.errors import TransientFailure

LIMITS = Limits(timeout_s=10, memory_bytes=512 << 20)
TASKS = """
import os, subprocess, sys, tempfile, time
loaded = []

def load(payload): loaded.append(payload["name"])
def load_badly(payload): raise ValueError("no model")
def load_for_ever(payload): time.sleep(60)
def die_loading(payload): os._exit(7)
def tell(payload):
    loaded.append("mine")
    here = {"pid": os.getpid(), "server": os.getppid(), "temp": tempfile.gettempdir()}
    return {"loaded": loaded, "zone": time.tzname, "path": sys.path, **here}
def abort(payload): os.abort()
def start_program(payload):
    process = subprocess.Popen(["sleep", "60"])
    open(payload["note"], "w").write(f"{process.pid} {os.getpid()} {os.getppid()}")
    time.sleep(60)
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    (tmp_path / "fork_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)
    server = ForkServer()
    yield server
    server.close()


def child(server: ForkServer, preload: str | None = None, limits: Limits = LIMITS) -> Child:
    task = None if preload is None else (f"fork_tasks:{preload}", {"name": "model"})
    return Child(server, limits, temp_dir="/tmp", preload=task)


def test_what_was_loaded_once_every_child_has_and_none_can_spoil(server: ForkServer) -> None:
    told = []
    for _ in range(3):
        with child(server, "load") as each:
            told.append(each.call("fork_tasks:tell", {}))

    assert [each["loaded"] for each in told] == [["model", "mine"]] * 3
    assert len({each["pid"] for each in told}) == 3
    assert len({each["server"] for each in told}) == 1


def test_each_child_has_its_own_folder_for_temporary_files(
    server: ForkServer, tmp_path: Path
) -> None:
    with Child(server, LIMITS, temp_dir=str(tmp_path)) as each:
        assert each.call("fork_tasks:tell", {})["temp"] == str(tmp_path)


def test_what_could_not_be_loaded_the_tasks_find_out_themselves(server: ForkServer) -> None:
    with child(server, "load_badly") as each:
        assert each.call("fork_tasks:tell", {})["loaded"] == ["mine"]


@pytest.mark.parametrize(
    ("preload", "code"), [("die_loading", "crash"), ("load_for_ever", "timeout")]
)
def test_a_server_that_ends_or_hangs_is_one_failure_and_the_next_is_new(
    preload: str, code: str, server: ForkServer
) -> None:
    impatient = Limits(timeout_s=1.5, memory_bytes=512 << 20)
    with child(server, preload, impatient) as each, pytest.raises(TransientFailure) as caught:
        each.call("fork_tasks:tell", {})

    assert caught.value.code == code
    with child(server) as each:
        assert each.call("fork_tasks:tell", {})["loaded"] == ["mine"]


def test_a_killed_server_takes_its_children_along_and_another_one_goes_on(
    server: ForkServer,
) -> None:
    with child(server) as each:
        first = each.call("fork_tasks:tell", {})
        os.kill(first["server"], signal.SIGKILL)
        assert is_gone(first["pid"])

        assert each.call("fork_tasks:tell", {})["server"] != first["server"]


def test_the_environment_and_the_path_of_today_are_those_of_the_next_child(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with child(server) as each:
        before = each.call("fork_tasks:tell", {})["server"]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.syspath_prepend("/somewhere")

    with child(server) as each:
        told = each.call("fork_tasks:tell", {})
    assert told["server"] == before
    assert told["zone"] == ["JST", "JST"]
    assert told["path"][0] == "/somewhere"


def test_a_process_forked_from_ours_has_a_server_of_its_own(server: ForkServer) -> None:
    with child(server) as each:
        ours = each.call("fork_tasks:tell", {})["server"]
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with child(server) as each:
            os.write(writer, str(each.call("fork_tasks:tell", {})["server"]).encode())
        server.close()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert int(answer.read()) != ours
    os.waitpid(pid, 0)

    with child(server) as each:
        assert each.call("fork_tasks:tell", {})["server"] == ours


def test_threads_share_a_server_and_nothing_is_left_open_or_dead(server: ForkServer) -> None:
    with child(server) as each:
        pid_of_server = each.call("fork_tasks:tell", {})["server"]
    open_before = len(list(Path("/proc/self/fd").iterdir()))

    def one(number: int) -> tuple[int, int]:
        with child(server) as each:
            echoed = each.call("fork_tasks:tell", {})["pid"]
            assert each.call("fork_tasks:tell", {})["pid"] == echoed
        return number, echoed

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, range(64)))

    assert [number for number, _ in told] == list(range(64))
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    assert Path(f"/proc/{pid_of_server}/task/{pid_of_server}/children").read_text() == ""


def test_a_crash_tells_its_signal(server: ForkServer) -> None:
    with child(server) as each:
        with pytest.raises(TransientFailure, match="SIGABRT") as caught:
            each.call("fork_tasks:abort", {})
        assert caught.value.code == "crash"


def test_all_end_with_an_owner_that_is_killed_even_programs_of_children(tmp_path: Path) -> None:
    (tmp_path / "fork_tasks.py").write_text(TASKS)
    note = tmp_path / "pids"
    program = (
        "from intake.engines.children import Child\n"
        "from intake.engines.forking import ForkServer\n"
        "from intake.engines.limits import Limits\n"
        f"child = Child(ForkServer(), {LIMITS!r}, temp_dir='/tmp')\n"
        f"child.call('fork_tasks:start_program', {{'note': {str(note)!r}}})\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as owner:
        deadline = time.monotonic() + 10
        while not note.exists() or len(note.read_text().split()) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        owner.send_signal(signal.SIGKILL)

    assert all(is_gone(int(pid)) for pid in note.read_text().split())


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
