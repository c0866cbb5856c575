"""Features of texts for the learned model: hashed pieces of words, words and pairs of words.

Pieces of two to five characters within a word (its ends included) survive misread characters:
what one wrong letter does not touch is still there. All are hashed into a fixed number of buckets,
so that a model needs no vocabulary (the "hashing trick"). Batches of texts are worked on with
numpy as one long array.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 18
MAX_CHARACTERS = 20_000
"""Of a longer text the first so many characters are looked at."""
_PIECES = (2, 3, 4, 5)
_BLANK = 32
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_FACTOR = np.uint64(1_000_003)
_SHIFT = np.uint64(64 - 18)
_FEW = 2**31 // BUCKETS
"""The keys of fewer texts are numbers of 32 bits, which are sorted in half the time."""
_WORD, _PAIR = np.uint64(101), np.uint64(103)


class Features(NamedTuple):
    """A sparse matrix of texts by buckets (compressed rows): text ``i`` has the entries from
    ``starts[i]`` to ``starts[i + 1]`` of ``buckets`` and ``values``."""

    starts: NDArray[np.int64]
    buckets: NDArray[np.int64]
    values: NDArray[np.float32]


def extract(texts: Sequence[str]) -> Features:
    """Return the features of each text: ``1 + log(count)`` of every bucket, not normalised.

    The first of several lines is the subject, and counts twice.
    """
    letters, owners = _letters(texts)
    keys = [
        *(_pieces(letters, owners, size) for size in _PIECES),
        *_words(letters, owners),
    ]
    every = np.concatenate(keys)
    if len(texts) < _FEW:
        every = every.astype(np.int32)
    pairs, counts = np.unique(every, return_counts=True)
    starts = np.searchsorted(pairs, np.arange(len(texts) + 1, dtype=pairs.dtype) * BUCKETS)
    buckets = (pairs % BUCKETS).astype(np.int64)
    return Features(starts, buckets, (1 + np.log(counts)).astype(np.float32))


def weigh(features: Features, rarity: NDArray[np.floating]) -> Features:
    """Return ``features`` times the rarity of their buckets, each text of length one."""
    values = features.values * rarity[features.buckets].astype(np.float32)
    rows = np.repeat(np.arange(len(features.starts) - 1), np.diff(features.starts))
    squares = np.bincount(rows, weights=values * values, minlength=len(features.starts) - 1)
    lengths = np.sqrt(np.where(squares > 0, squares, 1))
    return features._replace(values=(values / lengths[rows]).astype(np.float32))


def familiarity(features: Features, is_known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return of each text the share of its features that ``is_known`` tells are known."""
    every = sums(features.values[:, None], features)[:, 0]
    known = sums((features.values * is_known)[:, None], features)[:, 0]
    return np.asarray(known / np.maximum(every, 1e-9), dtype=np.float32)


def sums(values: NDArray[np.float32], features: Features) -> NDArray[np.float32]:
    """Return the sum of the entries of each text; 0 for a text that has none."""
    sums = np.zeros((len(features.starts) - 1, values.shape[1]), dtype=values.dtype)
    filled = np.flatnonzero(np.diff(features.starts))
    if len(filled):
        sums[filled] = np.add.reduceat(values, features.starts[filled])
    return sums


def _letters(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return all texts as one array of folded characters, and whose each character is.

    Whatever is no letter and no digit is one blank; every text begins and ends with one.
    """
    folded = [f" {_fold(_stress_subject(text[:MAX_CHARACTERS]))} " for text in texts]
    joined = np.frombuffer("".join(folded).encode("utf-32-le"), dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in folded])
    blank = joined == _BLANK
    keep = ~blank
    keep[1:] |= ~blank[:-1]
    keep[0] = True
    keep[1:] |= owners[1:] != owners[:-1]
    return joined[keep].astype(np.uint64), owners[keep]


def _stress_subject(text: str) -> str:
    subject, line_end, _ = text.partition("\n")
    return f"{subject}\n{text}" if line_end else text


class _Folded(dict[int, str]):
    """What each character is folded to: its letters without case and accents, or a blank."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).casefold()
        plain = "".join(each for each in letters if not unicodedata.combining(each)).lower()
        self[code] = "".join([each if each.isalnum() else " " for each in plain])
        return self[code]


_FOLDED = _Folded()


def _fold(text: str) -> str:
    return text.translate(_FOLDED)


def _pieces(letters: NDArray[np.uint64], owners: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the keys of all pieces of ``size`` characters that have no blank but at their ends."""
    count = len(letters) - size + 1
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    hashes = np.full(count, size, dtype=np.uint64)
    inside = np.ones(count, dtype=bool)
    for offset in range(size):
        window = letters[offset : offset + count]
        hashes = hashes * _FACTOR + window
        if 0 < offset < size - 1:
            inside &= window != _BLANK
    ends = (letters[:count] == _BLANK) & (letters[size - 1 :] == _BLANK)
    inside &= ~ends if size == _PIECES[0] else True
    inside &= owners[:count] == owners[size - 1 :]
    return _keys(hashes[inside], owners[:count][inside])


def _words(
    letters: NDArray[np.uint64], owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys of all words, and of all pairs of words that follow each other."""
    is_letter = letters != _BLANK
    starts = np.flatnonzero(is_letter & np.concatenate(([True], ~is_letter[:-1])))
    if not len(starts):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    place = np.arange(len(letters), dtype=np.uint64)
    offsets = np.zeros(len(letters), dtype=np.uint64)
    spans = np.diff(np.append(starts, len(letters)))
    offsets[starts[0] :] = place[starts[0] :] - np.repeat(place[starts], spans)
    powers = _powers(int(offsets.max()) + 1)
    mixed = np.where(is_letter, letters * powers[offsets.astype(np.int64)], np.uint64(0))
    words = np.add.reduceat(mixed, starts)
    whose = owners[starts]
    singles = _keys(words * _FACTOR + _WORD, whose)
    together = whose[1:] == whose[:-1]
    pairs = (words[:-1] * _FACTOR + words[1:]) * _FACTOR + _PAIR
    return singles, _keys(pairs[together], whose[1:][together])


def _powers(count: int) -> NDArray[np.uint64]:
    return np.cumprod(np.full(count, _FACTOR, dtype=np.uint64), dtype=np.uint64)


def _keys(hashes: NDArray[np.uint64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return text and bucket as one number: ``text * BUCKETS + bucket``."""
    mixed = (hashes ^ (hashes >> np.uint64(29))) * _MULTIPLIER
    return owners * BUCKETS + (mixed >> _SHIFT).astype(np.int64)
