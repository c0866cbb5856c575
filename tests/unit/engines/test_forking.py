"""Children are forks of a process that loaded what they need, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.engines import forking
from intake.engines.children import Child
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import TransientFailure, UsageError

LIMITS = Limits(timeout_s=10, memory_bytes=512 << 20)
TASKS = """
import os, subprocess, sys, tempfile, time
loaded = []

def load(payload): loaded.append(payload["name"])
def load_badly(payload): raise ValueError("no model")
def load_for_ever(payload): time.sleep(60)
def load_slowly(payload): time.sleep(1)
def die_slowly(payload): time.sleep(0.5); os._exit(7)
def load_with_a_program(payload): subprocess.Popen(["head", "-c", "4"])
def want_to_exit(payload): raise SystemExit(3)
def die_loading(payload): os._exit(7)
def tell(payload):
    loaded.append("mine")
    here = {"folder": os.getcwd(), "temp": tempfile.gettempdir(), "zone": time.tzname}
    processes = {"pid": os.getpid(), "server": os.getppid()}
    return {"loaded": loaded, "path": sys.path, **here, **processes}
def abort(payload): os.abort()
def abort_beside_a_program(payload):
    process = subprocess.Popen(["sleep", "60"])
    open(payload["note"], "w").write(str(process.pid))
    os.abort()
def abort_beside_a_program_that_left(payload):
    subprocess.Popen(["setsid", "sleep", "5"], close_fds=False)
    time.sleep(0.2)
    os.abort()
def start_program(payload):
    process = subprocess.Popen(["sleep", "60"])
    open(payload["note"], "w").write(f"{process.pid} {os.getpid()} {os.getppid()}")
    time.sleep(60)
