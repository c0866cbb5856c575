"""Language: which of the configured languages a text is written in.

Small words that belong to one language only decide the clear cases; py3langid, whose model takes
time and memory to load, decides the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import Field

from intake.classifying.datafile import read, validate
from intake.errors import ConfigError
from intake.schemas.base import Frozen

LANGUAGES = ("it", "en", "de", "fr", "es", "sl")
"""The languages told apart unless configured otherwise (ISO 639-1)."""
FOREIGN_LANGUAGES = (
    *("it", "en", "de", "fr", "es", "sl"),
    *("ro", "sq", "pl", "pt", "nl", "hr", "cs", "hu", "tr", "tl"),
    *("uk", "ru", "bg", "ar", "fa", "ur", "bn", "hi", "pa", "zh", "ja", "el"),
)
"""What else people in Italy write: a text may be told to be in one of these, configured or not."""
_NOT_LATIN = frozenset(FOREIGN_LANGUAGES[-12:])
_FOREIGN_MARGIN = 12.0
"""By how much (log-likelihood) a text must be likelier in a foreign language: few words, and words
with misread letters, look like many languages."""
_READ_LETTERS = 600
_ENOUGH_WORDS = 3
_CLEAR_COUNT = 4
_CLEAR_RATIO = 4
_NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APART = str.maketrans("'’", "  ")


class _File(Frozen):
    stopwords: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    foreign: tuple[str, ...] = ()
    """Small words of other languages that resemble ours: they make a text not clear."""


def identify(text: str, *, languages: Sequence[str] = LANGUAGES) -> str | None:
    """Return the ISO 639-1 code of the language of ``text``, None if there is too little of it.

    It is one of ``languages`` unless the text is clearly in another: then the other's code, so that
    a Romanian letter is not answered in Italian. None means fewer than three words of which none
    tells, or a script that no known language uses.

    Raises:
        ConfigError: ``languages`` names one that py3langid does not know.
    """
    prose = _NOT_PROSE.sub(" ", text[:_READ_LETTERS])
    words = [word for word in _WORD.findall(prose) if len(word) > 1 or word.isascii()]
    if not words or not languages:
        return None
    if is_foreign := _is_foreign_script(words):
        return _by_model(words, languages, is_foreign=is_foreign)
    if len(words) < _ENOUGH_WORDS:
        return _by_stop_words(words, languages)
    if set(languages) <= set(LANGUAGES) and (clear := _by_telling_words(words, languages)):
        return clear
    return _by_model(words, languages)


def tell_clearly(text: str) -> str | None:
    """Return the one of LANGUAGES that many small words tell and no other comes near, else None.

    It holds for misread words as well, reads the whole of ``text``, and loads no model.
    """
    return _by_telling_words(_WORD.findall(_NOT_PROSE.sub(" ", text)), LANGUAGES)


def _by_model(
    words: Sequence[str], languages: Sequence[str], *, is_foreign: bool = False
) -> str | None:
    """Return the likeliest of ``languages``, or a foreign one that is likelier by far."""
    ours = tuple(languages)
    foreign = tuple(code for code in FOREIGN_LANGUAGES if code not in ours)
    ranked: list[tuple[str, float]] = _identifier(ours + foreign).rank(" ".join(words))
    if is_foreign:
        return next((code for code, _ in ranked[:1] if code in _NOT_LATIN), None)
    best, likelihood = ranked[0]
    our_best, our_likelihood = next(entry for entry in ranked if entry[0] in ours)
    is_clear = len(words) > _ENOUGH_WORDS and likelihood - our_likelihood > _FOREIGN_MARGIN
    return best if is_clear else our_best


def _by_telling_words(words: Sequence[str], languages: Sequence[str]) -> str | None:
    """Return the language that many words tell and no other comes near, None if it is not so."""
    told, parts = _telling_words(), _parts(words)
    counts = Counter(told[part] for part in parts if part in told)
    ranked = [(code, count) for code, count in counts.most_common() if code in languages]
    if not ranked or ranked[0][1] < _CLEAR_COUNT:
        return None
    others = sum(count for _, count in ranked[1:])
    others += sum(part in _foreign_words() for part in parts)
    return ranked[0][0] if ranked[0][1] >= _CLEAR_RATIO * others else None


def _parts(words: Sequence[str]) -> list[str]:
    """Return words without case, elided ones apart: "dell'area" -> "dell", "area"."""
    return " ".join(words).casefold().translate(_APART).split()


def _by_stop_words(words: Sequence[str], languages: Sequence[str]) -> str | None:
    """Return the one language to which most of the small words belong, None on a draw."""
    known = _stop_words()
    plain = set(_parts(words))
    counts = {code: len(plain & known.get(code, frozenset())) for code in languages}
    best = max(counts.values())
    winners = [code for code, count in counts.items() if count == best]
    return winners[0] if best and len(winners) == 1 else None


def _is_foreign_script(words: Sequence[str]) -> bool:
    """Return whether most letters are not Latin."""
    letters = "".join(words)
    foreign = sum(1 for letter in _NOT_ASCII.findall(letters) if not _is_latin(letter))
    return foreign * 2 > len(letters)


@cache
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


@cache
def _file() -> _File:
    return validate(read(None, shipped="stopwords.toml"), _File)


@cache
def _stop_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(words) for code, words in _file().stopwords.items()}


@cache
def _foreign_words() -> frozenset[str]:
    return frozenset(_file().foreign)


def small_words() -> frozenset[str]:
    """Return the small words of all languages."""
    return frozenset[str]().union(*_stop_words().values())


@cache
def _telling_words() -> dict[str, str]:
    """Return the words that stand in the list of one language only, with that language."""
    lists = _stop_words()
    times = Counter(word for words in lists.values() for word in words)
    return {word: code for code, words in lists.items() for word in words if times[word] == 1}


@cache
def _identifier(languages: tuple[str, ...]) -> Any:  # py3langid ships no types
    """Return an identifier restricted to ``languages``; its model is loaded at first use."""
    from intake.classifying.language_model import open_model  # noqa: PLC0415 - 50 MB, late

    try:
        return open_model(languages)
    except ValueError as error:
        raise ConfigError(
            f"Some of the languages {', '.join(languages)} cannot be told apart: {error}",
            remedy="Use two-letter ISO 639-1 codes such as it, en, de.",
        ) from error
