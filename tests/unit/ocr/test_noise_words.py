from __future__ import annotations

from itertools import pairwise

import pytest

from intake.ocr.words.noise_words import without_noise
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


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("[_]ALTRO", ["ALTRO"]),
        ("[]CONIUGE", ["CONIUGE"]),
        ("]FIGLIO", ["FIGLIO"]),
        ("_]|vedova", ["vedova"]),
        ("[X]SÌ", ["[X]", "SÌ"]),
        ("{x}sì", ["{x}", "sì"]),
        ("[omissis]", ["[omissis]"]),
        ("[7]bis", ["[7]bis"]),
        ("a]b", ["a]b"]),
    ],
)
def test_a_box_to_tick_is_no_part_of_the_word_beside_it(read, printed):
    words = without_noise([*LINE, word(read)])[len(LINE) :]

    assert [each.text for each in words] == printed
    assert len(words) == 1 or words[0].left == 0
    assert words[-1].right == 90
    assert all(one.right <= other.left for one, other in pairwise(words))


def test_a_bracket_that_a_later_word_closes_stays():
    words = [word("[vedi"), word("allegato]")]
    assert without_noise([*LINE, *words])[-2:] == tuple(words)


def _line(*words, height=30, gap=15):
    """Make a line of words so many pixels apart; a bar is 5 pixels wide."""
    made, left = [], 0
    for text in words:
        right = left + (5 if text == "|" else 90)
        made.append(Word(text=text, confidence=0.9, left=left, top=0, right=right, bottom=height))
        left = right + gap
    return made


def test_a_bar_between_two_words_is_the_letter_i():
    read = without_noise(_line("Corso", "Umberto", "|", "72"))
    assert [each.text for each in read] == ["Corso", "Umberto", "I", "72"]


@pytest.mark.parametrize("far", [{"gap": 40}, {"gap": 0}])
def test_a_bar_between_the_cells_of_a_table_is_none(far):
    assert [each.text for each in without_noise(_line("Solaio", "|", "crepa", **far))] == [
        "Solaio", "crepa",
    ]  # fmt: skip


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
