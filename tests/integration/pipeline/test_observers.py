"""Observers of others: whatever one does, items are filed, and the others hear of them."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from intake import Channel, Intake, RequestDraft, Settings
from intake.checks import CheckResult
from intake.pipeline import observers as room
from intake.schemas.events import Event
from intake.testing.fakes import RecordingObserver

SOURCE = """
import signal
import sys
import threading

released = threading.Event()
began, ended = [], []

class Hangs:
    name = "hangs"
    def notify(self, event):
        if event.type == "request.emergency":
            began.append(event.data["reference"])
            released.wait(20)
            ended.append(event.data["reference"])

class Slow:
    name = "slow"
    def notify(self, event):
        released.wait(0.3)
        ended.append(event)

class Exits:
    name = "exits"
    def notify(self, event):
        sys.exit(7)

class Nameless:
    def notify(self, event):
        raise ValueError("no\\udcff")

class Broken:
    name = "broken"
    def __init__(self):
        raise OSError("the mail server is away")

class Leaves:
    name = "leaves"
    def __init__(self):
        sys.exit(7)

class Stuck:
    name = "stuck"
    def __init__(self):
        released.wait(20)

class Unlucky:
    name = "unlucky"
    def __init__(self):
        signal.raise_signal(signal.SIGTERM)
        released.wait(0.5)

class Unnameable:
    @property
    def name(self):
        raise RuntimeError("not yet")
