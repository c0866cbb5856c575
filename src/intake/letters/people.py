"""Who wrote: the name in the sender's block, under the closing words, and on labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.letters.claims import Claims
from intake.letters.lines import Block, Line
from intake.letters.names import Likeness, compare
from intake.letters.parts import Label, Letter
from intake.letters.senders import is_organisation, read_person, read_street, read_town
from intake.schemas.letters import Place

_NAME_LABELS = frozenset(
    {"cognome e nome", "nome e cognome", "nome", "nominativo", "name", "full name", "mittente",
     "sender"}
)  # fmt: skip
_UNDERSIGNED = re.compile(
    r"(?i:\bil/la sottoscritt\w+(?:/a)?|\bil sottoscritto|\bla sottoscritta"
    r"|\bsottoscritt[oa]/?[ao]?|\bI, the undersigned,?|\bthe undersigned,?)\s+"
    r"(?P<name>(?:[A-ZÀ-Þ][\w'’-]*\w\s+){1,3}[A-ZÀ-Þ][\w'’-]*\w)"
)
_SIGNED_WITHIN = 4
"""Lines under the closing words among which the name stands."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, and the blocks that are his: None and empty where that is not certain."""

    name: str | None = None
    organisation: str | None = None
    head: Block | None = None
    is_signed: bool = False
    """The lines under the closing words hold the name, so that what stands there is his."""
    forms: tuple[tuple[Label, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    line: Line
    place: Place
    confidence: float


def read_sender_names(letter: Letter, claims: Claims) -> Sender:
    """Claim the name of the writer and of the organisation; return which blocks are theirs."""
    head = _head(letter)
    organisation = _organisation(head)
    in_head, signed = _in_head(head), _signed(letter)
    main = [name for name in (in_head, signed) if name is not None]
    if len(main) == 2 and compare(main[0].text, main[1].text) is Likeness.OTHER:
        if organisation is None:
            return Sender()
        main = [main[1]]  # who signs for an organisation is not always on its paper
    forms = [(form, name) for form in letter.forms if (name := _in_form(form)) is not None]
    if not main:
        main = [name for _, name in forms] or list(_undersigned(letter))
    if len(main) > 1 and any(compare(main[0].text, each.text) is Likeness.OTHER for each in main):
        return Sender()
    if head is not None and not letter.has_recipient and signed is None and organisation is None:
        head = None
    own_forms = tuple(
        form
        for form, name in forms
        if main and compare(main[0].text, name.text) is not Likeness.OTHER
    )
    for name in main:
        _claim(claims, main, name)
    if organisation is not None:
        claims.add("organisation", organisation.text, 0.9, organisation, "head")
    return Sender(
        name=main[0].text if main else None,
        organisation=organisation.text if organisation else None,
        head=head,
        is_signed=signed is not None and bool(main),
        forms=own_forms,
    )


def _claim(claims: Claims, main: list[_Name], name: _Name) -> None:
    """Claim a name; two writings that differ by a letter are one misread: the surer is taken."""
    others = [each for each in main if each is not name]
    is_misread = any(compare(name.text, each.text) is Likeness.MISREAD for each in others)
    if is_misread and any(each.line.confidence >= name.line.confidence for each in others):
        return
    confidence = 0.85 if is_misread else name.confidence
    is_same = bool(others) and not is_misread
    written = main[0].text if is_same else name.text
    claims.add("name", written, confidence, name.line, name.place)


def _head(letter: Letter) -> Block | None:
    """Return the one block above the text that has an address; None if there are two or none."""
    found = []
    for before, block in zip([[], *letter.head], letter.head, strict=False):
        if not _has_address(block):
            continue
        is_headless = _is_address_line(block[0].text) and len(before) in (1, 2)
        found.append([*before, *block] if is_headless and not _has_address(before) else block)
    return found[0] if len(found) == 1 else None


def _has_address(block: Block) -> bool:
    return any(_is_address_line(line.text) for line in block)


def _is_address_line(text: str) -> bool:
    return read_street(text) is not None or read_town(text) is not None


def _names_above_address(head: Block) -> Iterator[Line]:
    for line in head[:3]:
        if _is_address_line(line.text):
            return
        yield line


def _organisation(head: Block | None) -> Line | None:
    return next((x for x in _names_above_address(head or []) if is_organisation(x.text)), None)


def _in_head(head: Block | None) -> _Name | None:
    for line in _names_above_address(head or []):
        if (name := read_person(line.text)) is not None:
            return _Name(name, line, "head", 0.95)
    return None


def _signed(letter: Letter) -> _Name | None:
    for line in letter.closing[:_SIGNED_WITHIN]:
        if (name := read_person(line.text)) is not None:
            return _Name(name, line, "signature", 0.92)
    return None


def _in_form(form: tuple[Label, ...]) -> _Name | None:
    for each in form:
        if each.label in _NAME_LABELS and (name := read_person(each.value)) is not None:
            return _Name(name, each.line, "form", 0.9)
    return None


def _undersigned(letter: Letter) -> Iterator[_Name]:
    for block in letter.body:
        text = " ".join(line.text for line in block)
        for match in _UNDERSIGNED.finditer(text):
            if (name := read_person(match["name"])) is not None:
                yield _Name(name, block[0], "body", 0.85)
