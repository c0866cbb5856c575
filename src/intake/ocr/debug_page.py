"""A page for a person who asks why a document was read as it was: HTML in one file, no script.

For each page: the picture as it came, the picture the engine was given with every word's box
coloured by its confidence, and the text; or why there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import TextIO

from intake.errors import IntakeError
from intake.ocr.readings import Reading
from intake.ocr.words.page_words import text_of
from intake.schemas.documents import Defect, Page, RecognisedDocument, Word

_BANDS = ((0.9, "sure", "0.90 and more"), (0.75, "fair", "0.75 to 0.90"), (0.0, "poor", "less"))
"""Least confidence, name of the colour, and what the legend says."""


class DebugPage:
    """Writes the HTML as the pages are read, so that a long document is never held whole.

    It opens no picture: those it shows were coded where they were opened (``debug_pictures``).
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._came = ""
        legend = "".join(f'<li class="{name}">{label}</li>' for _, name, label in _BANDS)
        out.write(_HEAD.format(style=_STYLE, legend=legend))

    def show(self, picture: str) -> None:
        """Keep the picture of the page that is read next, as it came (base64 of a JPEG)."""
        self._came = picture

    def add(self, number: int, reading: Reading, prepared: str | None = None) -> None:
        """Add what came of the page, and its picture as the engine saw it, if it did."""
        page = reading.page
        if page is None:
            why = reading.error.message if reading.error else ""
            what = f"<p>It was not read: {escape(why)}</p>{self._panes()}"
        elif prepared is None:
            told = _told(reading.defects)
            what = f"<p>Its text stood in the file.</p>{told}<pre>{escape(page.text)}</pre>"
        else:
            panes = self._panes(_as_seen(page, prepared), _as_read(page))
            what = f"{_facts(page)}{_told(reading.defects)}{panes}"
        self._came = ""
        self._section(f"Page {number}", what)

    def close(self, document: RecognisedDocument) -> None:
        """End the HTML with what became of the document as a whole."""
        verdict = "a person must look" if document.needs_review else "good enough"
        engine = escape(f"{document.engine} {document.engine_version}")
        reader = f" Read by {engine}." if document.engine else ""
        self._end(
            f"<p>Confidence {document.confidence:.2f}: {verdict}.{reader}</p>"
            f"{_told(document.defects)}"
        )

    def fail(self, error: IntakeError) -> None:
        """End the HTML of a document of which nothing was read."""
        self._end(f"<p>Nothing was read: {escape(error.message)}</p>")

    def _end(self, what: str) -> None:
        if self._came:
            self._section("A page that was not read", self._panes())
        self._section("Document", what)
        self._out.write("</main></html>\n")

    def _section(self, title: str, what: str) -> None:
        self._out.write(f"<section><h2>{title}</h2>{what}</section>\n")

    def _panes(self, *more: str) -> str:
        came = _figure("As it came", _img(self._came)) if self._came else ""
        return f'<div class="panes">{came}{"".join(more)}</div>'


def _as_seen(page: Page, picture: str) -> str:
    return _figure("As the engine saw it", f'<div class="read">{_img(picture)}{_boxes(page)}</div>')


def _as_read(page: Page) -> str:
    """Return the words, and what else is read: notes, or all where an engine tells no places."""
    beside = page.text.removeprefix(text_of(page.words)).strip()
    words = _text(page.words) if page.words or not beside else ""
    rest = f"<pre>{escape(beside)}</pre>" if beside else ""
    return _figure("What was read", f"{words}{rest}")


def _figure(caption: str, what: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{what}</figure>"


def _told(defects: Sequence[Defect]) -> str:
    rows = "".join(
        f"<li><code>{escape(each.code)}</code> {escape(each.detail)}</li>" for each in defects
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _facts(page: Page) -> str:
    facts = {
        "taken for": page.kind,
        "confidence": f"{page.confidence:.2f}",
        "read in": "+".join(page.languages),
        "words": str(len(page.words)),
        "dots per inch": f"{page.dpi_x} across, {page.dpi_y} down",
        "turned": f"{page.rotation}°",
        "levelled by": f"{page.skew}°",
        "seconds": f"{page.seconds:.2f}",
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"


def _img(picture: str) -> str:
    return f'<img alt="" src="data:image/jpeg;base64,{picture}">'


def _boxes(page: Page) -> str:
    drawn = "".join(
        f'<rect class="{_band(word)}" x="{word.left}" y="{word.top}" '
        f'width="{word.right - word.left}" height="{word.bottom - word.top}">'
        f"<title>{escape(word.text)} {word.confidence:.2f}</title></rect>"
        for word in page.words
    )
    return f'<svg viewBox="0 0 {max(page.width, 1)} {max(page.height, 1)}">{drawn}</svg>'


def _text(words: Sequence[Word]) -> str:
    lines = [
        " ".join(
            f'<span class="{_band(word)}" title="{word.confidence:.2f}">{escape(word.text)}</span>'
            for word in line
        )
        for _, line in groupby(words, key=lambda word: (word.paragraph, word.line))
    ]
    return f'<p class="text">{"<br>".join(lines) or "Nothing was read."}</p>'


def _band(word: Word) -> str:
    return next(name for least, name, _ in _BANDS if word.confidence >= least)


_STYLE = """
:root { --sure: #1a7f37; --fair: #b26a00; --poor: #cf222e; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #1f2328; background: #f3f4f6; }
header, section { background: #fff; margin: 0 0 1rem; padding: .8rem 1.2rem; }
h1 { font-size: 1.15rem; margin: 0; } h2 { font-size: 1rem; margin: 0 0 .4rem; }
ul.legend { list-style: none; display: flex; gap: 1.2rem; padding: 0; margin: .4rem 0 0; }
ul.legend li { border-bottom: 3px solid currentColor; }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: 0 0 .8rem; }
dt { color: #59636e; font-size: .8rem; } dd { margin: 0; }
.panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; min-width: 0; } figcaption { color: #59636e; margin-bottom: .3rem; }
img { width: 100%; display: block; border: 1px solid #d1d9e0; }
.read { position: relative; } .read svg { position: absolute; inset: 0; width: 100%; height: 100%; }
rect { fill: currentColor; fill-opacity: .16; stroke: currentColor; stroke-width: 3; }
.sure { color: var(--sure); } .fair { color: var(--fair); } .poor { color: var(--poor); }
span.poor { text-decoration: underline wavy; } span.sure { color: inherit; }
pre { white-space: pre-wrap; }
@media print { .panes { grid-template-columns: repeat(3, 1fr); } section { break-inside: avoid; } }
"""

_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How a document was read</title><style>{style}</style>
<header><h1>How the document was read</h1>
<ul class="legend" aria-label="Confidence of a word">{legend}</ul></header><main>
"""