"""


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServers]:
    (tmp_path / "fork_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)
    servers = ForkServers()
    yield servers
    servers.close()


def child(servers: ForkServers, preload: str | None = None, limits: Limits = LIMITS) -> Child:
    task = None if preload is None else (f"fork_tasks:{preload}", {"name": "model"})
    return Child(servers, limits, temp_dir="/tmp", preload=task)


def test_what_was_loaded_once_every_child_has_and_none_can_spoil(servers: ForkServers) -> None:
    told = []
    for _ in range(3):
        with child(servers, "load") as each:
            told.append(each.call("fork_tasks:tell", {}))

    assert [each["loaded"] for each in told] == [["model", "mine"]] * 3
    assert len({each["pid"] for each in told}) == 3
    assert len({each["server"] for each in told}) == 1


def test_each_child_has_its_own_folder_for_temporary_files(
    servers: ForkServers, tmp_path: Path
) -> None:
    with Child(servers, LIMITS, temp_dir=str(tmp_path)) as each:
        assert each.call("fork_tasks:tell", {})["temp"] == str(tmp_path)


@pytest.mark.parametrize("preload", ["load_badly", "want_to_exit"])
def test_what_could_not_be_loaded_is_told_once_and_the_tasks_find_out_themselves(
    preload: str, servers: ForkServers, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with child(servers, preload) as each:
            assert each.call("fork_tasks:tell", {})["loaded"] == ["mine"]

    assert [record.getMessage()[:10] for record in caplog.records] == ["not loaded"]


@pytest.mark.parametrize(
    ("preload", "code"), [("die_loading", "crash"), ("load_for_ever", "timeout")]
)
def test_who_dies_or_hangs_loading_costs_one_failure_and_no_neighbour_anything(
    preload: str, code: str, servers: ForkServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "_LOADED_WITHIN_S", 1.5)
    with child(servers, "load") as neighbour, child(servers, preload) as each:
        before = neighbour.call("fork_tasks:tell", {})["pid"]
        with pytest.raises(TransientFailure, match=f"fork_tasks:{preload}") as caught:
            each.call("fork_tasks:tell", {})
        assert caught.value.code == code

        assert each.call("fork_tasks:tell", {})["loaded"] == ["mine"]
        assert neighbour.call("fork_tasks:tell", {})["pid"] == before


def test_of_all_who_wait_for_a_load_that_dies_one_is_told(servers: ForkServers) -> None:
    def ask(_number: int) -> str:
        with child(servers, "die_slowly") as each:
            try:
                return str(each.call("fork_tasks:tell", {})["loaded"])
            except TransientFailure:
                return "failed"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, range(6))) == ["['mine']"] * 5 + ["failed"]


def test_a_program_that_loading_starts_reads_no_order(servers: ForkServers) -> None:
    with child(servers, "load_with_a_program") as each:
        assert each.call("fork_tasks:tell", {})["loaded"] == ["mine"]


def test_closing_waits_for_nobody_who_loads(servers: ForkServers) -> None:
    with ThreadPoolExecutor(2) as pool, child(servers, "load_for_ever") as each:
        waiting = pool.submit(each.call, "fork_tasks:tell", {})
        time.sleep(0.5)
        closing = pool.submit(servers.close)
        with pytest.raises(TransientFailure):
            waiting.result(timeout=1)
        closing.result(timeout=5)

        with pytest.raises(UsageError):
            each.call("fork_tasks:tell", {})


def test_an_interrupted_order_puts_no_later_one_out_of_step(servers: ForkServers) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with child(servers, "load_slowly") as each, pytest.raises(KeyboardInterrupt):
            each.call("fork_tasks:tell", {})
    finally:
        signal.signal(signal.SIGALRM, former)

    with child(servers, "load_slowly") as each:
        told = each.call("fork_tasks:tell", {})
        assert each._process is not None
        assert each._process.pid == told["pid"]


def test_a_child_may_be_ended_by_several_threads_at_once(servers: ForkServers) -> None:
    with child(servers) as neighbour:
        before = neighbour.call("fork_tasks:tell", {})["pid"]
        for _ in range(20):
            each = child(servers)
            each.call("fork_tasks:tell", {})
            with ThreadPoolExecutor(4) as pool:
                for end in [pool.submit(each.close) for _ in range(4)]:
                    end.result(timeout=10)

        assert neighbour.call("fork_tasks:tell", {})["pid"] == before


def test_who_waits_for_a_child_that_another_thread_ends_is_told_at_once(
    servers: ForkServers,
) -> None:
    with ThreadPoolExecutor(1) as pool, child(servers) as each:
        each.call("fork_tasks:tell", {})
        waiting = pool.submit(each.call, "fork_tasks:load_for_ever", {})
        time.sleep(0.3)
        each.close()
        with pytest.raises(TransientFailure) as caught:
            waiting.result(timeout=3)
        assert caught.value.code == "crash"


def test_a_program_ends_with_the_child_that_crashed_beside_it(
    servers: ForkServers, tmp_path: Path, is_gone: Callable[[int], bool]
) -> None:
    note = tmp_path / "pid"
    with child(servers) as each:
        with pytest.raises(TransientFailure):
            each.call("fork_tasks:abort_beside_a_program", {"note": str(note)})
        assert is_gone(int(note.read_text()))


def test_a_crash_is_told_at_once_though_a_program_got_away(servers: ForkServers) -> None:
    with child(servers) as each:
        each.call("fork_tasks:tell", {})
        began = time.monotonic()
        with pytest.raises(TransientFailure, match="SIGABRT"):
            each.call("fork_tasks:abort_beside_a_program_that_left", {})
        assert time.monotonic() - began < 3


def test_a_killed_server_takes_its_children_along_and_another_one_goes_on(
    servers: ForkServers, is_gone: Callable[[int], bool]
) -> None:
    with child(servers) as each:
        first = each.call("fork_tasks:tell", {})
        os.kill(first["server"], signal.SIGKILL)
        assert is_gone(first["pid"])

        assert each.call("fork_tasks:tell", {})["server"] != first["server"]


def test_the_environment_paths_and_folder_of_today_are_those_of_the_next_child(
    servers: ForkServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with child(servers) as each:
        before = each.call("fork_tasks:tell", {})["server"]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.syspath_prepend("/somewhere")
    monkeypatch.chdir(tmp_path)

    with child(servers) as each:
        told = each.call("fork_tasks:tell", {})
    assert told["server"] == before
    assert told["zone"] == ["JST", "JST"]
    assert told["path"][0] == "/somewhere"
    assert told["folder"] == str(tmp_path)


def test_a_process_forked_from_ours_has_a_server_of_its_own(servers: ForkServers) -> None:
    with child(servers) as each:
        ours = each.call("fork_tasks:tell", {})["server"]
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with child(servers) as each:
            os.write(writer, str(each.call("fork_tasks:tell", {})["server"]).encode())
        servers.close()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert int(answer.read()) != ours
    os.waitpid(pid, 0)

    with child(servers) as each:
        assert each.call("fork_tasks:tell", {})["server"] == ours


def test_threads_share_a_server_and_nothing_is_left_open_or_dead(servers: ForkServers) -> None:
    with child(servers) as each:
        pid_of_server = each.call("fork_tasks:tell", {})["server"]
    open_before = len(list(Path("/proc/self/fd").iterdir()))

    def one(number: int) -> tuple[int, int]:
        with child(servers) as each:
            echoed = each.call("fork_tasks:tell", {})["pid"]
            assert each.call("fork_tasks:tell", {})["pid"] == echoed
        return number, echoed

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, range(64)))

    assert [number for number, _ in told] == list(range(64))
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    assert Path(f"/proc/{pid_of_server}/task/{pid_of_server}/children").read_text() == ""


def test_a_crash_tells_its_signal(servers: ForkServers) -> None:
    with child(servers) as each:
        with pytest.raises(TransientFailure, match="SIGABRT") as caught:
            each.call("fork_tasks:abort", {})
        assert caught.value.code == "crash"


def test_a_fork_of_ours_can_use_servers_though_a_thread_of_ours_holds_them(
    servers: ForkServers,
) -> None:
    with ThreadPoolExecutor(1) as pool, child(servers, "load_slowly") as each:
        waiting = pool.submit(each.call, "fork_tasks:tell", {})
        time.sleep(0.3)
        pid = os.fork()
        if pid == 0:
            signal.alarm(10)
            with child(servers, "load_slowly") as other:
                other.call("fork_tasks:tell", {})
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        assert waiting.result(timeout=10)["loaded"] == ["mine"]


PROGRAM = """
import os, resource, signal, sys, time
from intake.engines.children import Child
from intake.engines import forking
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import StoreError

