"""Spacing: words whose letters were written apart, as in capitals on notices and faxes.

Letters stand apart with blanks, points or hyphens between them, words with wider gaps; where all
gaps are alike, the words are found by their letters.
"""

from __future__ import annotations

import re
from collections import Counter

from intake.classifying.folding import fold
from intake.classifying.segmentation import is_known, segment

_LETTER = r"[^\W\d_]"
_GAP = r"(?:[ \t\u00a0]{1,12}|[ \t]?[.\-\u00b7*_'\u2019][ \t]{0,8})"
SPACED = re.compile(rf"(?<![^\W_])(?<![^\W_]['\u2019]){_LETTER}(?:{_GAP}{_LETTER}(?![^\W_])){{2,}}")
"""Three letters and more, each by itself."""
_SPLIT = re.compile(rf"({_GAP})")
_APOSTROPHES = "'\u2019"
CRIES = frozenset({"sos", "gas"})
"""Words of three letters that are read with gaps; others may as well be initials."""
_LEAST_LETTERS = 4


def closed_up(run: str) -> str:
    """Return the words of ``run``, which are letters with gaps; ``run`` if they are none."""
    parts = _SPLIT.split(run)
    letters, gaps = parts[::2], parts[1::2]
    unit = _unit(gaps)
    following = zip(gaps, letters, letters[1:], strict=False)
    words = letters[0] + "".join(
        _between(gap, unit, before, after) + after for gap, before, after in following
    )
    together = "".join(letters)
    if len(together) < _LEAST_LETTERS:
        return together if fold(together) in CRIES else run
    found = _told_apart(words)
    if found is None and " " in words:
        found = _told_apart(words.replace(" ", ""))
    return run if found is None else found


def _unit(gaps: list[str]) -> str:
    """Return the gap between two letters of a word: the commonest, of equals the shortest."""
    plain = Counter(gap for gap in gaps if not any(each in gap for each in _APOSTROPHES))
    return min(plain, key=lambda gap: (-plain[gap], len(gap)), default="")


def _between(gap: str, unit: str, before: str, after: str) -> str:
    """Return what stands between two letters where only words have blanks between them."""
    mark = gap.strip()
    if mark and mark in _APOSTROPHES:
        return f"{mark} " if gap.endswith("  ") else mark
    is_wider = len(gap) > len(unit) or (bool(unit.strip()) and not mark)
    if not is_wider and not (before.islower() and after.isupper()):
        return ""
    return ". " if mark == "." else " "


def _told_apart(words: str) -> str | None:
    """Return ``words`` with blanks between those that are still together; None if one is none."""
    return None if not words else _all_of(re.split(r"([ .'\u2019]+)", words))


def _all_of(parts: list[str]) -> str | None:
    found, unknown = [], 0
    for place, part in enumerate(parts):
        if place % 2 or len(part) < 2 or is_known(part):
            found.append(part)
        elif (way := segment(part)) is not None:
            found.append(" ".join(way.words))
        else:
            unknown += len(part)
            found.append(part)
    known = sum(len(part) for part in parts[::2] if len(part) > 2) - unknown
    return "".join(found) if known > unknown else None
