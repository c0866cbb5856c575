"""Spacing: words whose letters were written apart, as in capitals on notices and faxes.

Letters stand apart with blanks, points or hyphens between them, words with wider gaps; where all
gaps are alike, the words are found by their letters. Initials, forms of companies and ticks under
"SI" and "NO" are let be.
"""

from __future__ import annotations

import re
from collections import Counter

from intake.classifying.words.folding import fold
from intake.classifying.words.segmentation import is_known, segment

_LETTER = r"[^\W\d_]"
_GAP = r"(?:[ \t\u00a0]{1,12}|[ \t]?[.\-\u00b7*_'\u2019][ \t]{0,8})"
SPACED = re.compile(rf"(?<![^\W_])(?<![^\W_]['\u2019]){_LETTER}(?:{_GAP}{_LETTER}(?![^\W_])){{2,}}")
"""Three letters and more, each by itself."""
_SPLIT = re.compile(rf"({_GAP})")
_APOSTROPHES = "'\u2019"
CRIES = frozenset({"sos", "gas"})
"""Words of three letters that are read with gaps; others may as well be initials."""
_LEAST_LETTERS = 4
_POINTED = "."
_FIRM = re.compile(
    r"\b(?:onlus|odv|aps|ets|asd|spa|srls?|snc|sas|soc(?:ieta|ietà)?|coop(?:erativa)?|associazione|ditta"
    r"|gmbh|ltd)\b|\bs\.\s?(?:p\.\s?a|r\.\s?l|n\.\s?c|a\.\s?s)\b",
    re.IGNORECASE,
)
_BESIDE = 25
"""Characters on either side in which the form of a company or of a club shows a name."""
_TICKS, _TICKED = frozenset({"si", "no"}), frozenset({"sino", "nosi"})


def closed_up(found: re.Match[str]) -> str:
    """Return the words of the letters with gaps that were ``found``; the same if they are none."""
    run = found[0]
    parts = _SPLIT.split(run)
    letters, gaps = parts[::2], parts[1::2]
    together = "".join(letters)
    if any(_POINTED in gap for gap in gaps) and not _is_no_name(found, gaps, together):
        return run
    unit = _unit(gaps)
    following = zip(gaps, letters, letters[1:], strict=False)
    words = letters[0] + "".join(
        _between(gap, unit, before, after) + after for gap, before, after in following
    )
    if len(together) < _LEAST_LETTERS:
        return together if fold(together) in CRIES else run
    if fold(together) in _TICKED or _TICKS.issuperset(map(fold, words.split())):
        return run
    told = _told_apart(words)
    if told is None and " " in words:
        told = _told_apart(words.replace(" ", ""))
    return run if told is None else told


def _is_no_name(found: re.Match[str], gaps: list[str], together: str) -> bool:
    """Say whether letters with points are a word and no initials, acronym or company.

    An acronym of three letters is read as it stands ("S.O.S."): its points end no sentence.
    """
    start, end = found.span()
    beside = found.string[max(0, start - _BESIDE) : end + _BESIDE]
    if _FIRM.search(beside):
        return False
    if len(together) < _LEAST_LETTERS:
        return any(gap != _POINTED for gap in gaps)
    is_apart = any(gap.startswith(_POINTED) and gap.endswith(" ") for gap in gaps)
    return gaps.count(_POINTED) * 2 > len(gaps) or (not is_apart and len(set(gaps)) == 1)


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
