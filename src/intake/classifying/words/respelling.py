"""Respelling: a word with digits for letters, stretched letters or no vowels, as it was meant.

These are the non-standard words of Sproat et al. (2001) that people write in haste or to get past
a filter. A word is read as another only if that is a known one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product

from intake.classifying.words.folding import fold
from intake.classifying.words.segmentation import costs, costs_by_language
from intake.classifying.words.spacing import CRIES

_DIGITS = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
_FIGURES = _DIGITS | {"@": "a", "$": "s", "€": "e"}
_MOST_AMBIGUOUS = 4
"""So many figures of a word, and stretches, are tried both ways."""
_LONGEST = 40
_STRETCHED = 3
_VOWELS = frozenset("aeiou")
_LEAST_CONSONANTS = 2
_HANDICAP = 1.5
"""So much more a word costs that would have lost its first letter."""
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_BARE, _LEAST_BARE_WORDS, _LEAST_BARE_SHARE = 3, 2, 0.25
"""Words without vowels, of so many letters, of which a line must have so many, and what share of
its words they are."""
_LEAST_READ = 0.5
"""More than such a share of the words without vowels must be read."""
_SYLLABIC = re.compile(r"[^r]{1,2}r[^r]{1,2}")
"""Words of Slovene and Croatian ("trg", "Krk"): they must be fewer than the others of a line."""
_TOO_SHORT = CRIES | {"fuoco", "fumo"}
"""Cries that two consonants are not enough for: "ss." and "fm" are everywhere."""
_ABBREVIATIONS = """
bb bbc bcc bmw bnl brb brr btp bzw cc ccnl cd cdn cfr cl cnr cnn cpr crt css csv cv dgl dl dlgs
dll dns dpcm dpr dst dvd dx ff ftp ggf gg gmbh gps grr gsm hh hmm hrsg html http https jpg js kg
km lgbt lgbtq lgs ltd lt mb mfg mg mhm ml mm mmm mp mps mq mr mrs ms nb nbsp ndr nn nr pc pct pdf
pgt php pl png pnrr pp ppt prg prs ps psc psst ptt pvc rls rspp rtf sdk sgg shh sms smtp snc spqr
sql srl ss ssh ssl ssn sst st svg sx tbc tcp tfr tg tlf tls tmp tn tnt tpl tsk tv txt vgl vpn vv
vvf vvff wc wtf wwf www xls xlsx xml zzgl
"""
_SHORT = frozenset(_ABBREVIATIONS.split())
"""Abbreviations, acronyms and sounds, which have no vowels anyway."""
_CACHED_WORDS = 1 << 14


@lru_cache(maxsize=_CACHED_WORDS)
def without_figures(word: str) -> str | None:
    """Return the known word that ``word`` is with letters for its figures ("s0cc0rs0")."""
    plain = word.lower()
    if len(plain) > _LONGEST or plain.count("1") > _MOST_AMBIGUOUS:
        return None
    letters = [_FIGURES.get(each, each) for each in plain]
    words = ["".join(chosen) for chosen in product(*letters)]
    return _likeliest(words) or unstretched(lettered(plain))


def lettered(word: str) -> str:
    """Return ``word`` with the likeliest letter for each figure."""
    return "".join(_FIGURES.get(each, each)[0] for each in word)


@lru_cache(maxsize=_CACHED_WORDS)
def unstretched(word: str) -> str | None:
    """Return the known word that ``word`` is with one or two letters for each that is stretched."""
    groups = ["".join(each) for _, each in groupby(word.lower())]
    stretched = sum(len(each) >= _STRETCHED for each in groups)
    if not (0 < stretched <= _MOST_AMBIGUOUS and 1 < len(groups) <= _LONGEST):
        return None
    options = [(each[0], each[:2]) if len(each) >= _STRETCHED else (each,) for each in groups]
    return _likeliest(["".join(chosen) for chosen in product(*options)])


def _likeliest(words: Sequence[str]) -> str | None:
    """Return the most frequent of the words; None if none of them is known."""
    known = costs()
    ranked = [(known[fold(word)], word) for word in words if fold(word) in known]
    return min(ranked)[1] if ranked else None


def with_vowels(line: str) -> str:
    """Return ``line`` with the known words that its words without vowels stand for.

    Only where they are enough of the line, and all are read in the language that knows most.
    """
    bare = [found for found in _WORD.finditer(line) if _is_bare(found[0])]
    is_capital = line.isupper()
    written = [found[0] for found in bare if _may_be_read(found, is_capital=is_capital)]
    if _telling(written) < _LEAST_BARE_WORDS:
        return line
    language = max(by_consonants().values(), key=lambda words: _letters_read(written, words))
    read = [word for word in written if fold(word) in language]
    if (
        _telling(read) < max(_LEAST_BARE_WORDS, _LEAST_BARE_SHARE * len(_WORD.findall(line)))
        or len(read) <= _LEAST_READ * len(bare)
        or 2 * sum(_SYLLABIC.fullmatch(fold(word)) is not None for word in read) >= len(read)
    ):
        return line
    return _WORD.sub(
        lambda found: (
            like(found[0], language.get(fold(found[0]), found[0]))
            if _is_bare(found[0]) and _may_be_read(found, is_capital=is_capital)
            else found[0]
        ),
        line,
    )


def _telling(words: Sequence[str]) -> int:
    """Return how many different words are long enough to tell that vowels were left out."""
    return len({fold(word) for word in words if len(word) >= _LEAST_BARE})


def _may_be_read(found: re.Match[str], *, is_capital: bool) -> bool:
    """Say whether a word without vowels is no abbreviation.

    A point behind it shows one, and so do capitals among small letters.
    """
    word = found[0]
    is_acronym = word.isupper() and len(word) > 1 and not is_capital
    is_cut = found.string[found.end() : found.end() + 1] == "."
    return not (is_acronym or is_cut or fold(word) in _SHORT)


def _letters_read(words: Sequence[str], language: Mapping[str, str]) -> int:
    return sum(len(word) for word in words if fold(word) in language)


def _is_bare(word: str) -> bool:
    """Say whether a word has no vowel and is not one of those that never have."""
    folded = fold(word)
    return _VOWELS.isdisjoint(folded) and (len(folded) == 1 or folded not in costs())


def like(written: str, meant: str) -> str:
    """Return ``meant`` in capitals, or beginning with one, where ``written`` is."""
    if len(written) > 1 and written.isupper():
        return meant.upper()
    return meant[0].upper() + meant[1:] if written[0].isupper() else meant


def consonants(word: str) -> str:
    """Return what is left of a folded word without its vowels."""
    return "".join(letter for letter in word if letter not in _VOWELS)


@cache
def by_consonants() -> Mapping[str, Mapping[str, str]]:
    """Return, by language, the most frequent word that is left with these consonants alone.

    One that begins with a vowel must be more frequent: few leave out what a word begins with.
    """
    found: dict[str, dict[str, str]] = {}
    for language, words in costs_by_language().items():
        found[language] = {}
        ranked = sorted(
            (cost + _HANDICAP * (word[0] in _VOWELS), word) for word, cost in words.items()
        )
        for _, word in ranked:
            bare = consonants(word)
            if word in _TOO_SHORT and len(bare) == _LEAST_CONSONANTS:
                continue
            if len(bare) >= _LEAST_CONSONANTS or len(bare) == 1 == len(word) - 1:
                found[language].setdefault(bare, word)
    return found
