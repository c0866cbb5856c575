from __future__ import annotations

from typing import Any, NoReturn

import pytest

from intake.pipeline.stage_options import ClassifyOptions
from intake.pipeline.texts import light_tasks
from intake.schemas.classifications import Origin
from intake.schemas.documents import Document


def test_where_all_was_too_much_no_classifier_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(light_tasks, "open_usable", fail)
    body = Document(origin="body", text="Aiuto, siamo intrappolati sotto le macerie!")
    payload: dict[str, Any] = {
        "documents": [body.model_dump(mode="json")],
        "origin": Origin().model_dump(mode="json"),
        "options": ClassifyOptions().model_dump(mode="json") | {"beginning_only": True},
    }
    assert light_tasks.judge_documents(payload)["emergency"]
