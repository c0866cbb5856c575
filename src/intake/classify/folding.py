"""Words: a text cut into words, with the sentence and the clause each stands in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# In this order: an acronym with points, a word, the end of a clause, the end of a sentence (a
# blank line ends one too; a single line end does not: mail and OCR wrap their lines).
_TOKEN = re.compile(
    r"(?P<word>(?<!\w)(?:[^\W\d_]\.){2,}|[^\W_]+)"
    r"|(?P<clause>[,()\[\]«»\"“”–—]|\s-\s)"
    r"|(?P<sentence>[.!?;:…]+|\n[ \t\r\f\v]*\n)"
)
_HYPHENATED = re.compile(r"(?<=[a-zà-öø-ÿ])[-\u00ad][ \t]*\r?\n[ \t]*(?=[a-zà-öø-ÿ])")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text as they were written, and the number of their clause and sentence."""

    words: tuple[str, ...]
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """Return the words from ``start`` to ``end`` (not included), joined by spaces."""
        return " ".join(self.words[start:end])


def split(text: str) -> Words:
    """Return the words of ``text``; a word hyphenated at a line end is whole again."""
    words: list[str] = []
    clauses: list[int] = []
    sentences: list[int] = []
    clause = sentence = 0
    for match in _TOKEN.finditer(_HYPHENATED.sub("", unicodedata.normalize("NFC", text))):
        kind = match.lastgroup
        if kind == "word":
            words.append(match.group())
            clauses.append(clause)
            sentences.append(sentence)
            continue
        clause += 1
        if kind == "sentence":
            sentence += 1
    return Words(tuple(words), tuple(clauses), tuple(sentences))


def fold(word: str) -> str:
    """Return ``word`` without case, accents and the points of an acronym."""
    if word.isascii():
        return word.lower().replace(".", "")
    plain = unicodedata.normalize("NFKD", word.replace(".", "")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
