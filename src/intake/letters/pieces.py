"""Pieces of a letter: neighbouring lines of one kind, told by how the first of them begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from intake.letters.letter_dates import read_date_line
from intake.letters.lines import Block, Line
from intake.letters.recipient_marks import is_marked, is_own_name
from intake.letters.senders import read_street, read_town

_SUBJECT = re.compile(r"(?i)(?:oggetto|ogg\.|subject|re|rif|object)\s?[:.]")
_SALUTATION = re.compile(
    r"(?i)(?:(?:gentil|egregi|spettabil|car[oie]\b|illustr|stimat|pregiat)[^.;]{0,60}[,:!]\Z"
    r"|(?:buongiorno|buonasera|salve|gentili signori|egregi signori|dear\b)[^.;]{0,60}\Z"
    r"|to whom it may concern)"
)
_CLOSING = re.compile(
    r"(?i)(?:(?:.{0,80}\b)?(?:distinti|cordiali|sinceri|devoti|migliori|cari) saluti|distintamente|"
    r"in fede\b|con osservanza|cordialmente|ringrazi\w+.{0,60}salut\w*|un cordiale saluto|"
    r"firma(?:to)?\s?:|firma(?=[ ._]*\Z)|"
    r"(?:il|la|il/la) (?:richiedente|dichiarante|sottoscritt[oa]|istante)(?=[ ,.:_]*\Z)|"
    r"(?:yours )?(?:faithfully|sincerely|truly)|(?:kind|best|warm)(?:est)? regards|respectfully)"
    r"[\w ]{0,20}[,.!:_ ]*\Z"
)
_LABEL = re.compile(
    r"(?i)(?P<label>(?:cognome e nome|nome e cognome|nome|cognome|nominativo|(?:full )?name|"
    r"codice fiscale|cod\.? ?fisc\.?|c\.? ?f\.?|tax code|indirizzo|residen(?:za|te in)|address|"
    r"tel(?:efono|ephone)?\.?|cell(?:ulare)?\.?|mobile|phone|e-?mail|posta elettronica|"
    r"p\.?e\.?c\.?|partita iva|p\.? ?iva|vat(?: number)?|mittente|sender))\s?:\s?(?P<value>\S.*)"
)
RUNNING_CHARACTERS = 55
"""A line as long as this is running text: addresses are shorter."""


class Kind(Enum):
    """What a piece of a letter is, by its first line."""

    RECIPIENT = auto()
    DATE = auto()
    SUBJECT = auto()
    SALUTATION = auto()
    CLOSING = auto()
    LABELS = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring lines of one kind."""

    kind: Kind
    lines: Block


@dataclass(frozen=True, slots=True)
class Label:
    """A line such as ``Codice fiscale: ...``; ``label`` in small letters."""

    label: str
    value: str
    line: Line


def cut(block: Block, own_names: Sequence[str]) -> list[Piece]:
    """Cut a block before every line that begins another kind, and after lines that stand alone."""
    pieces: list[Piece] = []
    for line in block:
        kind = _kind(line.text, own_names)
        last = pieces[-1].kind if pieces else None
        is_contact = kind is Kind.LABELS and last is Kind.OTHER and has_address(pieces[-1].lines)
        goes_on = is_contact or (
            (kind is Kind.OTHER and last in (Kind.OTHER, Kind.RECIPIENT, Kind.CLOSING))
            or (kind is Kind.RECIPIENT and last is Kind.RECIPIENT)
            or (kind is Kind.LABELS and last is Kind.LABELS)
        )
        if goes_on:
            pieces[-1].lines.append(line)
        else:
            pieces.append(Piece(kind, [line]))
    return pieces


def has_address(lines: Block) -> bool:
    """Return whether one of the lines is a street or a town with its postcode."""
    return any(read_street(line.text) or read_town(line.text) for line in lines)


def begins_text(text: str) -> bool:
    """Return whether with this line the text begins, or ends."""
    return any(each.match(text) for each in (_SUBJECT, _SALUTATION, _CLOSING))


def read_label(line: Line) -> Label:
    """Return what a line of kind ``LABELS`` says of what."""
    match = _LABEL.fullmatch(line.text)
    assert match is not None  # noqa: S101 - that is why the line is among the labels
    return Label(" ".join(match["label"].lower().split()), match["value"].strip(), line)


def _kind(text: str, own_names: Sequence[str]) -> Kind:
    if _SUBJECT.match(text):
        return Kind.SUBJECT
    if _SALUTATION.match(text):
        return Kind.SALUTATION
    if len(text) < RUNNING_CHARACTERS and (is_marked(text) or is_own_name(text, own_names)):
        return Kind.RECIPIENT
    if _CLOSING.match(text):
        return Kind.CLOSING
    if read_date_line(text, is_english=False, not_after=None) is not None:
        return Kind.DATE
    return Kind.LABELS if _LABEL.fullmatch(text) else Kind.OTHER
