"""What is written on the pages that a network learns from: Italian first, some English.

Phrases are those of the classifiers' fixtures, words those of Tesseract's own lists; a quarter is
what letters are full of: names, addresses, dates, amounts, numbers and codes. It is all invented.
"""

from __future__ import annotations

import random
import re
import string
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PHRASES = Path(__file__).resolve().parents[1] / "fixtures" / "classify"
NOT_PHRASES = ("name", "lang")
PHRASE_FILES = ("topics", "everyday", "high", "calls", "lookalikes", "foreign")
MONTHS = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
    "ottobre", "novembre", "dicembre",
)  # fmt: skip
ENGLISH = (
    "the", "of", "and", "to", "in", "is", "that", "for", "it", "was", "we", "are", "with", "you",
    "this", "have", "from", "our", "please", "which", "would", "by", "at",
)  # fmt: skip
PHRASE, SOUP, ENGLISH_SOUP, FACT = 0.45, 0.17, 0.10, 0.28
"""The shares of phrases, of words at random, of English words, and of facts."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what stands on the pages, of the characters that the network knows."""

    italian: Sequence[str]
    english: Sequence[str]
    characters: frozenset[str]

    def words(self, chance: random.Random) -> Iterator[str]:
        """Yield words without end."""
        while True:
            kind = chance.choices(*self._kinds())[0]
            text = kind(chance)
            if chance.random() < 0.04:
                text = text.upper()
            for word in text.split():
                known = "".join(each for each in word if each in self.characters)
                if known:
                    yield known

    def _kinds(self) -> tuple[list[Callable[[random.Random], str]], list[float]]:
        kinds = {
            self._phrase: PHRASE,
            self._soup: SOUP,
            self._english: ENGLISH_SOUP,
            self._fact: FACT,
        }
        return list(kinds), list(kinds.values())

    def _phrase(self, chance: random.Random) -> str:
        return chance.choice(phrases())

    def _soup(self, chance: random.Random) -> str:
        words = self.italian if chance.random() < 0.75 else self.english
        return " ".join(
            _dressed(chance, chance.choice(words)) for _ in range(chance.randint(4, 14))
        )

    def _english(self, chance: random.Random) -> str:
        words = (
            chance.choice(ENGLISH if chance.random() < 0.5 else self.english)
            for _ in range(chance.randint(6, 14))
        )
        text = " ".join(words)
        return text[0].upper() + text[1:] + chance.choice(".,?")

    def _fact(self, chance: random.Random) -> str:
        return chance.choice(FACTS)(chance, lambda: chance.choice(self.italian))


def _dressed(chance: random.Random, word: str) -> str:
    case = chance.random()
    word = word.capitalize() if case < 0.12 else word.upper() if case < 0.16 else word
    mark = chance.random()
    if mark < 0.15:
        return word + chance.choice((",", ",", ",", ".", ";", ":", "!", "?", "..."))
    dressing = {0.17: f'"{word}"', 0.19: f"({word})", 0.20: f"«{word}»"}
    return next((dressed for below, dressed in dressing.items() if mark < below), word)


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(string.digits, k=count))


def _capitals(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(string.ascii_uppercase, k=count))


def _year(chance: random.Random) -> int:
    return chance.randint(1935, 2030)


def _tax_code(chance: random.Random) -> str:
    name, day, place = _capitals(chance, 6), _digits(chance, 2), _digits(chance, 3)
    return f"{name}{_digits(chance, 2)}{_capitals(chance, 1)}{day}{_capitals(chance, 1)}{place}" + (
        _capitals(chance, 1)
    )


def _address(chance: random.Random, word: Callable[[], str]) -> str:
    kind = chance.choice(
        ("Via", "Viale", "Piazza", "Corso", "Vicolo", "Largo", "Contrada", "Loc.", "Frazione")
    )
    more = f" {word().capitalize()}" if chance.random() < 0.4 else ""
    door = f"{chance.randint(1, 400)}{chance.choice(('', '', '/A', '/b', ' bis', ' int. 3'))}"
    town = f"{_digits(chance, 5)} {word().capitalize()} ({_capitals(chance, 2)})"
    return f"{kind} {word().capitalize()}{more} {door}, {town}"


def _name(chance: random.Random, word: Callable[[], str]) -> str:
    between = chance.choice(("", "De ", "Di ", "Lo ", "La ", "D'"))
    return f"{word().capitalize()} {between}{word().capitalize()}"


def _telephone(chance: random.Random, _: Callable[[], str]) -> str:
    prefix = chance.choice(("0", "+39 0", "3", "+39 3"))
    return f"Tel. {prefix}{_digits(chance, 2)} {_digits(chance, chance.randint(5, 7))}"


def _item(chance: random.Random, word: Callable[[], str]) -> str:
    unit = chance.choice(("mq", "kg", "%", "°C", "km", "n.", "ab."))
    number = _digits(chance, chance.randint(1, 6))
    return f"{chance.randint(1, 12)}) {word().capitalize()}: {number} {unit}"


FACTS: tuple[Callable[[random.Random, Callable[[], str]], str], ...] = (
    _telephone,
    _address,
    _name,
    _name,
    _item,
    lambda chance, _: f"{chance.randint(1, 28)}/{chance.randint(1, 12):02}/{_year(chance)}",
    lambda chance, _: f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {_year(chance)}",
    lambda chance, _: f"ore {chance.randint(0, 23)}{chance.choice(':.')}{chance.randint(0, 59):02}",
    lambda chance, _: f"prot. n. {_digits(chance, chance.randint(2, 7))}/{_year(chance)}",
    lambda chance, _: f"€ {chance.randint(1, 999)}.{_digits(chance, 3)},{_digits(chance, 2)}",
    lambda chance, _: f"{chance.randint(1, 99999)},{_digits(chance, 2)} euro",
    lambda chance, _: _tax_code(chance),
    lambda chance, _: f"C.F. {_tax_code(chance)}",
    lambda chance, _: f"IBAN IT{_digits(chance, 2)}{_capitals(chance, 1)}{_digits(chance, 22)}",
    lambda chance, _: f"P. IVA {_digits(chance, 11)}",
    lambda chance, word: f"{word()}.{word()}@{word()}.{chance.choice(('it', 'com', 'eu'))}".lower(),
    lambda _, word: f"www.{word()}.it/{word()}".lower(),
    lambda chance, _: f"foglio {chance.randint(1, 99)} particella {chance.randint(1, 999)} sub 2",
    lambda chance, _: f"art. {chance.randint(1, 300)}, D.P.R. {_digits(chance, 3)}/{_year(chance)}",
    lambda chance, _: f"targa {_capitals(chance, 2)} {_digits(chance, 3)} {_capitals(chance, 2)}",
    lambda chance, _: f"{_capitals(chance, 3)}-{_digits(chance, 4)}-{_capitals(chance, 4)}",
    lambda chance, word: f"({word()}, {word()}; {word().capitalize()} n° {chance.randint(1, 99)})",
)


@cache
def phrases() -> list[str]:
    """Return the phrases of the classifiers' fixtures, without the marks of their grammar."""
    found: list[str] = []
    for name in PHRASE_FILES:
        for text in _texts(tomllib.loads((PHRASES / f"{name}.toml").read_text(encoding="utf-8"))):
            found.append(re.sub(r"[{}<>|]", " ", text))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in NOT_PHRASES:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
