from __future__ import annotations

import pytest

from intake.ocr.pdf.own_letters import OwnLetters
from intake.ocr.pdf.scans import Box

PLACE = Box(0, 0, 60, 10)


def _own(text: str, left: float = 0) -> OwnLetters:
    return OwnLetters(text, [(left + 5 + 10 * index, 5) for index in range(len(text))])


@pytest.mark.parametrize("word", ["pioppo", "PIOPPO", "pi0ppo", "pioppo,"])
def test_a_word_that_stands_there_is_said(word: str) -> None:
    assert _own("Pioppo").say(word, PLACE)


def test_another_word_in_its_place_does_not_say_it() -> None:
    assert not _own("Strqqr").say("Pioppo", PLACE)


def test_the_same_word_elsewhere_does_not_say_it() -> None:
    assert not _own("Pioppo", left=60).say("Pioppo", PLACE)
    assert not _own("Pioppo", left=-60).say("Pioppo", PLACE)


def test_a_page_without_letters_says_nothing() -> None:
    assert not OwnLetters().say("Pioppo", PLACE)
