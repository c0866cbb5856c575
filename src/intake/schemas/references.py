"""Reference: the number of a request that a citizen is told, such as ``CC-2026-0000042-7``."""

from __future__ import annotations

import re

_PATTERN = re.compile(r"\b([A-Z]{1,10})-(\d{4})-(\d{7,})-(\d)\b", re.IGNORECASE)


def format_reference(prefix: str, year: int, number: int) -> str:
    """Return ``CC-2026-0000042-7`` for ("CC", 2026, 42)."""
    digits = f"{year:04d}{number:07d}"
    return f"{prefix}-{digits[:4]}-{digits[4:]}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Return the check digit of ISO/IEC 7064 MOD 11,10 over decimal digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def find_references(text: str, prefix: str) -> list[str]:
    """Return the references of this prefix in a text whose check digit is right, in order."""
    return [
        match.group(0).upper()
        for match in _PATTERN.finditer(text)
        if match.group(1).upper() == prefix.upper()
        and check_digit(match.group(2) + match.group(3)) == int(match.group(4))
    ]
