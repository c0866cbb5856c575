"""The words that Tesseract's language data know."""

import pytest

from intake.ocr.tesseract.lexicon import Lexicon, is_word, lexicons


@pytest.mark.parametrize("word", ["comune", "Comune", "COMUNE", "perché", "città", "«zona»,"])
def test_italian_words_are_known_whatever_their_capitals_and_marks(word):
    assert is_word(word, lexicons(("ita",)))


@pytest.mark.parametrize("word", ["camune", "comunne", "citta'x", "", "---", "1234", "\x00"])
def test_misread_words_and_what_is_none_are_not_known(word):
    assert not is_word(word, lexicons(("ita",)))


def test_each_language_has_its_own_words():
    assert is_word("flooded", lexicons(("ita", "eng")))
    assert not is_word("flooded", lexicons(("ita",)))


def test_a_language_without_data_has_no_lexicon():
    assert lexicons(("xyz",)) == ()


@pytest.mark.parametrize("data", [b"", b"\x05\x00\x00\x00"])
def test_what_is_no_language_data_is_refused(data):
    with pytest.raises(ValueError, match="no language data"):
        Lexicon(data)
