from __future__ import annotations

import pytest

from intake.parsing.writing.text import clean_line, clean_text, clean_value


def test_text_has_lf_nfc_and_no_controls() -> None:
    assert clean_text("a\r\nb\rc\0\x07d\ud800 perche\u0301\ufeff") == "a\nb\ncd\ufffd perché"


@pytest.mark.parametrize("text", ["a\r\nb", "a\tb", "a\u2028b", "a \r\n b", "a\x0bb", "a\x85b"])
def test_a_line_is_one_line(text: str) -> None:
    assert clean_line(text) == "a b"


def test_long_runs_of_marks_are_left_as_they_are() -> None:
    marks = "e" + "\u0300\u0316" * 100_000
    assert clean_text(marks) == marks


def test_strings_in_a_json_value_are_cleaned_and_its_shape_stays() -> None:
    value = {"a\0": ["b\r\nc", {"d": "e\ud800"}], "f": 1, "g": None}
    assert clean_value(value) == {"a": ["b\nc", {"d": "e\ufffd"}], "f": 1, "g": None}
