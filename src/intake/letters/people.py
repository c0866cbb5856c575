"""Who wrote: the name in the sender's block, under the closing words, and on labelled lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.letters.claims import Claims
from intake.letters.lines import Block, Line
from intake.letters.name_places import (
    Name,
    are_together,
    find_head,
    find_organisation,
    find_paper,
    is_named,
    is_signed_for,
    name_in_form,
    names_in_head,
    names_signed,
    names_undersigned,
)
from intake.letters.names import Likeness, compare
from intake.letters.others import is_address_line, until_another
from intake.letters.parts import Letter
from intake.letters.pieces import Label
from intake.letters.recipients import is_written_to, may_be_recipients, may_yet_be_writers
from intake.letters.senders import is_office

_ONE_OF_TWO = 0.8
"""Confidence of the first of two names one over the other; the second may be no name."""
_UNVOUCHED = 0.8
"""Confidence of the only name in a letter that neither signs it nor is greeted."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, and the lines that are his: None and empty where that is not certain."""

    name: str | None = None
    organisation: str | None = None
    head: tuple[Line, ...] = ()
    signature: tuple[Line, ...] = ()
    forms: tuple[tuple[Label, ...], ...] = ()


def read_sender_names(letter: Letter, claims: Claims) -> Sender:
    """Claim the name of the writer and of the organisation; return which lines are theirs."""
    head, signed = find_head(letter), names_signed(letter)
    if head is not None and not is_named(head, signed):
        head = None
    organisation, in_head = find_organisation(head), names_in_head(head)
    if head is None:
        organisation = find_paper(letter)
    if in_head and organisation is None and is_signed_for(letter, in_head):
        return Sender()
    main = _agreed(in_head, signed, has_organisation=organisation is not None)
    if main is None:
        return Sender()
    undersigned = list(names_undersigned(letter))
    doubted: list[Name] = []
    unvouched: list[Name] = []
    vouched = [name.text for name in (*signed, *undersigned)]
    if head and may_be_recipients(letter, head, [name.text for name in in_head], vouched):
        if organisation is None and may_yet_be_writers(letter, head, [x.text for x in in_head]):
            unvouched = [replace(name, confidence=_UNVOUCHED) for name in main if name in in_head]
        main = [name for name in main if name not in in_head]
        head, organisation, doubted = None, None, in_head
    forms = _forms_of_writer(letter, signed, doubted)
    main = main or [name for _, name in forms] or undersigned or unvouched
    if any(_differ(main[0], name) for name in main):
        return Sender()
    for name in main:
        _claim(claims, main, name)
    if organisation is not None:
        claims.add("organisation", organisation.text, 0.9, organisation, "head")
    written = main[0].text if main else None
    return Sender(
        name=written,
        organisation=organisation.text if organisation else None,
        head=_own_head(head, written),
        signature=_own_signature(letter, signed, main),
        forms=tuple(form for form, name in forms if main and not _differ(main[0], name)),
    )


def _agreed(
    in_head: list[Name], signed: list[Name], *, has_organisation: bool
) -> list[Name] | None:
    """Return the name of the one who wrote, in each place; None if it may be one of several."""
    nobody: list[Name] | None = [] if has_organisation else None
    if are_together(in_head) and not has_organisation:
        return None
    same = [(one, other) for one in in_head for other in _like(one, signed)]
    if len(same) > 1:
        return nobody
    if same:
        return list(same[0]) if len(signed) == 1 else [same[0][0]]
    if in_head and signed:  # who signs for an organisation is not always on its paper
        return signed if has_organisation and len(signed) == 1 else nobody
    names = in_head or signed
    if len(names) < 2:
        return names
    return nobody if are_together(names) else [replace(names[0], confidence=_ONE_OF_TWO)]


def _like(name: Name, others: Sequence[Name]) -> list[Name]:
    """Return those of the same name; if there is none, those that may be it misread."""
    same = [each for each in others if compare(name.text, each.text) is Likeness.SAME]
    return same or [each for each in others if not _differ(name, each)]


def _differ(one: Name, other: Name) -> bool:
    return compare(one.text, other.text) is Likeness.OTHER


def _forms_of_writer(
    letter: Letter, signed: Sequence[Name], doubted: Sequence[Name]
) -> list[tuple[tuple[Label, ...], Name]]:
    """Return the labelled blocks with their names; an office that signs writes of the recipient."""
    if not signed and any(is_office(line.text) for line in letter.closing):
        return []
    found = [(form, name) for form in letter.forms if (name := name_in_form(form)) is not None]
    return [
        (form, name)
        for form, name in found
        if not _like(name, doubted)
        and (_like(name, signed) or not is_written_to(name.text, letter))
    ]


def _own_head(head: Block | None, name: str | None) -> tuple[Line, ...]:
    if head is None:
        return ()
    address = next(line for line in head if is_address_line(line.text))
    return tuple(until_another(head, name, address))


def _own_signature(
    letter: Letter, signed: Sequence[Name], main: Sequence[Name]
) -> tuple[Line, ...]:
    """Return the lines under the closing words if the writer's name stands there by itself."""
    his = _like(main[0], signed) if main else []
    if not his or are_together(signed):
        return ()
    return tuple(until_another(letter.closing, his[0].text, his[0].line))


def _claim(claims: Claims, main: list[Name], name: Name) -> None:
    """Claim a name; two writings that differ by a letter are one misread: the surer is taken."""
    others = [each for each in main if each is not name]
    is_misread = any(compare(name.text, each.text) is Likeness.MISREAD for each in others)
    if is_misread and any(each.line.confidence >= name.line.confidence for each in others):
        return
    confidence = 0.85 if is_misread else name.confidence
    is_same = bool(others) and not is_misread
    written = main[0].text if is_same else name.text
    claims.add("name", written, confidence, name.line, name.place)
