"""Who is to blame when no child could answer, and what is heard of the body all the same."""

from __future__ import annotations

import contextlib
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intake.engines.forking import ForkServers, NotForked
from intake.errors import TransientFailure
from intake.filing.readings import Readings
from intake.pipeline.stage_options import ClassifyOptions, StageOptions
from intake.pipeline.stages import Stages
from intake.pipeline.texts.asking import Asker, OutOfTurn
from intake.schemas.classifications import Evidence, Origin, Urgency, Verdict
from intake.schemas.documents import ParsedMessage
from intake.schemas.receipts import Receipt
from intake.store.blobs import BlobStore
from intake.store.receipts import SLOW_TEXT_PRIORITY, TRIAGE_PRIORITY


def _replace_child(stages: Stages, child: Any, options: StageOptions | None = None) -> Any:
    """Let another child do what is asked of the light one."""
    options = options or StageOptions()
    stages._light = child
    stages._asker = Asker(child, options.light, options.classify)
    return child


class DyingChild:
    """Fails in one way, and notes which classifiers it was to ask."""

    is_killed = False

    def __init__(self, failure: TransientFailure) -> None:
        self.failure = failure
        self.asked: list[Any] = []
        self.within_s: list[float | None] = []

    def call(
        self, _task: str, payload: dict[str, Any], *, within_s: float | None, **_how: Any
    ) -> dict[str, Any]:
        self.within_s.append(within_s)
        self.asked.append(payload["options"]["classifiers"])
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (TransientFailure("SIGSEGV", code="crash"), [["keywords", "theirs"], ["keywords"], []]),
        (NotForked("the server ended", code="crash"), [["keywords", "theirs"]]),
    ],
)
def test_plugins_are_left_out_where_a_child_died_and_not_where_there_was_none(
    failure: TransientFailure, asked: list[list[str]], tmp_path: Path
) -> None:
    options = StageOptions(classify=ClassifyOptions(classifiers=("keywords", "theirs")))
    stages = Stages(BlobStore(tmp_path / "blobs"), tmp_path, options, ForkServers())
    child = _replace_child(stages, DyingChild(failure), options)

    with pytest.raises(TransientFailure) as caught:
        stages.judge([], Origin())

    assert caught.value is failure
    assert child.asked == asked


PLUGIN_S, LIGHT_S = 5.0, 30.0


class BusyChild:
    """Takes so many seconds for its own work, and its plugins so many beside it."""

    is_killed = False

    def __init__(self, own_s: float, plugins_s: float, clock: list[float]) -> None:
        self._own_s = own_s
        self._plugins_s = plugins_s
        self._clock = clock
        self.within_s: list[float | None] = []

    def call(
        self, _task: str, payload: dict[str, Any], *, within_s: float | None, **_how: Any
    ) -> dict[str, Any]:
        self.within_s.append(within_s)
        options = payload["options"]
        took_s = 0.1 if options.get("beginning_only") else self._own_s
        took_s += self._plugins_s * ("theirs" in options["classifiers"])
        limit_s = within_s or LIGHT_S
        self._clock[0] += min(took_s, limit_s)
        if took_s > limit_s:
            raise TransientFailure("Took longer.", code="timeout")
        return Verdict().model_dump(mode="json")


