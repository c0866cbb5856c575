"""The parts of a letter: who wrote, to whom, the lines of opening and closing, the running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from intake.letters.letterheads import spread, spread_line
from intake.letters.lines import Block, Line, below, read_blocks
from intake.letters.pieces import (
    RUNNING_CHARACTERS,
    Kind,
    Label,
    Piece,
    begins_text,
    cut,
    has_address,
    read_label,
)
from intake.letters.recipient_marks import (
    is_copy,
    is_mark_alone,
    is_marked,
    is_own_name,
    is_polite,
)
from intake.letters.senders import is_organisation
from intake.schemas.documents import Page

_ENGLISH = re.compile(r"(?i)\b(?:dear|subject|yours|regards|sincerely|faithfully|the)\b")
_ITALIAN = re.compile(r"(?i)\b(?:oggetto|gentil\w+|egregi\w*|spett\w*|saluti|della?|che|per)\b")
_OTHER_PERSON = re.compile(
    r"(?i)\b(?:vicin[oa]|proprietari[oa]|testimon[ei]|delegat[oa]|coniuge|figli[oa]|madre|padre|"
    r"inquilin[oa]|tecnico|richiedente per|assistit[oa]|minore|danneggiat[oa]|controparte|"
    r"neighbou?r|owner|witness|landlord|spouse|daughter|son|mother|father|di terz[io])\b"
)
_WORD = re.compile(r"[^\W\d_]{3}")
_FOOT_SHARE = 0.9
_SIGNATURE_LINES = 8


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter taken apart."""

    is_english: bool
    is_ours: bool
    """It is a letter that we sent ourselves: its sender and date are not the citizen's."""
    head: tuple[Block, ...] = ()
    """Blocks above the text that are not the recipient's."""
    has_recipient: bool = False
    """Another block is marked as the recipient's."""
    recipients: tuple[str, ...] = ()
    """The lines of the blocks that are marked so."""
    salutations: tuple[str, ...] = ()
    """The line that greets the recipient, and what may be one."""
    opening: tuple[Line, ...] = ()
    """All lines above the text but the recipient's."""
    body: tuple[Block, ...] = ()
    ending: tuple[Line, ...] = ()
    """Dates right over the closing words."""
    closing: tuple[Line, ...] = ()
    """The lines under the closing words: name, and at times address and date."""
    forms: tuple[tuple[Label, ...], ...] = ()
    """Blocks of labelled lines that speak of no other person."""
    foot: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = field(default=())


def take_apart(pages: Sequence[Page], own_names: Sequence[str]) -> Letter:
    """Return the parts of a letter, whose first page has its opening and whose last its end."""
    apart, foot = zip(*(_without_foot(page) for page in pages), strict=True)
    bodies = [spread(apart[0], is_text=begins_text), *apart[1:]]
    text = "\n".join(page.text for page in pages)
    is_english = len(_ENGLISH.findall(text)) > len(_ITALIAN.findall(text))
    pieces = [[piece for block in blocks for piece in cut(block, own_names)] for blocks in bodies]
    first, *others = pieces
    start = _text_start(first)
    opening = _named(first[:start])
    rest = [*first[start:], *(each for page in others for each in page)]
    return Letter(
        is_english=is_english,
        is_ours=_is_ours(opening, own_names),
        head=tuple(piece.lines for piece in opening if piece.kind is Kind.OTHER),
        has_recipient=any(_names_recipient(piece, own_names) for piece in opening),
        recipients=tuple(
            line.text for piece in opening if piece.kind is Kind.RECIPIENT for line in piece.lines
        ),
        salutations=tuple(_salutations(first[: start + 1])),
        opening=tuple(
            line for piece in opening if piece.kind is not Kind.RECIPIENT for line in piece.lines
        ),
        body=tuple(piece.lines for piece in rest if piece.kind is Kind.OTHER),
        ending=tuple(_ending(rest)),
        closing=tuple(_closing(rest)),
        forms=tuple(_forms([*opening, *rest])),
        foot=tuple(line for lines in foot for line in lines),
        lines=tuple(line for page in bodies for block in page for line in block)
        + tuple(line for lines in foot for line in lines),
    )


def _without_foot(page: Page) -> tuple[list[Block], list[Line]]:
    """Return the blocks of a page, and the lines at its foot apart."""
    blocks = read_blocks(page)
    limit = _FOOT_SHARE * page.height
    foot = [block for block in blocks if page.height and block[0].box and block[0].box.top >= limit]
    return [block for block in blocks if block not in foot], [
        part for block in foot for line in block for part in spread_line(line)
    ]


