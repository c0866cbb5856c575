from __future__ import annotations

import pytest

from intake.ocr.noise_words import without_noise
from intake.schemas.documents import Word


def word(text, *, height=30, confidence=0.9):
    return Word(text=text, confidence=confidence, left=0, top=0, right=90, bottom=height)


LINE = [word(text) for text in ("Solaio", "distacco", "intonaco")]


@pytest.mark.parametrize("ruling", ["|", "[", "||", "{", "|_", "~|"])
def test_rulings_of_a_table_are_left_out(ruling):
    assert without_noise([*LINE, word(ruling)]) == tuple(LINE)


@pytest.mark.parametrize("kept", ["-", "–", "[1]", "(a)", "|a|", ".", "1", "I"])
def test_what_a_person_would_read_aloud_stays(kept):
    assert word(kept) in without_noise([*LINE, word(kept)])


@pytest.mark.parametrize(("read", "printed"), [("|Camera", "Camera"), ("[7.936,34", "7.936,34")])
def test_a_ruling_that_sticks_to_a_word_is_taken_off(read, printed):
    assert [each.text for each in without_noise([*LINE, word(read)])][-1] == printed


def test_a_bracket_that_a_later_word_closes_stays():
    words = [word("[vedi"), word("allegato]")]
    assert without_noise([*LINE, *words])[-2:] == tuple(words)


def test_a_signature_is_left_out():
    assert without_noise([*LINE, word("MWA", height=100, confidence=0.4)]) == tuple(LINE)


def test_a_heading_in_large_type_stays():
    heading = word("DENUNCIA", height=100, confidence=0.9)
    assert heading in without_noise([heading, *LINE])


def test_a_doubted_word_of_usual_height_stays():
    doubted = word("qvale", confidence=0.1)
    assert doubted in without_noise([*LINE, doubted])


def test_a_page_of_nothing_stays_nothing():
    assert without_noise([]) == ()
