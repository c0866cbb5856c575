"""Who is to blame when no child could answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from intake.engines.forking import ForkServers, NotForked
from intake.errors import TransientFailure
from intake.pipeline.stage_options import ClassifyOptions, StageOptions
from intake.pipeline.stages import Stages
from intake.schemas.classifications import Origin
from intake.store.blobs import BlobStore


class DyingChild:
    """Fails in one way, and notes which classifiers it was to ask."""

    is_killed = False

    def __init__(self, failure: TransientFailure) -> None:
        self.failure = failure
        self.asked: list[Any] = []

    def call(self, _task: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(payload["options"]["classifiers"])
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (TransientFailure("SIGSEGV", code="crash"), [["keywords", "theirs"], ["keywords"]]),
        (NotForked("the server ended", code="crash"), [["keywords", "theirs"]]),
    ],
)
def test_plugins_are_left_out_where_a_child_died_and_not_where_there_was_none(
    failure: TransientFailure, asked: list[list[str]], tmp_path: Path
) -> None:
    options = StageOptions(classify=ClassifyOptions(classifiers=("keywords", "theirs")))
    stages = Stages(BlobStore(tmp_path / "blobs"), tmp_path, options, ForkServers())
    stages._light = child = DyingChild(failure)

    with pytest.raises(TransientFailure) as caught:
        stages.judge([], Origin())

    assert caught.value is failure
    assert child.asked == asked
