from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.engines.children import Child
from intake.engines.forked import Forked
from intake.engines.forking import ForkServers
from intake.engines.limits import Limits
from intake.errors import ToolMissing, TransientFailure, UnreadableItem

LIMITS = Limits(timeout_s=10, memory_bytes=512 << 20)
TASKS = """
import ctypes, os, subprocess, time
from intake.errors import ToolMissing, UnreadableItem

def echo(payload): return payload
def who(payload): return {"pid": os.getpid()}
def crash(payload): ctypes.string_at(0)
def hang(payload): time.sleep(60)
def rest(payload): return time.sleep(payload["s"]) or {}
def leave_grandchild(payload):
    process = subprocess.Popen(["sleep", "60"])
    open(payload["note"], "w").write(str(process.pid))
    time.sleep(60)
def leave_a_process_with_our_pipes_and_crash(payload):
    pid = os.fork()
    if pid == 0:
        os.setsid()
        time.sleep(60)
    open(payload["note"], "w").write(str(pid))
    crash(payload)
def one_processor(payload):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return {}
def spin_with_another(payload):
    pid = os.fork()
    end = time.monotonic() + payload["s"]
    while time.monotonic() < end:
        pass
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return {}
def eat(payload): return {"size": len(bytearray(2 << 30))}
def refuse(payload): raise UnreadableItem("nothing there", code="empty")
def no_tool(payload): raise ToolMissing("no tesseract", remedy="apt-get install tesseract-ocr")
def defect(payload): return 1 // 0
def chat(payload):
    print("noise on standard output")
    os.system("echo noise of a program")
    return {"ok": True}
def environment(payload): return dict(os.environ)
def deep(payload): return deep(payload)
def count(payload):
    for number in range(payload["to"]):
        yield {"number": number}
        time.sleep(payload["pause_s"])
    if "then" in payload:
        globals()[payload["then"]](payload)
"""


@pytest.fixture(autouse=True)
def _tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def servers(_tasks: None) -> Iterator[ForkServers]:
    servers = ForkServers()
    yield servers
    servers.close()


def test_a_task_answers_and_the_child_stays_for_the_next(servers: ForkServers) -> None:
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        assert child.call("child_tasks:echo", {"è": ["\0", None, 1.5]}) == {"è": ["\0", None, 1.5]}
        first = child._process
        assert child.call("child_tasks:chat", {}) == {"ok": True}
        assert child._process is first


@pytest.mark.parametrize(
    ("task", "code"),
    [("crash", "crash"), ("eat", "memory"), ("defect", "defect"), ("deep", "depth")],
)
def test_a_failing_task_is_one_failure_and_the_next_task_runs(
    task: str, code: str, servers: ForkServers
) -> None:
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        with pytest.raises(TransientFailure) as caught:
            child.call(f"child_tasks:{task}", {})
        assert caught.value.code == code
        assert child.call("child_tasks:echo", {"a": 1}) == {"a": 1}


def test_what_a_task_yields_is_told_as_it_comes(servers: ForkServers) -> None:
    told: list[int] = []
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        payload = {"to": 3, "pause_s": 0}
        assert (
            child.call("child_tasks:count", payload, tell=lambda p: told.append(p["number"])) == {}
        )
        assert told == [0, 1, 2]
        assert child.call("child_tasks:echo", {"a": 1}) == {"a": 1}


@pytest.mark.parametrize("then", ["crash", "defect", "hang"])
def test_what_was_told_before_a_failure_was_told(then: str, servers: ForkServers) -> None:
    told: list[int] = []
    payload = {"to": 3, "pause_s": 0, "then": then}
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        with pytest.raises(TransientFailure) as caught:
            child.call(
                "child_tasks:count", payload, within_s=2, tell=lambda p: told.append(p["number"])
            )
        assert caught.value.code == ("timeout" if then == "hang" else then)
        assert told == [0, 1, 2]


def test_the_time_of_a_part_may_follow_from_those_before_it(servers: ForkServers) -> None:
    told: list[int] = []
    payload = {"to": 60, "pause_s": 0.3}
    with (
        Child(servers, LIMITS, temp_dir="/tmp") as child,
        pytest.raises(TransientFailure, match=r"Took longer than 0\.05 s"),
    ):
        child.call(
            "child_tasks:count",
            payload,
            within_s=lambda: 0.05 if len(told) == 2 else 5,
            tell=lambda part: told.append(part["number"]),
        )
    assert told == [0, 1]


def test_a_task_may_have_less_time_than_the_child_allows(servers: ForkServers) -> None:
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        with pytest.raises(TransientFailure, match="Took longer than 1 s") as caught:
            child.call("child_tasks:count", {"to": 60, "pause_s": 0.3}, in_all_s=1)
        assert caught.value.code == "timeout"


@pytest.mark.parametrize(("within_s", "to"), [(1.0, 4), (10.0, 60)])
def test_each_part_has_its_time_and_all_have_that_of_the_task(
    within_s: float, to: int, servers: ForkServers
) -> None:
    limits = LIMITS.model_copy(update={"timeout_s": 4})
    payload = {"to": to, "pause_s": 0.4}
    with Child(servers, limits, temp_dir="/tmp") as child:
        if to * 0.4 < 4:
            assert child.call("child_tasks:count", payload, within_s=within_s) == {}
            return
        with pytest.raises(TransientFailure, match="Took longer than 4 s") as caught:
            child.call("child_tasks:count", payload, within_s=within_s)
        assert caught.value.code == "timeout"


