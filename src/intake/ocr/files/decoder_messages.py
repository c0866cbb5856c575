"""Which coded rows of a fax libtiff could not make out: it says so, and decodes on.

After a wrong code it guesses the rest of the row and takes the bits that follow for the next one,
so that lines of text are missing or come twice. Pillow takes that for success; what libtiff says
of it goes to the standard error output of the process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import Lock

_LISTENING = Lock()
_STANDARD_ERROR = 2
_MOST_READ = 4_000_000
_ROW = re.compile(rb"^Fax\w+: .* at (?:scan)?line (\d+) of (?:strip|tile) (\d+)", re.MULTILINE)

Heard = list[tuple[int, int]]
"""Rows that could not be made out: (strip or tile, row in it), in the order of the message."""


@contextmanager
def listening() -> Iterator[Heard]:
    """Give a list that has, when the block is left, the rows of which libtiff complained in it.

    Whatever else the process writes to standard error meanwhile is not written; one thread listens
    at a time.
    """
    heard: Heard = []
    with _LISTENING, TemporaryFile() as said:
        try:
            before = os.dup(_STANDARD_ERROR)
        except OSError:  # there is no such output: nothing can be heard
            yield heard
            return
        try:
            os.dup2(said.fileno(), _STANDARD_ERROR)
            yield heard
        finally:
            os.dup2(before, _STANDARD_ERROR)
            os.close(before)
            said.seek(0)
            heard += [(int(part), int(row)) for row, part in _ROW.findall(said.read(_MOST_READ))]
