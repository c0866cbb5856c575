"""Slides, their diagrams and notes are read once each, however often they are named."""

from __future__ import annotations

import zipfile
from io import BytesIO

from intake.parsing.office.packages import Package
from intake.parsing.office.slides import list_slides, read_slide

RELATIONS = "<Relationships>{}</Relationships>"


def _relation(number: int, target: str) -> str:
    return f'<Relationship Id="r{number}" Target="{target}"/>'


def _words(words: str) -> str:
    return f'<a:x xmlns:a="x"><a:p><a:t>{words}</a:t></a:p></a:x>'


def _package(**parts: str) -> Package:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(f"ppt/{name}", content)
    return Package(out.getvalue())


def test_notes_that_are_named_often_are_read_once() -> None:
    targets = ["../notesSlides/notesSlide1.xml"] * 3_000 + ["../diagrams/data1.xml"]
    relations = RELATIONS.format("".join(_relation(*each) for each in enumerate(targets)))
    package = _package(
        **{
            "slides/slide1.xml": _words("scuola"),
            "slides/_rels/slide1.xml.rels": relations,
            "notesSlides/notesSlide1.xml": _words("dire il giorno"),
            "diagrams/data1.xml": _words("sindaco"),
        }
    )
    text = read_slide(package, "ppt/slides/slide1.xml")
    assert text == "scuola\n\nsindaco\n\ndire il giorno"


def test_every_slide_is_listed_once() -> None:
    names = [f"slides/slide{number}.xml" for number in range(1, 521)]
    listed = "".join(f'<p:sldId r:id="r{number}"/>' for number in (0, *range(520)))
    relations = RELATIONS.format("".join(_relation(*each) for each in enumerate(names)))
    package = _package(
        **dict.fromkeys(names, _words("x")),
        **{"presentation.xml": listed, "_rels/presentation.xml.rels": relations},
    )
    assert list_slides(package) == [f"ppt/{name}" for name in names]
