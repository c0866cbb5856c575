"""Which page a child ended over, and what pages may cost an item in vain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from intake.engines.forking import NotForked
from intake.errors import ToolMissing, TransientFailure, UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.readings import Reading, reading_from, told_reading
from intake.pipeline.pages import page_by_page
from intake.pipeline.pages.allowance import Allowance
from intake.pipeline.pages.page_by_page import PageByPage
from intake.schemas.documents import Defect, Page

HANG, HANG_HALF = 1.0, 0.5
"""Waits for as long as it may, and for half of that."""
SLOW = TransientFailure("Took longer", code="timeout")
CRASH = TransientFailure("SIGSEGV", code="crash")
Told = dict[str, Any] | Exception


class ToldChild:
    """Tells what is written down, and then ends as is written down."""

    def __init__(self, *told: Told, is_killed: bool = False) -> None:
        self._told = told
        self.is_killed = is_killed
        self.payload: dict[str, Any] = {}

    def call(
        self, _task: str, payload: dict[str, Any], *, tell: Callable[..., object], **_limits: Any
    ) -> dict[str, Any]:
        self.payload = payload
        for each in self._told:
            if isinstance(each, Exception):
                raise each
            tell(each)
        return {}


class Clock:
    """The clock of the tests, which goes on when somebody waits."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class SlowChild(ToldChild):
    """Takes so many seconds where a number is written down; then it is stopped if it may not."""

    def __init__(self, clock: Clock, *told: Told | float) -> None:
        super().__init__()
        self._clock = clock
        self._steps = told
        self.limits: list[float] = []

    def call(
        self,
        _task: str,
        payload: dict[str, Any],
        *,
        tell: Callable[..., object],
        within_s: Callable[[], float],
        in_all_s: float,
    ) -> dict[str, Any]:
        end_s, heard_s = self._clock.now_s + in_all_s, self._clock.now_s
        for step in self._steps:
            limit_s = min(within_s(), end_s - heard_s)
            if isinstance(step, float):
                self.limits.append(within_s())
                waits_s = step * limit_s if step in (HANG, HANG_HALF) else step
                self._clock.now_s += min(waits_s, limit_s)
                if waits_s >= limit_s:
                    raise SLOW
            elif isinstance(step, Exception):
                raise step
            else:
                tell(step)
                heard_s = self._clock.now_s
        return {}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(page_by_page, "time", own)
    return own


def _page(number: int, *languages: str) -> list[dict[str, Any]]:
    page = Page(number=number, text=f"page {number}", confidence=1, languages=languages)
    reading = {
        "reading": told_reading(Reading(page=page)),
        "engine": ["tess", "5"],
        "prepared": None,
    }
    return [{"opening": number}, reading]


def _file(allowance: Allowance | None = None, timeout_s: float = 300) -> PageByPage:
    return PageByPage({}, PageLimits(), allowance or Allowance(300, 120), timeout_s)


KIND = {"kind": "image/tiff"}


def test_the_next_child_begins_with_the_page_after_the_one_that_ended_it() -> None:
    file = _file()
    first = ToldChild(KIND, *_page(1, "deu"), {"opening": 2}, CRASH)
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


UNOPENED = {"unopened": {"message": "Took longer", "code": "timeout"}}
CORRUPT = UnreadableItem("no", code="corrupt_pdf")


@pytest.mark.parametrize(
    "rest", [(CRASH,), ({"opening": 3}, CORRUPT), (KIND, {"opening": 3}, UNOPENED)]
)
def test_what_was_read_stays_where_the_rest_cannot_be_opened(rest: tuple[Told, ...]) -> None:
    file = _file()
    assert not file.read_on(ToldChild(KIND, *_page(1), {"opening": 2}, CRASH))
    assert file.read_on(ToldChild(*rest))
    document = file.document()
    assert document.text == "page 1"
    assert [defect.code for defect in document.defects] == ["page_lost", "pages_left_out"]


