from __future__ import annotations

import pytest

from intake.ocr.words.page_confidence import page_confidence
from intake.schemas.documents import Word


def words(*confidences):
    return [
        Word(text="parola", confidence=each, left=0, top=0, right=9, bottom=9)
        for each in confidences
    ]


def test_a_page_of_sure_words_is_expected_to_be_right():
    assert page_confidence(words(*[0.96] * 50)) > 0.98


def test_a_page_of_doubted_words_is_expected_to_be_wrong():
    assert page_confidence(words(*[0.1] * 50)) == 0.0


def test_a_few_hopeless_words_weigh_more_than_many_that_are_fairly_sure():
    hopeless = words(*[0.96] * 45, *[0.1] * 5)
    fair = words(*[0.874] * 50)
    assert page_confidence(hopeless) < page_confidence(fair)


def test_a_single_scrawl_does_not_sink_a_page():
    assert page_confidence(words(*[0.96] * 200, 0.0)) > 0.97


def test_confidence_never_rises_when_a_word_becomes_less_sure():
    falling = [page_confidence(words(0.9, 0.8, step / 20)) for step in range(20, -1, -1)]
    assert falling == sorted(falling, reverse=True)
    assert all(0 <= each <= 1 for each in falling)


@pytest.mark.parametrize("nothing", [[], ()])
def test_without_words_there_is_nothing_to_be_sure_of(nothing):
    assert page_confidence(nothing) == 0.0
