"""What the child of a file tells of its pages, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from intake.errors import TransientFailure
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageLost, PageText, Sheet
from intake.pipeline.pages import heavy_tasks
from intake.pipeline.pages.heavy_tasks import recognise_pages
from intake.pipeline.stage_options import OcrOptions
from intake.schemas.parsers import ParserOptions

ERROR = TransientFailure("Took longer than 60 s to open", code="timeout")
SHEETS = [PageText(2, "Buongiorno."), PageLost(3, ERROR)]


def _told(
    monkeypatch: pytest.MonkeyPatch, sheets: Iterator[Sheet], **payload: Any
) -> list[dict[str, Any]]:
    def open_sheets(
        _content: bytes, _payload: dict[str, Any], limits: PageLimits
    ) -> tuple[str, Iterator[Sheet]]:
        opened_within.append(limits.page_timeout_s)
        return "application/pdf", sheets

    opened_within: list[float] = []
    monkeypatch.setattr(heavy_tasks, "_content", lambda _payload: b"")
    monkeypatch.setattr(heavy_tasks, "_open", open_sheets)
    ocr = OcrOptions().model_dump(mode="json")
    parsing = ParserOptions().model_dump(mode="json")
    given = ocr | {"parsing": parsing, "media_type": None, "explain": False, "first": 2} | payload
    told = list(recognise_pages(given))
    return [*told, {"within": opened_within}]


def test_a_page_is_told_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told(monkeypatch, iter(SHEETS))
    assert [next(iter(part)) for part in told] == [
        "kind",
        "opening",
        "reading",
        "opening",
        "reading",
        "opening",
        "within",
    ]
    assert [part["opening"] for part in told if "opening" in part] == [2, 3, 4]


def test_a_file_that_took_too_long_to_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def sheets() -> Iterator[Sheet]:
        raise ERROR
        yield

    unopened = {"unopened": {"message": ERROR.message, "code": "timeout"}}
    told = _told(monkeypatch, sheets())
    assert told[1:3] == [{"opening": 2}, unopened]


@pytest.mark.parametrize(("given", "within_s"), [({}, 60), ({"open_within_s": 6.0}, 6)])
def test_the_opening_of_a_page_has_no_more_time_than_the_page(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], within_s: float
) -> None:
    assert _told(monkeypatch, iter(SHEETS), **given)[-1] == {"within": [within_s]}
