"""Vocabulary: the words of the examples, and which of them a miswritten word was meant to be.

A wrong character spoils all pieces of a word that it is in. So a word that the examples do not have
is read as the only one of theirs that is one edit away: most misspelt words have one letter wrong,
missing or too many (Damerau, 1964). A word near to two is let be, unless the words of a language
are known and the text is damaged: then the commonest of them is likelier than none.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from intake.classifying.words.features import MAX_CHARACTERS
from intake.classifying.words.folding import fold

_WORD = re.compile(r"([^\W_]{4,})")
"""Shorter words are not looked at: one letter more would not make them long enough. A text that is
split by it has its words at the odd places."""
_LEAST_LETTERS = 5
"""Shorter words are near to too many others."""
_MOST_LETTERS = 30
_LEAST_TEXTS = 3
"""Of a word of fewer examples only a digest is kept: it may be a name, or an error itself."""
_MOST_WORDS = 20_000
_LEAST_DAMAGED, _DAMAGED_SHARE = 2, 0.1
"""A text is damaged in which so many words are near to known ones and none themselves, and so many
of its words of four letters and more: none of 1,600 as they were written, half of those with 5 %
wrong characters."""
_FEW_ASKED = 2_000
"""So many words are edited in all ways, at 0.1 to 0.2 ms each; for more of them an index pays,
which takes 0.4 to 1.2 s and 25 MB."""


class Vocabulary:
    """Words without case and accents, of which an unknown word may be a miswriting."""

    def __init__(
        self, words: Sequence[str] = (), rare: Sequence[int] = (), *, guesses: bool = False
    ) -> None:
        """Know ``words``, and ``rare`` ones by their digests, which nothing is taken for.

        Of words that ``guesses`` the first are the commonest, and the rare ones are all that are no
        miswritings: in damaged texts a word near to several is read as the commonest of them.
        """
        self._places = {word: place for place, word in enumerate(words)}
        self._words = frozenset(words)
        self._rare = frozenset(rare)
        self._guesses = guesses
        self._asked = 0

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return the words that enough of the texts have, the most frequent of them."""
        having = Counter(word for text in texts for word in set(_words(text)))
        kept = sorted(
            (-count, word)
            for word, count in having.items()
            if count >= _LEAST_TEXTS and _is_long_enough(word)
        )
        words = [word for _, word in kept[:_MOST_WORDS]]
        return cls(words, [_digest(word) for word in having.keys() - set(words)])

    @classmethod
    def of_words(cls, words: Sequence[str], others: Iterable[str]) -> Self:
        """Know those of ``words`` that are long enough to tell, the first ones if they are too
        many; and of ``others``, folded too, those that would else be taken for one of them."""
        kept = [word for word in words if _is_long_enough(word)][:_MOST_WORDS]
        alone = cls(kept)
        mistaken = {word for word in (*words, *others) if alone._meant(word)}
        return cls(kept, [_digest(word) for word in mistaken], guesses=True)

    @classmethod
    def checked(
        cls, stored: NDArray[np.uint8], rare: NDArray[np.uint32], *, guesses: bool = False
    ) -> Self:
        """Return what a file holds, and whether it guesses.

        Raises:
            ValueError: it is no list of words.
        """
        words = stored.tobytes().decode().split()
        if len(words) > _MOST_WORDS or any(len(word) > _MOST_LETTERS for word in words):
            raise ValueError("its words are too many or too long")
        return cls(words, rare.tolist(), guesses=guesses)

    def arrays(self) -> dict[str, NDArray[np.uint8] | NDArray[np.uint32]]:
        """Return the words, the commonest first if it guesses, and the digests of rare ones in
        their order, as a file holds them."""
        words = " ".join(self._places if self._guesses else sorted(self._words)).encode()
        return {
            "words": np.frombuffer(words, dtype=np.uint8),
            "rare": np.array(sorted(self._rare), dtype=np.uint32),
        }

    def mend(self, texts: Sequence[str]) -> list[str]:
        """Return the texts with the miswritten words as they were meant.

        They are looked at to their end: let them not be longer than what is read of them.
        """
        if not self._words:
            return list(texts)
        near: dict[str, list[str]] = {}
        return [self._mended(text, near) for text in texts]

    def _mended(self, text: str, near: dict[str, list[str]]) -> str:
        """Return a text as it was meant; ``near`` is what was found for words before."""
        parts = _WORD.split(text)
        written = parts[1::2]
        for word in written:
            if word not in near:
                near[word] = self._meant(fold(word))
        meant = [near[word] for word in written]
        miswritten = sum(map(bool, meant))
        if not miswritten:
            return text
        is_damaged = miswritten >= max(_LEAST_DAMAGED, _DAMAGED_SHARE * len(written))
        most = len(self._words) if is_damaged and self._guesses else 1
        parts[1::2] = [
            words[0] if words and len(words) <= most else word
            for word, words in zip(written, meant, strict=True)
        ]
        return "".join(parts)

    def _meant(self, word: str) -> list[str]:
        """Return the words one edit from ``word``, the commonest first; none if it is known."""
        if word in self._words or len(word) > _MOST_LETTERS or _digest(word) in self._rare:
            return []
        return sorted(self._near(word), key=self._places.__getitem__)

    def _near(self, word: str) -> set[str]:
        self._asked += 1
        if self._asked <= _FEW_ASKED:
            return {edited for edited in _edits(word, self._letters) if edited in self._words}
        return {
            known
            for shorter in (word, *_one_less(word))
            for known in self._by_shorter.get(shorter, ())
            if _is_one_edit(word, known)
        }

    @cached_property
    def _letters(self) -> str:
        return "".join(sorted(set().union(*self._words)))

    @cached_property
    def _by_shorter(self) -> dict[str, list[str]]:
        """The words by themselves and by what is left of them without one letter: two words are one
        edit apart only if they share one of these (symmetric deletes)."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for shorter in {word, *_one_less(word)}:
                found[shorter].append(word)
        return dict(found)


def _is_long_enough(word: str) -> bool:
    return _LEAST_LETTERS <= len(word) <= _MOST_LETTERS and word.isalpha()


def _words(text: str) -> Iterator[str]:
    return (fold(each) for each in _WORD.findall(text[:MAX_CHARACTERS]))


def _digest(word: str) -> int:
    return zlib.crc32(word.encode())


def _edits(word: str, letters: str) -> Iterator[str]:
    """Yield ``word`` with one letter less, another, or one more, in all ways."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in letters:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
        if after:
            yield before + after[1:]


def _one_less(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _is_one_edit(one: str, other: str) -> bool:
    """Return whether one letter more, less or other makes one of two different words the other."""
    short, long = sorted((one, other), key=len)
    place = 0
    while place < len(short) and short[place] == long[place]:
        place += 1
    rest = place if len(short) < len(long) else place + 1
    return len(long) - len(short) <= 1 and short[rest:] == long[place + 1 :]
