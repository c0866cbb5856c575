"""Address, numbers and contacts of the writer, from the blocks that are his."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from intake.letters.claims import Claims
from intake.letters.identifiers import Fit, find_tax_codes, find_vat_numbers, fit_name
from intake.letters.lines import Line
from intake.letters.name_places import is_own_foot
from intake.letters.parts import Letter
from intake.letters.people import Sender
from intake.letters.pieces import Label
from intake.letters.senders import Town, find_emails, find_phones, read_street, read_town
from intake.schemas.letters import Place

_IS_VAT = re.compile(r"(?i)\b(?:p\.?\s?iva|partita\s+iva|iva|vat)\b")
_PROTOCOL = re.compile(
    r"(?i)(?:n(?:ostro|s|\.)?\.?\s*)?prot(?:ocollo)?(?:\.|\b)\s*(?:n(?:r|um)?[.°:]?\s*)?[:.]?\s*"
    r"(?P<number>[A-Z0-9_-]{0,12}\d{3,}(?:[/.-][A-Z0-9]+){0,4})(?:\s+del\s+.*)?"
)
_TELEPHONES = re.compile(r"tel|cell|mobile|phone")
_OF_A_NAME = {Fit.WHOLE: 0.99, Fit.HALF: 0.75, Fit.NONE: 0.0}
"""How sure it is that a tax code is that of a person of this name."""
_ADDRESSES = frozenset({"indirizzo", "residenza", "residente in", "address"})


def read_sender(
    letter: Letter, sender: Sender, claims: Claims, own_addresses: Collection[str]
) -> None:
    """Claim what the sender's own lines say, from the best place to the least."""
    mine = {address.casefold() for address in own_addresses}
    _read_lines(sender.head, "head", sender, claims, mine)
    _read_lines(sender.signature, "signature", sender, claims, mine)
    for form in sender.forms:
        _read_form(form, sender, claims, mine)
    if sender.organisation is not None:
        _read_foot(letter, sender.organisation, claims, mine)
        _read_protocol(letter.opening, claims)


def _read_foot(letter: Letter, organisation: str, claims: Claims, mine: Collection[str]) -> None:
    if not is_own_foot(letter, organisation):
        return
    for line in letter.foot:
        if is_own_foot(letter, organisation, is_named=True):
            _claim_address(_address(line.text), 0.9, line, "foot", claims)
        _read_contacts(line, line.text, "foot", claims, mine)


def _read_lines(
    lines: Iterable[Line], place: Place, sender: Sender, claims: Claims, mine: Collection[str]
) -> None:
    for line in lines:
        _claim_address(_address(line.text), 0.95, line, place, claims)
        _read_contacts(line, line.text, place, claims, mine, is_alone_enough=True)
        _read_tax_code(line, line.text, place, sender, claims)


def _read_form(
    form: tuple[Label, ...], sender: Sender, claims: Claims, mine: Collection[str]
) -> None:
    for each in form:
        if each.label in _ADDRESSES:
            _claim_address(_address(each.value), 0.85, each.line, "form", claims)
        is_telephone = bool(_TELEPHONES.match(each.label))
        text = each.value if is_telephone else each.line.text
        _read_contacts(each.line, text, "form", claims, mine, is_alone_enough=is_telephone)
        _read_tax_code(each.line, each.value, "form", sender, claims)


def _address(text: str) -> tuple[str | None, Town | None]:
    found = read_street(text)
    if found is None:
        return None, read_town(text)
    street, rest = found
    return street, read_town(rest) if rest else None


def _claim_address(
    address: tuple[str | None, Town | None],
    confidence: float,
    line: Line,
    place: Place,
    claims: Claims,
) -> None:
    street, town = address
    if street is not None:
        claims.add("street", street, confidence, line, place)
    if town is not None:
        claims.add("postcode", town.postcode, confidence, line, place)
        claims.add("town", town.name, confidence, line, place)
        if town.province is not None:
            claims.add("province", town.province, confidence, line, place)


def _read_contacts(
    line: Line, text: str, place: Place, claims: Claims, mine: Collection[str],
    *, is_alone_enough: bool = False,
) -> None:  # fmt: skip
    for number, _ in find_phones(text, is_alone_enough=is_alone_enough):
        claims.add("phone", number, 0.95, line, place)
    for address, is_pec in find_emails(text):
        if address not in mine:
            claims.add("pec" if is_pec else "email", address, 0.95, line, place)
    if _IS_VAT.search(text):
        for number in find_vat_numbers(text):
            claims.add("vat_number", number, 0.97, line, place, is_proved=True)


def _read_tax_code(line: Line, text: str, place: Place, sender: Sender, claims: Claims) -> None:
    """Claim a tax code; one that cannot be that of the sender's name is somebody else's."""
    for code in find_tax_codes(text):
        confidence = 0.8 if sender.name is None else _OF_A_NAME[fit_name(code, sender.name)]
        claims.add("tax_code", code, confidence, line, place, is_proved=True)


def _read_protocol(lines: Iterable[Line], claims: Claims) -> None:
    for line in lines:
        if match := _PROTOCOL.fullmatch(line.text.strip()):
            claims.add("protocol", match["number"], 0.9, line, "opening")
