"""Text of PPTX (ECMA-376 part 1 §19): slide by slide in the order they are shown, with the notes.

Text in DrawingML (§21.1.2) is in the same elements as in DOCX: ``p`` for a paragraph, ``t`` for a
run, ``tr`` and ``tc`` for rows and cells, ``br`` for a line; so its reader reads it.
"""

from __future__ import annotations

import posixpath
import re
from html import unescape

from intake.parsing.office.packages import Package
from intake.parsing.office.word_files import read_part

PRESENTATION = "ppt/presentation.xml"
_SLIDE = re.compile(r"<(?:\w+:)?sldId\s[^<>]*?\br:id=\"([^\"]*)\"")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_HIDDEN = re.compile(r'<(?:\w+:)?sld\s[^<>]*\bshow="(?:0|false)"')  # §19.3.1.38


def list_slides(package: Package) -> list[str]:
    """Return the parts of the slides in their order, each once.

    Where the presentation does not say it, that of their numbers.

    Raises:
        UnreadableItem: ``corrupt_document`` or ``too_large``.
    """
    book = package.read(PRESENTATION).decode("utf-8", "replace")
    targets = _targets(package, PRESENTATION)
    shown = [targets.get(unescape(name), "") for name in _SLIDE.findall(book)]
    slides = [part for part in dict.fromkeys(shown) if part in package.names]
    return slides or list(dict.fromkeys(package.matching(r"ppt/slides/slide\d+\.xml")))


def read_slide(package: Package, part: str) -> str:
    """Return the text of a slide, its diagrams and its notes; one that is not shown says so.

    Raises:
        UnreadableItem: ``corrupt_document`` or ``too_large``.
    """
    content = package.read(part)
    targets = dict.fromkeys(_targets(package, part).values())
    beside = [
        target for kind in ("/diagrams/data", "/notesSlides/") for target in targets
        if kind in target and target in package.names
    ]  # fmt: skip
    texts = [read_part(content), *(read_part(package.read(name)) for name in beside)]
    text = "\n\n".join(filter(None, texts))
    is_hidden = _HIDDEN.search(content[:4096].decode("utf-8", "replace")) is not None
    return f"(hidden)\n{text}" if is_hidden and text else text


def _targets(package: Package, part: str) -> dict[str, str]:
    """Return the parts that a part names, by the identifiers it has for them (part 2 §6.5)."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package.names:
        return {}
    text = package.read(relations).decode("utf-8", "replace")
    found = [dict(_ATTRIBUTE.findall(tag)) for tag in _RELATION.findall(text)]
    return {
        each.get("Id", ""): posixpath.normpath(posixpath.join(folder, unescape(each["Target"])))
        .lstrip("/")
        for each in found
        if "Target" in each and each.get("TargetMode") != "External"
    }  # fmt: skip
