"""Dates of mail headers in the shapes seen in the wild (RFC 5322 §3.3 and §4.3) -> aware times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january gen gennaio januar janv janvier ene enero",
            "feb february febbraio februar fév févr février febrero",
            "mar march marzo mär märz mars marec",
            "apr april aprile avr avril abr abril",
            "may mag maggio mai mayo maj",
            "jun june giu giugno juni juin junio junij",
            "jul july lug luglio juli juil juillet julio julij",
            "aug august ago agosto août avg avgust",
            "sep sept september set sett settembre septembre septiembre",
            "oct october ott ottobre okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dic dicembre dez dezember déc décembre diciembre",
        ),
        start=1,
    )
    for word in words.split()
}
# RFC 5322 §4.3, and the European names that senders use. Any other name means "unknown", UTC.
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "met": 60,
    "mez": 60, "cest": 120, "cetdst": 120, "mest": 120, "mesz": 120, "eet": 120, "eest": 180,
    "msk": 180, "jst": 540, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip

_MAX_LENGTH = 200
_COMMENT = re.compile(r"\([^()]*\)")
_TIME = re.compile(
    r"(?<![\d:])(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?(?![\d:.])\s*([AaPp]\.?[Mm]\b)?"
)
_OFFSET = re.compile(r"(?:\b(?:UTC|GMT)\s*)?(?<![\d])([+-])(\d{2}):?(\d{2})?(?!\d)", re.IGNORECASE)
_ZONE = re.compile(r"\b([A-Za-z]{1,6})\b")
_WORDED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|[°º])?[\s./-]+([A-Za-zÀ-ÿ]{3,10})\.?[\s,./-]+(\d{2,4})\b"
)
_AMERICAN = re.compile(
    r"\b([A-Za-zÀ-ÿ]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:.*?\s)?(\d{4})\b"
)
_ISO = re.compile(r"\b(\d{4})[-/:](\d{1,2})[-/:](\d{1,2})(?=T|\b)")
_SLASHED = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")


def parse(value: str) -> datetime | None:
    """Return the moment a Date header names, with the offset it states; None when it names none.

    A date without a zone, or with one we do not know, is taken as UTC (RFC 5322 §3.3, -0000).
    """
    text = _COMMENT.sub(" ", value[:_MAX_LENGTH]) if "(" in value else value[:_MAX_LENGTH]
    zone_note = value[:_MAX_LENGTH]
    day = _find_day(text)
    if day is None:
        return None
    (year, month, number), rest = day
    clock, rest = _find_clock(rest)
    offset = _find_offset(rest, zone_note)
    try:
        moment = datetime(year, month, number, *clock, tzinfo=timezone(timedelta(minutes=offset)))
        moment.astimezone(UTC)  # the year 1 or 9999 may have no UTC
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 1900 else None


def parse_local(value: str, like: datetime | None, *, american: bool = False) -> datetime | None:
    """Return a moment written without a zone, in the offset of ``like``.

    ``american`` reads 03/02/2026 as the second of March.
    """
    if american and (match := _SLASHED.search(value)):
        value = f"{match[3]}-{match[1]}-{match[2]} {value[match.end() :]}"
    moment = parse(value)
    if moment is None or like is None or _OFFSET.search(_without_day(value)):
        return moment
    if any(word.lower() in _ZONES for word in _ZONE.findall(_without_day(value))):
        return moment
    return moment.replace(tzinfo=like.tzinfo)


def _without_day(value: str) -> str:
    day = _find_day(value[:_MAX_LENGTH])
    return day[1] if day else value[:_MAX_LENGTH]


def _find_day(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Return year, month and day, and the text without them."""
    if match := _WORDED.search(text):
        month = _MONTHS.get(match[2].lower())
        if month:
            return (_year(match[3]), month, int(match[1])), _without(text, match)
    if match := _ISO.search(text):
        return (int(match[1]), int(match[2]), int(match[3])), _without(text, match)
    if match := _SLASHED.search(text):
        return (_year(match[3]), int(match[2]), int(match[1])), _without(text, match)
    for match in _AMERICAN.finditer(text):  # Mon Feb  5 10:12:33 CET 2024; February 5, 2024
        month = _MONTHS.get(match[1].lower())
        if month:
            between = text[match.end(2) : match.start(3)]
            rest = f"{text[: match.start()]} {between} {text[match.end() :]}"
            return (int(match[3]), month, int(match[2])), rest
    return None


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :].removeprefix('T')}"


def _year(digits: str) -> int:
    """Return the year of two, three or four digits (RFC 5322 §4.3)."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 50 else 1900)


def _find_clock(text: str) -> tuple[tuple[int, int, int], str]:
    match = _TIME.search(text)
    if match is None:
        return (0, 0, 0), text
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
    return (hour, minute, min(second, 59)), text[: match.start()] + " " + text[match.end() :]


def _find_offset(text: str, note: str) -> int:
    """Return the minutes east of UTC."""
    if match := _OFFSET.search(text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes < 24 * 60 and int(match[3] or 0) < 60:
            return minutes if match[1] == "+" else -minutes
        return 0
    for word in _ZONE.findall(text) + _ZONE.findall(note):
        if (known := _ZONES.get(word.lower())) is not None:
            return known
    return 0
