"""Foreign passages: what is written in a language in which the danger model learned no phrase.

The encoder puts "допоможіть, ми застрягли в підвалі" beside "aiuto, siamo bloccati in cantina", so
meaning tells danger in other languages too. It is asked about what is in other letters than ours,
and about Latin letters whose words our phrases do not have and which the identifier of languages
calls foreign: a page that was read as rubbish is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intake.classifying.alarms import known_words
from intake.classifying.danger import Passage
from intake.classifying.folding import LONGEST_STRETCH, fold, split
from intake.classifying.language import LANGUAGES, identify

_LEAST_LETTERS = 3
_LEAST_WORDS = 3
_TELLING_LETTERS = 3
_MOST_KNOWN = 0.7
"""Of the words of so many letters in a foreign sentence no more stand in our phrases; Portuguese
and Romanian share many, and of 2,695 sentences in our languages 2 % have so few."""
_MOST_CANDIDATES = 100
_OTHER = "\u0370-\u1dff\u1f00-\u1fff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufdff\ufe70-\ufefe"
"""Greek to the scripts of Asia; Latin and signs are left out."""
_OTHER_LETTERS = re.compile(rf"[{_OTHER}].*[{_OTHER}]", re.DOTALL)
_OTHER_LETTER = re.compile(rf"[{_OTHER}]")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{8,400})[\"”“»]")


def foreign_passages(passages: Iterable[Passage]) -> list[Passage]:
    """Return what is foreign in the first passages, each once, as a passage with no signals."""
    parts = dict.fromkeys(part for each in passages for part in _foreign_parts(each.prose))
    return [passage_of(part) for part, _ in zip(parts, range(_MOST_CANDIDATES), strict=False)]


def _foreign_parts(prose: str) -> Iterator[str]:
    """Yield what is foreign in a passage: all between letters of others, or what a quotation or the
    whole says in our letters."""
    found = _OTHER_LETTERS.search(prose)
    if found and len(_OTHER_LETTER.findall(prose)) >= _LEAST_LETTERS:
        yield found[0]
        return
    for part in (prose, *(quoted[1] for quoted in _QUOTED.finditer(prose))):
        if _is_foreign(part):
            yield part


def _is_foreign(part: str) -> bool:
    words = [word for word in split(part).words if word.isalpha()]
    telling = [fold(word) for word in words if len(word) >= _TELLING_LETTERS]
    known = sum(word in known_words() for word in telling)
    if len(words) < _LEAST_WORDS or known > _MOST_KNOWN * len(telling):
        return False
    return identify(part) not in (None, *LANGUAGES)


def passage_of(part: str) -> Passage:
    """Return a foreign text as the danger model sees it: with no signal but its length."""
    words = split(part).words
    length = min(len(words) / LONGEST_STRETCH, 1.0)
    return Passage(" ".join(words), {"length": length}, prose=part)
