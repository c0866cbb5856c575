"""The pieces of words that an encoder knows, and how a text is cut into them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WORD_START = "▁"
BEGIN, END, UNKNOWN, PADDING = "<s>", "</s>", "<unk>", "<pad>"
_LONGEST_WORD = 40
_UNKNOWN_SURPRISE = 10.0
"""By so much an unknown character is less likely than the least likely piece (SentencePiece)."""


class Pieces:
    """The pieces that words are cut into: of all ways to cut one, the likeliest (Kudo, 2018)."""

    def __init__(self, pieces: Sequence[str], scores: NDArray[np.floating]) -> None:
        """Hold the pieces and the logarithms of how likely each is."""
        self._places = dict(zip(pieces, range(len(scores)), strict=True))
        self._scores = scores.tolist()
        self.begin, self.end, self._unknown, self.padding = (
            self._places.pop(special) for special in (BEGIN, END, UNKNOWN, PADDING)
        )
        self._longest = max(map(len, pieces))
        self._unknown_score = float(scores.min()) - _UNKNOWN_SURPRISE
        self.cut = lru_cache(maxsize=20_000)(self._cut)

    def of(self, text: str, most: int) -> list[int]:
        """Return the places of the pieces of ``text``, at most ``most``, begin and end included."""
        places = [self.begin]
        for word in unicodedata.normalize("NFKC", text).lower().split():
            places.extend(self.cut(word[:_LONGEST_WORD]))
            if len(places) >= most:
                break
        return [*places[: most - 1], self.end]

    def _cut(self, word: str) -> tuple[int, ...]:
        """Return the likeliest way to cut a word (Viterbi)."""
        word = WORD_START + word
        best = [0.0] + [float("-inf")] * len(word)
        last = [(0, self._unknown)] * (len(word) + 1)
        for start in range(len(word)):
            unknown = best[start] + self._unknown_score
            if unknown > best[start + 1]:
                best[start + 1], last[start + 1] = unknown, (start, self._unknown)
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                place = self._places.get(word[start:end])
                if place is not None and best[start] + self._scores[place] > best[end]:
                    best[end], last[end] = best[start] + self._scores[place], (start, place)
        places, end = [], len(word)
        while end:
            end, place = last[end]
            places.append(place)
        return tuple(reversed(places))
