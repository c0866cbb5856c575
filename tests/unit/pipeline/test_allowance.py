"""What pages may cost in vain is bounded, and no file goes untried for another."""

from __future__ import annotations

import pytest

from intake.pipeline.pages.allowance import Allowance


def _hang(allowance: Allowance, pages: int) -> list[float]:
    """Let so many pages of a file hang, and return how long each could."""
    allowance.begin_file()
    took: list[float] = []
    while len(took) < pages and not allowance.is_used_up:
        took.append(allowance.page_s)
        allowance.spend(took[-1])
    return took


def test_pages_that_hang_leave_each_page_that_is_tried_the_time_of_a_sound_one() -> None:
    took = _hang(Allowance(300, 120), 100)
    assert took == [120, 90, 45, 22.5, 12]


@pytest.mark.parametrize("files", [2, 5, 20])
@pytest.mark.parametrize("pages", [1, 3, 100])
def test_the_first_page_of_each_file_is_tried_within_the_total(files: int, pages: int) -> None:
    allowance = Allowance(300, 120, files)
    took = [_hang(allowance, pages) for _ in range(files)]
    assert all(took)
    assert min(map(min, took)) >= 12
    assert sum(map(sum, took)) <= 300


def test_a_crash_takes_little_of_what_was_kept_for_a_file() -> None:
    allowance = Allowance(300, 120, 20)
    for _ in range(19):
        _hang(allowance, 100)
    allowance.begin_file()
    allowance.spend(0.2)
    assert not allowance.is_used_up
    assert allowance.page_s > 11


def test_a_short_total_is_shared_by_all_files() -> None:
    allowance = Allowance(8, 2, 20)
    took = [_hang(allowance, 3) for _ in range(20)]
    assert all(took)
    assert sum(map(sum, took)) <= 8 + 1e-9
