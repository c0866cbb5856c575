"""What scanners and hasty thumbs do to a text: wrong characters, lost accents, lost blanks."""

from __future__ import annotations

import random
import string
import unicodedata

_LOOKALIKES = {"m": "rn", "l": "1", "i": "l", "o": "0", "e": "c", "a": "o", "n": "u", "u": "v"}


def mistype(text: str, rate: float, choose: random.Random) -> str:
    """Return ``text`` with this share of its characters replaced, dropped or doubled by another."""

    def damage(letter: str) -> str:
        if choose.random() >= rate:
            return letter
        other = choose.choice(string.ascii_lowercase)
        return choose.choice(["", other, letter + other])

    return "".join(damage(letter) for letter in text)


def misread(text: str, rate: float, choose: random.Random) -> str:
    """Return ``text`` as OCR may read it: look-alikes, words that run together or fall apart."""

    def damage(letter: str) -> str:
        if choose.random() >= rate:
            return letter
        if letter == " ":
            return ""
        return letter + " " if choose.random() < 0.2 else _LOOKALIKES.get(letter.lower(), letter)

    return "".join(damage(letter) for letter in text)


def without_accents(text: str) -> str:
    """Return ``text`` as it is typed on a keyboard without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