def test_the_time_in_which_a_child_waits_for_a_processor_does_not_count(
    servers: ForkServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Forked, "delayed_s", lambda _: 0.9 * time.monotonic())
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        assert child.call("child_tasks:rest", {"s": 1.5}, within_s=0.5, patience=8) == {}


@pytest.mark.parametrize(
    ("delayed", "patience", "took_s"), [(0.0, 5.0, 0.5), (0.9, 1.0, 0.5), (1.0, 3.0, 1.5)]
)
def test_a_child_that_waits_for_no_processor_or_for_ever_is_stopped(
    delayed: float,
    patience: float,
    took_s: float,
    servers: ForkServers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Forked, "delayed_s", lambda _: delayed * time.monotonic())
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        child.call("child_tasks:echo", {})
        began_s = time.monotonic()
        with pytest.raises(TransientFailure):
            child.call("child_tasks:hang", {}, within_s=0.5, patience=patience)
        assert took_s - 0.01 < time.monotonic() - began_s < took_s + 0.9


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel must count it")
def test_a_child_that_others_leave_no_processor_is_known_to_have_waited(
    servers: ForkServers,
) -> None:
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        child.call("child_tasks:one_processor", {})
        process = child._process
        assert process is not None
        before_s = process.delayed_s()
        child.call("child_tasks:spin_with_another", {"s": 1.0})
        assert 0.2 < process.delayed_s() - before_s < 1.2
        process.end()
        assert process.delayed_s() == 0.0


def test_our_own_errors_come_through_as_they_are(servers: ForkServers) -> None:
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        with pytest.raises(UnreadableItem, match="nothing there") as unreadable:
            child.call("child_tasks:refuse", {})
        assert unreadable.value.code == "empty"
        with pytest.raises(ToolMissing) as missing:
            child.call("child_tasks:no_tool", {})
        assert missing.value.remedy == "apt-get install tesseract-ocr"


def test_a_hanging_task_is_killed_with_everything_it_started(
    tmp_path: Path, servers: ForkServers, is_gone: Callable[[int], bool]
) -> None:
    note = tmp_path / "pid"
    with Child(servers, Limits(timeout_s=1.5, memory_bytes=512 << 20), temp_dir="/tmp") as child:
        with pytest.raises(TransientFailure) as caught:
            child.call("child_tasks:leave_grandchild", {"note": str(note)})
        assert caught.value.code == "timeout"
    assert is_gone(int(note.read_text()))


def test_a_child_that_reads_no_task_is_stopped_like_one_that_does_not_answer(
    servers: ForkServers,
) -> None:
    more_than_a_pipe_holds = {"text": "x" * (1 << 20)}
    with Child(servers, Limits(timeout_s=1, memory_bytes=512 << 20), temp_dir="/tmp") as child:
        frozen = child.call("child_tasks:who", {})["pid"]
        os.kill(frozen, signal.SIGSTOP)
        with pytest.raises(TransientFailure) as caught:
            child.call("child_tasks:echo", more_than_a_pipe_holds)
        assert caught.value.code == "timeout"
        assert child.call("child_tasks:echo", more_than_a_pipe_holds) == more_than_a_pipe_holds


@pytest.mark.skipif(sys.platform != "linux", reason="the news comes from the Linux kernel")
def test_a_crash_is_told_at_once_though_a_process_it_left_holds_its_pipes(
    tmp_path: Path, servers: ForkServers
) -> None:
    note = tmp_path / "pid"
    started = time.monotonic()
    task = "child_tasks:leave_a_process_with_our_pipes_and_crash"
    with (
        Child(servers, LIMITS, temp_dir="/tmp") as child,
        pytest.raises(TransientFailure) as caught,
    ):
        child.call(task, {"note": str(note)})
    os.kill(int(note.read_text()), signal.SIGKILL)
    assert caught.value.code == "crash"
    assert "SIGSEGV" in caught.value.message
    assert time.monotonic() - started < LIMITS.timeout_s / 2


def test_where_the_kernel_tells_no_news_children_work_and_crashes_are_told(
    monkeypatch: pytest.MonkeyPatch, servers: ForkServers
) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        assert child.call("child_tasks:echo", {"a": 1}) == {"a": 1}
        with pytest.raises(TransientFailure) as caught:
            child.call("child_tasks:crash", {})
        assert caught.value.code == "crash"
        assert child.call("child_tasks:echo", {"a": 2}) == {"a": 2}


def test_a_child_knows_no_secret_of_ours(
    monkeypatch: pytest.MonkeyPatch, servers: ForkServers
) -> None:
    monkeypatch.setenv("INTAKE_DATABASE__URL", "postgresql://user:hunter2@host/db")
    monkeypatch.setenv("MAILBOX_PASSWORD", "hunter2")
    with Child(servers, LIMITS, temp_dir="/tmp") as child:
        environment = child.call("child_tasks:environment", {})
    assert "hunter2" not in str(environment)
    assert environment["OMP_THREAD_LIMIT"] == "1"
