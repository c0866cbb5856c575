"""Cries: words that call for help by themselves, and are names and titles beside other words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.classifying.words.folding import fold

_CRIES = ("soccorso", "fuoco", "gori")
_WORD = re.compile(r"\w+")
_CALLED = re.compile(rf"(?:^|[\n.!?])[\s\"«“*¡]*({'|'.join(_CRIES)})\s*!", re.IGNORECASE)


def lone_cry(texts: Sequence[str]) -> str:
    """Return the cry that is all an item says, or a whole sentence with an exclamation mark.

    "Gori" under a letter is its author, "Fuoco" on a line of its own a title. "" if there is none.
    """
    words: list[str] = [word for text in texts for word in _WORD.findall(text)]
    if words and len({fold(word) for word in words}) == 1 and fold(words[0]) in _CRIES:
        return words[0]
    for text in texts:
        if called := _CALLED.search(text):
            return str(called[1])
    return ""
