"""Whether the block with an address is the recipient's: an administration's letter is sent on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from intake.letters.lines import Block, Line
from intake.letters.names import Likeness, compare, words_of
from intake.letters.parts import Letter
from intake.letters.senders import is_office, is_organisation

_GREETING = re.compile(
    r"(?i)\A(?:gent\S*|egr\S*|spett\S*(?: le)?|car[oaie]|ill\S*|stimat\S*|preg\S*|dear|buongiorno|"
    r"buonasera|salve)\s+"
)
_TO_NOBODY = re.compile(
    r"(?i)(?:(?:buon ?giorno|buona ?sera|salve)\s*(?:[,.!:]|\Z)"
    r"(?!\s*(?:gent|egr|sig|dott|car[oa]\b))|"
    r"(?:gent\S*|egr\S*|spett\S*(?: le)?|dear)\s+(?:signori|ufficio|uffici|sirs?\b|madam)[ ,:!]*"
    r"(?:(?:or|/)\s?\w+)?[ ,:!]*\Z|to whom it may concern)"
)
"""A salutation of a citizen who writes to an office."""
_TITLES = frozenset(
    {"sig", "signor", "signora", "signore", "signori", "sigra", "signorina", "ra", "na", "dott",
     "dottor", "dottore", "dottoressa", "ssa", "prof", "professore", "professoressa", "avv",
     "avvocato", "ing", "ingegnere", "arch", "architetto", "geom", "rag", "mr", "mrs", "ms", "miss",
     "dr", "sir", "madam"}
)  # fmt: skip


def may_be_recipients(
    letter: Letter, head: Block, names: Sequence[str], vouched: Iterable[str]
) -> bool:
    """Return whether the block above the text may be that of the recipient.

    ``names`` are those over its address, ``vouched`` those of who signs or writes "the
    undersigned". A block is the writer's if one of its names is vouched for; the recipient's if the
    salutation greets one. Else the recipient must be marked elsewhere, or the block be the paper of
    an organisation: above all else and not at the right, where Italian letters have the recipient.
    """
    written = list(vouched)
    if any(compare(one, other) is not Likeness.OTHER for one in names for other in written):
        return False
    if any(is_written_to(name, letter) for name in names):
        return True
    if letter.has_recipient:
        return False
    paper = [line for line in head if is_organisation(line.text)]
    return not paper or _is_at_right(head, letter.lines) or _is_written_to_paper(paper[0], letter)


def may_yet_be_writers(letter: Letter, head: Block, names: Iterable[str]) -> bool:
    """Return whether a block that ``may_be_recipients`` may as well be that of the writer.

    So it is in a letter to nobody in particular that no office signs, if the block is not seen to
    stand at the right.
    """
    if letter.has_recipient or any(is_written_to(name, letter) for name in names):
        return False
    if any(is_office(line.text) for line in letter.closing):
        return False
    if head[0].box is not None and _is_at_right(head, letter.lines):
        return False
    greetings = letter.salutations or [block[0].text for block in letter.body[:1]]
    return bool(greetings) and all(_TO_NOBODY.match(each) for each in greetings)


def is_written_to(name: str, letter: Letter) -> bool:
    """Return whether a person is greeted, and nobody beside, or named in the recipient's block."""
    words = set(words_of(name))
    greetings = map(_greeted, letter.salutations)
    return any(bool(greeted) and greeted <= words for greeted in greetings) or any(
        words <= set(words_of(line)) for line in letter.recipients
    )


def _greeted(salutation: str) -> set[str]:
    """Return the words in capitals after the greeting that are no titles."""
    words = _GREETING.sub("", salutation).split()
    return {
        folded
        for word in words
        if word[0].isupper()
        for folded in words_of(word)
        if folded not in _TITLES
    }


def _is_written_to_paper(paper: Line, letter: Letter) -> bool:
    named = {word for word in words_of(paper.text) if len(word) > 3}
    return any(named & _greeted(salutation) for salutation in letter.salutations)


def _is_at_right(head: Block, lines: Sequence[Line]) -> bool:
    """Return whether a block begins in the right half of what is written; True without places."""
    boxes = [line.box for line in lines if line.box is not None and line.page == head[0].page]
    if head[0].box is None or not boxes:
        return True
    middle = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
    return min(line.box.left for line in head if line.box is not None) >= middle
