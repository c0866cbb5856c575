"""The places where a letter names its writer: sender's block, signature, labelled lines, text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from intake.letters.lines import Block, Line, above, are_side_by_side
from intake.letters.names import Likeness, compare, words_of
from intake.letters.others import (
    is_address_line,
    is_afterwards,
    is_trade,
    speaks_of_another,
)
from intake.letters.parts import Letter
from intake.letters.pieces import Label
from intake.letters.senders import is_organisation, read_people, read_person
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
class Name:
    """A person's name, where it stands, and how sure it is that it is the writer's."""

    text: str
    line: Line
    place: Place
    confidence: float


def find_head(letter: Letter) -> Block | None:
    """Return the one block above the text that has an address; None if there are two or none."""
    found = []
    for before, block in zip([[], *letter.head], letter.head, strict=False):
        if not _has_address(block):
            continue
        is_headless = is_address_line(block[0].text) and _stands_under(block, before, letter)
        found.append([*before, *block] if is_headless and not _has_address(before) else block)
    return found[0] if len(found) == 1 else None


def find_organisation(head: Block | None) -> Line | None:
    """Return the line over the address that names an organisation."""
    return next((x for x in _above_address(head or []) if is_organisation(x.text)), None)


def find_paper(letter: Letter) -> Line | None:
    """Return the line above the text that names an organisation whose foot has its address."""
    if not any(is_address_line(line.text) for line in letter.foot):
        return None
    named = (line for line in letter.opening if is_organisation(line.text))
    return next((x for x in named if is_own_foot(letter, x.text, is_named=True)), None)


def is_own_foot(letter: Letter, organisation: str, *, is_named: bool = False) -> bool:
    """Return whether the foot can be that of an organisation's paper: it begins with no other.

    ``is_named``: it must begin with this one, whole.
    """
    first = next((line.text for line in letter.foot), "")
    if not is_organisation(first):
        return not is_named
    own, found = set(words_of(organisation)), set(words_of(first))
    return own <= found or (not is_named and found <= own)


def names_in_head(head: Block | None) -> list[Name]:
    """Return the persons over the address, each once."""
    found: list[Name] = []
    for line in _above_address(head or []):
        _add(found, line, "head", 0.95)
    return found


def names_signed(letter: Letter) -> list[Name]:
    """Return the persons under the closing words, each once, up to an address."""
    found: list[Name] = []
    for line in letter.closing[:_SIGNED_WITHIN]:
        if speaks_of_another(line.text):
            break
        if found and (is_address_line(line.text) or is_afterwards(line.text)):
            break
        _add(found, line, "signature", 0.92)
    return found


def is_signed_for(letter: Letter, names: Sequence[Name]) -> bool:
    """Return whether another signs for those named: ``Il figlio`` over a name, or beside it."""
    lines = letter.closing[:_SIGNED_WITHIN]
    turn = next((x for x in lines if speaks_of_another(x.text) or read_people(x.text)), None)
    if turn is None or not speaks_of_another(turn.text):
        return False
    signed = [each for x in lines if not speaks_of_another(x.text) for each in read_people(x.text)]
    return not any(compare(a.text, b) is not Likeness.OTHER for a in names for b in signed)


def is_named(head: Block, names: Sequence[Name]) -> bool:
    """Return whether over the address stands a body, a person or one of the names misread."""
    return any(
        is_organisation(line.text)
        or bool(read_people(line.text))
        or any(compare(line.text, each.text) is not Likeness.OTHER for each in names)
        for line in _above_address(head)
    )


def name_in_form(form: tuple[Label, ...]) -> Name | None:
    """Return the person whom labelled lines name."""
    for each in form:
        if each.label in _NAME_LABELS and (name := read_person(each.value)) is not None:
            return Name(name, each.line, "form", 0.9)
    return None


def names_undersigned(letter: Letter) -> Iterator[Name]:
    """Yield the persons who call themselves the undersigned."""
    for block in letter.body:
        text = " ".join(line.text for line in block)
        for match in _UNDERSIGNED.finditer(text):
            if (name := read_person(match["name"])) is not None:
                yield Name(name, block[0], "body", 0.85)


def are_together(names: Sequence[Name]) -> bool:
    """Return whether two of the names stand in one line: ``Mario Rossi e Giulia Ferri``."""
    return any(
        one.line is other.line or are_side_by_side(one.line, other.line)
        for one, other in combinations(names, 2)
    )


def _add(found: list[Name], line: Line, place: Place, confidence: float) -> None:
    if found and is_trade(line.text):
        return
    for person in read_people(line.text):
        if all(compare(person, each.text) is not Likeness.SAME for each in found):
            found.append(Name(person, line, place, confidence))


def _stands_under(block: Block, before: Block, letter: Letter) -> bool:
    """Return whether a block stands right under one of a line or two."""
    return len(before) in (1, 2) and above(block[0], letter.lines) is before[-1]


def _has_address(block: Block) -> bool:
    return any(is_address_line(line.text) for line in block)


def _above_address(head: Block) -> Iterator[Line]:
    for line in head[:3]:
        if is_address_line(line.text) or speaks_of_another(line.text):
            return
        yield line