def test_a_page_that_ends_the_child_while_it_is_opened_costs_itself() -> None:
    file = _file()
    assert not file.read_on(ToldChild(KIND, {"opening": 1}, CRASH))
    assert not file.read_on(ToldChild(KIND, *_page(2), {"opening": 3}, CRASH))
    assert file.read_on(ToldChild(KIND, *_page(4), {"opening": 5}))
    assert [page.number for page in file.document().pages] == [2, 4]


def test_a_file_that_ends_every_child_is_given_up_after_as_many_pages_as_are_read() -> None:
    file, number = PageByPage({}, PageLimits(max_pages=5), Allowance(300, 120), 300), 1
    while not file.read_on(ToldChild(KIND, {"opening": number}, CRASH)):
        number += 1
    assert number == 5


def test_a_file_that_takes_too_long_to_open_is_an_error_and_is_charged(clock: Clock) -> None:
    allowance = Allowance(300, 120)
    with pytest.raises(TransientFailure) as caught:
        _file(allowance).read_on(SlowChild(clock, KIND, {"opening": 1}, 60.0, UNOPENED))
    assert caught.value.code == "timeout"
    assert allowance.page_s == 120
    allowance.spend(60)
    assert allowance.page_s == 90


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
    file = _file()
    with pytest.raises(error):
        file.read_on(child)
    assert file.deaths == []
    assert file.document().text == "page 1"


def test_the_next_child_begins_in_the_languages_of_the_last_page_that_has_some() -> None:
    file = _file()
    file.read_on(ToldChild(KIND, *_page(1, "deu"), *_page(2), {"opening": 3}, CRASH))
    child = ToldChild(KIND)
    file.read_on(child)
    assert child.payload["begin_in"] == ["deu"]


@pytest.mark.parametrize("crashes_first", [True, False])
def test_of_a_damaged_page_and_one_that_ended_the_child_the_latter_tells_what_comes_next(
    *, crashes_first: bool
) -> None:
    damaged = {"reading": told_reading(Reading(error=CORRUPT)), "engine": None, "prepared": None}
    file = _file()
    if crashes_first:
        file.read_on(ToldChild(KIND, {"opening": 1}, CRASH))
        file.read_on(ToldChild(KIND, {"opening": 2}, damaged))
    else:
        file.read_on(ToldChild(KIND, {"opening": 1}, damaged, {"opening": 2}, CRASH))
        file.read_on(ToldChild(KIND))
    with pytest.raises(TransientFailure, match="SIGSEGV"):
        file.document()


def test_a_file_of_which_no_page_was_read_is_an_error() -> None:
    file = _file()
    assert not file.read_on(ToldChild(KIND, {"opening": 1}, CRASH))
    assert file.read_on(ToldChild(KIND))
    with pytest.raises(TransientFailure, match="SIGSEGV"):
        file.document()


def test_when_the_time_for_the_file_is_over_no_page_is_to_blame(clock: Clock) -> None:
    file = _file(timeout_s=100)
    assert file.read_on(SlowChild(clock, KIND, {"opening": 1}, 10.0, *_page(1)[1:], HANG))
    assert [defect.code for defect in file.document().defects] == ["pages_left_out"]


def test_pages_that_the_child_survives_lessen_the_time_of_those_after_them(clock: Clock) -> None:
    allowance = Allowance(300, 120)
    lost = {"reading": told_reading(Reading(error=SLOW)), "engine": None, "prepared": None}
    pages = [part for number in range(1, 31) for part in ({"opening": number}, HANG_HALF, lost)]
    child = SlowChild(clock, KIND, *pages)
    file = _file(allowance)
    assert file.read_on(child)
    assert child.limits == sorted(child.limits, reverse=True)
    assert clock.now_s < 300
    assert allowance.is_used_up
    with pytest.raises(TransientFailure):
        file.document()


def test_files_whose_pages_hang_while_they_are_opened_stay_within_what_is_allowed(
    clock: Clock,
) -> None:
    allowance = Allowance(300, 120, 20)
    for _ in range(20):
        file, number, before_s = _file(allowance), 1, clock.now_s
        while not file.read_on(SlowChild(clock, KIND, {"opening": number}, HANG)) and number < 3:
            number += 1
        assert clock.now_s - before_s >= 12
    assert clock.now_s <= 300


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
