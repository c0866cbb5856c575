"""Lexicon: the words that Tesseract's language data know, to ask whether a reading is a word.

The data bring a word graph (Tesseract's ``TessdataManager`` and ``SquishedDawg`` say its form).
Reading it here takes no second copy of any word list, and serves readings of every engine.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from intake.ocr.tesseract.language_data import data_folder

_WORDS, _CHARACTERS = 19, 21  # TESSDATA_LSTM_SYSTEM_DAWG, TESSDATA_LSTM_UNICHARSET
_MOST_PARTS = 64
_MAGIC = 42
_LAST_EDGE, _WORD_END = 1, 4
_HEADER = struct.Struct("<hii")
_MARKS = ".,;:!?\"'«»“”‘’()[]-–—/*"


@cache
def lexicons(languages: tuple[str, ...]) -> tuple[Lexicon, ...]:
    """Return the lexicons of the languages whose data are installed and bring one."""
    found = (data_folder() / f"{language}.traineddata" for language in languages)
    return tuple(
        lexicon for path in found if path.exists() if (lexicon := Lexicon(path.read_bytes()))
    )


def is_word(text: str, known: Sequence[Lexicon]) -> bool:
    """Say whether ``text``, without the marks around it, is a word of one of the languages."""
    bare = text.strip(_MARKS).replace("’", "'")
    return any(bare in lexicon for lexicon in known)


class Lexicon:
    """The words of one language, out of the bytes of its Tesseract language data.

    Data without a word graph make an empty lexicon, which is false.

    Raises:
        ValueError: the data are not Tesseract's.
    """

    def __init__(self, data: bytes) -> None:
        parts = _parts(data)
        self._numbers = _numbers(parts.get(_CHARACTERS, b""))
        self._edges, bits = _graph(parts.get(_WORDS, b""))
        self._letter_mask = (1 << bits) - 1
        self._flags_at, self._next_at = bits, bits + 3
        self._first = self._children(0)

    def __bool__(self) -> bool:
        return len(self._edges) > 0

    def __contains__(self, word: str) -> bool:
        """Say whether ``word`` is known, as it stands or without its capitals."""
        return self._has(word) or self._has(word.lower())

    def _has(self, word: str) -> bool:
        children, edge = self._first, None
        for character in word:
            edge = children.get(self._numbers.get(character, -1))
            if edge is None:
                return False
            children = self._children(edge >> self._next_at)
        return edge is not None and bool((edge >> self._flags_at) & _WORD_END)

    def _children(self, node: int) -> dict[int, int]:
        """Return the edges that leave ``node`` by the number of their character."""
        children: dict[int, int] = {}
        for position in range(node, len(self._edges)):
            edge = int(self._edges[position])
            children.setdefault(edge & self._letter_mask, edge)
            if (edge >> self._flags_at) & _LAST_EDGE:
                break
        return children


def _parts(data: bytes) -> dict[int, bytes]:
    """Return the parts of a file of language data by their number; missing ones are left out."""
    try:
        (count,) = struct.unpack_from("<i", data)
        offsets = struct.unpack_from(f"<{min(count, _MOST_PARTS)}q", data, 4)
    except struct.error as error:
        raise ValueError("These are no language data of Tesseract.") from error
    starts = sorted(offset for offset in offsets if offset >= 0)
    ends = dict(zip(starts, [*starts[1:], len(data)], strict=True))
    return {
        number: data[offset : ends[offset]] for number, offset in enumerate(offsets) if offset >= 0
    }


def _numbers(characters: bytes) -> dict[str, int]:
    """Return the number of each character: one a line, after a line with their count."""
    lines = characters.decode("utf-8").split("\n")[1:]
    return {line.split(" ")[0]: number for number, line in enumerate(lines) if line}


def _graph(words: bytes) -> tuple[npt.NDArray[np.uint64], int]:
    """Return the edges, and how many low bits of each are its character."""
    if not words:
        return np.zeros(0, dtype=np.uint64), 1
    magic, characters, count = _HEADER.unpack_from(words)
    if magic != _MAGIC:
        raise ValueError("The word graph of the language data has an unknown form.")
    bits = math.ceil(math.log2(characters + 1))
    return np.frombuffer(words, dtype="<u8", count=count, offset=_HEADER.size), bits
