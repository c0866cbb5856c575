"""Whether two writings are one person's name."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from enum import Enum, auto

_MISREAD = 0.8
"""From this likeness on (0..1) two different writings are one name misread."""


class Likeness(Enum):
    """How two names compare."""

    SAME = auto()
    MISREAD = auto()
    """Nearly the same letters: one of the two, or both, were misread."""
    OTHER = auto()


def compare(one: str, other: str) -> Likeness:
    """Compare two names regardless of order, accents, capitals; an initial is its name."""
    left, right = words_of(one), words_of(other)
    if left == right or _initials_agree(left, right):
        return Likeness.SAME
    likeness = SequenceMatcher(None, "".join(left), "".join(right), autojunk=False).ratio()
    return Likeness.MISREAD if likeness >= _MISREAD else Likeness.OTHER


def words_of(name: str) -> list[str]:
    """Return the words of a name, sorted, in small letters without accents and apostrophes."""
    folded = unicodedata.normalize("NFD", name.casefold())
    letters = re.sub(r"[\u0300-\u036f'’]", "", folded)
    return sorted(re.findall(r"\w+", letters))


def _initials_agree(one: list[str], other: list[str]) -> bool:
    """Return whether the words are alike one by one, some of them only as initials."""
    if len(one) != len(other):
        return False
    short = {word for word in (*one, *other) if len(word) == 1}
    rest = [
        [word for word in words if len(word) > 1 and word[0] not in short] for words in (one, other)
    ]
    return bool(short) and bool(rest[0]) and rest[0] == rest[1]
