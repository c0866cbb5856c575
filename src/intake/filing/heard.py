"""What of a quoted text was heard before: in an answer only new words can be a new alarm."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_TOGETHER = 4
"""So many words in a row that stand in a known text are known: a word alone says the same in any
text."""


def unheard(quoted: str, known: Iterable[str]) -> str:
    """Return the lines of a quoted text with words that stand in no known text.

    White space, signs, marks of quoting and where lines were broken do not count. Linear in the
    length of all texts.
    """
    heard = {run for text in known for run in _runs(_words(text))}
    lines = quoted.split("\n")
    words = [(word, number) for number, line in enumerate(lines) for word in _words(line)]
    covered = [False] * len(words)
    for start, run in enumerate(_runs([word for word, _ in words])):
        if run in heard:
            covered[start : start + _TOGETHER] = [True] * _TOGETHER
    new = {number for (_, number), is_known in zip(words, covered, strict=True) if not is_known}
    return "\n".join(lines[number] for number in sorted(new))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_TOGETHER)), strict=False)
