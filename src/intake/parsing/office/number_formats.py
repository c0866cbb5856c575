"""Numbers as a format of a spreadsheet shows them, written as in Italy (ECMA-376 part 1 §18.8.31).

A code that holds anything but digits, their separators, a percent sign and plain text, such as a
date or a fraction, is not followed.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

_MOST_CODE = 100
_MOST_FIGURES = 15
"""A spreadsheet keeps no more of a number."""
_EXACT = Context(prec=2 * _MOST_CODE)
_SIGNS = 2
_NO_WORDS = str.maketrans("", "", "-() \xa0")
_PIECES = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]\-]*)(?:-[^\]]*)?\]'
    r"|\[(?P<colour>[A-Za-z]+\d*)\]|_.|\*.|(?P<digits>[0#?][0#?.,]*)|(?P<percent>%)"
    r"|(?P<plain>[€$£+\-(): \xa0])|(?P<other>.)",
    re.DOTALL,
)
_Pieces = tuple[tuple[str, str], ...]
"""Kind (``text``, ``digits`` or ``percent``) and what it is."""


def number_shown(number: float, code: str) -> str:
    """Return a number as its format shows it; nothing where the format is not followed."""
    pieces, has_own_sign = _pieces_for(number, code)
    fields = [text for kind, text in pieces if kind == "digits"]
    if not fields or not abs(number) < 10**_MOST_FIGURES:
        return ""
    value = abs(Decimal(repr(number)))
    is_percent = any(kind == "percent" for kind, _ in pieces)
    value = value * 100 if is_percent else value
    filled = [_spelt(value, fields[0])] if len(fields) == 1 else _spread(value, fields)
    if not all(filled):
        return ""
    figures = iter(filled)
    shown = "".join(
        next(figures) if kind == "digits" else text if kind == "text" else " %"
        for kind, text in pieces
    )
    is_signed = number < 0 and not has_own_sign and re.search("[1-9]", "".join(filled))
    return ("-" if is_signed else "") + " ".join(shown.split())


def _pieces_for(number: float, code: str) -> tuple[_Pieces, bool]:
    """Return the pieces that show a number, and whether they say by themselves that it is negative.

    Where negative numbers have words of their own, such as ``"Debito" 0.00``, these are shown.
    """
    sections = _sections(code)
    if number >= 0 or len(sections) < 2 or _words(sections[0]) == _words(sections[1]):
        return (sections[0] if sections else ()), False
    says_so = any(kind == "text" and text.strip() for kind, text in sections[1])
    return (sections[1] if says_so else ()), True


def _words(pieces: _Pieces) -> str:
    return "".join(text for kind, text in pieces if kind == "text").translate(_NO_WORDS)


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Pieces, ...]:
    """Return the pieces of the formats of positive and negative numbers; none where they are not
    followed, and only the first where what follows it is not."""
    if len(code) > _MOST_CODE:
        return ()
    sections: list[_Pieces] = []
    found: list[tuple[str, str]] = []
    for piece in _PIECES.finditer(code):
        if piece["other"] == ";":
            sections.append(tuple(found))
            found = []
            if len(sections) == _SIGNS:
                return tuple(sections)
        elif piece["other"]:
            return tuple(sections)
        elif piece["digits"]:
            found.append(("digits", piece["digits"]))
        elif piece["percent"]:
            found.append(("percent", "%"))
        else:
            text = (piece["quoted"] or piece["escaped"] or piece["currency"] or piece["plain"]
                    or "")  # fmt: skip
            found.append(("text", text))
    return (*sections, tuple(found))


def _spelt(value: Decimal, field: str) -> str:
    """Return a number in one field, such as ``#,##0.00``; nothing where it counts thousands."""
    whole, _, rest = field.partition(".")
    if whole.endswith(",") or "," in rest or "." in rest:
        return ""
    rounded = value.quantize(Decimal(1).scaleb(-len(rest)), ROUND_HALF_UP, _EXACT)
    before, _, after = f"{rounded:f}".partition(".")
    least = sum(each == "0" for each in rest)
    while len(after) > least and after.endswith("0"):
        after = after[:-1]
    before = before.zfill(whole.count("0"))
    if "," in whole:
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", ".", before)
    return f"{before},{after}" if after else before


def _spread(value: Decimal, fields: list[str]) -> list[str]:
    """Return the digits of a whole number in several fields, such as those of a telephone's.

    What does not fit is in the first; nothing is in them where one has a separator.
    """
    if any(set(field) & {".", ","} for field in fields):
        return [""]
    digits = f"{value.quantize(Decimal(1), ROUND_HALF_UP):f}".zfill("".join(fields).count("0"))
    if len(digits) < len("".join(fields[1:])):
        return [""]
    filled: list[str] = []
    for field in reversed(fields[1:]):
        filled.append(digits[-len(field) :])
        digits = digits[: -len(field)]
    return [digits, *reversed(filled)]
