"""Foreign passages: what is written in a language in which the danger model learned no phrase.

The encoder puts "допоможіть, ми застрягли в підвалі" beside "aiuto, siamo bloccati in cantina", so
meaning tells danger in other languages too. It is asked about words in other letters than ours, and
about Latin letters whose words our phrases do not have and which the identifier of languages calls
foreign: a page that was read as rubbish, a formula or a name is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from intake.classifying.danger.model import Passage
from intake.classifying.language import LANGUAGES, identify
from intake.classifying.words.folding import LONGEST_STRETCH, fold, split
from intake.classifying.words.known_words import known_words

_LEAST_WORDS = 3
_TELLING_LETTERS = 3
_MOST_KNOWN = 0.7
"""Of the words of so many letters in a foreign sentence no more stand in our phrases; Portuguese
and Romanian share many, and of 2,695 sentences in our languages 2 % have so few."""
_SAYING_WORDS, _MOST_KNOWN_SAYING = 5, 0.5
"""A part with so many words in our letters, and no more known ones, says more than a name or an
address does."""
_SAYING_OTHER_WORDS, _SAYING_SIGNS = 3, 10
"""So do so many words in other letters, or signs that are a word each."""
_LEAST_OTHER_WORDS, _LEAST_SIGNS = 2, 4
_SIGN = "\u2e80-\ua4cf\uf900-\ufaff"
"""Chinese and Japanese, which are written without blanks."""
_OTHER = f"\u0370-\u1dff\u1f00-\u1fff\uac00-\ud7ff\ufb1d-\ufdff\ufe70-\ufefe{_SIGN}"
"""Greek to the scripts of Asia; Latin and signs are left out."""
_STRETCH = re.compile(rf"[{_OTHER}].*[{_OTHER}]", re.DOTALL)
_OTHER_LETTERS = re.compile(rf"[{_OTHER}]+")
_OTHER_WORD = re.compile(rf"[{_OTHER}]{{3,}}")
_SIGNS = re.compile(f"[{_SIGN}]")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{8,400})[\"”“»]")


def foreign_passages(passages: Iterable[Passage]) -> list[Passage]:
    """Return what is foreign in the passages, each part once, as a passage with no signals."""
    return [
        passage_of(part)
        for part in dict.fromkeys(part for each in passages for part in _foreign_parts(each))
    ]


def judged(foreign: Sequence[Passage], most: int) -> tuple[list[Passage], bool]:
    """Return at most so many of the passages, and whether something foreign stands in none of them.

    Of too many only those count that together hold all; of too many of these the beginning and a
    third at the end.
    """
    if len(foreign) <= most:
        return list(foreign), False
    enough = _without_overlaps(_widest(foreign))
    if len(enough) <= most:
        return enough, False
    last = most // 3
    return [*enough[: most - last], *enough[len(enough) - last :]], True


def says_something(passage: Passage) -> bool:
    """Return whether a foreign passage says more than a name, an address or a mail program does."""
    found = _OTHER_WORD.findall(passage.prose)
    if found:
        signs = len(_SIGNS.findall(passage.prose))
        return (len(found) >= _SAYING_OTHER_WORDS and not signs) or signs >= _SAYING_SIGNS
    telling = _telling(passage.text.split())
    return len(telling) >= _SAYING_WORDS and _known(telling) <= _MOST_KNOWN_SAYING


def passage_of(part: str) -> Passage:
    """Return a foreign text as the danger model sees it: with no signal but its length."""
    words = split(part).words
    length = min(len(words) / LONGEST_STRETCH, 1.0)
    return Passage(" ".join(words), {"length": length}, prose=part)


def _foreign_parts(passage: Passage) -> Iterator[str]:
    """Yield what is foreign in a passage: all between letters of others, and what the whole or a
    quotation says in our letters."""
    prose = passage.prose
    other = _OTHER_WORD.findall(prose)
    is_other = len(other) >= _LEAST_OTHER_WORDS or len(_SIGNS.findall(prose)) >= _LEAST_SIGNS
    if is_other and (found := _STRETCH.search(prose)):
        yield found[0]
    if not other and _is_foreign(prose, passage.text.split()):
        yield prose
    parts = [quoted[1] for quoted in _QUOTED.finditer(prose)]
    for part in (prose, *parts) if other else parts:
        ours = _OTHER_LETTERS.sub(" ", part)
        if _is_foreign(ours, split(ours).words):
            yield part


def _is_foreign(part: str, words: Sequence[str]) -> bool:
    told = [word for word in words if word.isalpha()]
    if len(told) < _LEAST_WORDS or _known(_telling(words)) > _MOST_KNOWN:
        return False
    return identify(part) not in (None, *LANGUAGES)


def _telling(words: Sequence[str]) -> list[str]:
    return [fold(word) for word in words if word.isalpha() and len(word) >= _TELLING_LETTERS]


def _known(telling: Sequence[str]) -> float:
    """Return the share of words that stand in our phrases."""
    return sum(word in known_words() for word in telling) / max(1, len(telling))


def _widest(foreign: Sequence[Passage]) -> list[Passage]:
    """Return the passages that stand in no other one: stretches hold the sentences they are of."""
    return [
        each
        for each in foreign
        if not any(each.prose in other.prose and each is not other for other in foreign)
    ]


def _without_overlaps(widest: Sequence[Passage]) -> list[Passage]:
    """Return the passages without those of which the one before and the one after hold a half each:
    stretches of a text overlap by more than half."""
    kept: list[Passage] = []
    was_left_out = True  # before the first one stands none
    for place, each in enumerate(widest):
        half = len(each.prose) // 2
        is_held = (
            not was_left_out
            and place + 1 < len(widest)
            and each.prose[:half] in widest[place - 1].prose
            and each.prose[half:] in widest[place + 1].prose
        )
        if not is_held:
            kept.append(each)
        was_left_out = is_held
    return kept