def _named(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces; a mark that stands alone takes the block under it as the recipient's."""
    lines = [line for piece in pieces for line in piece.lines]
    taken: list[Piece] = []
    for piece in pieces:
        mark = piece.lines[-1]
        if piece.kind is Kind.RECIPIENT and is_mark_alone(mark.text):
            under = below(mark, lines)
            block = next((each for each in pieces if each.lines[0] is under), None)
            if block is not None and block.kind is Kind.OTHER:
                piece.lines.extend(block.lines)
                taken.append(block)
    return [piece for piece in pieces if not any(piece is each for each in taken)]


def _names_recipient(piece: Piece, own_names: Sequence[str]) -> bool:
    """Return whether a piece says who the recipient is, not who gets a copy or is greeted."""
    if piece.kind is not Kind.RECIPIENT or is_copy(piece.lines[0].text):
        return False
    return not is_polite(piece.lines[0].text) or any(
        is_organisation(line.text) or is_own_name(line.text, own_names) or has_address([line])
        for line in piece.lines
    )


def _salutations(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        text = piece.lines[0].text
        if piece.kind is Kind.SALUTATION or (piece.kind is Kind.RECIPIENT and is_polite(text)):
            yield text


def _text_start(pieces: Sequence[Piece]) -> int:
    """Return the index of the piece with which the text begins: the salutation, or long lines."""
    for index, piece in enumerate(pieces):
        is_text = piece.kind is Kind.OTHER and len(piece.lines[0].text) >= RUNNING_CHARACTERS
        if piece.kind in (Kind.SALUTATION, Kind.CLOSING) or is_text:
            return index
    return len(pieces)


def _is_ours(opening: Sequence[Piece], own_names: Sequence[str]) -> bool:
    """Return whether the letter begins with our own letterhead: we stand first, not addressed.

    English writers put the recipient without a word before it, but under or beside themselves.
    What stands beside us without an address is no sender, but the bars of a barcode, read as words.
    A stroke that was read as a letter or two, such as one of them, is no piece.
    """
    pieces = [piece for piece in opening if any(_WORD.search(line.text) for line in piece.lines)]
    if not pieces or pieces[0].kind is not Kind.RECIPIENT:
        return False
    top = pieces[0].lines
    is_addressed = any(is_marked(line.text) for line in top)
    beside = [
        piece.lines[0].box
        for piece in pieces[1:]
        if piece.kind is Kind.OTHER and has_address(piece.lines) and piece.lines[0].box is not None
    ]
    ends = top[-1].box.bottom if top[-1].box is not None else 0
    is_first = not any(box.top < ends for box in beside)
    return is_first and not is_addressed and any(is_own_name(line.text, own_names) for line in top)


def _ending(rest: Sequence[Piece]) -> Iterator[Line]:
    """Yield the dates between the text and the last closing words."""
    kinds = [piece.kind for piece in rest]
    if Kind.CLOSING not in kinds:
        return
    last = len(kinds) - 1 - kinds[::-1].index(Kind.CLOSING)
    for piece in reversed(rest[:last]):
        if piece.kind is Kind.DATE:
            yield from piece.lines
        elif piece.kind is not Kind.CLOSING:
            return


def _closing(rest: Sequence[Piece]) -> list[Line]:
    """Return the lines under the last closing words of the letter, on the same page."""
    ends = [index for index, piece in enumerate(rest) if piece.kind is Kind.CLOSING]
    if not ends:
        return []
    # "In fede" under "Distinti saluti" closes the same letter.
    last = ends[-1]
    page = rest[last].lines[0].page
    lines = rest[last].lines[1:]
    for piece in rest[last + 1 :]:
        if piece.kind not in (Kind.OTHER, Kind.DATE, Kind.LABELS) or piece.lines[0].page != page:
            break
        lines = [*lines, *piece.lines]
    return lines[:_SIGNATURE_LINES]


def _forms(pieces: Sequence[Piece]) -> list[tuple[Label, ...]]:
    """Return the blocks of two labelled lines or more; a heading may give them to another."""
    found = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if piece.kind is not Kind.LABELS or len(piece.lines) < 2:
            continue
        heading = before.lines[-1].text if before is not None else ""
        heading = heading if len(heading) < RUNNING_CHARACTERS else ""
        labels = [read_label(line) for line in piece.lines]
        is_anothers = any(
            _OTHER_PERSON.search(text) for text in (heading, *(line.text for line in piece.lines))
        )
        if not is_anothers:
            found.append(tuple(labels))
    return found
