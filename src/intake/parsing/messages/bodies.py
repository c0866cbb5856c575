"""Which parts of a message are its text, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from intake.parsing.containers import uuencoded
from intake.parsing.containers.shared import Entry
from intake.parsing.messages.structure import Part
from intake.parsing.writing import charsets, enriched, html_text, safe_html
from intake.parsing.writing.flowed import unflow
from intake.parsing.writing.text import clean_text
from intake.schemas.documents import Defect

MAX_TEXT = 1_000_000
"""Characters of text that are kept; a longer part is stored as a file besides."""

_SHOWN = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_MAX_PLACEHOLDER_WORDS = 60
_PLACEHOLDER = re.compile(
    r"(?i)\bhtml\b|\bmime\b|(?:visualizzare|visualizzi|leggere|leggi|aprire|view|read|see|display)"
    r"\b.{0,60}\b(?:messaggio|e-?mail|mail|newsletter|message|browser|online)"
)
"""What programs write in the plain text when all that is said is in the HTML."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
_WORD = re.compile(r"\w+")
_LEAST_NEW_PAIRS = 3


@dataclass(slots=True)
class Body:
    """The text of a message, its safe HTML, and the leaves they were read from."""

    text: str = ""
    html: str | None = None
    alternative: str = ""
    """What HTML that was not chosen says and ``text`` does not."""
    leaves: list[Part] = field(default_factory=list)
    """Leaves that are told in full by ``text`` and ``html``; every other leaf is a file."""
    files: list[Entry] = field(default_factory=list)
    """Files that were written into the text."""
    defects: list[Defect] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    leaf: Part
    text: str
    """Empty for HTML until its text is asked for."""
    html: str | None
    alternative: Part | None
    """The nearest multipart/alternative around the leaf."""
    branch: Part | None
    """The child of ``alternative`` that the leaf is in."""
    files: list[Entry] = field(default_factory=list)
    """Files that were written into the text."""


def read(root: Part) -> Body:
    """Return the body of ``root``: of alternatives the plain one where it says something."""
    body = Body()
    pieces = [_read_piece(leaf) for leaf in root.leaves() if _is_body(leaf)]
    if not pieces:  # a text with a file name, shown by mail programs, may be all there is
        pieces = [_read_piece(leaf) for leaf in root.leaves() if _is_shown(leaf)][:1]
        _put_together(pieces, body)
        return body
    for piece, is_told in zip(pieces, _put_together(pieces, body), strict=True):
        if is_told:
            body.leaves.append(piece.leaf)
    return body


def _put_together(pieces: list[_Piece], body: Body) -> list[bool]:
    """Fill ``body`` from the pieces; tell of each whether it is there in full."""
    plain = _branches_with_plain_text(pieces)
    for piece in pieces:
        if (
            piece.html is not None
            and plain.get(id(piece.alternative), piece.branch) is piece.branch
        ):
            piece.text = _visible_text(piece.html, body)
    chosen = plain | {
        id(piece.alternative): piece.branch
        for piece in reversed(pieces)
        if piece.html is not None and id(piece.alternative) not in plain and piece.text.strip()
    }
    texts: list[str] = []
    pages: list[str] = []
    others: list[str] = []
    told: list[bool] = []
    for piece in pieces:
        in_text = piece.alternative is None or chosen.get(id(piece.alternative)) is piece.branch
        if in_text and piece.text.strip():
            texts.append(piece.text.strip("\n"))
        if not in_text and piece.html is not None:
            others.append(piece.html)
        safe = None if piece.html is None else safe_html.sanitise(piece.html)
        if safe is not None:
            pages.append(safe)
        source = piece.text if piece.html is None else piece.html
        is_whole = in_text and len(source) <= MAX_TEXT
        told.append(is_whole or safe is not None or not source.strip())
        body.files += piece.files
    body.text = _join(texts, body)
    body.alternative = "\n".join(filter(None, (_other_words(each, body.text) for each in others)))
    body.html = "\n".join(pages) or None
    return told


def _is_shown(leaf: Part) -> bool:
    return leaf.media_type in _SHOWN and leaf.disposition != "attachment"


def _is_body(leaf: Part) -> bool:
    return _is_shown(leaf) and not leaf.filename


def _read_piece(leaf: Part) -> _Piece:
    text = clean_text(charsets.decode(leaf.content(), leaf.parameters.get("charset")))
    alternative, branch = _alternative_around(leaf)
    if leaf.media_type == "text/html":
        return _Piece(leaf, "", text, alternative, branch)
    if leaf.media_type != "text/plain":
        text = enriched.to_text(text, is_richtext=leaf.media_type == "text/richtext")
    text, files = uuencoded.take_out(text)
    if leaf.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, deletes_space=leaf.parameters.get("delsp", "").lower() == "yes")
    return _Piece(leaf, text, None, alternative, branch, files)


def _visible_text(html: str, body: Body) -> str:
    if len(html) > MAX_TEXT:
        body.defects.append(Defect(code="text_too_long", detail=f"{len(html)} characters of HTML"))
    visible = html_text.to_text(html[:MAX_TEXT])
    if visible.hidden:
        body.defects.append(Defect(code="hidden_text", detail=clean_text(visible.hidden)[:500]))
    return clean_text(visible.text)


def _other_words(html: str, text: str) -> str:
    """Return the sentences in the HTML that ``text`` has not, whatever their lines and signs.

    Programs shorten links and draw tables: a few pairs of words that are not in ``text`` are no
    sentence.
    """
    known = set(_pairs(text))
    sentences = _SENTENCE_END.split(clean_text(html_text.to_text(html[:MAX_TEXT]).text))
    found = []
    for sentence in sentences:
        pairs = list(_pairs(sentence))
        new = sum(pair not in known for pair in pairs)
        if new and new >= min(_LEAST_NEW_PAIRS, len(pairs)):
            found.append(sentence.strip())
    return "\n".join(found)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    return pairwise(match.casefold() for match in _WORD.findall(text))


def _alternative_around(leaf: Part) -> tuple[Part | None, Part | None]:
    branch, parent = leaf, leaf.parent
    while parent is not None:
        if parent.media_type == "multipart/alternative":
            return parent, branch
        branch, parent = parent, parent.parent
    return None, None


def _branches_with_plain_text(pieces: list[_Piece]) -> dict[int, Part | None]:
    """Return, by the id of each alternative, its first branch with plain text in it."""
    found: dict[int, Part | None] = {}
    for piece in pieces:
        if piece.alternative and piece.html is None and _says_something(piece, pieces):
            found.setdefault(id(piece.alternative), piece.branch)
    return found


def _says_something(piece: _Piece, pieces: list[_Piece]) -> bool:
    """Tell whether plain text is more than "your program cannot show HTML" beside that HTML."""
    words = len(piece.text.split(maxsplit=_MAX_PLACEHOLDER_WORDS))
    if words > _MAX_PLACEHOLDER_WORDS or not _PLACEHOLDER.search(piece.text):
        return words > 0
    pages = (
        other.html
        for other in pieces
        if other.html is not None and other.alternative is piece.alternative
    )
    return not any(len(html_text.to_text(page[:MAX_TEXT]).text.split()) > words for page in pages)


def _join(texts: list[str], body: Body) -> str:
    joined = "\n\n".join(texts)
    if len(joined) > MAX_TEXT:
        body.defects.append(Defect(code="text_too_long", detail=f"{len(joined)} characters"))
        joined = joined[:MAX_TEXT]
    return joined
