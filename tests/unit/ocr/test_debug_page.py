from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO, StringIO

import pytest
from PIL import Image

from intake.errors import TransientFailure, UnreadableItem
from intake.ocr.debug_page import DebugPage
from intake.ocr.debug_pictures import as_it_came, as_prepared
from intake.ocr.preparing.prepare import Prepared
from intake.ocr.readings import Reading, lost
from intake.ocr.sheets import PageImage
from intake.schemas.documents import Defect, Page, RecognisedDocument, Word


class Elements(HTMLParser):
    """Collects (tag, attributes) and the text between."""

    def __init__(self, html):
        super().__init__()
        self.found, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def _word(text, confidence, line=0):
    box = {"left": 100, "top": 200, "right": 300, "bottom": 240}
    return Word(text=text, confidence=confidence, line=line, **box)


def _html(*words, defects=(), kept="", why=""):
    out = StringIO()
    debug = DebugPage(out)
    sheet = PageImage(number=1, image=Image.new("L", (1728, 1146), 255), dpi_x=204, dpi_y=98)
    prepared = Prepared(image=Image.new("L", (2118, 2923), 255), dpi=250, skew=0, ink_in2=1)
    page = Page(number=1, confidence=0.8, words=words, width=2118, height=2923)
    debug.show(as_it_came(sheet))
    debug.add(1, Reading(page=page), as_prepared(prepared))
    if kept:
        debug.add(2, Reading(page=Page(number=2, origin="embedded", text=kept)))
    if why:
        debug.add(3, lost(3, TransientFailure(why, code="crash")))
    debug.close(RecognisedDocument(media_type="image/tiff", pages=(page,), defects=defects))
    return out.getvalue()


def test_both_pictures_of_a_page_are_in_the_file_itself():
    pictures = Elements(_html(_word("Roma", 0.95))).named("img")

    assert len(pictures) == 2
    assert all(picture["src"].startswith("data:image/jpeg;base64,") for picture in pictures)


@pytest.mark.parametrize(
    ("confidence", "colour"),
    [(1.0, "sure"), (0.9, "sure"), (0.8, "fair"), (0.3, "poor"), (0, "poor")],
)
def test_a_word_is_coloured_by_its_confidence_on_the_page_and_in_the_text(confidence, colour):
    seen = Elements(_html(_word("Roma", confidence)))

    (box,), (span,) = seen.named("rect"), seen.named("span")
    assert box["class"] == span["class"] == colour
    assert [int(box[side]) for side in ("x", "y", "width", "height")] == [100, 200, 200, 40]


def test_lines_of_the_page_are_lines_of_the_text():
    html = _html(_word("Gentile", 0.9), _word("Ufficio", 0.9), _word("Chiedo", 0.9, line=1))

    text = re.search(r'<p class="text">(.*?)</p>', html)[1]
    assert [re.sub("<.*?>", "", line) for line in text.split("<br>")] == [
        "Gentile Ufficio",
        "Chiedo",
    ]


def test_nothing_that_a_citizen_wrote_becomes_html():
    seen = Elements(
        _html(
            _word("<script>alert(1)</script>", 0.9),
            defects=[Defect(code="bad_fax_lines", detail="<b>7</b>")],
            kept="</pre><script>",
            why="<script>",
        )
    )

    assert {tag for tag, _ in seen.found} & {"script", "b"} == set()
    assert len(seen.named("img")) == 2


def test_a_page_of_a_standard_fax_is_shown_in_its_true_proportions():
    sheet = PageImage(number=1, image=Image.new("L", (1728, 1146), 255), dpi_x=204, dpi_y=98)

    shown = Image.open(BytesIO(base64.b64decode(as_it_came(sheet))))

    assert shown.height / shown.width == pytest.approx((1146 / 98) / (1728 / 204), rel=0.01)


def test_the_end_says_what_became_of_the_document():
    html = _html(
        defects=[Defect(code="bad_fax_lines", detail="7 rows of 1146 damaged")], kept="Già"
    )

    text = " ".join(Elements(html).texts)
    assert "Nothing was read." in text
    assert "7 rows of 1146 damaged" in text
    assert "Già" in text


def test_a_page_that_was_not_read_says_why_and_shows_nobody_elses_picture():
    _, page = _html(_word("Roma", 0.95), why="SIGSEGV").split("<h2>Page 3</h2>")

    assert "It was not read: SIGSEGV" in page
    assert "<img" not in page


def test_a_file_that_was_not_read_says_why():
    out = StringIO()
    DebugPage(out).fail(UnreadableItem("No <picture>.", code="unknown_format"))

    assert "Nothing was read: No <picture>." in " ".join(Elements(out.getvalue()).texts)


def test_the_page_at_work_when_time_was_over_is_shown():
    out = StringIO()
    debug = DebugPage(out)
    debug.show("JPEG")
    debug.fail(TransientFailure("Took longer.", code="timeout"))

    seen = Elements(out.getvalue())
    assert "A page that was not read" in seen.texts
    assert [each["src"] for each in seen.named("img")] == ["data:image/jpeg;base64,JPEG"]


def test_a_page_says_what_it_was_taken_for_and_what_is_wrong_with_it():
    out = StringIO()
    page = Page(number=1, kind="picture", confidence=0, width=10, height=10)
    reading = Reading(page=page, defects=(Defect(code="page_picture", detail="page 1"),))
    DebugPage(out).add(1, reading, "JPEG")

    texts = Elements(out.getvalue()).texts
    assert {"picture", "page_picture"} <= set(texts)


def _shown(page):
    out = StringIO()
    DebugPage(out).add(1, Reading(page=page), "JPEG")
    return " ".join(Elements(out.getvalue()).texts)


def test_text_of_an_engine_that_does_not_say_where_it_found_it_is_shown():
    texts = _shown(Page(number=1, text="Via <Roma> 12", confidence=0.9, width=10, height=10))

    assert "Via <Roma> 12" in texts
    assert "Nothing was read." not in texts


def test_notes_that_stand_in_the_file_beside_what_was_read_are_shown_once():
    words = (_word("Via", 0.9), _word("Roma", 0.9))
    page = Page(number=1, text="Via Roma\n\nUrgente!", confidence=0.9, words=words)

    texts = _shown(page)
    assert "Urgente!" in texts
    assert texts.count("Roma") == 2  # in the words and on the box of one


def test_nobody_is_named_as_reader_of_what_stood_in_the_file():
    out = StringIO()
    page = Page(number=1, origin="embedded", text="Via Roma", confidence=1)
    DebugPage(out).close(RecognisedDocument(media_type="text/rtf", pages=(page,), confidence=1))

    assert "Read by" not in " ".join(Elements(out.getvalue()).texts)
