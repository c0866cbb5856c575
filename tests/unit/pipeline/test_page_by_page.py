"""Which page a child ended over, and what pages may cost an item in vain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from intake.engines.forking import NotForked
from intake.errors import ToolMissing, TransientFailure, UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.readings import Reading, reading_from, told_reading
from intake.pipeline.page_by_page import Allowance, PageByPage
from intake.schemas.documents import Defect, Page

CRASH = TransientFailure("SIGSEGV", code="crash")
Told = dict[str, Any] | Exception


class ToldChild:
    """Tells what is written down, and then ends as is written down."""

    def __init__(self, *told: Told, is_killed: bool = False) -> None:
        self._told = told
        self.is_killed = is_killed
        self.payload: dict[str, Any] = {}

    def call(
        self, _task: str, payload: dict[str, Any], *, within_s: float, tell: Callable[..., object]
    ) -> dict[str, Any]:
        self.payload = payload
        for each in self._told:
            if isinstance(each, Exception):
                raise each
            tell(each)
        return {}


def _page(number: int, *languages: str) -> Iterator[dict[str, Any]]:
    page = Page(number=number, text=f"page {number}", confidence=1, languages=languages)
    yield {"opened": number}
    yield {"reading": told_reading(Reading(page=page)), "engine": ["tess", "5"]}


def _file(allowance: Allowance | None = None, timeout_s: float = 300) -> PageByPage:
    return PageByPage({}, PageLimits(), allowance or Allowance(300, 120), timeout_s)


KIND = {"kind": "image/tiff"}


def test_the_next_child_begins_with_the_page_after_the_one_that_ended_it() -> None:
    file = _file()
    first = ToldChild(KIND, *_page(1, "deu"), {"opened": 2}, CRASH)
    second = ToldChild(KIND, *_page(3))
    assert [file.read_on(first), file.read_on(second)] == [False, True]
    assert (second.payload["first"], second.payload["begin_in"]) == (3, ["deu"])
    document = file.document()
    assert [page.number for page in document.pages] == [1, 3]
    assert [defect.detail for defect in document.defects] == ["page 2: SIGSEGV"]
    assert (document.needs_review, document.engine, document.media_type) == (
        True,
        "tess",
        "image/tiff",
    )
    assert [death.code for death in file.deaths] == ["crash"]


@pytest.mark.parametrize("error", [CRASH, UnreadableItem("no", code="corrupt_pdf")])
def test_a_file_that_cannot_be_opened_is_an_error(error: Exception) -> None:
    with pytest.raises(type(error)):
        _file().read_on(ToldChild(error))


@pytest.mark.parametrize("error", [CRASH, UnreadableItem("no", code="corrupt_pdf")])
def test_what_was_read_stays_where_the_rest_cannot_be_opened(error: Exception) -> None:
    file = _file()
    assert file.read_on(ToldChild(KIND, *_page(1), error))
    document = file.document()
    assert document.text == "page 1"
    assert [defect.code for defect in document.defects] == ["pages_left_out"]


@pytest.mark.parametrize(
    ("child", "error"),
    [
        (ToldChild(KIND, *_page(1), ToolMissing("none", remedy="")), ToolMissing),
        (ToldChild(KIND, *_page(1), NotForked("gone", code="crash")), NotForked),
        (ToldChild(KIND, *_page(1), CRASH, is_killed=True), TransientFailure),
    ],
)
def test_what_is_not_the_pages_fault_is_not_charged_to_it(
    child: ToldChild, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _file().read_on(child)


def test_a_file_of_which_no_page_was_read_is_an_error() -> None:
    file = _file()
    assert not file.read_on(ToldChild(KIND, {"opened": 1}, CRASH))
    assert file.read_on(ToldChild(KIND))
    with pytest.raises(TransientFailure, match="SIGSEGV"):
        file.document()


def test_when_the_time_for_the_file_is_over_no_page_is_to_blame() -> None:
    file = _file(timeout_s=0.01)
    slow = TransientFailure("Took longer", code="timeout")

    class Slow(ToldChild):
        def call(self, *given: Any, **how: Any) -> dict[str, Any]:
            time.sleep(0.02)
            return super().call(*given, **how)

    assert file.read_on(Slow(KIND, *_page(1), {"opened": 2}, slow))
    assert [defect.code for defect in file.document().defects] == ["pages_left_out"]


def test_pages_that_hang_never_pass_what_is_allowed_and_leave_time_for_others() -> None:
    allowance, spent = Allowance(300, 120), []
    while not allowance.is_used_up:
        spent.append(allowance.page_s)
        allowance.spend(spent[-1])
    assert spent[:4] == [120, 90, 45, 22.5]
    assert sum(spent) < 300


def test_a_reading_is_told_and_understood() -> None:
    defect = Defect(code="page_lost", detail="page 2: no")
    for reading in (
        Reading(page=Page(number=2, text="è", confidence=0.5), is_doubtful=True),
        Reading(error=CRASH, defects=(defect,)),
        Reading(error=UnreadableItem("no", code="too_large")),
    ):
        again = reading_from(told_reading(reading))
        assert (again.page, again.defects, again.is_doubtful) == (
            reading.page,
            reading.defects,
            reading.is_doubtful,
        )
        assert type(again.error) is type(reading.error)
        assert again.error is None or again.error.code == reading.error.code  # type: ignore[union-attr]
