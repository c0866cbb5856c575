"""LetterFacts out of what was read on the pages of a letter.

A fact is stated where its place says whose it is: the block of the sender, the lines under the
closing words, labelled lines. What the running text says of telephones and people is never the
sender's. Two places that contradict each other, a misread word, a check character that does not
hold: nothing is stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from intake.letters.claims import LEAST_CONFIDENCE, Claims
from intake.letters.identifiers import find_own_references
from intake.letters.letter_dates import is_whole_date_line, read_date_line
from intake.letters.lines import Line
from intake.letters.other_dates import is_another_date
from intake.letters.parts import Letter, take_apart
from intake.letters.people import read_sender_names
from intake.letters.sender_blocks import read_sender
from intake.schemas.documents import Barcode, Page, RecognisedDocument
from intake.schemas.letters import Box, Fact, LetterFacts, LetterOptions, Place

_LEGIBLE = 0.6
"""A page read with less confidence is handwriting, or as good as unread."""


def find_facts(
    document: RecognisedDocument,
    options: LetterOptions,
    *,
    path: str = "",
    not_after: date | None = None,
) -> LetterFacts:
    """Return what a letter says of itself; ``not_after`` is the day it was received."""
    references = tuple(_references(document.pages, options, path))
    written = [page for page in document.pages if page.text.strip()]
    if not written or not _is_legible(written[0]):
        return LetterFacts(references=references)
    letter = take_apart([page for page in written if _is_legible(page)], options.own_names)
    if letter.is_ours:
        return LetterFacts(references=references)
    claims = Claims(path)
    read_sender(letter, read_sender_names(letter, claims), claims, options.own_addresses)
    _read_date(letter, claims, not_after)
    return LetterFacts(references=references, **claims.settled())


def merge(found: Sequence[LetterFacts]) -> LetterFacts:
    """Return what the documents of one item say together: nothing where two contradict."""
    if len(found) == 1:
        return found[0]
    merged: dict[str, Fact] = {}
    for name in set(LetterFacts.model_fields) - {"references"}:
        stated = [fact for each in found if (fact := getattr(each, name)) is not None]
        if len({fact.value for fact in stated}) == 1:
            merged[name] = max(stated, key=lambda fact: fact.confidence)
    references = {fact.value: fact for each in found for fact in each.references}
    return LetterFacts(references=tuple(references.values()), **merged)


def _is_legible(page: Page) -> bool:
    return page.confidence >= _LEGIBLE


def _references(pages: Sequence[Page], options: LetterOptions, path: str) -> Iterator[Fact]:
    """Yield our references, each once: in a barcode first, for it cannot be misread."""
    found: dict[str, Fact] = {}
    for page in pages:
        for code in page.barcodes:
            for value, _ in find_own_references(code.text, options.prefix):
                found.setdefault(value, _in_barcode(value, code, page, path))
    for page in filter(_is_legible, pages):
        for value, written in find_own_references(page.text, options.prefix):
            found.setdefault(value, _in_text(value, written, page, path))
    yield from found.values()


def _in_text(value: str, written: str, page: Page, path: str) -> Fact:
    confidence = 0.97 if written.upper() == value else 0.9
    return Fact(
        value=value, confidence=confidence, path=path, page=page.number, place="body",
        evidence=written,
    )  # fmt: skip


def _in_barcode(value: str, code: Barcode, page: Page, path: str) -> Fact:
    box = Box(left=code.left, top=code.top, right=code.right, bottom=code.bottom)
    return Fact(
        value=value, confidence=0.99, path=path, page=page.number, place="barcode", box=box,
        evidence=code.text,
    )  # fmt: skip


def _read_date(letter: Letter, claims: Claims, not_after: date | None) -> None:
    """Claim the date above the text, or at its end, unless it is of something else.

    Right over the closing words only a date with its place is the letter's: text may end in one.
    """
    places: list[tuple[Place, tuple[Line, ...], tuple[Line, ...]]] = [
        ("opening", letter.opening, letter.opening),
        ("signature", letter.ending, letter.lines),
        ("signature", letter.closing, letter.closing),
    ]
    for place, lines, beside in places:
        for line in lines:
            read = read_date_line(line.text, is_english=letter.is_english, not_after=not_after)
            is_whole = is_whole_date_line(line.text)
            is_bare_end = lines is letter.ending and not is_whole
            if read is None or line.confidence < LEAST_CONFIDENCE or is_bare_end:
                continue
            if not is_another_date(line, letter.lines, beside, is_whole=is_whole):
                claims.add("date", read.isoformat(), 0.97, line, place)
