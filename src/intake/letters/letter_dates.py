"""The date of a letter: a line that is a place and a date, or a date alone."""

from __future__ import annotations

import re
from datetime import date

from intake.letters.other_dates import goes_on_a_label, names_another_date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "gennaio january gen jan", "febbraio february feb", "marzo march mar",
            "aprile april apr", "maggio may mag", "giugno june giu jun", "luglio july lug jul",
            "agosto august ago aug", "settembre september set sett sep sept",
            "ottobre october ott oct", "novembre november nov", "dicembre december dic dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunedì lunedi monday", "martedì martedi tuesday", "mercoledì mercoledi wednesday",
            "giovedì giovedi thursday", "venerdì venerdi friday", "sabato saturday",
            "domenica sunday",
        )
    )
    for name in names.split()
}  # fmt: skip
_OLDEST = 1950

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_LABEL = r"(?P<label>(?i:luogo e data|data|place and date|date)\s*[:,]?\s+)?"
_PLACE_WORD = (
    r"(?:[^\W\d_a-zà-ÿ][\w'’.-]*|(?:di|del|dei|della|delle|in|nel|sul|sulla|al|la|of|the|upon)\b)"
)
_PLACE = rf"(?P<place>{_PLACE_WORD}(?: {_PLACE_WORD}){{0,4}}(?:\s*\([A-Z]{{2}}\))?\s*[,.;]?\s+)?"
_BEFORE = (
    r"(?:(?P<formula>(?i:l[iìí]['’]?|add[iìí]['’]?))\s+|(?i:il|the)\s+)?"
    rf"(?i:(?P<weekday>{'|'.join(_DAYS)})\s*,?\s+)?"
)
_SHAPES = (
    rf"(?P<day>\d{{1,2}})(?:°|º|st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})\.?,?\s+"
    r"(?P<year>\d{4})",
    rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
    r"(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
)
_LINES = tuple(re.compile(rf"{_LABEL}{_PLACE}{_BEFORE}(?i:{shape})\s*\.?") for shape in _SHAPES)


def read_date_line(text: str, *, is_english: bool, not_after: date | None) -> date | None:
    """Return the date that a line consists of, with at most a place before it.

    03/04/2026 in an English letter may be either of two days: it is none. A weekday that is not
    that of the date, and a date that lies after ``not_after``, show a misreading: none either.
    """
    found = _found(text)
    if found is None or _is_of_something(found["label"], found["place"]):
        return None
    return _checked(found, is_english=is_english, not_after=not_after)


def is_whole_date_line(text: str) -> bool:
    """Return whether a place, a label or ``lì`` stands before the date that a line consists of."""
    found = _found(text) or {}
    return any(found.get(part) for part in ("label", "place", "formula"))


def _found(text: str) -> dict[str, str | None] | None:
    matches = (shape.fullmatch(text.strip()) for shape in _LINES)
    return next((match.groupdict() for match in matches if match is not None), None)


def _is_of_something(label: str | None, place: str | None) -> bool:
    """Return whether what stands before a date is no place: ``Scadenza``, ``Data Nascita``."""
    if not place:
        return False
    return names_another_date(place) or (label is not None and goes_on_a_label(place))


def _checked(
    found: dict[str, str | None], *, is_english: bool, not_after: date | None
) -> date | None:
    day, month = int(found["day"] or 0), found["month"] or ""
    number = int(month) if month.isdigit() else _MONTHS[month.lower()]
    if found.get("mark") and is_english and day <= 12 and number <= 12 and day != number:
        return None
    year = int(found["year"] or 0)
    try:
        read = date(year if year > 99 else 2000 + year, number, day)
    except ValueError:
        return None
    weekday = found["weekday"]
    if weekday is not None and _DAYS[weekday.lower()] != read.weekday():
        return None
    is_late = not_after is not None and read > not_after
    return None if is_late or read.year < _OLDEST else read
