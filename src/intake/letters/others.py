"""Lines in the sender's own blocks that turn to somebody else: a wife, a client, a second name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intake.letters.lines import Line
from intake.letters.names import Likeness, compare
from intake.letters.senders import is_organisation, read_people, read_street, read_town

_IN_PLACE_OF = re.compile(
    r"(?i)\b(?:per conto d|(?:in|a) nome (?:e per conto )?d|nell['’]interesse d|per delega|"
    r"in vece d|per (?:il|la) sig|(?:on|in) behalf of)|\Ap\.\s?(?:il|la|p\.)\s"
)
_ANOTHER = re.compile(
    r"(?i)\b(?:(?P<title>padre|madre|father|mother|brother|sister)|"
    r"delegat[oa]|moglie|marito|coniuge|convivente|figli[oa]|genitor[ei]|fratello|"
    r"sorella|nipote|assistit[oa]|tut(?:ore|rice)|curat(?:ore|rice)|procurat(?:ore|rice)|"
    r"amministrat(?:ore|rice) di sostegno|vicin[oa]|testimon[ei]|per accettazione|"
    r"per presa visione|visto|wife|husband|spouse|son|daughter|guardian|neighbou?r|witness)\b"
    r"(?P<whose>\s+(?:di|del|dello|della|of)\b|\s+dell['’])?"
)
"""Words of kinship and of offices, some of which are surnames or titles of the clergy as well."""
_AFTERWARDS = re.compile(
    r"(?i)\A(?:allegat[oi]\b|all\.|encl?(?:osures?\b|\.|s\b)|c\.?\s?c\.?\s?:|e?,?\s?p\.?\s?c\.|"
    r"per conoscenza|p\.\s?s\.)|\bchiedere d|\bpresso (?:l['’]\s?|lo |il )?(?:avv|studio|legale)"
)
"""Enclosures, copies, a postscript, the lawyer at whose office one is reached."""
_REFEREE = re.compile(
    r"(?i)(?:il |la )?(?:referente|contatto|persona (?:di riferimento|da contattare)|contact)"
    r"(?: person)?\s?:\s?"
)
_EMAIL = re.compile(r"\S*@\S*")
_TRADE = re.compile(
    r"(?i)\b(?:medico|chirurgo|ingegnere|architetto|geometra|avvocato|notaio|commercialista|"
    r"consulente|perito|tecnico|engineer|solicitor|lawyer)\b"
)


def is_address_line(text: str) -> bool:
    """Return whether a line is a street or a town with its postcode."""
    return read_street(text) is not None or read_town(text) is not None


def speaks_of_another(text: str) -> bool:
    """Return whether a line turns to another person; streets and bodies are only named so."""
    if is_address_line(text) or is_organisation(text):
        return False
    found = _ANOTHER.search(_EMAIL.sub("", text))
    return bool(_IN_PLACE_OF.search(text)) or (found is not None and not _is_in_name(found, text))


def _is_in_name(found: re.Match[str], text: str) -> bool:
    """Return whether a word of kinship is a part of the name that a line consists of.

    ``Padre Luigi Ferri`` has a title, ``Nipote Carlo`` a surname; ``Moglie Giulia Ferri`` neither.
    """
    if found["whose"] or not read_people(text):
        return False
    is_before_a_name = found.start() == 0 and len(text.split()) > 2
    return found["title"] is not None or not is_before_a_name


def is_trade(text: str) -> bool:
    """Return whether a line that looks like a name is what somebody works as."""
    return bool(_TRADE.search(text))


def is_afterwards(text: str) -> bool:
    """Return whether a line begins what stands beside a sender's own: enclosures, copies."""
    return bool(_AFTERWARDS.search(text))


def until_another(lines: Iterable[Line], name: str | None, after: Line) -> Iterator[Line]:
    """Yield the lines of a block up to one that turns to another person than ``name``.

    Under ``after`` another name begins that person's lines, if it is no town under its street.
    """
    is_begun, is_street = False, False
    for line in lines:
        if speaks_of_another(line.text) or is_afterwards(line.text):
            return
        if is_begun and not is_street and _names_another(line.text, name):
            return
        yield line
        is_begun = is_begun or line is after
        street = read_street(line.text)
        is_street = street is not None and street[1] is None


def _names_another(text: str, name: str | None) -> bool:
    people = [] if is_trade(text) else read_people(_REFEREE.sub("", text))
    return any(name is None or compare(name, each) is not Likeness.SAME for each in people)
