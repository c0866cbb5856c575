"""A page in a language that nobody expected is read once more; every other page is read once."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from intake.errors import ToolMissing, TransientFailure
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.schemas.documents import Page

ITALIAN = "Vorrei sapere in quale zona sismica ricade il mio comune " * 20
GERMAN = "Wir möchten wissen, ob das Gebäude an der Straße gefährdet ist " * 20
MISREAD = GERMAN.replace("ö", "ò").replace("ä", "a").replace("ß", "B")


class ScriptedEngine:
    """Says, page after page, what it was told to; keeps the languages it was asked for."""

    name = "scripted"

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        self.asked.append("+".join(languages))
        said = self.script.pop(0)
        if isinstance(said, Exception):
            raise said
        text, confidence = said
        return Page(number=number, text=text, confidence=confidence)


def _tell(text):
    return "deu" if "ist" in text else None


def _recognise(engine, *, pages=1, tell=_tell, languages=("ita", "eng")):
    page = Image.new("L", (600, 400), 255)
    ImageDraw.Draw(page).rectangle((100, 100, 400, 140), fill=0)
    out = BytesIO()
    others = [page] * (pages - 1)
    page.save(out, "TIFF", save_all=True, append_images=others, dpi=(200, 200))
    data = out.getvalue()
    return recognise(data, None, engine=engine, languages=languages, limits=PageLimits(), tell=tell)


def test_a_page_in_a_usual_language_is_read_once_however_badly():
    engine = ScriptedEngine((ITALIAN, 0.7))
    (page,) = _recognise(engine).pages
    assert engine.asked == ["ita+eng"]
    assert page.languages == ("ita", "eng")


def test_a_page_in_another_language_is_read_again_and_the_surer_reading_kept():
    engine = ScriptedEngine((MISREAD, 0.9), (GERMAN, 0.95))
    (page,) = _recognise(engine).pages
    assert engine.asked == ["ita+eng", "deu+ita+eng"]
    assert (page.text, page.confidence) == (GERMAN, 0.95)
    assert page.languages == ("deu", "ita", "eng")


def test_a_second_reading_that_is_no_surer_is_not_kept():
    engine = ScriptedEngine((MISREAD, 0.9), ("Unsinn", 0.8))
    (page,) = _recognise(engine).pages
    assert (page.text, page.languages) == (MISREAD, ("ita", "eng"))


@pytest.mark.parametrize(
    "error", [TransientFailure("too long", code="timeout"), ToolMissing("no data")]
)
def test_a_second_reading_that_fails_costs_nothing_but_itself(error):
    document = _recognise(ScriptedEngine((MISREAD, 0.97), error))
    assert document.text == MISREAD
    assert document.defects == ()


def test_the_pages_after_it_are_read_in_it_at_once():
    engine = ScriptedEngine((MISREAD, 0.9), (GERMAN, 0.95), (GERMAN, 0.95))
    _recognise(engine, pages=2)
    assert engine.asked == ["ita+eng", "deu+ita+eng", "deu+ita+eng"]


def test_a_page_that_is_read_in_its_language_already_is_read_once():
    engine = ScriptedEngine((GERMAN, 0.7))
    _recognise(engine, languages=("deu", "ita", "eng"))
    assert engine.asked == ["deu+ita+eng"]


def test_without_anybody_to_tell_the_language_each_page_is_read_once():
    engine = ScriptedEngine((MISREAD, 0.9))
    _recognise(engine, tell=None)
    assert engine.asked == ["ita+eng"]


def test_a_page_that_is_no_print_is_not_read_for_its_language():
    scrawl = ("ist " * 5, 0.3)
    engine = ScriptedEngine(scrawl, scrawl, scrawl)
    (page,) = _recognise(engine).pages
    assert page.kind == "handwriting"
    assert set(engine.asked) == {"ita+eng"}
