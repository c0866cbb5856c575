"""Which languages pages are read in, by what the engine has and by what tells their language."""

from __future__ import annotations

import pytest

from intake.errors import ToolMissing
from intake.pipeline.pages.page_languages import PageLanguages
from intake.testing.fakes import FakeOcrEngine

USUAL = ("ita", "eng")
MORE = ("deu", "fra", "ron")
GERMAN = (
    "Sehr geehrte Damen und Herren, wir möchten wissen, ob das Haus nicht in der Zone liegt, die "
    "für uns und die Nachbarn gefährlich ist, und bis wann wir eine Antwort erwarten dürfen."
)
MISREAD = GERMAN.translate(str.maketrans("öäüS", "òaù5")).replace("liegt", "Iiegt")
ITALIAN = "Vorrei sapere se la casa in cui abitiamo è nella zona vicina al fiume e che cosa fare."


class Engine(FakeOcrEngine):
    def __init__(self, *installed):
        super().__init__()
        self.installed = frozenset(installed)

    def installed_languages(self):
        if not self.installed:
            raise ToolMissing("There is no such engine.")
        return self.installed


def _languages(*installed):
    return PageLanguages(Engine(*installed), USUAL, MORE)


def test_what_came_with_a_german_text_is_read_in_german_first():
    assert _languages("ita", "eng", "deu").beside("de") == ("deu", "ita", "eng")


@pytest.mark.parametrize("language", [None, "it", "en", "fr", "sl", "eo"])
def test_nothing_is_added_for_no_usual_uninstalled_unwanted_or_unknown_language(language):
    assert _languages("ita", "eng", "deu", "slv").beside(language) == USUAL


def test_a_language_that_the_operator_adds_is_read_where_the_mail_is_in_it():
    assert _languages("ita", "eng", "ron").beside("ro") == ("ron", "ita", "eng")


@pytest.mark.parametrize(
    ("text", "told"), [(GERMAN, "deu"), (MISREAD, "deu"), (ITALIAN, None), ("", None)]
)
def test_the_words_of_a_page_tell_its_language_though_misread(text, told):
    assert _languages("ita", "eng", "deu").tell(text) == told


def test_a_page_in_two_languages_is_read_as_always():
    assert _languages("ita", "eng", "deu").tell(f"{GERMAN} {ITALIAN}") is None


def test_a_language_without_data_is_left_out():
    assert _languages("ita", "eng").tell(GERMAN) is None


@pytest.mark.parametrize("engine", [FakeOcrEngine(), Engine()])
def test_an_engine_that_cannot_be_asked_for_languages_reads_as_always(engine):
    languages = PageLanguages(engine, USUAL, MORE)
    assert languages.beside("de") == USUAL
    assert languages.tell(GERMAN) is None