def child():
    return Child(servers, Limits(timeout_s=10, memory_bytes=512 << 20), temp_dir="/tmp")

note = sys.argv[1]
servers = ForkServers()
"""


@pytest.mark.parametrize("before", ["", "if not os.fork(): time.sleep(60)\n"])
def test_all_end_with_an_owner_that_is_killed_even_programs_of_children(
    before: str, tmp_path: Path, is_gone: Callable[[int], bool]
) -> None:
    starts = f"{before}child().call('fork_tasks:start_program', {{'note': note}})\n"
    # What is forked after the server is there must not keep it alive.
    with run("child().call('fork_tasks:tell', {})\n" + starts, tmp_path) as owner:
        pids = await_pids(tmp_path / "note")
        owner.send_signal(signal.SIGKILL)

    assert all(is_gone(pid) for pid in pids)


def test_a_program_ends_though_threads_of_it_go_on_asking(tmp_path: Path) -> None:
    program = (
        "import threading\n"
        "def ask():\n"
        "    while True:\n"
        "        try:\n"
        "            with child() as each: each.call('fork_tasks:tell', {})\n"
        "        except Exception: pass\n"
        "threading.Thread(target=ask, daemon=True).start()\n"
        "time.sleep(1)\n"
    )
    with run(program, tmp_path) as owner:
        assert owner.wait(timeout=15) == 0


def test_programs_end_with_a_server_that_is_terminated(
    tmp_path: Path, is_gone: Callable[[int], bool]
) -> None:
    with run("child().call('fork_tasks:start_program', {'note': note})\n", tmp_path) as owner:
        program, forked, server = await_pids(tmp_path / "note")
        os.kill(server, signal.SIGTERM)
        assert is_gone(program)
        assert is_gone(forked)
        assert owner.wait(timeout=10) != 0  # the task failed, as with a crash


def test_an_owner_that_ignores_its_children_has_them_all_the_same(tmp_path: Path) -> None:
    program = (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "for _ in range(3):\n"
        "    with child() as each: each.call('fork_tasks:tell', {})\n"
    )
    with run(program, tmp_path) as owner:
        assert owner.wait(timeout=20) == 0


def test_without_descriptors_the_machine_is_to_blame_and_none_is_lost(tmp_path: Path) -> None:
    program = (
        "with child() as each: each.call('fork_tasks:tell', {})\n"
        "taken = []\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "try:\n"
        "    while True: taken.append(os.open('/dev/null', 0))\n"
        "except OSError: pass\n"
        "os.close(taken.pop()); os.close(taken.pop())\n"
        "for _ in range(3):\n"
        "    try: child().call('fork_tasks:tell', {})\n"
        "    except StoreError: pass\n"
        "    else: sys.exit('a child without pipes')\n"
        "for _ in range(4): os.close(taken.pop())\n"
        "with child() as each: each.call('fork_tasks:tell', {})\n"
    )
    with run(program, tmp_path) as owner:
        assert owner.wait(timeout=20) == 0


def run(program: str, folder: Path) -> subprocess.Popen[bytes]:
    (folder / "fork_tasks.py").write_text(TASKS)
    path = os.pathsep.join([str(folder), *sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + program, str(folder / "note")],
        env=os.environ | {"PYTHONPATH": path},
    )


def await_pids(note: Path) -> list[int]:
    deadline = time.monotonic() + 20
    while not note.exists() or len(note.read_text().split()) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return [int(pid) for pid in note.read_text().split()]
