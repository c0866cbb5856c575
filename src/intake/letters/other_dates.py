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
_SUBJECT = re.compile(r"(?i)(?:oggetto|ogg\.|subject|object)(?!\w)[\s:.]*")
_REQUEST = re.compile(
    r"(?i)(?:richiesta|domanda|istanza|sollecito|request|application)(?: di| for)?"
    r"(?: an?| una?)? (?:d['’])?\w+(?: urgente)?"
)
"""What a letter is: it asks for a visit, that has no day yet."""
_TO_SOMEBODY = re.compile(
    r"(?i)(?:a|al|alla|allo|ai|agli|alle|to|spett\S*|gent\S*|egr\S*|all['’]\w+)\s"
)
_UNFINISHED = re.compile(
    r"(?:\A|[\s'’(.,])(?:(?i:il|lo|la|del|della|dello|dal|dalla|al|di|in|nel|entro|giorno|data|fino|on|"
    r"of|by|from|since|until|before|after|the|dated|date|day)|a|da)[\s:._]*\Z"
)
_GOES_ON = re.compile(r"(?:e(?! p)|ed|che|alle|dal|dalla|presso|ore|at|and|from)\s|dall['’]")
_OF_ARRIVAL = re.compile(r"(?i)\b(?:arrivo\b|arrivat|ricevut|pervenut|received\b|in entrata\b)")
"""On the stamp of an office that registered the letter."""
_LABEL_WORDS = 6
"""A label has as many words at most."""
_SHORT_LABEL_WORDS = 3
"""Up to as many words before a colon are a label, whatever they say."""


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
    over = above(line, lines)
    stamp = (after, over, above(over, lines) if over is not None else None)
    if any(each in beside and _is_of_arrival(each.text) for each in stamp if each is not None):
        return True
    if after is None or after not in beside:
        return False
    is_label = after.text.startswith("(")
    return (is_label and _asks(after.text.strip("() "), is_whole=is_whole)) or (
        not is_whole and bool(_GOES_ON.match(after.text))
    )


def _is_of_arrival(text: str) -> bool:
    """Return whether a line is of the stamp of an office; a subject may say ``ricevuta``, too."""
    is_short = len(text.split()) <= _LABEL_WORDS
    return is_short and bool(_OF_ARRIVAL.search(text)) and not _SUBJECT.match(text)


def _asks(text: str, *, is_whole: bool) -> bool:
    """Return whether a line is a label of another date, or a phrase that a date would end.

    A subject is one if its last word is: ``Oggetto: disdetta appuntamento``. A date with its
    own place is asked for by few labels: ``Vs. rif.:`` over it was left empty.
    """
    is_own = bool(_OF_THE_LETTER.fullmatch(text))
    if is_own or _UNFINISHED.search(text):
        return not is_own
    subject = _SUBJECT.match(text)
    words = (text[subject.end() :] if subject else text).strip(" .:").split()
    if not words or _REQUEST.fullmatch(" ".join(words)):
        return False
    if subject:
        return not is_whole and names_another_date(words[-1])
    if any(each.isdigit() for each in text) or len(words) > _LABEL_WORDS:
        return False
    is_label = not is_whole and (_is_label(words) or _is_short_label(text, words))
    return is_label or bool(_WITH_A_PLACE.search(text))


def _is_label(words: Sequence[str]) -> bool:
    """Return whether the first or last word is that of a date, or the first is ``Data``."""
    return bool(_OF_SOMETHING.search(words[0]) or _OF_SOMETHING.search(words[-1])) or (
        words[0].lower() in ("data", "date") and bool(_OF_SOMETHING.search(" ".join(words)))
    )


def _is_short_label(text: str, words: Sequence[str]) -> bool:
    is_label = text.rstrip().endswith(":") and len(words) <= _SHORT_LABEL_WORDS
    return is_label and not _TO_SOMEBODY.match(text)
