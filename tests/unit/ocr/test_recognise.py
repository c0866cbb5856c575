from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from intake.errors import TransientFailure, UnreadableItem
from intake.ocr.limits import PageLimits
from intake.ocr.recognise import recognise
from intake.schemas.documents import Page

LINES = "Vorrei sapere in quale zona sismica ricade il mio comune " * 40


class ScriptedEngine:
    """Says what it was told to, page after page; an exception is raised."""

    name = "scripted"

    def __init__(self, *script):
        self.script = list(script)
        self.seen = []
        self.scanned_dpi = []

    def version(self):
        return "1"

    def recognise(self, image, *, number, languages, timeout_s):
        self.seen.append((image.size, tuple(languages), timeout_s))
        self.scanned_dpi.append(image.info["scanned_dpi"])
        said = self.script.pop(0)
        if isinstance(said, Exception):
            raise said
        text, confidence = said
        return Page(number=number, text=text, confidence=confidence)


def _inked():
    page = Image.new("1", (1728, 1146), 1)
    ImageDraw.Draw(page).rectangle((200, 200, 600, 260), fill=0)
    return page


def _tiff(*pages, **tags):
    out = BytesIO()
    pages[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="group4",
        dpi=(204, 98),
        **tags,
    )
    return out.getvalue()


def _recognise(data, engine, **limits):
    return recognise(
        data, None, engine=engine, languages=("ita", "eng"), limits=PageLimits(**limits)
    )


def test_the_engine_is_given_square_pixels_languages_and_a_time_limit():
    engine = ScriptedEngine((LINES, 0.98))
    _recognise(_tiff(_inked()), engine, page_timeout_s=7)
    assert engine.seen == [((2118, 2923), ("ita", "eng"), 7)]


def test_the_page_says_how_it_was_scanned():
    page = _recognise(_tiff(_inked()), ScriptedEngine((LINES, 0.98))).pages[0]
    assert (page.number, page.origin, page.dpi_x, page.dpi_y) == (1, "ocr", 204, 98)
    assert page.seconds > 0


@pytest.mark.parametrize(("dpi_y", "height"), [(98, 1146), (196, 2292)])
def test_the_engine_is_told_how_coarse_the_scan_was(dpi_y, height):
    page = Image.new("1", (1728, height), 1)
    ImageDraw.Draw(page).rectangle((200, height // 2, 600, height // 2 + 60), fill=0)
    out = BytesIO()
    page.save(out, "TIFF", compression="group4", dpi=(204, dpi_y))
    engine = ScriptedEngine((LINES, 0.98))
    _recognise(out.getvalue(), engine)
    assert engine.scanned_dpi == [dpi_y]


def test_the_worst_page_gives_the_document_its_confidence():
    engine = ScriptedEngine((LINES, 0.97), (LINES, 0.91))
    document = _recognise(_tiff(_inked(), _inked()), engine, review_below=0.9)
    assert document.confidence == 0.91
    assert not document.needs_review
    assert document.engine == "scripted"


def test_low_confidence_asks_for_a_person():
    document = _recognise(_tiff(_inked()), ScriptedEngine((LINES, 0.65)), review_below=0.7)
    assert document.needs_review


def test_much_ink_and_no_text_asks_for_a_person():
    document = _recognise(_tiff(_inked()), ScriptedEngine(("", 0.0), ("", 0.0)))
    assert document.needs_review
    assert document.pages[0].kind == "picture"
    assert [defect.code for defect in document.defects] == ["page_picture"]


def test_much_ink_and_one_sure_word_asks_for_a_person():
    document = _recognise(_tiff(_inked()), ScriptedEngine(("il", 0.98)))
    assert document.confidence == 0.98
    assert document.needs_review


def test_a_fax_that_arrived_with_gaps_asks_for_a_person():
    few, many = (_tiff(_inked(), tiffinfo={326: rows}) for rows in (20, 200))
    assert not _recognise(few, ScriptedEngine((LINES, 0.98))).needs_review
    assert _recognise(many, ScriptedEngine((LINES, 0.98))).needs_review


def test_a_blank_page_is_not_read_and_does_not_count():
    engine = ScriptedEngine((LINES, 0.98))
    document = _recognise(_tiff(_inked(), Image.new("1", (1728, 1146), 1)), engine)
    assert [page.text for page in document.pages] == [LINES, ""]
    assert document.confidence == 0.98
    assert not document.needs_review


def test_a_document_of_blank_pages_asks_for_a_person():
    document = _recognise(_tiff(Image.new("1", (1728, 1146), 1)), ScriptedEngine())
    assert document.text == ""
    assert document.needs_review


def test_a_page_the_engine_gives_up_does_not_cost_its_neighbours():
    engine = ScriptedEngine(TransientFailure("too slow", code="timeout"), (LINES, 0.98))
    document = _recognise(_tiff(_inked(), _inked()), engine)
    assert [page.number for page in document.pages] == [2]
    assert [defect.code for defect in document.defects] == ["page_lost"]
    assert document.needs_review


def test_when_every_page_is_given_up_the_item_is_tried_again():
    engine = ScriptedEngine(TransientFailure("too slow", code="timeout"))
    with pytest.raises(TransientFailure) as caught:
        _recognise(_tiff(_inked()), engine)
    assert caught.value.code == "timeout"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"PK\x03\x04 a zip", "unknown_format", id="zip"),
        pytest.param(b"II*\0\x08\0\0\0", "corrupt_image", id="cut off"),
    ],
)
def test_what_cannot_be_read_has_a_code(data, code):
    with pytest.raises(UnreadableItem) as caught:
        _recognise(data, ScriptedEngine())
    assert caught.value.code == code


