"""What one page does to the process that opens it costs no other page."""

from __future__ import annotations

import os
import signal

import pytest

from intake.errors import TransientFailure, UnreadableItem
from intake.ocr.files.opening import read_sheets
from intake.ocr.limits import PageLimits
from intake.ocr.sheets import PageLost, PageText

LIMITS = PageLimits(open_cpu_s=1, page_timeout_s=30)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _spin() -> None:
    while True:
        pass


def _eat() -> None:
    bytearray(2 << 30)


def _sleep() -> None:
    signal.pause()


class FileOfPages:
    """Has four pages; some do something else than being read."""

    def __init__(self, deeds):
        self.deeds = deeds

    def read(self, number):
        if number > 4:
            return None
        self.deeds.get(number, lambda: None)()
        return PageText(number, f"page {number}")


def _sheets(deeds, limits=LIMITS):
    return list(read_sheets(lambda: FileOfPages(deeds), limits))


@pytest.mark.parametrize(
    ("deed", "kind", "code"),
    [(_crash, TransientFailure, "crash"), (_spin, UnreadableItem, "too_large")],
)
def test_a_page_that_ends_its_process_costs_that_page_only(deed, kind, code):
    sheets = _sheets({2: deed})
    assert [sheet.number for sheet in sheets] == [1, 2, 3, 4]
    assert [isinstance(sheet, PageLost) for sheet in sheets] == [False, True, False, False]
    assert isinstance(sheets[1].error, kind)
    assert sheets[1].error.code == code


def test_a_page_that_waits_for_ever_is_stopped():
    sheets = _sheets({3: _sleep}, PageLimits(page_timeout_s=1))
    assert sheets[2].error.code == "timeout"
    assert sheets[3] == PageText(4, "page 4")


def test_memory_is_bounded():
    (lost,) = (each for each in _sheets({4: _eat}) if isinstance(each, PageLost))
    assert lost.number == 4


def test_after_three_deaths_the_rest_is_left_to_a_person():
    sheets = _sheets(dict.fromkeys((1, 2, 3, 4), _crash))
    assert [sheet.number for sheet in sheets] == [1, 2, 3, 4]
    assert sheets[-1].defect == "pages_left_out"


def test_a_file_that_cannot_be_opened_is_an_error():
    def refuse():
        raise UnreadableItem("no", code="corrupt_pdf")

    with pytest.raises(UnreadableItem) as caught:
        list(read_sheets(refuse, LIMITS))
    assert caught.value.code == "corrupt_pdf"


def test_a_crash_is_a_crash_however_much_memory_we_have_taken_ourselves():
    taken = bytearray(600 << 20)
    taken[::4096] = b"x" * len(taken[::4096])

    sheets = _sheets({2: _crash})

    assert sheets[1].error.code == "crash"
    assert len(taken) == 600 << 20


def test_a_file_that_crashes_when_it_is_opened_is_an_error():
    with pytest.raises(TransientFailure) as caught:
        list(read_sheets(_crash, LIMITS))
    assert caught.value.code == "crash"