"""
CLASSES = (
    *("Hangs", "Slow", "Exits", "Nameless", "Broken", "Leaves"),
    *("Stuck", "Unlucky", "Unnameable"),
)
MODULE = "observers_for_tests"
CALL = "Aiuto, siamo intrappolati sotto le macerie!"

OpenIntake = Callable[..., Intake]


@pytest.fixture
def open_intake(
    tmp_path: Path,
    install_plugins: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[OpenIntake]:
    install_plugins("intake.observers", SOURCE, {f"{each.lower()}": each for each in (*CLASSES,)})
    monkeypatch.setattr(room, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(room, "_HANGS_AFTER_S", 1.0)
    opened: list[Intake] = []

    def run(*observers: str, **more: Any) -> Intake:
        settings = Settings(
            data_dir=tmp_path / "data", observers=observers, processing={"workers": 1}, **more
        )
        opened.append(Intake(settings))
        return opened[-1]

    yield run
    for app in opened:
        if MODULE in sys.modules:
            plugin().released.set()
        app.close()


def plugin() -> ModuleType:
    return sys.modules[MODULE]


def call(app: Intake) -> str:
    return app.submit(RequestDraft(channel=Channel.PHONE, text=CALL)).reference


@pytest.mark.same_on_any_database
def test_one_that_hangs_at_an_emergency_holds_up_no_other(
    open_intake: OpenIntake, caplog: pytest.LogCaptureFixture
) -> None:
    app = open_intake("hangs")
    first, second = call(app), call(app)
    assert (plugin().began, plugin().ended) == ([first], [])
    found = app.requests.find()
    assert {each.reference for each in found} == {first, second}
    app.close()
    assert plugin().ended == [], "nobody waits for it for ever"
    told = [each.message for each in caplog.records if each.levelno == logging.ERROR]
    assert any("hangs hangs: " in each for each in told), told


def test_one_that_is_slow_is_told_all_before_the_end(open_intake: OpenIntake) -> None:
    app = open_intake("slow")
    references = [call(app) for _ in range(4)]
    app.close()
    told = [each for each in plugin().ended if each.type == "request.emergency"]
    assert [each.data["reference"] for each in told] == references


def test_one_that_would_end_the_process_or_has_no_name_costs_nothing(
    open_intake: OpenIntake, caplog: pytest.LogCaptureFixture
) -> None:
    app = open_intake("exits", "nameless")
    assert app.requests.get(call(app)).urgency == "emergency"
    assert "ValueError: no" in caplog.text
    assert "in notify" in caplog.text  # where it was raised
    caplog.text.encode()  # any log takes it


@pytest.mark.parametrize("name", ["broken", "absent", "leaves", "stuck", "unnameable"])
def test_one_that_cannot_be_opened_is_named_by_every_run_and_hinders_none(
    open_intake: OpenIntake, name: str
) -> None:
    app = open_intake(name)
    assert app.requests.get(call(app)).urgency == "emergency"
    report = app.process()
    assert report.exit_code == 78
    assert report.processed.problem is not None
    assert repr(name) in report.processed.problem.message
    checked: list[CheckResult] = [each for each in app.check() if each.name == "observers"]
    assert [each.exit_code for each in checked] == [78]


def test_one_that_cannot_be_opened_is_named_beside_what_else_is_wrong(
    open_intake: OpenIntake, tmp_path: Path
) -> None:
    app = open_intake("broken", classify={"taxonomy": tmp_path / "absent.toml"})
    report = app.process()
    assert (report.exit_code, report.processed.problem is None) == (78, False)
    for named in ("absent.toml", "'broken'"):
        assert named in report.processed.problem.message  # type: ignore[union-attr]


@pytest.mark.same_on_any_database
def test_who_is_told_to_end_while_one_is_opened_ends(
    open_intake: OpenIntake,
) -> None:
    def end(_signal: int, _frame: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, end)
    try:
        with pytest.raises(SystemExit):
            open_intake("unlucky")
    finally:
        signal.signal(signal.SIGTERM, before)


def test_one_that_writes_into_the_journal_itself_is_not_waited_for(
    open_intake: OpenIntake,
) -> None:
    app = open_intake()

    class Corrects(RecordingObserver):
        def notify(self, event: object) -> None:
            super().notify(event)
            if event.type == "request.filed":
                app.requests.correct(event.data["reference"], "reclamo", by="robot")

    app._observers = room.Observers([observer := Corrects()])
    app.submit(RequestDraft(channel=Channel.PHONE, text="Vorrei sapere qualcosa."))
    assert observer.types() == ["request.filed", "request.corrected"]


def test_events_are_told_in_their_order_and_before_the_caller_goes_on(
    open_intake: OpenIntake,
) -> None:
    app = open_intake()
    observer, threads = RecordingObserver(), set[int]()
    notify = observer.notify
    observer.notify = lambda event: (threads.add(threading.get_ident()), notify(event))
    app._observers = room.Observers([observer])
    call(app)
    assert observer.types() == ["request.filed", "request.emergency"]
    assert len(threads) == 1


@pytest.mark.same_on_any_database
def test_what_one_has_not_heard_the_others_hear_at_once(open_intake: OpenIntake) -> None:
    app = open_intake()
    heard, goes_on = threading.Event(), threading.Event()

    class Waits(RecordingObserver):
        def notify(self, event: object) -> None:
            super().notify(event)
            goes_on.wait(20)

    class Hears(RecordingObserver):
        def notify(self, event: object) -> None:
            super().notify(event)
            heard.set()

    app._observers = told = room.Observers([Waits(), Hears()])
    room._PATIENCE_S = 20.0
    calling = threading.Thread(target=call, args=(app,))
    calling.start()
    try:
        assert heard.wait(10), "the second waits for the first"
    finally:
        goes_on.set()
        calling.join()
        told.close()


@pytest.mark.same_on_any_database
def test_who_is_interrupted_while_one_is_told_has_told_the_others(
    open_intake: OpenIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_intake()
    observer, interrupts = RecordingObserver(), iter([KeyboardInterrupt])

    class Interrupted(threading.Condition):
        def wait_for(self, *given: object, **named: object) -> bool:
            if threading.current_thread() is threading.main_thread():
                for each in interrupts:
                    raise each
            return super().wait_for(*given, **named)

    app._observers = told = room.Observers([RecordingObserver(), observer])
    monkeypatch.setattr(told._listeners[0], "_changed", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        call(app)
    told.close()
    assert observer.types() == ["request.filed", "request.emergency"]


@pytest.mark.same_on_any_database
def test_who_does_not_wait_for_an_observer_at_the_end_leaves_no_child(
    open_intake: OpenIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, closed = open_intake(), list[str]()

    def interrupted() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(app._observers, "close", interrupted)
        patched.setattr(app._premises, "close", lambda: closed.append("premises"))
        with pytest.raises(KeyboardInterrupt):
            app.close()
    assert closed == ["premises"]


@pytest.mark.same_on_any_database
def test_where_no_thread_can_be_started_it_is_filed_and_told_later(
    open_intake: OpenIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, observer = open_intake(), RecordingObserver()
    app._observers = told = room.Observers([observer])
    start = threading.Thread.start

    def refuses(thread: threading.Thread) -> None:
        if thread.name == "observer":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", refuses)
        assert app.requests.get(call(app)).urgency == "emergency"
    assert observer.types() == []
    told.close()
    assert observer.types() == ["request.filed", "request.emergency"]


@pytest.mark.same_on_any_database
def test_a_fork_of_ours_tells_its_events_and_not_ours_again() -> None:
    goes_on = threading.Event()

    class Waits(RecordingObserver):
        def notify(self, event: Event) -> None:
            super().notify(event)
            if event.type == "waits":
                goes_on.wait(20)

    observer = Waits()
    told = room.Observers([observer])
    telling = threading.Thread(target=told.tell, args=([_event("waits"), _event("ours")],))
    telling.start()
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on
        pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        observer.events.clear()
        told.tell([_event("its")])
        told.close()
        os.write(writer, " ".join(observer.types()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert answer.read() == "its"
    os.waitpid(pid, 0)
    goes_on.set()
    telling.join()
    told.close()
    assert observer.types() == ["waits", "ours"]


@pytest.mark.same_on_any_database
def test_one_that_is_slow_is_told_all_before_the_end_of_a_program_that_closes_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CLOSES_NOTHING], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["a", "b", "c"]


CLOSES_NOTHING = """
import time
from intake.pipeline import observers as room
from intake.schemas.events import Event

class Slow:
    name = "slow"
    def notify(self, event):
        time.sleep(0.2)
        print(event.type, flush=True)

room._PATIENCE_S = 0.1
events = [Event(stream="x", seq=1, type=each, at="2026-01-01T00:00:00Z") for each in "abc"]
room.Observers([Slow()]).tell(events)
"""


def _event(kind: str) -> Event:
    return Event(stream="receipt:1", seq=1, type=kind, at=datetime(2026, 1, 1, tzinfo=UTC))