def test_the_bytes_decide_and_the_claim_is_named():
    with pytest.raises(UnreadableItem, match="application/x-odd"):
        recognise(
            b"abc",
            "application/x-odd",
            engine=ScriptedEngine(),
            languages=("ita",),
            limits=PageLimits(),
        )


def test_an_empty_page_through_which_its_back_shines_is_blank():
    nonsense, mirrored = ("onz esxe " * 40, 0.4), (LINES, 0.9)
    engine = ScriptedEngine((LINES, 0.98), nonsense, nonsense, mirrored)
    document = _recognise(_tiff(_inked(), _inked()), engine)
    assert [page.kind for page in document.pages] == ["print", "blank"]
    assert document.text == LINES
    assert [defect.code for defect in document.defects] == ["page_show_through"]
    assert not document.needs_review


def test_a_few_strokes_of_which_the_engine_is_sure_in_a_mirror_are_no_back_of_a_sheet():
    strokes, chance = ("onz esxe " * 40, 0.4), ("il lo ll oo " * 40, 0.9)
    document = _recognise(_tiff(_inked()), ScriptedEngine(strokes, strokes, chance))
    assert document.pages[0].kind not in ("print", "blank")
    assert document.needs_review


def test_what_is_no_print_in_a_mirror_either_is_kept_for_a_person():
    engine = ScriptedEngine(*[("onz esxe " * 40, 0.4)] * 3)
    document = _recognise(_tiff(_inked()), engine)
    assert document.pages[0].kind not in ("print", "blank")
    assert document.needs_review


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (("Due parole brevi che non bastano per tanto inchiostro", 0.99), ["page_little_text"]),
        ((LINES, 0.9), ["page_low_confidence"]),
        ((LINES, 0.99), []),
    ],
)
def test_a_document_that_needs_review_says_why(said, codes):
    document = _recognise(_tiff(_inked()), ScriptedEngine(*[said] * 9))
    assert [defect.code for defect in document.defects] == codes
    assert document.needs_review == bool(codes)


def test_a_document_of_blank_pages_says_that_there_is_no_text():
    document = _recognise(_tiff(Image.new("1", (1728, 1146), 1)), ScriptedEngine())
    assert [defect.code for defect in document.defects] == ["no_text"]
    assert document.needs_review
