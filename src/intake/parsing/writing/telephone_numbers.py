"""Telephone numbers as they are written -> E.164 (phonenumbers)."""

from __future__ import annotations

import re

import phonenumbers

REGION = "IT"
_MAX_LENGTH = 60
_DIGITS = re.compile(r"\d")


def to_e164(written: str | None) -> str | None:
    """Return the number in E.164, such as ``+390695220000``; None when it is no full number.

    A number without a prefix is Italian; one that begins with 39 and is no Italian number as it
    stands carries the prefix without its plus.
    """
    if not written or len(_DIGITS.findall(written[:_MAX_LENGTH])) < 5:
        return None
    text = written[:_MAX_LENGTH].strip()
    for candidate in (text, f"+{text}"):
        number = _parse(candidate)
        if number is not None and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