@pytest.mark.parametrize(
    ("own_s", "plugins_s", "failures", "last_tries"),
    [
        (8.0, 2.5, 0, [10.0, 5.0, 5.0]),
        (27.0, 4.0, 1, [None, None]),
        (0.5, math.inf, 0, [10.0]),
        (0.5, math.inf, 1, [None]),
    ],
)
def test_plugins_are_left_out_where_they_hung_and_not_where_texts_take_long(
    own_s: float,
    plugins_s: float,
    failures: int,
    last_tries: list[float | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    options = ClassifyOptions(classifiers=("keywords", "theirs"), timeout_s=PLUGIN_S)
    child: Any = BusyChild(own_s, plugins_s, clock)
    asker = Asker(child, StageOptions().light, options)
    before = {"priority": TRIAGE_PRIORITY, "failures": failures}
    for _ in range(4):
        child.within_s.clear()
        with contextlib.suppress(OutOfTurn):
            asker.ask("judge", {}, is_last=False, receipt=_receipt().model_copy(update=before))
    assert child.within_s == last_tries


class OverburdenedChild:
    """Ends over all that came; of the beginning it says whether it is an emergency."""

    is_killed = False

    def __init__(self, *, is_emergency: bool, code: str) -> None:
        self._code = code
        self._verdict = Verdict(urgency=URGENCIES[is_emergency], emergency=is_emergency)

    def call(self, _task: str, payload: dict[str, Any], **_how: Any) -> dict[str, Any]:
        if not payload["options"].get("beginning_only"):
            raise TransientFailure("ValueError: 'Aiuto, brucia'", code=self._code)
        return self._verdict.model_dump(mode="json")


URGENCIES = (Urgency.HIGH, Urgency.EMERGENCY)


def _stages(folder: Path, *, is_emergency: bool, code: str = "defect") -> Stages:
    stages = Stages(BlobStore(folder / "blobs"), folder, StageOptions(), ForkServers())
    _replace_child(stages, OverburdenedChild(is_emergency=is_emergency, code=code))
    return stages


def test_a_call_in_the_body_is_heard_at_once_though_all_that_came_took_too_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stages = _stages(tmp_path, is_emergency=True)

    assert stages.judge([], Origin(), is_last=False).emergency
    assert [vars(record)["code"] for record in caplog.records] == ["defect"]
    assert "brucia" not in caplog.text


def test_what_is_no_emergency_is_tried_again_before_it_is_judged_in_part(tmp_path: Path) -> None:
    stages = _stages(tmp_path, is_emergency=False)

    with pytest.raises(TransientFailure):
        stages.judge([], Origin(), is_last=False)
    assert stages.judge([], Origin(), is_last=True).urgency is Urgency.HIGH


def test_what_hung_is_judged_in_part_at_once_for_it_would_hang_again(tmp_path: Path) -> None:
    stages = _stages(tmp_path, is_emergency=False, code="timeout")

    assert stages.judge([], Origin(), is_last=False).urgency is Urgency.HIGH


@pytest.mark.parametrize("is_emergency", [False, True])
def test_an_alarm_stays_whole_where_what_was_heard_before_cannot_be_told_in_time(
    tmp_path: Path, *, is_emergency: bool
) -> None:
    stages = _stages(tmp_path, is_emergency=is_emergency)
    quoted = Evidence(rule="emergency: fire", text="brucia", weight=2.0, where="quoted")
    alarm = Verdict(urgency=Urgency.EMERGENCY, emergency=True, evidence=(quoted,))
    message = ParsedMessage(profile="mail", text="Sì.\n> brucia", new_text="Sì.")

    heard = stages._heard_once(alarm, _receipt(), message, Readings(), lambda _: ["brucia"])

    assert heard == alarm


@pytest.mark.parametrize(
    ("before", "within_s", "error"),
    [
        ({"priority": TRIAGE_PRIORITY}, 5.0, OutOfTurn),
        ({"priority": SLOW_TEXT_PRIORITY}, None, TransientFailure),
        ({"failures": 1, "reason_code": "crash"}, None, TransientFailure),
        ({"failures": 1, "reason_code": "timeout"}, None, TransientFailure),
        ({"failures": 1, "reason_code": "text_timeout"}, 5.0, TransientFailure),
    ],
)
def test_all_the_time_is_for_one_that_nobody_waits_for_and_that_did_not_hang(
    before: dict[str, Any], within_s: float | None, error: type[Exception], tmp_path: Path
) -> None:
    stages = Stages(BlobStore(tmp_path / "blobs"), tmp_path, StageOptions(), ForkServers())
    child = _replace_child(stages, DyingChild(TransientFailure("Took longer", code="timeout")))

    with pytest.raises(error) as caught:
        stages.understand(_receipt().model_copy(update=before), keep_alive=lambda: None)

    assert child.within_s == [within_s, within_s]
    assert error is OutOfTurn or caught.value.code == "text_timeout"


def _receipt() -> Receipt:
    return Receipt(
        id=1,
        source="desk",
        key="1",
        profile="mail",
        sha256="0" * 64,
        stored_at=datetime.now(UTC),
    )
