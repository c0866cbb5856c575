"""Numbers that prove themselves: codice fiscale, partita IVA, our own references.

A look-alike that OCR put in (O for 0, l for 1) is repaired only where the place allows one kind
of character and the check character then holds: nothing else would tell a repair from a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import product

from intake.schemas.references import check_digit

_LETTER_PLACES = (0, 1, 2, 3, 4, 5, 8, 11, 15)
_MONTHS = "ABCDEHLMPRST"
_OMOCODIA = dict(zip("LMNPQRSTUV", "0123456789", strict=True))
"""Letters that stand for digits where two people would have one code (DM 23/12/1976, art. 6)."""
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
         6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
"""Values of the characters in the 1st, 3rd ... 15th place (DM 23/12/1976, table)."""

_AS_DIGIT = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "Z": "2", "S": "5",
             "G": "6", "B": "8"}  # fmt: skip
_AS_LETTER = {"0": "O", "1": "I", "|": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_MOST_REPAIRS = 2

_CODE = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z|] ?){15}[0-9A-Z|](?![0-9A-Z])")
_VAT = re.compile(r"(?<![0-9A-Z])(?:IT ?)?((?:[0-9OIl|SBZ][ .]?){10}[0-9OIl|SBZ])(?![0-9A-Za-z])")
_DASH = r"\s?[-–—_.]\s?"
_DIGITS = "0-9OoDQIl|ZSB"


def find_tax_codes(text: str) -> list[str]:
    """Return the codes of persons in a text whose check character is right, in order."""
    found = []
    for match in _CODE.finditer(text.upper()):
        written = match[0].replace(" ", "")
        proved = {code for code in _readings(written) if is_tax_code(code)}
        if is_tax_code(written):
            proved = {written}
        if len(proved) == 1:
            found += sorted(proved)
    return list(dict.fromkeys(found))


def is_tax_code(code: str) -> bool:
    """Return whether 16 characters are the tax code of a person (DM 23/12/1976)."""
    if not re.fullmatch(r"[A-Z]{6}[0-9L-V]{2}[A-Z][0-9L-V]{2}[A-Z][0-9L-V]{3}[A-Z]", code):
        return False
    digits = "".join(_OMOCODIA.get(each, each) for each in code[6:8] + code[9:11] + code[12:15])
    if not digits.isdigit() or code[8] not in _MONTHS:
        return False
    day = int(digits[2:4])
    if not (1 <= day <= 31 or 41 <= day <= 71):  # women have 40 added
        return False
    total = sum(_ODD[each] for each in code[0:15:2]) + sum(_even(each) for each in code[1:15:2])
    return code[15] == chr(ord("A") + total % 26)


class Fit(Enum):
    """How the first six letters of a code suit a written name."""

    WHOLE = auto()
    HALF = auto()
    """Those of the surname and the first of the given name: a name was cut short or left out."""
    NONE = auto()


def fit_name(code: str, name: str) -> Fit:
    """Compare a code with a name in either order; a name of several words may hold more than it."""
    words = [word for word in _plain(name).split() if word.isalpha()]
    splits = ((words[:cut], words[cut:]) for cut in range(1, len(words)))
    pairs = [(a, b) for left, right in splits for a, b in ((left, right), (right, left))]
    named = [(last, first) for a, b in pairs for last in _parts(a) for first in _parts(b)]
    surnamed = [first for last, first in named if code[:3] == _surname_letters(last)]
    if any(code[3:6] == _first_name_letters(first) for first in surnamed):
        return Fit.WHOLE
    return Fit.HALF if any(_begins(code[3], first) for first in surnamed) else Fit.NONE


def find_vat_numbers(text: str) -> list[str]:
    """Return the eleven-digit numbers in a text whose check digit is right, in order."""
    found = []
    for match in _VAT.finditer(text):
        number = "".join(_AS_DIGIT.get(each.upper(), each) for each in match[1] if each not in " .")
        if is_vat_number(number):
            found.append(number)
    return list(dict.fromkeys(found))


def is_vat_number(number: str) -> bool:
    """Return whether eleven digits are a partita IVA (Luhn; DPR 633/1972, art. 35)."""
    if not (len(number) == 11 and number.isascii() and number.isdigit()) or not int(number):
        return False
    odd = sum(int(digit) for digit in number[0::2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in number[1::2])
    return (odd + even) % 10 == 0


def find_own_references(text: str, prefix: str) -> list[tuple[str, str]]:
    """Return the references of ours in a text whose check digit is right, each as it was read."""
    pattern = (
        rf"(?<![0-9A-Z]){re.escape(prefix)}{_DASH}([{_DIGITS}]{{4}}){_DASH}"
        rf"([{_DIGITS}]{{7,9}}){_DASH}([{_DIGITS}])(?![0-9A-Za-z])"
    )
    found: dict[str, str] = {}
    for match in re.finditer(pattern, text, re.IGNORECASE):
        year, number, digit = (_digits(part) for part in match.groups())
        is_whole = (year + number + digit).isdigit()
        if is_whole and check_digit(year + number) == int(digit):
            found.setdefault(f"{prefix.upper()}-{year}-{number}-{digit}", match[0])
    return list(found.items())


def _digits(text: str) -> str:
    return "".join(_AS_DIGIT.get(each.upper(), each) for each in text)


def _readings(written: str) -> Iterator[str]:
    """Yield what a code may be if some of its characters were mistaken for look-alikes."""
    options = []
    for place, character in enumerate(written):
        swap = (_AS_LETTER if place in _LETTER_PLACES else _AS_DIGIT).get(character)
        options.append([character] if swap is None else [character, swap])
    if sum(len(each) > 1 for each in options) > 6:
        return
    for reading in product(*options):
        code = "".join(reading)
        changed = sum(one != other for one, other in zip(code, written, strict=True))
        if 0 < changed <= _MOST_REPAIRS:
            yield code


def _even(character: str) -> int:
    return int(character) if character.isdigit() else ord(character) - ord("A")


def _surname_letters(name: str) -> str:
    consonants, vowels = _split(name)
    return (consonants + vowels + "XXX")[:3]


def _first_name_letters(name: str) -> str:
    consonants, vowels = _split(name)
    if len(consonants) >= 4:
        return consonants[0] + consonants[2] + consonants[3]
    return (consonants + vowels + "XXX")[:3]


def _parts(words: Sequence[str]) -> list[str]:
    """Return what neighbouring words can be as one name: ``Maria Grazia`` is also ``Maria``."""
    ends = range(1, len(words) + 1)
    return ["".join(words[start:end]) for end in ends for start in range(end)]


def _begins(letter: str, name: str) -> bool:
    """Return whether a given name, or the initial of one, can have a code's fourth letter.

    It is the first consonant; an initial that is a vowel does not tell it.
    """
    consonants, vowels = _split(name)
    return letter == (consonants + vowels)[0] or (len(name) == 1 and name in "AEIOU")


def _split(name: str) -> tuple[str, str]:
    consonants = "".join(each for each in name if each not in "AEIOU")
    return consonants, "".join(each for each in name if each in "AEIOU")


def _plain(name: str) -> str:
    """Return a name in capitals without accents and apostrophes; an initial needs no full stop."""
    folded = unicodedata.normalize("NFD", name.upper())
    return re.sub(r"[^\w\s]", "", folded.replace(".", " "))
