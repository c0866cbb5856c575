"""Who wins where two engines read a word differently, and what a second engine may cost."""

import pytest
from PIL import Image

from intake.errors import ToolMissing
from intake.ocr.second_opinion import SecondOpinion, vote
from intake.ocr.words.page_words import page_of
from intake.schemas.documents import Word

KNOWN = [{"vorrei", "sapere", "in", "quale", "zona", "il", "comune", "ricade", "altro", "nome"}]


def words(text, confidence=0.8):
    return tuple(
        Word(text=each, confidence=confidence, left=100 * n, top=10, right=100 * n + 90, bottom=40)
        for n, each in enumerate(text.split(" "))
    )


def voted(first, second, confidence=0.8):
    return " ".join(word.text for word in vote(words(first, confidence), second, KNOWN))


class Scripted:
    """Reads the same words on every page, and the same text in every line."""

    name = "scripted"

    def __init__(self, read=(), line="", error=None):
        self.read, self.line, self.error, self.asked = read, line, error, 0

    def version(self):
        if isinstance(self.error, ToolMissing):
            raise self.error
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        return page_of(self.read, number=number, size=image.size)

    def read_line(self, image, *, languages):
        self.asked += 1
        if self.error:
            raise self.error
        return self.line


def page_by(first, second, monkeypatch, timeout_s=60.0):
    monkeypatch.setattr("intake.ocr.second_opinion.lexicons", lambda languages: KNOWN)
    engine = SecondOpinion(first, second)
    return engine.recognise(
        Image.new("L", (800, 60), 255), number=1, languages=("ita",), timeout_s=timeout_s
    )


def test_a_word_of_the_language_beats_one_that_is_none():
    assert voted("il camune ricnde", "il comune ricade") == "il comune ricade"


def test_a_word_of_the_language_is_never_given_up():
    assert voted("il nome", "il altro") == "il nome"
    assert voted("il comune", "il camune", confidence=0.1) == "il comune"


def test_between_two_that_are_no_words_the_first_stays_unless_it_disbelieves_itself():
    assert voted("il Narciò", "il Narcò", confidence=0.8) == "il Narciò"
    assert voted("il Narciò", "il Narcò", confidence=0.3) == "il Narcò"


@pytest.mark.parametrize("second", ["zona 7", "zona 4a", "zona quale"])
def test_digits_are_never_replaced_nor_brought_in(second):
    assert voted("zona 1", second, confidence=0.1) == "zona 1"


def test_a_digit_is_not_brought_into_a_word():
    assert voted("zcna", "z0na", confidence=0.1) == "zcna"


def test_a_reading_of_something_else_is_not_believed():
    assert voted("vorrei sapcre", "nome altro", confidence=0.1) == "vorrei sapcre"


def test_words_that_ran_together_are_parted_and_share_the_box():
    first, second, third = vote(words("zona ilcomune"), "zona il comune", KNOWN)

    assert (first.text, second.text, third.text) == ("zona", "il", "comune")
    assert 100 <= second.left < second.right < third.left < third.right <= 190
    assert second.confidence == third.confidence == 0.8


def test_only_the_doubtful_lines_of_a_hard_page_are_read_again(monkeypatch):
    sure = tuple(word.model_copy(update={"line": 1}) for word in words("vorrei sapere", 0.99))
    second = Scripted(line="il comune")

    page = page_by(Scripted((*sure, *words("il camune", 0.6))), second, monkeypatch)

    assert page.text == "vorrei sapere\nil comune"
    assert second.asked == 1


def test_on_a_page_that_reads_well_nobody_is_asked(monkeypatch):
    second = Scripted(line="altro")

    assert page_by(Scripted(words("il camune", 0.97)), second, monkeypatch).text == "il camune"
    assert second.asked == 0


@pytest.mark.parametrize("error", [ToolMissing("gone", remedy="-"), ValueError("broken")])
def test_a_second_engine_that_fails_costs_its_opinion_only(monkeypatch, caplog, error):
    page = page_by(Scripted(words("il camune", 0.6)), Scripted(error=error), monkeypatch)

    assert page.text == "il camune"
    assert "no second opinion on page 1 by scripted" in caplog.text


def test_when_the_time_is_over_nobody_is_asked(monkeypatch):
    second = Scripted(line="il comune")

    page_by(Scripted(words("il camune", 0.6)), second, monkeypatch, timeout_s=0.0)

    assert second.asked == 0


def test_both_engines_are_named_even_if_one_is_missing():
    assert SecondOpinion(Scripted(), Scripted()).name == "scripted+scripted"
    assert SecondOpinion(Scripted(), Scripted()).version() == "1+1"
    missing = Scripted(error=ToolMissing("gone", remedy="-"))
    assert SecondOpinion(Scripted(), missing).version() == "1+missing"
