"""Dates of something else than the letter: of birth, of an appointment, of another letter.

The words that say so stand before the date, or in the line next to it: above, at the left in a
form, under it in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from intake.letters.lines import Line, above, below, left_of

_WITH_A_PLACE = re.compile(
    r"(?i)\b(?:(?:nat[oaie]|born|dat[ae])\b|nascit|birth|rilasciat|emess|issued)"
)
"""What has a date and a place as well: birth, papers that were issued, ``Luogo e data di ...``."""
_OF_SOMETHING = re.compile(
    r"(?i)\b(?:(?:d\.?o\.?b|scad|visit|due date|prot|racc|rif|ref|vs|ns|our|your)\b|"
    r"(?:scade|scadut|valid|decorr|entro|expir|deadline|ricevut|pervenut|arrivat|received|rilasci|"
    r"emission|issue|appuntament|appointment|visita|evento|sinistro|udienza|hearing|intervento|"
    r"riunione|meeting|fattura|bolletta|invoice|protocoll|riferiment|vostr[ao]|nostr[ao]))"
)
_OF_SENDING = re.compile(
    r"(?i)\b(?:sent\b|raccomandat|spedi[tz]|inviat|invio|stampat|printed|consegn|deliver|entrata|"
    r"lettera)"
)
"""Before a date it is that of the sending; over it, it says how this letter is sent."""
_AFTER_A_LABEL = re.compile(
    r"(?i)(?:acquisto|assunzione|cessazione|chiusura|contratto|decesso|documento|fine|inizio|"
    r"iscrizione|matrimonio|morte|pagamento|stipula|end|payment|start)\b"
)
"""After ``Data`` it says of what; it may be a town's name elsewhere."""
_OF_THE_LETTER = re.compile(r"(?i)(?:luogo e data|data(?: e luogo)?|place and date|date)[\s:,._]*")
_SUBJECT = re.compile(r"(?i)(?:oggetto|ogg\.|subject|object)\b")
_UNFINISHED = re.compile(
    r"(?:\A|[\s'’(.,])(?:(?i:il|lo|la|del|della|dello|dal|dalla|al|di|in|nel|entro|giorno|data|fino|on|"
    r"of|by|from|since|until|before|after|the|dated|date|day)|a|da)[\s:._]*\Z"
)
_GOES_ON = re.compile(r"(?:e(?! p)|ed|che|alle|dal|dalla|presso|ore|at|and|from)\s|dall['’]")
_LABEL_WORDS = 6
"""A label has as many words at most."""


def names_another_date(words: str) -> bool:
    """Return whether the words before a date say that it is not that of the letter."""
    return any(each.search(words) for each in (_WITH_A_PLACE, _OF_SOMETHING, _OF_SENDING))


def goes_on_a_label(words: str) -> bool:
    """Return whether what stands after ``Data`` says of what: ``Data Stipula``; no town does."""
    return bool(_AFTER_A_LABEL.match(words))


def is_another_date(
    line: Line, lines: Sequence[Line], beside: Collection[Line], *, is_whole: bool
) -> bool:
    """Return whether the lines next to a date make it another date than the letter's.

    ``lines`` are all lines of the letter, ``beside`` those that may speak of this one.
    ``is_whole``: a place or a label stands before the date, so that it needs no other label.
    """
    before = [each for each in (above(line, lines), left_of(line, lines)) if each is not None]
    if any(each in beside and _asks(each.text, is_whole=is_whole) for each in before):
        return True
    after = below(line, lines)
    if after is None or after not in beside:
        return False
    is_label = after.text.startswith("(")
    return (is_label and _asks(after.text.strip("() "), is_whole=is_whole)) or (
        not is_whole and bool(_GOES_ON.match(after.text))
    )


def _asks(text: str, *, is_whole: bool) -> bool:
    """Return whether a line is a label of another date, or a phrase that a date would end.

    A date with its own place is asked for by few labels: ``Vs. rif.:`` over it was left empty.
    """
    if _OF_THE_LETTER.fullmatch(text):
        return False
    if _UNFINISHED.search(text):
        return True
    if _SUBJECT.match(text):
        return not is_whole
    if not is_whole and text.rstrip().endswith(":"):
        return True
    if any(each.isdigit() for each in text) or len(text.split()) > _LABEL_WORDS:
        return False
    asks_for_a_date = not is_whole and bool(_OF_SOMETHING.search(text))
    return asks_for_a_date or bool(_WITH_A_PLACE.search(text))
