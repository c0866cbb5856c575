"""A text that takes long, or for ever, keeps no other waiting, and a call in it is heard first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from intake import Intake, RawItem, Settings
from intake.engines.children import Child
from intake.errors import TransientFailure
from intake.pipeline import tasks
from intake.pipeline.observers import Observers
from intake.pipeline.texts import asking
from intake.testing.fakes import RecordingObserver
from intake.testing.samples import mail_with_attachment, text_mail

SLOW = "Allego la cronologia."
DANGER = "Aiuto, siamo intrappolati sotto le macerie!"
PARSER = """
import time

class Stuck:
    profile = "stuck"
    def parse(self, stream, receipt):
        time.sleep(600)
"""

SLOW_PARSER = """
import time
from intake.parsing.mail import MailParser

class Slow(MailParser):
    profile = "slow"
    def parse(self, stream, item):
        time.sleep(1.9)
        return super().parse(stream, item)
"""
CLASSIFIER = """
import time
from intake.schemas.classifications import Classification

class Thoughtful:
    name, version = "thoughtful", "1"
    def classify(self, documents):
        time.sleep(1.2)
        return [Classification(classifier=self.name, version="1", topic="reclamo", confidence=0.99)]
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Intake]:
    """Return an Intake with one worker, so that whoever waits must wait."""
    processing = {"workers": 1, "retry_delay_s": 0}
    with Intake(Settings(data_dir=tmp_path / "data", processing=processing)) as opened:
        yield opened


def _push(app: Intake, key: str, text: str) -> int:
    content = text_mail(subject=f"Richiesta {key}", text=text)
    return app.receive(RawItem(source="push", key=key, content=content)).id


class SlowChild:
    """Runs out of time over the whole of a slow text, and notes what was filed before."""

    def __init__(self, app: Intake, neighbours: list[int], call: Callable[..., Any]) -> None:
        self._app = app
        self._neighbours = neighbours
        self._call = call
        self.tries: list[tuple[float | None, set[str]]] = []

    def call(self, child: Child, task: str, payload: dict[str, Any], **how: Any) -> dict[str, Any]:
        is_whole = task == tasks.READ and not payload["options"].get("beginning_only")
        if is_whole and SLOW.encode() in Path(payload["path"]).read_bytes():
            states = {self._app.receipts.get(each).state.value for each in self._neighbours}
            self.tries.append((how["within_s"], states))
            raise TransientFailure("Took longer than 5 s and was stopped.", code="timeout")
        answer: dict[str, Any] = self._call(child, task, payload, **how)
        return answer


@pytest.fixture
def make_slow(monkeypatch: pytest.MonkeyPatch) -> Callable[[Intake, list[int]], SlowChild]:
    def make(app: Intake, neighbours: list[int]) -> SlowChild:
        slow = SlowChild(app, neighbours, Child.call)

        def call(child: Child, *given: Any, **how: Any) -> dict[str, Any]:
            return slow.call(child, *given, **how)

        monkeypatch.setattr(Child, "call", call)
        return slow

    return make


def test_what_was_claimed_with_a_slow_text_is_filed_before_it_has_all_its_time(
    app: Intake, make_slow: Callable[[Intake, list[int]], SlowChild]
) -> None:
    slow = _push(app, "1", SLOW)
    others = [_push(app, key, f"Vorrei sapere di {key}.") for key in ("2", "3")]
    child = make_slow(app, others)
    report = app.process()
    assert child.tries == [(5.0, {"processing"}), (None, {"filed"})]
    assert (report.processed.filed, report.processed.retried) == (3, 0)
    assert app.receipts.get(slow).failures == 0
    request = app.requests.get(app.receipts.get(slow).reference or "")
    assert "alarm_doubted" in request.review_reasons


def test_slow_texts_do_not_wait_for_each_other_with_what_came_after_them(
    app: Intake, make_slow: Callable[[Intake, list[int]], SlowChild]
) -> None:
    for key in ("1", "2"):
        _push(app, key, f"{SLOW} {key}")
    late = _push(app, "3", "Vorrei sapere della frana di ieri.")
    child = make_slow(app, [late])
    app.process()
    assert [within_s for within_s, _ in child.tries] == [5.0, 5.0, None, None]
    assert [states for _, states in child.tries][2:] == [{"filed"}, {"filed"}]


def test_a_slow_text_does_not_wait_for_older_pictures(
    app: Intake, make_slow: Callable[[Intake, list[int]], SlowChild]
) -> None:
    pictures = []
    for key in ("1", "2", "3"):
        content = mail_with_attachment(f"{key}.pdf", b"%PDF-1.4", "application/pdf")
        pictures.append(app.receive(RawItem(source="push", key=key, content=content)).id)
    _push(app, "4", SLOW)
    child = make_slow(app, pictures)
    assert app.process().processed.filed == 4
    assert child.tries == [(5.0, ANY), (None, {"received"})]


def test_a_call_in_a_slow_text_is_heard_at_once(
    app: Intake, make_slow: Callable[[Intake, list[int]], SlowChild]
) -> None:
    _push(app, "1", f"{DANGER} {SLOW}")
    child = make_slow(app, [])
    assert app.process().processed.emergencies == 1
    assert len(child.tries) == 1


def test_a_slow_text_waits_for_the_time_in_which_plugins_can_be_asked_too(
    install_plugins: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugins("intake.parsers", SLOW_PARSER, {"slow": "Slow"})
    install_plugins("intake.classifiers", CLASSIFIER, {"thoughtful": "Thoughtful"})
    monkeypatch.setattr(asking, "_IN_TURN_S", 1.0)
    classify = {"classifiers": ("keywords", "thoughtful"), "timeout_s": 2}
    processing = {"workers": 1, "retry_delay_s": 0}
    settings = Settings(data_dir=tmp_path / "data", classify=classify, processing=processing)
    with Intake(settings) as app:
        content = text_mail(text="Vorrei informazioni.")
        slow = app.receive(RawItem(source="push", key="1", profile="slow", content=content)).id
        assert app.process().processed.filed == 1
        request = app.requests.get(app.receipts.get(slow).reference or "")
    assert request.topic == "reclamo"


def test_what_hangs_where_nobody_can_tell_why_is_set_aside_and_no_other_waits(
    install_plugins: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugins("intake.parsers", PARSER, {"stuck": "Stuck"})
    monkeypatch.setattr(asking, "_IN_TURN_S", 0.5)
    processing = {"workers": 1, "retry_delay_s": 0, "light_timeout_s": 1.5, "max_failures": 2}
    with Intake(Settings(data_dir=tmp_path / "data", processing=processing)) as app:
        stuck = app.receive(RawItem(source="push", key="1", profile="stuck", content=b"?")).id
        _push(app, "2", "Vorrei sapere qualcosa.")
        app._observers = Observers([observer := RecordingObserver()])
        app.process()
        receipt = app.receipts.get(stuck)
        assert (receipt.state, receipt.reason_code, receipt.failures) == (
            "quarantined",
            "text_timeout",
            2,
        )
    assert observer.types() == [
        "receipt.filed",
        "request.filed",
        "receipt.failed",
        "receipt.quarantined",
    ]
